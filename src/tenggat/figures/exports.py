"""Writing a table to CSV or Parquet, in one step: a file that is there is whole."""

from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg import sql as composed

from tenggat.foundation import sql
from tenggat.foundation.refusals import Refusal
from tenggat.foundation.whole_files import replacing

_SQL = sql.load("tenggat.figures", "exports.sql")
TABLES = tuple(_SQL)


class ExportRefused(Refusal):
    """The kind of file is not known."""

    code = "export_refused"


def export(*, table: str, path: Path) -> int:
    """Write one of TABLES to `path` (.csv or .parquet); gives how many rows. Raises ExportRefused, FileUnusable."""
    if path.suffix.lower() not in {".csv", ".parquet"}:
        raise ExportRefused(f"{path.name} is neither .csv nor .parquet; end the name in one of them.")
    with replacing(path) as draft:
        if path.suffix.lower() == ".csv":
            return _copy_csv(table, draft)
        with replacing(draft.with_suffix(".csv"), keep=False) as between:
            rows = _copy_csv(table, between)
            _to_parquet(table, between, draft)
        return rows


def _copy_csv(table: str, path: Path) -> int:
    statement = composed.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER true)").format(_iso(table))
    with transaction.atomic(), connection.cursor() as cursor, path.open("wb") as file:
        with cursor.copy(statement) as copy:
            for block in copy:
                file.write(block)
        return int(cursor.rowcount)


def _iso(table: str) -> composed.Composed:
    """The statement of a table with its instants as text in ISO 8601, whatever the server's DateStyle says."""
    with connection.cursor() as cursor:
        cursor.execute(composed.SQL("SELECT * FROM ({}) AS t LIMIT 0").format(composed.SQL(_SQL[table].text)))
        names = [(column.name, column.type_code) for column in cursor.description]
    shape = composed.SQL("to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"') AS {0}")
    columns = [
        shape.format(composed.Identifier(name)) if kind == _TIMESTAMPTZ else composed.Identifier(name)
        for name, kind in names
    ]
    return composed.SQL("SELECT {} FROM ({}) AS t").format(
        composed.SQL(", ").join(columns), composed.SQL(_SQL[table].text)
    )


_TIMESTAMPTZ = 1184
_NUMBERS = {"wave", "balance", "price", "event_id"}
_MOMENTS = ("_at", "not_before")


def _to_parquet(table: str, source: Path, target: Path) -> None:
    import polars as pl

    frame = pl.scan_csv(source, infer_schema=False)
    casts: list[Any] = []
    for name in frame.collect_schema().names():
        if name in _NUMBERS:
            casts.append(pl.col(name).cast(pl.Int64))
        elif name.endswith(_MOMENTS):
            casts.append(pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f%z", time_zone="UTC"))
    frame.with_columns(casts).sink_parquet(target)
