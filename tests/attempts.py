"""Wrong states, each tried with raw SQL past every program: which guard must refuse it, and with which SQLSTATE."""

import json
from typing import Any, NamedTuple

NOBODY = "00000000-0000-8000-8000-00000000dead"
ENDED = "2020-11-05T10:00:00+07:00"


class Attempt(NamedTuple):
    """Statements of which the last must be refused, by the guard under which they stand."""

    sqlstate: str
    statements: str


def _tried(sqlstate: str, *statements: str) -> tuple[Attempt, ...]:
    return tuple(Attempt(sqlstate, statement) for statement in statements)


def check(*statements: str) -> tuple[Attempt, ...]:
    """A row that says something impossible."""
    return _tried("23514", *statements)


def unique(*statements: str) -> tuple[Attempt, ...]:
    """A second one of what there is once."""
    return _tried("23505", *statements)


def reference(*statements: str) -> tuple[Attempt, ...]:
    """A row that belongs to nothing."""
    return _tried("23503", *statements)


def stays(*statements: str) -> tuple[Attempt, ...]:
    """Something taken away, or changed, that stays."""
    return _tried("23001", *statements)


def append_only(table: str, column: str) -> tuple[Attempt, ...]:
    """Everything but adding rows."""
    return stays(f"UPDATE {table} SET {column} = {column}", *gone(table))


def gone(table: str, where: str = "true") -> tuple[str, ...]:
    """Rows taken away, some or all."""
    return f"DELETE FROM {table} WHERE {where}", f"TRUNCATE {table} CASCADE"


def shortened(table: str, where: str) -> tuple[Attempt, ...]:
    """A deadline that comes earlier, goes away, or moves without a new version."""
    return check(
        f"UPDATE {table} SET deadline_at = deadline_at - interval '1 hour', deadline_version = 9 WHERE {where}",
        f"UPDATE {table} SET deadline_at = NULL WHERE {where}",
        f"UPDATE {table} SET deadline_version = deadline_version - 1 WHERE {where}",
        f"UPDATE {table} SET deadline_at = deadline_at + interval '1 hour' WHERE {where}",
    )


def again(table: str, where: str = "true", **changes: Any) -> str:
    """A row once more, with changes."""
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(old, '{json.dumps(changes)}')).*"
        f" FROM {table} AS old WHERE {where} LIMIT 1"
    )


_REVOKED = "UPDATE waves_participation SET state = 'revoked', ended_at = deadline_at, balance = 0, training_balance = 0"
_BUYER = "person_id = (SELECT person_id FROM waves_participation WHERE state = 'bought')"
_ACCEPTED, _BOUGHT = "state = 'accepted'", "state = 'bought'"

