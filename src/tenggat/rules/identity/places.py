"""Where an Indonesian number was issued: province and regency codes of the Ministry of Home Affairs.

Codes that were replaced stay valid on the cards that carry them, so `until` in the file only informs.
"""

from functools import cache, lru_cache
from importlib.resources import files

SYNTHETIC = "99"
"""No regency or district has this code: invented people carry it, so that no one is mistaken for them."""


@lru_cache(maxsize=1 << 14)
def place_of(code: str) -> tuple[str, str | None, tuple[str, ...]]:
    """Give the six-digit code, its province where that is known, and warnings.

    `synthetic_place`: regency or district 99. `unknown_place`: no such regency; never a reason to refuse.
    """
    known = codes()
    province = code[:2] if code[:2] in known else None
    if SYNTHETIC in (code[2:4], code[4:6]):
        return code, province, ("synthetic_place",)
    return code, province, () if code[:4] in known else ("unknown_place",)


@cache
def codes() -> frozenset[str]:
    """Give every code of a province (two digits) or regency (four) there is or was."""
    lines = files(__package__).joinpath("places.tsv").read_text("utf-8").splitlines()
    return frozenset(line.split("\t")[0] for line in lines if line and not line.startswith("#"))
