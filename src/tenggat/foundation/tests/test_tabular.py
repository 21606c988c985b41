"""Tables that people hand in: what is read, and what is refused with which words."""

import csv
import os
from datetime import date
from pathlib import Path

import polars
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from tenggat.foundation.tabular import BadRow, FileRefused, RefusedFileUnwritable, RefusedRows, Row, read

COLUMNS = ("nik", "name")
HEADER = "nik,name\n"


def table(folder: Path, content: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(
    path: Path, *, optional: tuple[str, ...] = (), text_only: tuple[str, ...] = (), may_be_empty: bool = False
) -> list[Row | BadRow]:
    found = read(path, required=COLUMNS, optional=optional, text_only=text_only, may_be_empty=may_be_empty)
    return list(found)


def refusal(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(path, required=COLUMNS)
    assert path.name in str(caught.value)
    return caught.value


SITI = Row(2, ("1", "Siti"))


@pytest.mark.parametrize(
    "content",
    [
        b"nik,name\n1,Siti\n",
        b"nik,name\n1,Siti",
        b"\xef\xbb\xbfnik,name\r\n1,Siti\r\n",
        b"nik;name\n1;Siti\n",
        b"nik;name\r1;Siti\r",
        b'"nik","name"\n"1"," Siti "\n',
        b" NIK , Name \n 1 , Siti \n\n\n , \n",
        b"name,nik\nSiti,1\n",
        b"nik,name,,\n1,Siti,,\n",
        b"nik,name\n1,Siti,,\n",
    ],
)
def test_the_usual_spellings_of_a_csv_file_say_the_same(tmp_path: Path, content: bytes) -> None:
    assert rows(table(tmp_path, content)) == [SITI]


def test_a_row_after_a_cell_of_two_lines_has_its_true_line_number(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + '1,"Siti\nAminah"\n\n2,Budi\n')
    assert rows(path) == [Row(2, ("1", "Siti\nAminah")), Row(5, ("2", "Budi"))]


def test_an_optional_column_that_is_not_there_is_empty(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "1,Siti\n")
    assert rows(path, optional=("kind",)) == [Row(2, ("1", "Siti", ""))]


def test_a_row_with_too_few_or_too_many_cells_is_given_as_a_bad_row(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "1\n2,Budi,3\n3,Ani\n")
    short, long, good = rows(path)
    assert isinstance(short, BadRow)
    assert isinstance(long, BadRow)
    assert (short.line, short.reason, long.line, long.reason) == (2, "row_width", 3, "row_width")
    assert good == Row(4, ("3", "Ani"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file_empty"),
        ("\n\n", "file_empty"),
        (HEADER, "file_empty"),
        (HEADER + ",\n , \n", "file_empty"),
        ("nik,nama\n1,Siti\n", "file_columns"),
        ("nik,name,nik\n1,Siti,1\n", "file_columns"),
        ("nik,name,note\n1,Siti,x\n", "file_columns"),
        ((HEADER + "1,Siti Nurhalizé\n").encode("latin-1"), "file_not_utf8"),
        ((HEADER + "1,Siti\n").encode("utf-16"), "file_not_utf8"),
        ((HEADER + "1,Siti\n").encode("utf-16-le"), "file_not_utf8"),
        (HEADER + "1,Si\0ti\n", "file_not_utf8"),
        (os.urandom(5000), "file_not_utf8"),
        (HEADER.encode() + b"1,Siti\n" * 300_000 + b"1,\xe9\n", "file_not_utf8"),
        (HEADER.encode() + b"1,Siti \xc3", "file_not_utf8"),
        (HEADER + '1,"Siti\n2,Budi\n3,Ani\n', "file_unreadable"),
        (HEADER + "1," + "x" * 10_000_000 + "\n2,Budi\n", "file_unreadable"),
        (b"PK\x03\x04 no sheet", "file_unreadable"),
        (b"PAR1 no table", "file_unreadable"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_before_its_first_row(
    tmp_path: Path, content: str | bytes, code: str
) -> None:
    assert refusal(table(tmp_path, content)).code == code


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "nowhere.csv").code == "file_not_found"
    assert refusal(tmp_path).code == "file_is_folder"
    assert refusal(tmp_path / "pipe").code == "file_unreadable"
    assert refusal(Path("/dev/null")).code == "file_unreadable"


def test_the_refusal_of_columns_says_which_are_missing_and_which_are_not_known(tmp_path: Path) -> None:
    assert "lacks the columns name" in refusal(table(tmp_path, "nik,nama\n1,Siti\n")).message
    assert "unknown columns nama" in refusal(table(tmp_path, "nik,name,nama\n1,Siti,\n")).message


def test_a_file_without_a_header_has_its_data_repeated_nowhere(tmp_path: Path) -> None:
    message = refusal(table(tmp_path, "3171011501950001,Budi Rahasia\n")).message
    assert "3171" not in message
    assert "rahasia" not in message.lower()


def test_a_header_of_many_thousand_columns_is_read_in_a_moment(tmp_path: Path) -> None:
    assert refusal(table(tmp_path, ",".join(f"c{at}" for at in range(100_000)) + "\n1\n")).code == "file_columns"


def test_a_list_of_refused_rows_that_cannot_be_written_is_told_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "people.csv.refused.csv").mkdir()
    with pytest.raises(RefusedFileUnwritable, match="is a folder"):
        RefusedRows(tmp_path / "people.csv")


def test_a_huge_cell_costs_its_own_row_only(tmp_path: Path) -> None:
    bad, good = rows(table(tmp_path, HEADER + "1," + "x" * 200_000 + "\n2,Budi\n"))
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.reason) == (2, "row_unreadable")
    assert good == Row(3, ("2", "Budi"))


def sheet(folder: Path, *cells: tuple[object, ...]) -> Path:
    path = folder / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, COLUMNS)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, values in enumerate(cells, start=1):
            for column, value in enumerate(values):
                if isinstance(value, date):
                    page.write_datetime(line, column, value, day)
                else:
                    page.write(line, column, value)
    return path


def test_a_sheet_gives_its_rows_and_refuses_numbers_where_digits_would_be_lost(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ("3171012345678901", "Siti"),
        (3171012345678901, "Budi"),
        (),
        ("4", date(1990, 1, 2)),
        ("5", 6),
    )
    siti, budi, ani, five = rows(path, text_only=("nik",))
    assert siti == Row(2, ("3171012345678901", "Siti"))
    assert isinstance(budi, BadRow)
    assert (budi.line, budi.reason) == (3, "nik_is_number")
    assert "3171" not in budi.sentence
    assert (ani, five) == (Row(5, ("4", "1990-01-02")), Row(6, ("5", "6")))


def test_parquet_gives_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    polars.DataFrame({"nik": ["1", None, "2"], "name": ["Siti", None, " Budi "]}).write_parquet(path)
    assert rows(path, text_only=("nik",)) == [SITI, Row(4, ("2", "Budi"))]


def test_a_numeric_nik_in_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    polars.DataFrame({"nik": [3171012345678901], "name": ["Siti"]}).write_parquet(path)
    (bad,) = rows(path, text_only=("nik",))
    assert isinstance(bad, BadRow)
    assert bad.reason == "nik_is_number"


def test_refused_rows_appear_beside_their_file_only_once_published(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER)
    with RefusedRows(path) as refused:
        refused.add(2, "nik_date", "The date does not exist.")
        assert not refused.path.exists()
        assert refused.publish() == tmp_path / "people.csv.refused.csv"
    with (tmp_path / "people.csv.refused.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "reason", "sentence"],
            ["2", "nik_date", "The date does not exist."],
        ]
    assert sorted(found.name for found in tmp_path.iterdir()) == ["people.csv", "people.csv.refused.csv"]


def test_an_interrupted_run_leaves_no_list(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER)

    def interrupted() -> None:
        with RefusedRows(path) as refused:
            refused.add(2, "nik_date", "The date does not exist.")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == [path]


def test_a_list_of_an_earlier_run_goes_away_when_nothing_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER)
    table(tmp_path, "old", name="people.csv.refused.csv")
    with RefusedRows(path) as refused:
        assert refused.publish() is None
    assert list(tmp_path.iterdir()) == [path]
