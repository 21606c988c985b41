"""What may be killed runs in a process of its own: `python -m proof.child MODULE WORDS`, with DATABASE_URL."""

import os
import sys
from importlib import import_module


def main() -> None:
    """Set Django up, and do it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenggat.config.settings")
    import django

    django.setup()
    import_module(f"proof.{sys.argv[1]}").main(*sys.argv[2:])


if __name__ == "__main__":
    main()
