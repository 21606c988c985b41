"""Records that the database refuses: planted rules that one person's rows break, and what mends them."""

from uuid import UUID

from django.db import connection
from psycopg import sql

from tests.scene import KEYS


def person(nik: str) -> UUID:
    """Whom a NIK leads to."""
    return KEYS.fingerprint("nik", nik)


def spoil(table: str, *people: UUID) -> None:
    """From now on the table refuses every new row of these people, and every change of an old one."""
    who = sql.SQL(", ").join(map(sql.Literal, people))
    _run(
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT planted CHECK (person_id NOT IN ({})) NOT VALID").format(
            sql.Identifier(table), who
        )
    )


def spoil_everybody() -> None:
    """No money can be returned any more."""
    _run(sql.SQL("ALTER TABLE ledger_entry ADD CONSTRAINT planted CHECK (kind <> 'returned') NOT VALID"))


def mend(table: str) -> None:
    """The record is in order again."""
    _run(sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS planted").format(sql.Identifier(table)))


def trip(code: str, message: str, who: UUID, *, deferred: bool = False) -> None:
    """The journal of a person raises an error of this SQLSTATE, at once or when the transaction ends."""
    _run(
        sql.SQL(
            "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.person_id = {} AND NEW.kind = 'revoked' THEN RAISE EXCEPTION {} USING ERRCODE = {}; END IF; "
            "RETURN NULL; END $$"
        ).format(sql.Literal(who), sql.Literal(message), sql.Literal(code))
    )
    kind = "CONSTRAINT TRIGGER" if deferred else "TRIGGER"
    when = "DEFERRABLE INITIALLY DEFERRED" if deferred else ""
    _run(
        sql.SQL("CREATE {} planted AFTER INSERT ON journal_event {} FOR EACH ROW EXECUTE FUNCTION planted()").format(
            sql.SQL(kind), sql.SQL(when)
        )
    )


def untrip() -> None:
    """The journal takes everything again."""
    _run(sql.SQL("DROP FUNCTION planted() CASCADE"))


def _run(statement: sql.Composed | sql.SQL) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
