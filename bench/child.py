"""One measured step in a process of its own, so that its memory and its session are its own."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_ROLES = {"SELF": resource.RUSAGE_SELF, "CHILDREN": resource.RUSAGE_CHILDREN}


def run(url: str, step: str, **arguments: Any) -> dict[str, Any]:
    """Run `bench.steps.STEP` on a database; gives what it measured and `memory`, its peak in bytes."""
    process = start(url, step, **arguments)
    out, _ = process.communicate()
    return answer(step, process.returncode, out)


def start(url: str, step: str, **arguments: Any) -> "subprocess.Popen[str]":
    """The same without waiting."""
    search = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    environment = os.environ | {"DATABASE_URL": url, "PYTHONPATH": search}
    command = [sys.executable, "-m", "bench.child", step, json.dumps(arguments)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def answer(step: str, status: int, out: str) -> dict[str, Any]:
    """What a step printed. Raises RuntimeError when it failed."""
    if status:
        raise RuntimeError(f"The step {step} failed with status {status}; its error stands above.")
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def main() -> None:
    """Run the named step and print what it gives."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenggat.config.settings")
    import django

    django.setup()
    from bench import steps

    found = getattr(steps, sys.argv[1])(**json.loads(sys.argv[2]))
    peak = max(resource.getrusage(role).ru_maxrss for role in _ROLES.values())
    print(json.dumps({**found, "memory": peak * (1 if sys.platform == "darwin" else 1024)}))


if __name__ == "__main__":
    main()