ATTEMPTS: dict[str, dict[str, tuple[Attempt, ...]]] = {
    "waves_wave": {
        "waves_wave_pkey": unique(again("waves_wave", "number = 10")),
        "waves_number_is_positive": check(again("waves_wave", number=0)),
        "waves_quota_holds": check(
            "UPDATE waves_wave SET accepted = quota + 1", "UPDATE waves_wave SET accepted = -1",
            "UPDATE waves_wave SET quota = accepted - 1",
        ),
        "waves_wave_deadline": shortened("waves_wave", "number = 10"),
        "waves_wave_key_stays": stays("UPDATE waves_wave SET number = 12 WHERE number = 10"),
        "waves_wave_stays": stays(*gone("waves_wave", "number = 10")),
    },
    "waves_participation": {
        "waves_participation_pkey": unique(again("waves_participation", _ACCEPTED, state="void", ended_at=ENDED)),
        "waves_one_live_participation": unique(again("waves_participation", _ACCEPTED, wave=11)),
        "waves_state_is_known": check(f"UPDATE waves_participation SET state = 'gone', ended_at = '{ENDED}'"),
        "waves_balance_never_negative": check(
            "UPDATE waves_participation SET training_balance = -1",
            "UPDATE waves_participation SET balance = training_balance - 1",
        ),
        "waves_first_purchase_in_time": check(
            f"UPDATE waves_participation SET first_purchase_at = deadline_at WHERE {_ACCEPTED}"
        ),
        "waves_bought_has_purchase": check(
            f"UPDATE waves_participation SET state = 'bought' WHERE {_ACCEPTED}",
            f"UPDATE waves_participation SET state = 'completed' WHERE {_ACCEPTED}",
        ),
        "waves_revoked_rightly": check(
            f"{_REVOKED}, ended_at = deadline_at - interval '1 microsecond' WHERE {_ACCEPTED}".replace(
                "ended_at = deadline_at, ", ""
            ),
            f"{_REVOKED} WHERE {_BOUGHT}",
            f"{_REVOKED} WHERE {_ACCEPTED}".replace("balance = 0, training", "balance = 1, training"),
            f"UPDATE waves_participation SET state = 'void', ended_at = '{ENDED}' WHERE {_ACCEPTED}; "
            + again("waves_participation", "state = 'void'", wave=11, state="revoked", balance=0, training_balance=0,
                    deadline_at=None),
        ),
        "waves_ended_has_moment": check(
            f"UPDATE waves_participation SET state = 'withdrawn' WHERE {_ACCEPTED}",
            f"UPDATE waves_participation SET state = 'void' WHERE {_ACCEPTED}",
        ),
        "waves_participation_deadline": shortened("waves_participation", _ACCEPTED),
        "waves_participation_key_stays": stays(
            f"UPDATE waves_participation SET wave = 11 WHERE {_BOUGHT}",
            f"UPDATE waves_participation SET person_id = '{NOBODY}' WHERE {_BOUGHT}",
        ),
        "waves_participation_stays": stays(*gone("waves_participation", _BOUGHT)),
        "waves_participation_person": reference(again("waves_participation", _BOUGHT, person_id=NOBODY)),
        "waves_accepted_counts": reference(
            again("waves_participation", _BOUGHT, wave=77, state="void", ended_at=ENDED)
        ),
        "deadlines_reinstated_off_the_list": check(
            "UPDATE waves_participation SET state = 'accepted', ended_at = NULL WHERE state = 'revoked'"
        ),
    },
    "waves_card": {
        "waves_card_pkey": unique(again("waves_card")),
        "waves_card_key_stays": stays(
            "UPDATE waves_card SET wave = 11", f"UPDATE waves_card SET person_id = '{NOBODY}'"
        ),
        "waves_card_participation": reference(again("waves_card", number_fingerprint=NOBODY, person_id=NOBODY)),
    },
    "waves_household_seat": {
        "waves_household_seat_pkey": unique(again("waves_household_seat")),
        "waves_seat_is_numbered": check(again("waves_household_seat", seat=0)),
        "waves_seat_key_stays": stays(
            "UPDATE waves_household_seat SET wave = 11", f"UPDATE waves_household_seat SET person_id = '{NOBODY}'"
        ),
        "waves_seat_participation": reference(again("waves_household_seat", seat=2, person_id=NOBODY)),
    },
    "waves_hold": {
        "waves_held_once_for_a_reason": unique(again("waves_hold", "lifted_at IS NULL", hold_id=900)),
        "waves_hold_participation": reference(again("waves_hold", person_id=NOBODY)),
    },
    "registry_person": {
        "registry_person_pkey": unique(again("registry_person")),
        "registry_person_key_stays": stays(f"UPDATE registry_person SET person_id = '{NOBODY}' WHERE {_BUYER}"),
        "registry_person_stays": stays(*gone("registry_person", _BUYER)),
    },
    "registry_nikkey": {
        "registry_nikkey_pkey": unique(again("registry_nikkey", until_at=ENDED)),
        "registry_nik_leads_to_one": unique(
            "INSERT INTO registry_nikkey (person_id, fingerprint, from_at)"
            " SELECT person.person_id, nik.fingerprint, nik.from_at FROM registry_nikkey AS nik"
            " JOIN registry_person AS person ON person.person_id <> nik.person_id LIMIT 1"
        ),
        "registry_nik_key_key_stays": stays(
            f"UPDATE registry_nikkey SET fingerprint = '{NOBODY}' WHERE {_BUYER}",
            f"UPDATE registry_nikkey SET person_id = '{NOBODY}' WHERE {_BUYER}",
        ),
        "registry_nik_key_stays": stays(*gone("registry_nikkey", _BUYER)),
        "registry_nik_key_person": reference(again("registry_nikkey", person_id=NOBODY, fingerprint=NOBODY)),
    },
    "registry_blacklist_entry": {
        "registry_blacklist_entry_pkey": unique(
            again("registry_blacklist_entry", lifted_at=ENDED, lifted_reason="reinstated")
        ),
        "registry_blacklisted_once": unique(again("registry_blacklist_entry", since_at=ENDED)),
        "registry_lifted_with_reason": check(f"UPDATE registry_blacklist_entry SET lifted_at = '{ENDED}'"),
        "registry_blacklist_stays": stays(*gone("registry_blacklist_entry")),
        "registry_blacklist_key_stays": stays(
            "UPDATE registry_blacklist_entry SET since_at = since_at - interval '1 day'",
            "UPDATE registry_blacklist_entry SET person_id ="
            f" (SELECT person_id FROM waves_participation WHERE {_BOUGHT})"
            " WHERE person_id = (SELECT person_id FROM registry_blacklist_entry LIMIT 1)",
        ),
        "registry_blacklist_person": reference(again("registry_blacklist_entry", person_id=NOBODY)),
    },
    "ledger_entry": {
        "ledger_kind_is_known": check(again("ledger_entry", entry_id=900, kind="given")),
        "ledger_amount_moves_something": check(again("ledger_entry", entry_id=900, amount=0, training=0)),
        "ledger_training_is_a_part": check(
            again("ledger_entry", entry_id=900, kind="committed", amount=1, training=2),
            again("ledger_entry", entry_id=900, kind="committed", amount=1, training=-1),
            again("ledger_entry", entry_id=900, kind="returned", amount=-1, training=1),
            again("ledger_entry", entry_id=900, kind="returned", amount=-1, training=-2),
        ),
        "ledger_spent_is_training": check(again("ledger_entry", entry_id=900, kind="spent", amount=-2, training=-1)),
        "ledger_entry_append_only": append_only("ledger_entry", "amount"),
        "waves_entry_participation": reference(again("ledger_entry", entry_id=900, wave=77)),
    },
    "journal_event": {"journal_event_append_only": append_only("journal_event", "kind")},
    "journal_act": {"journal_act_append_only": append_only("journal_act", "kind")},
    "journal_seal": {
        "journal_seal_pkey": unique(again("journal_seal", digest="another")),
        "journal_seal_digest_key": unique(again("journal_seal", seal_id=900)),
        "journal_seal_append_only": append_only("journal_seal", "digest"),
    },
    "messaging_message": {
        "messaging_message_pkey": unique(again("messaging_message")),
        "messaging_state_is_known": check("UPDATE messaging_message SET state = 'lost'"),
        "messaging_window_is_open": check("UPDATE messaging_message SET expires_at = not_before"),
        "messaging_accepted_was_sent": check("UPDATE messaging_message SET state = 'accepted', sent_at = NULL"),
        "messaging_message_key_stays": stays(
            "UPDATE messaging_message SET wave = 11",
            f"UPDATE messaging_message SET person_id = '{NOBODY}'"
            " WHERE person_id = (SELECT person_id FROM messaging_message LIMIT 1)",
        ),
        "waves_message_participation": reference(again("messaging_message", wave=77)),
        "messaging_forgets_what_is_over": check(
            "UPDATE messaging_message SET address = '+6281211110001'",
            again("messaging_message", wave=0, state="cancelled", address="+6281211110001"),
            again("messaging_message", wave=0, state="cancelled", sealed="\\x00"),
        ),
        "messaging_fate_is_known": check("UPDATE messaging_message SET fate = 'lost'"),
    },
    "messaging_attempt": {
        "messaging_attempt_pkey": unique(again("messaging_attempt")),
        "messaging_attempt_outcome_is_known": check("UPDATE messaging_attempt SET outcome = 'accepted'"),
    },
    "messaging_allowance": {"messaging_allowance_pkey": unique(again("messaging_allowance"))},
    "messaging_receipt": {
        "messaging_receipt_once": unique(again("messaging_receipt", receipt_id=900)),
        "messaging_receipt_is_known": check("UPDATE messaging_receipt SET fate = 'lost'"),
    },
    "messaging_switch": {
        "messaging_switch_pkey": unique(again("messaging_switch")),
        "messaging_switch_is_known": check("UPDATE messaging_switch SET kind = 'person'"),
    },
    "messaging_suppression": {"messaging_suppression_pkey": unique(again("messaging_suppression"))},
    "partners_feed": {
        "partners_feed_pkey": unique(again("partners_feed")),
        "partners_feed_key_stays": stays("UPDATE partners_feed SET source = 'pasar'"),
        "partners_feed_stays": stays(*gone("partners_feed")),
    },
    "reasons_question": {
        "reasons_question_pkey": unique(again("reasons_question", link_id=NOBODY)),
        "reasons_link_opens_one": unique(again("reasons_question", wave=77)),
        "reasons_occasion_is_known": check("UPDATE reasons_question SET occasion = 'later'"),
        "reasons_way_is_known": check(
            "UPDATE reasons_question SET asked_by = 'dream'", "UPDATE reasons_question SET answered_by = 'dream'"
        ),
        "reasons_answer_is_whole": check(
            "UPDATE reasons_question SET reason = NULL", "UPDATE reasons_question SET answered_at = NULL",
            "UPDATE reasons_question SET reason = 'fate'", "UPDATE reasons_question SET answered_by = NULL",
        ),
    },
    "reasons_sampled": {
        "reasons_sampled_pkey": unique(again("reasons_sampled", person_id=NOBODY)),
        "reasons_sampled_once": unique(again("reasons_sampled", place=77)),
    },
    "training_course": {
        "training_course_pkey": unique(again("training_course")),
        "training_price_is_not_negative": check("UPDATE training_course SET price = -1"),
    },
    "training_early_cancellation": {
        "training_early_cancellation_pkey": unique(again("training_early_cancellation")),
    },
    "training_reference": {
        "training_reference_pkey": unique(again("training_reference"), again("training_reference", person_id=NOBODY)),
        "training_reference_feed": reference(again("training_reference", source="of nobody")),
        "training_reference_stays": stays(
            f"UPDATE training_reference SET person_id = '{NOBODY}'", *gone("training_reference")
        ),
    },
    "training_purchase": {
        "training_purchase_pkey": unique(again("training_purchase")),
        "training_paid_something": check("UPDATE training_purchase SET price = 0"),
        "training_cancel_was_recorded": check("UPDATE training_purchase SET cancelled_at = occurred_at"),
        "training_purchase_belongs": reference(again("training_purchase", reference="of nobody")),
        "training_purchase_key_stays": stays(
            "UPDATE training_purchase SET reference = 'another'", "UPDATE training_purchase SET wave = 11",
            "UPDATE training_purchase SET source = 'pasar'", f"UPDATE training_purchase SET person_id = '{NOBODY}'",
        ),
        "training_purchase_participation": reference(
            again("training_reference", reference="new") + "; " + again("training_purchase", reference="new", wave=77)
        ),
        "training_purchase_stays": stays(*gone("training_purchase")),
    },
    "foundation_installation": {
        "foundation_installation_pkey": unique(again("foundation_installation")),
        "installation_is_one": check(again("foundation_installation", installation_id=2)),
    },
    "deadlines_run": {
        "deadlines_run_state_is_known": check(again("deadlines_run", run_id=900, state="done", closed_at=None)),
        "deadlines_closed_has_moment": check(
            again("deadlines_run", run_id=900, closed_at=None), again("deadlines_run", run_id=900, state="open")
        ),
        "deadlines_one_open_run": unique(
            again("deadlines_run", run_id=900, state="open", closed_at=None)
            + "; " + again("deadlines_run", run_id=901, state="waiting", closed_at=None)
        ),
        "deadlines_run_moves": check(
            "UPDATE deadlines_run SET expected = 1",
            again("deadlines_run", run_id=900, state="waiting", closed_at=None)
            + "; UPDATE deadlines_run SET state = 'open' WHERE run_id = 900",
        ),
    },
    "help_question": {
        "help_question_pkey": unique(again("help_question")),
        "help_question_language_is_known": check(again("help_question", language="xx")),
    },
    "help_opinion": {
        "help_opinion_pkey": unique(again("help_opinion")),
        "help_opinion_was_given": check(again("help_opinion", slug="b", times=0)),
    },
    "help_missed": {
        "help_missed_pkey": unique(again("help_missed")),
        "help_missed_is_masked": check(
            again("help_missed", text="3171"), again("help_missed", text="x" * 81), again("help_missed", text=""),
            again("help_missed", text="b", times=0),
        ),
    },
    "deadlines_slice": {
        "deadlines_slice_of_open_run": check(again("deadlines_slice", slice_id=900)),
        "deadlines_slice_run": reference(again("deadlines_slice", slice_id=900, run_id=77)),
    },
    "deadlines_approval": {
        "deadlines_approved_once_by_each": unique(again("deadlines_approval", id=900)),
        "deadlines_approval_append_only": append_only("deadlines_approval", "name"),
        "deadlines_approval_run": reference(again("deadlines_approval", id=900, run_id=77)),
    },
    "deadlines_decision": {
        "deadlines_decision_kind_is_known": check(again("deadlines_decision", decision_id=900, kind="wish")),
        "deadlines_decision_has_one_scope": check(
            again("deadlines_decision", decision_id=900, scope="wave"),
            again("deadlines_decision", decision_id=900, wave=10),
            again("deadlines_decision", decision_id=900, person_id=None),
            again("deadlines_decision", decision_id=900, scope="everyone"),
        ),
        "deadlines_decision_moments_in_order": check(
            again("deadlines_decision", decision_id=900, until_at="2020-01-01T00:00:00Z"),
            again("deadlines_decision", decision_id=900, decided_at="2020-01-01T00:00:00Z"),
        ),
        "deadlines_decision_is_somebodys": check(
            again("deadlines_decision", decision_id=900, reason=""),
            again("deadlines_decision", decision_id=900, decided_by=""),
            again("deadlines_decision", decision_id=900, approved_by="Sari"),
        ),
        "deadlines_only_holds_are_lifted": check(
            again("deadlines_decision", decision_id=900, lifted_at=ENDED),
            again("deadlines_decision", decision_id=900, lifted_by="Sari", lifted_reason="resolved"),
            again("deadlines_decision", decision_id=900, kind="extension", lifted_at=ENDED, lifted_by="Sari",
                  lifted_reason="resolved"),
        ),
        "deadlines_decision_stays": stays(
            "UPDATE deadlines_decision SET until_at = until_at + interval '1 hour'",
            f"UPDATE deadlines_decision SET lifted_at = '{ENDED}', lifted_by = 'Sari', lifted_reason = 'resolved'; "
            "UPDATE deadlines_decision SET lifted_reason = 'another'",
        ),
        "deadlines_decision_append_only": stays(*gone("deadlines_decision")),
    },
    "deadlines_quarantine": {
        "deadlines_apart_once": unique(again("deadlines_quarantine", quarantine_id=900)),
        "deadlines_apart_with_reason": check(again("deadlines_quarantine", quarantine_id=900, reason="")),
        "deadlines_let_go_once": check(
            f"UPDATE deadlines_quarantine SET released_at = '{ENDED}'; "
            "UPDATE deadlines_quarantine SET released_at = NULL"
        ),
        "deadlines_quarantine_key_stays": stays(
            *(
                f"UPDATE deadlines_quarantine SET {column} = {column}"
                for column in ("person_id", "quarantine_id", "wave", "run_id", "reason", "found_at")
            )
        ),
        "deadlines_quarantine_stays": stays(*gone("deadlines_quarantine")),
        "deadlines_quarantine_participation": reference(again("deadlines_quarantine", person_id=NOBODY)),
        "deadlines_quarantine_run": reference(
            again("deadlines_quarantine", quarantine_id=900, run_id=77, released_at=ENDED)
        ),
    },
    "accounts_code": {
        "accounts_code_pkey": unique(again("accounts_code")),
        "accounts_code_lives": check(again("accounts_code", code_id=NOBODY, expires_at="2020-01-01T00:00:00Z")),
        "accounts_code_has_digits": check(
            again("accounts_code", code_id=NOBODY, digits=5), again("accounts_code", code_id=NOBODY, digits=9)
        ),
        "accounts_code_is_used_once": stays(
            f"UPDATE accounts_code SET used_at = '{ENDED}'; UPDATE accounts_code SET used_at = NULL",
            f"UPDATE accounts_code SET digest = '{NOBODY}'", f"UPDATE accounts_code SET scope = '{NOBODY}'",
            "UPDATE accounts_code SET expires_at = expires_at + interval '1 minute'",
        ),
    },
    "accounts_challenge": {
        "accounts_challenge_pkey": unique(again("accounts_challenge")),
        "accounts_five_tries": check("UPDATE accounts_challenge SET tries = 6"),
        "accounts_five_namings": check("UPDATE accounts_challenge SET namings = 6"),
        "accounts_purpose_is_known": check("UPDATE accounts_challenge SET purpose = 'look'"),
        "accounts_proven_by_a_try": check(f"UPDATE accounts_challenge SET proven_at = '{ENDED}'"),
        "accounts_challenge_is_proven_once": stays(
            "UPDATE accounts_challenge SET tries = 2; UPDATE accounts_challenge SET tries = 1",
            "UPDATE accounts_challenge SET namings = 2; UPDATE accounts_challenge SET namings = 1",
            f"UPDATE accounts_challenge SET tries = 1, proven_at = '{ENDED}'; "
            "UPDATE accounts_challenge SET proven_at = NULL",
            f"UPDATE accounts_challenge SET person_id = '{NOBODY}'; UPDATE accounts_challenge SET person_id = NULL",
            f"UPDATE accounts_challenge SET scope = '{NOBODY}'", f"UPDATE accounts_challenge SET bucket = '{NOBODY}'",
            "UPDATE accounts_challenge SET expires_at = expires_at + interval '1 minute'",
        ),
    },
    "accounts_limit": {
        "accounts_limit_pkey": unique(again("accounts_limit")),
        "accounts_limit_counts": check("UPDATE accounts_limit SET count = 0"),
    },
    "accounts_session": {
        "accounts_session_pkey": unique(again("accounts_session")),
        "accounts_session_ends": check("UPDATE accounts_session SET expire_date = seen_at"),
        "accounts_session_in_order": check("UPDATE accounts_session SET began_at = seen_at + interval '1 second'"),
    },
    "accounts_contact": {
        "accounts_contact_pkey": unique(again("accounts_contact")),
        "accounts_contact_in_order": check(
            "UPDATE accounts_contact SET steady_since_at = proven_at - interval '1 second'",
            "UPDATE accounts_contact SET last_used_at = steady_since_at - interval '1 second'",
        ),
    },
    "accounts_change": {
        "accounts_change_pkey": unique(again("accounts_change")),
        "accounts_one_change": unique(again("accounts_change", change_id=NOBODY)),
        "accounts_change_ends_once": check(
            f"UPDATE accounts_change SET effective_at = '{ENDED}', applied_at = '{ENDED}', cancelled_at = '{ENDED}', "
            "sealed = NULL",
            f"UPDATE accounts_change SET effective_at = '{ENDED}', applied_at = '2020-11-01T00:00:00Z', sealed = NULL",
        ),
        "accounts_change_forgets": check(
            "UPDATE accounts_change SET sealed = NULL", f"UPDATE accounts_change SET cancelled_at = '{ENDED}'"
        ),
        "accounts_change_is_over": stays(
            f"UPDATE accounts_change SET cancelled_at = '{ENDED}', sealed = NULL; "
            "UPDATE accounts_change SET cancelled_at = '2020-11-06T00:00:00Z'",
            f"UPDATE accounts_change SET effective_at = '{ENDED}'; UPDATE accounts_change SET effective_at = NULL",
        ),
    },
    "deadlines_release": {
        "deadlines_release_moves_seats": check(
            again("deadlines_release", release_id=900, seats=0, repaid=0),
            again("deadlines_release", release_id=900, seats=-1, repaid=1),
            again("deadlines_release", release_id=900, seats=1, repaid=-1),
        ),
        "deadlines_release_is_covered": check(
            again("deadlines_release", release_id=900, seats=1000),
            again("deadlines_release", release_id=900, to_wave=10),
            again("deadlines_run", run_id=900, state="open", closed_at=None)
            + "; " + again("deadlines_release", release_id=900, run_id=900),
        ),
        "deadlines_release_append_only": append_only("deadlines_release", "seats"),
        "deadlines_release_run": reference(again("deadlines_release", release_id=900, run_id=77)),
        "deadlines_release_to_wave": reference(again("deadlines_release", release_id=900, to_wave=77)),
    },
}  # fmt: skip
