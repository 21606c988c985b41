"""texts show, texts check, texts compare."""

import textwrap
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import enter, load_programme, moment_of
from tenggat.foundation import home
from tenggat.foundation.refusals import Refusal

if TYPE_CHECKING:
    from tenggat.figures.variants import Comparison, Group
    from tenggat.rules.programme import Programme, Step

texts = typer.Typer(help="The texts of messages: what they say, and whether they help.", no_args_is_help=True)

_WIDTH = 78
_SAMPLE = {"code": "318204", "minutes": "5"}


class TextsRefused(Refusal):
    """Texts of a programme file that could not be sent, or a step that there is not."""

    code = "texts_refused"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(texts, name="texts")


@dataclass(frozen=True, slots=True)
class _Sample:
    """Whom the texts are shown to."""

    language: str
    zone: str
    name: str
    announced_at: datetime


@texts.command("show")
@answers
def show(
    *,
    step: Annotated[str | None, typer.Option(metavar="STEP", help="This step alone.")] = None,
    language: Annotated[str | None, typer.Option(metavar="id|en", help="Instead of the programme's.")] = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="The reader's, such as Asia/Jayapura.")] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="The reader's.")] = "Siti Aminah",
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Show each text as its reader gets it, if the wave were announced now, and what is wrong with it."""
    found = home.open_home(home.default_path())
    moment = moment_of(now, sandbox=found.sandbox)
    programme = load_programme(found.programme_source)
    steps = [known for known in programme.steps if step in (None, known.name)]
    if not steps:
        raise TextsRefused(f"{step} is no step here; there are {', '.join(known.name for known in programme.steps)}.")
    sample = _Sample(_language(language, programme), _zone(zone, programme), name, moment)
    shown = [_shown(programme, known, variant, sample) for known in steps for variant in _variants(known)]
    return Answer({"texts": shown}, lambda: _show(shown))


@texts.command("check")
@answers
def check(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A programme file; without it, ours.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Check every text of a programme file; exit 2 with one line per fault."""
    if file is None:
        found = home.open_home(home.default_path())
        moment_of(now, sandbox=found.sandbox)
        programme = load_programme(found.programme_source)
    else:
        programme = load_programme(file)
    from tenggat.messaging import proofreading

    faults = [fault for step in programme.steps for fault in proofreading.faults(programme, step)]
    if faults:
        raise TextsRefused("\n".join(faults))
    count = sum(len(_variants(step)) for step in programme.steps)
    data = {"programme": programme.name, "texts": count}
    return Answer(data, lambda: showing.line(f"{showing.people(count, 'text', 'texts')} of {programme.name}: good."))


