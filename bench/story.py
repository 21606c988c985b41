"""What is measured, in which order, on which state; gives the lines of the table."""

import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from bench import child
from bench.place import Place
from bench.table import Line
from bench.world import Nation

Say = Callable[[str], None]
ROWS = 2_000  # people revoked row by row
HANDED = 20_000  # messages handed over by SMPP
PROMPT = 60  # seconds of looking how soon messages go
SENT = BOUGHT = 200_000  # messages handed over, purchases imported
IMPORTED = 800_000  # accepted people in one file: the largest wave of 2020


def tell(place: Place, nation: Nation, *, nights: int, say: Say) -> list[Line]:
    """Run everything once, the nights `nights` times by turns."""
    lines = [_import(place, nation, say=say)]
    say(f"filling {nation.people:,} people")
    place.create("tenggat_bench")
    child.run(place.url(), "fill", people=nation.people, seed=nation.seed)
    lines += _messages(place, nation, say=say)
    lines += _nights(place, nights=nights, say=say)
    lines += _buyers(place, nation, say=say)
    lines.append(_purchases(place, nation, say=say))
    return lines


def _import(place: Place, nation: Nation, *, say: Say) -> Line:
    rows = min(nation.people, IMPORTED)
    say(f"importing {rows:,} accepted people, ours and bare COPY")
    script = child.ROOT / "bench" / "import_participants.py"
    environment = os.environ | {"DATABASE_URL": place.url("postgres"), "PYTHONPATH": str(child.ROOT / "src")}
    done = subprocess.run(
        [sys.executable, str(script), str(rows)], env=environment, check=True, capture_output=True, text=True
    )
    ours, bare = (
        float(re.findall(rf"^{name} +([0-9.]+) s", done.stdout, re.MULTILINE)[0]) for name in ("ours", "bare")
    )
    memory = max(int(found) for found in re.findall(r"(\d+) and (\d+) MB", done.stdout)[0]) << 20
    what = f"import of {rows:,} accepted people"
    return Line("import", what, _rate(rows, ours), f"bare COPY {_rate(rows, bare)}", bare / ours, ">= 0.80", memory)


