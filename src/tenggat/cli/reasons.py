"""reasons record, report, sample: what stops people, told to an officer on the phone, and as figures."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import enter

reasons = typer.Typer(help="What stops people from buying: record, report, sample.", no_args_is_help=True)

By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(reasons, name="reasons")


@reasons.command("record")
@answers
def record(  # noqa: PLR0917 -- Typer calls it by name
    nik: Annotated[str, typer.Argument(metavar="NIK", show_default=False)],
    reason: Annotated[str, typer.Option(metavar="REASON", help="One of those that `reasons report` names.")],
    by: By,
    words: Annotated[str, typer.Option(metavar="TEXT", help="In the person's own words; kept encrypted.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Write down what a person says on the phone, and see what helps; the last word counts."""
    house = enter(now)
    from tenggat.foundation.actors import Actor
    from tenggat.reasons import actions
    from tenggat.reasons.states import Way
    from tenggat.registry.actions import PersonUnknown, resolve, signed

    officer = Actor("officer", signed(by, "An answer"))
    person_id = resolve(nik=nik, programme=house.programme, keys=house.keys, now=house.now)
    if person_id is None:
        raise PersonUnknown
    told = actions.answer(
        person_id=person_id,
        reason=reason,
        words=words,
        way=Way.OFFICER,
        keys=house.keys,
        now=house.now,
        actor=officer,
    )

    def show() -> None:
        showing.line(f"Written down for wave {told.wave}: {told.reason}.")
        showing.line(_HELPS[told.remedy])

    return Answer({"affected": 1, "wave": told.wave, "reason": told.reason, "remedy": told.remedy}, show)


_HELPS = {
    "withdraw_or_buy": "A training beside a job is allowed; who does not want it can give the place back (withdraw).",
    "recover": "Help them sign in: by the code to their phone, else by NIK, KK and birth date.",
    "guide": "Three steps: look at the balance, choose a training, pay with the 16 digits. No card comes by post.",
    "catalogue": "Look for a training together; any one that the balance can pay keeps the place.",
    "help": "Write down what happened, and by when they hear from you.",
}


@reasons.command("report")
@answers
def report(
    wave: Annotated[int | None, typer.Option("--wave", metavar="N", help="One wave.")] = None,
    sample: Annotated[int | None, typer.Option("--sample", metavar="N", help="One random sample.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Show what people say, as shares of those who answered; of a random sample with 95 % intervals."""
    enter(now, writes=False)
    from tenggat.figures import reasons as figures
    from tenggat.reasons.states import Reason

    if sample is not None:
        return _sampled(figures.sample_figures(sample=sample))
    found = figures.reason_figures(wave=wave)
    data: dict[str, Any] = {
        "reasons": [
            {
                "wave": one.wave,
                "occasion": one.occasion,
                "province": one.province or None,
                "asked": one.asked,
                "answered": one.answered,
                "response": one.response,
                "answers": one.answers,
            }
            for one in found
        ]
    }

    def show() -> None:
        whole = [one for one in found if not one.province]
        if not whole:
            showing.line(f"Nobody has been asked yet. The reasons: {', '.join(Reason)}.")
            return
        for one in whole:
            said = f"asked {showing.number(one.asked)}, answered {showing.number(one.answered)}"
            showing.heading(f"wave {one.wave}, {_WHEN[one.occasion]}", f"{said} ({showing.share(one.response)})")
            rows = [
                (reason, showing.number(one.answers.get(reason, 0)), showing.share(one.share(reason)))
                for reason in Reason
                if one.answers.get(reason)
            ]
            if rows:
                showing.table(("reason", "people", "share"), rows)
        showing.line("Shares are of those who answered: who did not may have other reasons.")
        showing.next_steps("reasons sample --wave N --size 400 --by NAME --to FILE.csv")

    return Answer(data, show)


_WHEN = {"before": "before the deadline", "after": "after the revocation"}


def _sampled(found: Any) -> Answer:
    rows = [
        (reason, showing.number(count), showing.share(count / found.answered),
         f"{100 * found.between[reason].low:.1f} to {100 * found.between[reason].high:.1f} %")
        for reason, count in found.answers.items()
    ]  # fmt: skip
    data = {
        "sample": found.sample_id, "wave": found.wave, "among": found.among, "drawn": found.drawn,
        "answered": found.answered, "answers": found.answers,
        "between": {reason: [bounds.low, bounds.high] for reason, bounds in found.between.items()},
    }  # fmt: skip

    def show() -> None:
        showing.line(
            f"Sample {found.sample_id} of wave {found.wave}: {found.drawn} drawn of {showing.number(found.among)} "
            f"who had bought nothing, {found.answered} answered."
        )
        if rows:
            showing.table(("reason", "people", "share", "95 % between"), rows)
            showing.line("The interval holds if who did not answer is like who did.")

    return Answer(data, show)


@reasons.command("sample")
@answers
def sample(  # noqa: PLR0917 -- Typer calls it by name
    wave: Annotated[int, typer.Option("--wave", metavar="N", help="Of which wave.")],
    size: Annotated[int, typer.Option("--size", metavar="K", help="How many people.")],
    by: By,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where the list for the callers goes (.csv).")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Draw people at random who have bought nothing, and list them in the order in which to call."""
    house = enter(now)
    from tenggat.figures.calling import draw_to_call

    drawn = draw_to_call(path=to, wave=wave, size=size, by=by, programme=house.programme, now=house.now)
    data = {"sample": drawn.sample_id, "among": drawn.among, "drawn": len(drawn.people), "file": str(to)}

    def show() -> None:
        people = showing.people(len(drawn.people))
        showing.line(f"Sample {drawn.sample_id}: {people} drawn of {showing.number(drawn.among)}: {to}")
        showing.next_steps("reasons record NIK --reason REASON --by NAME", f"reasons report --sample {drawn.sample_id}")

    return Answer(data, show)