@texts.command("compare")
@answers
def compare(
    wave: Annotated[int, typer.Option(metavar="N", min=1, max=1_000_000, help="Of this wave.")],
    step: Annotated[str, typer.Option(metavar="STEP", help="The reminder that has variants.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Tell how many bought in time per variant of a reminder, once the deadline and its settlement are over."""
    house = enter(now, writes=False)
    from tenggat.figures.variants import compare_variants

    found = compare_variants(wave=wave, step=step, programme=house.programme, keys=house.keys, now=house.now)
    data = {
        "wave": wave,
        "step": step,
        "deadline_at": found.deadline_at,
        "variants": [
            {
                "variant": group.variant,
                "people": group.people,
                "bought": group.bought,
                "share": group.share,
                "difference": group.more,
                "interval": list(group.between) if group.between else None,
            }
            for group in found.groups
        ],
    }
    return Answer(data, lambda: _show_comparison(found, house.programme.time_zone))


def _variants(step: "Step") -> list[str]:
    return [variant.name for variant in step.variants] or [""]


def _language(wanted: str | None, programme: "Programme") -> str:
    if wanted not in (None, "id", "en"):
        raise TextsRefused("Texts are in Indonesian or in English: --language id, or --language en.")
    return wanted or programme.language


def _zone(wanted: str | None, programme: "Programme") -> str:
    from tenggat.messaging.planning import zones_of

    if wanted is not None and wanted not in zones_of(programme):
        raise TextsRefused(f"Nobody of this programme lives in {wanted}; there are {', '.join(zones_of(programme))}.")
    return wanted or programme.time_zone


def _shown(programme: "Programme", step: "Step", variant: str, sample: _Sample) -> dict[str, Any]:
    from tenggat.messaging import gsm7, proofreading
    from tenggat.messaging.texts import Reader, TemplateUnusable, render
    from tenggat.rules.deadlines import deadline_at

    reader = Reader(programme.title, sample.language, programme.time_zone, sample.name, sample.zone)
    deadline = deadline_at(programme, starts_at=sample.announced_at)
    faults = list(proofreading.faults_of(programme, step, sample.language, variant))
    try:
        said = render(step, reader, deadline_at=deadline, variant=variant, values=_own(step))
        most = gsm7.length(proofreading.longest(programme, step, sample.language, variant))
    except (KeyError, IndexError, ValueError, AttributeError, TemplateUnusable):
        said, most = "", 0  # what is wrong with it stands among the faults
    sms = gsm7.split(said)
    return {
        "step": step.name,
        "variant": variant,
        "language": sample.language,
        "when": _when(step),
        "audience": step.audience,
        "channels": list(step.channels),
        "text": said,
        "characters": gsm7.length(said),
        "longest": most,
        "segments": len(sms.segments),
        "alphabet": sms.alphabet,
        "faults": faults,
    }


def _own(step: "Step") -> dict[str, str]:
    from tenggat.messaging.proofreading import fields_of

    return {name: value for name, value in _SAMPLE.items() if name in fields_of(step)}


def _when(step: "Step") -> str:
    if step.days_after is not None:
        when = f"{showing.people(step.days_after, 'day', 'days')} after the announcement" if step.days_after else ""
        when = when or "at the announcement"
    elif step.days_before is None:
        return "by an event, at any hour" if step.urgent else "by an event"
    else:
        when = (
            f"{showing.people(step.days_before, 'day', 'days')} before the last day" if step.days_before else "last day"
        )
    return f"{when}, from {step.since}" if step.since else when


def _show(shown: list[dict[str, Any]]) -> None:
    for number, each in enumerate(shown):
        if number:
            showing.line()
        name = f"{each['step']} · {each['variant']}" if each["variant"] else each["step"]
        whose = "not bought" if each["audience"] == "not_bought" else "all"
        showing.heading(name, f"{each['when']} · {whose} · {', '.join(each['channels'])}")
        for line in textwrap.wrap(each["text"], _WIDTH - 4):
            showing.line(f"    {line}")
        if each["text"]:
            segments = showing.people(each["segments"], "segment", "segments")
            alphabet = "" if each["alphabet"] == "gsm7" else " of UCS-2"
            counted = f"{each['characters']} characters, {segments}{alphabet}; {each['longest']} at the longest"
            showing.quiet(f"  {counted}")
        for fault in each["faults"]:
            for at, line in enumerate(textwrap.wrap(fault, _WIDTH - 4)):
                showing.line(f"  {' ' if at else '!'} {line}")


def _show_comparison(found: "Comparison", zone: str) -> None:
    last = found.deadline_at - timedelta(minutes=1)
    showing.line(f"{found.step} in wave {found.wave}: bought by {showing.moment(last, zone)}")
    head = ("variant", "people", "bought", "share", "difference", "95 % between")
    rows = [
        (
            group.variant,
            showing.number(group.people),
            showing.number(group.bought),
            showing.share(group.share),
            _points(group.more),
            f"{_points(group.between.low)} and {_points(group.between.high)}" if group.between else "–",
        )
        for group in found.groups
    ]
    showing.table(head, rows)
    for group in found.groups[1:]:
        showing.line(_meaning(group, found.groups[0].variant))


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:+.2f} pp"


def _meaning(group: "Group", first: str) -> str:
    if group.between is None:
        return f"{group.variant}: nobody to compare."
    if group.between.low > 0:
        return f"{group.variant} helped more than {first}: chance alone hardly makes such a difference."
    if group.between.high < 0:
        return f"{group.variant} helped less than {first}: chance alone hardly makes such a difference."
    return f"{group.variant} and {first}: no difference that could not be chance."
