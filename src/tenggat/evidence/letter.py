"""The case on one page for somebody who reads on paper: HTML from a template, and a PDF made of it."""

from datetime import date
from pathlib import Path
from typing import Any

from django.template import Context, Engine

from tenggat.evidence import telling, words
from tenggat.foundation.refusals import Refusal

Row = dict[str, Any]

_TEMPLATES = Engine(dirs=[str(Path(__file__).with_name("templates"))])
_SIZES = (18, 14, 11, 8, 5, 0)  # lines of the story, until all of it fits on a page


class PdfUnavailable(Refusal):
    """The libraries that draw text are not on this machine."""

    code = "pdf_unavailable"

    def __init__(self) -> None:
        super().__init__(
            "A PDF needs the system library Pango, which is not here; on Debian and Ubuntu: "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core "
            "(or give a file that ends in .json)."
        )


def pdf(case: Row) -> bytes:
    """One A4 page. What does not fit is counted there, and stands in the JSON. Raises PdfUnavailable."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        raise PdfUnavailable from None
    nowhere = URLFetcher(allowed_protocols=())  # the template asks for nothing from outside, and would get nothing
    for size in _SIZES:
        document = HTML(string=html(case, size), url_fetcher=nowhere).render()
        if len(document.pages) == 1:
            break
    return bytes(document.copy(document.pages[:1]).write_pdf())


def html(case: Row, size: int) -> str:
    """The page, with at most about `size` lines of the story."""
    meaning, title, why = telling.headline(case)
    story, left_out = telling.shortened(telling.lines(case), size)
    zone = case["programme"]["time_zone"]
    context = {
        "programme": case["programme"]["title"],
        "written": words.moment(case["written_at"], zone),
        "person": case["person"],
        "meaning": meaning,
        "title": title,
        "why": why,
        "facts": _facts(case),
        "rule": _rule(case),
        "story": story,
        "left_out": left_out,
        "run": _run(case),
        "money": _money(case),
        "seal": _seal(case),
    }
    return str(_TEMPLATES.get_template("case.html").render(Context(context, use_l10n=False)))


def _facts(case: Row) -> list[tuple[str, str]]:
    zone = case["programme"]["time_zone"]
    facts = [("Nama", case["person"]["name"] or "–"), ("NIK", case["person"]["nik"])]
    if case["participations"]:
        last = case["participations"][-1]
        version = f" (versi {last['deadline_version']})" if last["deadline_version"] > 1 else ""
        facts += [
            ("Gelombang", str(last["wave"])),
            ("Status", words.STATES[last["state"]]),
            ("Diumumkan", words.moment(last["announced_at"], zone)),
            ("Batas waktu", words.last_minute(last["deadline_at"], zone) + version),
        ]
        if last["state"] == "revoked":
            facts.append(("Dicabut", words.moment(last["ended_at"], zone)))
    return [*facts, ("Daftar hitam", "ya" if case["person"]["blacklisted"] else "tidak")]


def _rule(case: Row) -> Row | None:
    rule = case["rule"]
    if rule is None:
        return None
    start = "pengumuman" if rule["clock_starts"] == "announcement" else "penyaluran saldo"
    first = "dihitung sebagai hari pertama" if rule["counting"] == "inclusive" else "tidak ikut dihitung"
    same = {
        True: "Aturan ini masih sama dengan yang dipakai saat pencabutan.",
        False: "Berkas aturan sudah berubah sejak pencabutan; kutipan di atas dari berkas hari ini.",
        None: "",
    }[rule["same_file"]]
    return {
        "text": (
            f"Pelatihan pertama harus dibeli dalam {rule['days']} hari. Hari {start}, "
            f"{words.day(date.fromisoformat(rule['starts_on']))}, {first}; "
            f"hari terakhir sampai pukul {rule['until'].replace(':', '.')}."
        ),
        "reference": rule["reference"],
        "same": same,
    }


def _run(case: Row) -> list[tuple[str, str]]:
    run, zone = case["run"], case["programme"]["time_zone"]
    if run is None:
        return []
    known = [f"{source} sampai {words.moment(at, zone)}" for source, at in sorted(run["watermarks"].items())]
    return [
        ("Pelaksanaan", f"nomor {run['run']}, dibuka {words.moment(run['opened_at'], zone)}"),
        ("Batas waktu yang diputus", f"sampai {words.moment(run['cutoff_at'], zone)}"),
        ("Pembelian yang sudah dilaporkan", _few(known) or "tidak ada platform yang wajib melapor"),
        ("Jumlah orang", f"{words.number(run['expected'])} diperkirakan saat dibuka"),
        ("Persetujuan dua orang", _approved(run)),
    ]


def _approved(run: Row) -> str:
    """Why the brake stopped the run, if it did, and who let it go."""
    if not run["brake"]:
        return "tidak diperlukan: jumlahnya dalam batas yang wajar"
    return f"{', '.join(approval['by'] for approval in run['approvals'])} (alasan: {_few(run['brake'])})"


def _few(names: list[str], most: int = 3) -> str:
    more = f"; dan {len(names) - most} lainnya" if len(names) > most else ""
    return "; ".join(names[:most]) + more


def _money(case: Row) -> list[tuple[str, str]]:
    """The books of the latest participation, added up by kind; what is left is their sum."""
    if not case["participations"]:
        return []
    wave, currency = case["participations"][-1]["wave"], case["programme"]["currency"]
    sums: dict[str, int] = {}
    for entry in case["money"]:
        if entry["wave"] == wave:
            sums[entry["kind"]] = sums.get(entry["kind"], 0) + entry["amount"]
    rows = [(words.MONEY[kind], words.money(abs(amount), currency)) for kind, amount in sums.items()]
    return [*rows, ("sisa", words.money(sum(sums.values()), currency))]


def _seal(case: Row) -> Row | None:
    if not case["seals"]:
        return None
    head = case["seals"][-1]
    return {
        "number": words.number(head["seal"]),
        "at": words.moment(head["sealed_at"], case["programme"]["time_zone"]),
        "digest": [head["digest"][at : at + 16] for at in range(0, 64, 16)],
        "events": words.number(len(case["journal"])),
        "acts": words.number(len(case["acts"])),
    }