def _messages(place: Place, nation: Nation, *, say: Say) -> list[Line]:
    say("planning reminders")
    first = child.run(place.url(), "plan")
    again = child.run(place.url(), "plan")
    if (first["count"], again["count"]) != (nation.people, 0):
        raise RuntimeError(f"planned {first['count']}, then {again['count']}")
    say("handing over messages")
    child.run(place.url(), "settle_down")
    with place.copy() as url:
        sent = child.run(url, "deliver", limit=min(SENT, nation.people), folder=str(place.folder))
    by_smpp = {}
    for way in ("alone", "ours", "applied"):
        say(f"SMPP: {way}")
        with place.copy() as url:
            by_smpp[way] = child.run(url, "smpp", way=way, limit=min(HANDED, nation.people // 2))
    prompt = {}
    for step in ("prompt", "codes"):
        say(f"promptness: {step}")
        with place.copy() as url:
            prompt[step] = child.run(url, step, seconds=PROMPT)
    due, codes = prompt["prompt"], prompt["codes"]
    ours, alone, applied = (by_smpp[way]["count"] / by_smpp[way]["seconds"] for way in ("ours", "alone", "applied"))
    limit = 30 * nation.people / 5_600_000
    return [
        Line("planning", f"planning {nation.people:,} reminders", _took(first), "", None, "about 30 s at 5.6 million",
             first["memory"], ok=first["seconds"] <= 1.2 * limit),
        Line("planning again", "planning again, nothing to write", _took(again), "", None, "writes nothing",
             again["memory"], ok=again["count"] == 0),
        Line("delivery", f"handing over {sent['count']:,} messages", _rate(sent["count"], sent["seconds"]), "", None,
             ">= 40,000/s", sent["memory"], ok=sent["count"] / sent["seconds"] >= 40_000),
        Line("smpp", f"handing over {by_smpp['ours']['count']:,} by SMPP, with receipts", f"{ours:,.0f}/s",
             f"smpp34 alone {alone:,.0f}/s", ours / alone, ">= 0.50", by_smpp["ours"]["memory"]),
        Line("receipts", f"applying {by_smpp['applied']['count']:,} receipts", f"{applied:,.0f}/s", "", None,
             ">= 20,000/s", by_smpp["applied"]["memory"], ok=applied >= 20_000),
        Line("promptness", f"{due['count']:,} messages due at 400/s, handed over within 10 s", f"{due['share']:.3%}",
             "", None, ">= 99.95 %", due["memory"], ok=due["share"] >= 0.9995),
        Line("codes", f"{codes['count']:,} codes while {nation.people:,} others were due, and {codes['others']:,} went",
             f"p50 {codes['p50']:.2f}, p99 {codes['p99']:.2f}, max {codes['max']:.2f} s", "", None, "p99 <= 2 s",
             codes["memory"], ok=codes["p99"] <= 2),
    ]  # fmt: skip


def _nights(place: Place, *, nights: int, say: Say) -> list[Line]:
    engine: list[dict[str, Any]] = []
    bare: list[dict[str, Any]] = []
    for turn in range(nights):
        for step, found in (("night", engine), ("bare_night", bare)):
            say(f"night {turn + 1} of {nights}: {step}")
            with place.copy() as url:
                found.append(child.run(url, step))
    say("the same verbs row by row")
    with place.copy() as url:
        by_row = child.run(url, "rows", limit=ROWS)
    count = engine[0]["count"]
    if {each["count"] for each in engine + bare} != {count}:
        raise RuntimeError("the engine and the statement disagree about who is due")
    whole = statistics.median(each["seconds"] for each in engine)
    audit = statistics.median(each["audit"] for each in engine)
    by_hand = statistics.median(each["seconds"] for each in bare)
    per_row = by_row["seconds"] / by_row["count"]
    memory = max(each["memory"] for each in engine)
    what = f"night of {count:,} revocations"
    return [
        Line("night", f"{what}, without its audit ({audit:.1f} s)", _rate(count, whole - audit),
             f"one statement {_rate(count, by_hand)}", by_hand / (whole - audit), ">= 0.70", memory),
        Line("night whole", f"{what}, audit and all", _rate(count, whole), f"one statement {_rate(count, by_hand)}",
             by_hand / whole, "", memory),
        Line("row by row", f"{what} against the ORM", _rate(count, whole), f"row by row {1 / per_row:,.0f}/s",
             per_row * count / whole, ">= 20", by_row["memory"]),
    ]  # fmt: skip


def _buyers(place: Place, nation: Nation, *, say: Say) -> list[Line]:
    lines = []
    for name, step in (("buyer alone", ""), ("buyer", "night")):
        say(f"a live buyer {'during a night' if step else 'alone'}")
        with place.copy() as url:
            buying = child.start(url, "buyer", seed=nation.seed)
            assert buying.stdout is not None
            buying.stdout.readline()
            if step:
                child.run(url, step)
            else:
                child.run(url, "pause", seconds=10)
            out, _ = buying.communicate()
        found = child.answer("buyer", buying.returncode, out)
        text = f"p50 {found['p50']:.1f}, p99 {found['p99']:.1f}, max {found['max']:.1f} ms"
        what = f"a live buyer {'during the night' if step else 'alone'} ({found['count']:,} purchases)"
        target = "p99 <= 20 ms" if step else ""
        lines.append(Line(name, what, text, "", None, target, found["memory"], ok=found["p99"] <= 20 or not step))
    return lines


def _purchases(place: Place, nation: Nation, *, say: Say) -> Line:
    say("importing purchases")
    folder = str(place.folder)
    with place.copy() as url:
        done = child.run(url, "purchases", people=nation.people, seed=nation.seed, limit=BOUGHT, folder=folder)
    speed = done["count"] / done["seconds"]
    what = f"import of {done['count']:,} purchases"
    return Line("purchases", what, f"{speed:,.0f}/s", "", None, ">= 25,000/s", done["memory"], ok=speed >= 25_000)


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f}/s"


def _took(found: dict[str, Any]) -> str:
    return f"{found['seconds']:.1f} s"
