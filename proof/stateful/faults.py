"""Faults that somebody might make: each replaces a piece of a statement or of a function (planting.py)."""

from proof.stateful.planting import Change, Fault

_REVOKE = "tenggat.deadlines/revoke.sql:revoke_slice"
_DECIDED = "tenggat.deadlines/decided.sql:"
_APART = "tenggat.deadlines/quarantine.sql:"
_DECIDING = "tenggat.deadlines.deciding:"
_AUDIT = Change("tenggat.deadlines.audit:check", "if found.wrongly or found.escaped or incomplete:", "if False:")


def _bought(name: str, old: str, new: str) -> Change:
    return Change(f"tenggat.training/purchases.sql:{name}", old, new)


def _fault(story: str, verbs: str, *changes: Change) -> Fault:
    return Fault(story, tuple(verbs.split()), changes)


FAULTS = (
    _fault(
        "buyers are revoked as well",
        "clock buy night",
        Change(_REVOKE, "state = 'accepted' AND first_purchase_at IS NULL", "state <> 'revoked'"),
        Change(_APART + "next_due", "state = 'accepted' AND first_purchase_at IS NULL", "state <> 'revoked'"),
    ),
    _fault(
        "who is due at the very cut-off is left out",
        "watermark clock night",
        Change(_REVOKE, "deadline_at <= %(cutoff)s", "deadline_at < %(cutoff)s"),
    ),
    _fault(
        "who is due at the very cut-off is left out, and the run's audit is silent",
        "watermark clock night",
        Change(_REVOKE, "deadline_at <= %(cutoff)s", "deadline_at < %(cutoff)s"),
        _AUDIT,
    ),
    _fault(
        "the feeds' watermarks are not waited for",
        "watermark clock night",
        Change(
            "tenggat.deadlines.engine:cutoff",
            "min(now - settlement, *watermarks.values()) if watermarks else now - settlement",
            "now - settlement",
        ),
    ),
    _fault(
        "purchases under way at the deadline are not waited for",
        "clock night",
        Change(
            "tenggat.deadlines.engine:_settlement",
            "return programme.settlement(now.astimezone(programme.zone).date())",
            "return timedelta(0)",
        ),
    ),
    _fault("the money is not returned", "clock night", Change(_REVOKE, "WHERE balance > 0", "WHERE false")),
    _fault(
        "the money is not returned, and the run's audit is silent",
        "clock night",
        Change(_REVOKE, "WHERE balance > 0", "WHERE false"),
        _AUDIT,
    ),
    _fault(
        "nobody is blacklisted",
        "clock night",
        Change(
            _REVOKE,
            "'deadline', %(reason)s FROM revoked",
            "'deadline', %(reason)s FROM revoked WHERE false",
        ),
        _AUDIT,
    ),
    _fault(
        "the journal is not told of a revocation",
        "clock night",
        Change(_REVOKE, "jsonb_build_object('returned', balance)\n      FROM revoked", "'{}' FROM revoked WHERE false"),
        _AUDIT,
    ),
    _fault(
        "nobody is told of the revocation",
        "clock night",
        Change(_REVOKE, "WHERE channel = ANY (%(channels)s)", "WHERE false"),
    ),
    _fault(
        "the notice of a revocation goes out under a name of its own each night",
        "clock night",
        Change(
            _REVOKE, "SELECT person_id, wave, 'revoked', channel", "SELECT person_id, wave, 'revoked-again', channel"
        ),
    ),
    _fault(
        "a hold is not looked at",
        "clock buy night",
        Change(_REVOKE, "AND (held_until IS NULL OR held_until <= %(cutoff)s)", ""),
        _AUDIT,
    ),
    _fault(
        "a reminder is planned again at each call",
        "clock remind",
        Change(
            "tenggat.deadlines/reminders.sql:plan_reminder",
            "participation.channel, participation.deadline_version",
            "participation.channel, 1 + (SELECT count(*) FROM messaging_message)",
        ),
    ),
    _fault(
        "a reminder goes out when its time is over",
        "clock remind deliver",
        Change("tenggat.messaging/outbox.sql:expire_overdue", "WHERE state = 'planned'", "WHERE false"),
        Change("tenggat.messaging/outbox.sql:claim_due", "AND message.expires_at > %(now)s", ""),
    ),
    _fault(
        "who has bought is reminded all the same",
        "clock remind buy",
        _bought("cancel_messages", "row.verdict IN ('recorded', 'reinstated')", "row.verdict = 'none'"),
    ),
    _fault(
        "a purchase at the very deadline counts",
        "clock buy",
        _bought(
            "judge_purchases",
            "row.occurred_at >= participation.deadline_at THEN 'late'",
            "row.occurred_at > participation.deadline_at THEN 'late'",
        ),
    ),
    _fault(
        "a purchase counts by when it is told",
        "clock buy tell",
        _bought(
            "judge_purchases",
            "row.occurred_at >= participation.deadline_at THEN 'late'",
            "%(now)s >= participation.deadline_at THEN 'late'",
        ),
    ),
    _fault(
        "a purchase taken back in time still counts",
        "clock buy cancel",
        _bought(
            "move_participations",
            "AND (known.cancelled_at IS NULL OR known.cancelled_at >= participation.deadline_at)",
            "",
        ),
    ),
    _fault(
        "a purchase taken back after the deadline no longer counts",
        "clock buy cancel",
        _bought(
            "move_participations",
            "AND (known.cancelled_at IS NULL OR known.cancelled_at >= participation.deadline_at)",
            "AND known.cancelled_at IS NULL",
        ),
    ),
    _fault(
        "what is told too late to be sure of is decided by the engine, not by a human",
        "clock buy cancel",
        _bought(
            "move_participations",
            "WHEN moved.falls_back AND participation.deadline_at <= %(now)s THEN",
            "WHEN false THEN",
        ),
    ),
    _fault(
        "a cancellation that comes before its purchase is lost",
        "buy cancel tell tell",
        _bought("resolve", "WHERE NOT delivered.cancels", "WHERE false"),
    ),
    _fault(
        "who is reinstated by a purchase stays on the blacklist",
        "clock buy tell night",
        _bought("lift_blacklist", "row.verdict = 'reinstated'", "row.verdict = 'none'"),
    ),
    _fault(
        "who is reinstated by a purchase does not get the money back",
        "clock buy tell night",
        _bought("book_reinstated", "row.verdict = 'reinstated'", "row.verdict = 'none'"),
    ),
    _fault(
        "who is reinstated by an officer stays on the blacklist",
        "clock night reinstate",
        Change("tenggat.deadlines.reinstating:reinstate", 'source="deadline", lifted_at=None', 'source="nobody"'),
    ),
    _fault(
        "who is reinstated by an officer does not get the money back",
        "clock night reinstate",
        Change("tenggat.deadlines.reinstating:_give_back", 'if returned["amount"]:', "if False:"),
    ),
    _fault(
        "one approval is enough",
        "join join clock night approve approve",
        Change("tenggat.deadlines.approving:approve", "if approvals >= APPROVALS:", "if approvals:"),
    ),
    _fault(
        "seats are given away again and again",
        "clock night release",
        Change("tenggat.deadlines/releasing.sql:seats_by_run", "sum(seats) AS released", "0 AS released"),
    ),
    _fault(
        "a family card has a seat too many",
        "join",
        Change("tenggat.waves.accepting:_free_seat", "if len(taken)", "limit += 1\n    if len(taken)"),
    ),
    _fault(
        "the figures of a past moment count what was recorded after it",
        "clock night",
        Change("tenggat.figures/figures.sql:as_of", "recorded_at <= %(as_of)s AND", ""),
    ),
    _fault(
        "a hold does not bring back who was revoked meanwhile",
        "clock night hold",
        Change(_DECIDED + "find_held", "IN ('accepted', 'bought', 'revoked')", "IN ('accepted', 'bought')"),
    ),
    _fault(
        "who is brought back by a hold does not get the money back",
        "clock night hold",
        Change("tenggat.deadlines/undoing.sql:commit_again", "affected.was = 'revoked'", "affected.was = 'none'"),
    ),
    _fault(
        "a hold that begins when the deadline is over protects all the same",
        "clock night hold",
        Change(_DECIDED + "find_held", "AND %(effective)s <= GREATEST(participation.deadline_at, earlier.ends_at)", ""),
    ),
    _fault(
        "a hold that was lifted goes on",
        "clock night hold lift",
        Change(_DECIDED + "lift_hold", "SET held_until = remaining.until_at", "SET held_until = held_until"),
    ),
    _fault(
        "who joins later is not held",
        "clock night hold hold join join",
        Change("tenggat.deadlines.standing:_again", "if decision.lifted_at is None else 0", "if False else 0"),
    ),
    _fault(
        "an extension shortens, and nothing in the database keeps it from that",
        "extend",
        Change(_DECIDED + "find_extended", "participation.deadline_at < %(until)s AND", ""),
        Change(
            _DECIDED + "extend_affected",
            "SET deadline_at = %(until)s",
            "SET deadline_at = LEAST(participation.deadline_at, %(until)s)",
        ),
    ),
    _fault(
        "an extension that began at the very deadline reaches people all the same",
        "clock extend",
        Change(_DECIDED + "find_extended", "%(effective)s < participation", "%(effective)s <= participation"),
    ),
    _fault(
        "an extension does not bring back who was revoked meanwhile",
        "clock night extend",
        Change(
            _DECIDED + "find_extended",
            "WHERE participation.deadline_at < %(until)s",
            "WHERE participation.state <> 'revoked' AND participation.deadline_at < %(until)s",
        ),
    ),
    _fault(
        "an extension takes a purchase away",
        "clock buy cancel extend",
        Change(_DECIDED + "find_extended", "participation.first_purchase_at IS NULL OR", "true OR"),
        Change(_DECIDED + "extend_affected", "IS NOT NULL THEN", "IS NULL THEN"),
    ),
    _fault(
        "what was too late is not judged again by the new deadline",
        "clock buy extend",
        Change(_DECIDING + "_extend", 'database.rows(_SQL["with_late_purchases"], parameters)', "[]"),
    ),
    _fault(
        "who joins an extended wave has its old deadline",
        "extend join",
        Change(_DECIDED + "extend_waves", "SET deadline_at = %(until)s", "SET deadline_at = wave.deadline_at"),
    ),
    _fault(
        "extensions count in the order in which they are written down",
        "clock extend",
        Change(_DECIDING + "_carry_on", 'database.rows(_SQL["go_on_with"], {"until": decision.until_at})', "[]"),
    ),
    _fault(
        "a reminder of the old deadline goes out",
        "clock remind remind extend extend deliver deliver",
        Change(_DECIDED + "extend_affected", "message.state = 'planned'", "message.state = 'none'"),
    ),
    _fault(
        "an extension can be lifted",
        "extend lift",
        Change(_DECIDING + "lift", 'if decision.kind != "hold":', "if False:"),
    ),
    _fault(
        "a record that was set apart is tried by every run",
        "clock spoil night",
        Change(_APART + "mark", "SET held_until = %(open_end)s", "SET held_until = participation.held_until"),
    ),
    _fault(
        "a record that is tried again is never revoked",
        "clock spoil night retry",
        Change(_APART + "retry", "SET held_until = remaining.until_at", "SET held_until = participation.held_until"),
    ),
    _fault(
        "a record that is tried again stays apart",
        "clock spoil night retry",
        Change(_APART + "retry", "SET released_at = %(now)s", "SET released_at = NULL"),
    ),
    _fault(
        "what else holds somebody ends when the record is tried again",
        "clock spoil spoil spoil night retry hold hold",
        Change(_APART + "retry", "SET held_until = remaining.until_at", "SET held_until = NULL"),
    ),
    _fault(
        "one bad record keeps its whole slice from being revoked",
        "clock spoil night",
        Change("tenggat.deadlines.engine:walk", "pieces += [piece - piece // 2, piece // 2]", "return"),
        _AUDIT,
    ),
)
