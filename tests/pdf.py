"""Looking into a PDF, where the library that draws one can be loaded."""

import contextlib
import re
import zlib

import pytest


def _pango() -> bool:
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


needs_pango = pytest.mark.skipif(not _pango(), reason="Pango is not installed: scripts/with-pango")


def pages(content: bytes) -> int:
    """How many pages a PDF has; its objects stand in compressed streams."""
    assert content.startswith(b"%PDF-")
    plain = content
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            plain += zlib.decompress(stream)
    return len(re.findall(rb"/Type\s*/Page\b", plain))
