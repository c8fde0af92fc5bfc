"""Every format, on rows with everything that a stranger's name and DuckDB's types can hold."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from syrupy.assertion import SnapshotAssertion

from cagraph.errors import UsageProblem
from cagraph.report.formats import FORMATS, write
from cagraph.report.rows import Table, plain, text

HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07 CA",
    "moc.elpmaxe\u202egro.live",
    "line\nbreak\tand\\slash",
    '=HYPERLINK("http://x","y")',
    "a|b <img src=x> *bold* _it_ snake_case [l](u) `c`",
    "한국전자인증",
    "C1 \x9b31m, BOM \ufeff, zero\u200bwidth, line\u2028separator",
    "",
]
TEXT_FORMATS = [name for name in FORMATS if name != "parquet"]


def table(rows: list[tuple[Any, ...]] | None = None) -> Table:
    hostile = [(number, name, ["a", "b"], None) for number, name in enumerate(HOSTILE, start=1)]
    return Table(("n", "name", "list", "nothing"), hostile if rows is None else rows, title="Names")


def written(source: Table, form: str, *, terminal: bool = False) -> str:
    stream = io.BytesIO()
    write(source, form, stream, terminal=terminal)
    return stream.getvalue().decode("utf-8")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@pytest.fixture
def values(connection: duckdb.DuckDBPyConnection) -> Table:
    cursor = connection.execute(
        """SELECT DATE '2024-05-08' AS day, TIMESTAMP '2024-05-08' AS time,
        TIMESTAMP '2024-05-08 01:02:03.5' AS fraction, TIMESTAMPTZ '2024-05-08 02:00:00+02' AS zone,
        TIMESTAMP '-infinity' AS never, TIMESTAMP 'infinity' AS always, 'nan'::DOUBLE AS nan,
        1.50::DECIMAL(9, 2) AS money, 170141183460469231731687303715884105727 AS huge,
        '\\xCA\\xFE'::BLOB AS bytes, TRUE AS yes, [1, NULL, 3] AS list, []::VARCHAR[] AS none_listed,
        {'a': DATE '2024-05-08'} AS struct, MAP {1: 'x'} AS map,
        '{"k": [1,\n 2.0]}'::JSON AS json, NULL AS nothing
        UNION ALL BY NAME SELECT NULL AS day"""
    )
    return Table.from_cursor(cursor)


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_hostile_names(form: str, snapshot: SnapshotAssertion) -> None:
    shown = written(table(), form)
    # CSV is exact; kept here as ASCII, so that the golden file steers no terminal either.
    assert ([ascii(line) for line in shown.split("\n")] if form == "csv" else shown) == snapshot


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_values(values: Table, form: str, snapshot: SnapshotAssertion) -> None:
    assert written(values, form) == snapshot


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_empty(form: str, snapshot: SnapshotAssertion) -> None:
    assert written(table([]), form) == snapshot


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_nothing_that_steers_a_terminal_gets_to_one(form: str) -> None:
    shown = written(table(), form, terminal=True)
    for char in "\x1b\x07\x9b\u202e\ufeff\u200b\u2028\r":
        assert char not in shown


@pytest.mark.parametrize("form", ["table", "tsv", "ndjson", "markdown"])
def test_one_row_is_one_line(form: str) -> None:
    extra = {"table": 3, "tsv": 1, "ndjson": 0, "markdown": 4}[form]
    assert len(written(table(), form).splitlines()) == len(HOSTILE) + extra


def test_csv_gives_back_exactly_what_went_in() -> None:
    rows = list(csv.reader(io.StringIO(written(table(), "csv"), newline=""), strict=True))
    assert [row[1] for row in rows[1:]] == HOSTILE


def test_csv_tells_null_from_empty_text(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(written(Table(("a",), [("",), (None,), ("x",)]), "csv"), encoding="utf-8")
    assert path.read_text() == 'a\n""\n""\nx\n', "a column alone: a blank line would be no row"
    path.write_text(written(Table(("a", "b"), [("", 1), (None, 2)]), "csv"), encoding="utf-8")
    assert path.read_text() == 'a,b\n"",1\n,2\n'


def test_csv_warns_of_formulas_and_changes_none() -> None:
    stream = io.BytesIO()
    notes = write(Table(("a",), [("=1+1",), ("-x",), ("fine",), (-5,)]), "csv", stream)
    assert notes == ["2 cells begin with = + - or @: in a spreadsheet, import the columns as text"]
    assert stream.getvalue() == b"a\n=1+1\n-x\nfine\n-5\n"


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_json_gives_back_exactly_what_went_in(form: str) -> None:
    shown = written(table(), form)
    rows = json.loads(shown) if form == "json" else [json.loads(line) for line in shown.splitlines()]
    assert [row["name"] for row in rows] == HOSTILE
    assert rows[0]["list"] == ["a", "b"]


def test_tsv_can_be_unescaped() -> None:
    lines = written(table(), "tsv").splitlines()
    assert lines[3].split("\t")[1] == r"line\nbreak\tand\\slash"


@pytest.mark.parametrize("form", ["json", "ndjson", "parquet"])
def test_two_columns_of_one_name_are_refused_where_one_would_be_lost(form: str) -> None:
    with pytest.raises(UsageProblem, match="two columns are called 'a'"):
        written(Table(("a", "a"), [(1, 2)]), form)
    assert written(Table(("a", "a"), [(1, 2)]), "csv") == "a,a\n1,2\n"


def test_nested_values_are_json_in_a_cell() -> None:
    nested = [{"field": "URL", "value": "a;b"}, {"field": "line", "value": None}]
    source = Table(("nested", "list"), [(nested, ["a", "b"])])
    cell, flat = list(csv.reader(io.StringIO(written(source, "csv"))))[1]
    assert (json.loads(cell), flat) == (nested, "a;b")
    cell, flat = written(source, "tsv").splitlines()[1].split("\t")
    assert (json.loads(cell), flat) == (nested, "a;b")


def test_long_cell_is_shortened_for_the_eye_only_and_said_so() -> None:
    stream = io.BytesIO()
    notes = write(Table(("a",), [("x" * 1000,)]), "table", stream)
    assert notes == ["1 cell was shortened to 240 characters; every other format has them whole"]
    assert "x" * 1000 in written(Table(("a",), [("x" * 1000,)]), "markdown")


def test_unknown_format() -> None:
    with pytest.raises(UsageProblem, match="no format 'xml'; there are table, json"):
        written(table(), "xml")


def test_parquet_keeps_types_and_values(
    values: Table, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "v.parquet"
    with path.open("wb") as stream:
        write(values, "parquet", stream)
    back = Table.from_cursor(connection.execute("FROM read_parquet(?)", [str(path)]))
    assert back.columns == values.columns
    assert [text(value) for row in back.rows for value in row] == [
        # Parquet has no 128-bit integer: DuckDB writes a DOUBLE.
        "1.7014118346046923e+38" if name == "huge" and value is not None else text(value)
        for row in values.rows
        for name, value in zip(values.columns, row, strict=True)
    ]


@pytest.mark.parametrize("rows", [[], [(1, "a", True, 1.5, None)]])
def test_parquet_of_rows_without_types(
    rows: list[tuple[Any, ...]], connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "v.parquet"
    with path.open("wb") as stream:
        write(Table(("i", 'quo"te', "b", "f", "n"), rows), "parquet", stream)
    assert connection.execute("FROM read_parquet(?)", [str(path)]).fetchall() == rows


def test_parquet_is_not_for_a_terminal() -> None:
    with pytest.raises(UsageProblem, match="give -o FILE"):
        written(table(), "parquet", terminal=True)


def test_rows_may_come_in_a_stream(connection: duckdb.DuckDBPyConnection) -> None:
    source = Table.from_cursor(connection.execute("SELECT range AS n FROM range(25000)"), stream=True)
    assert written(source, "csv").count("\n") == 25_001


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2024, 5, 8), "2024-05-08"),
        (date.min, "-infinity"),
        (datetime(2024, 5, 8), "2024-05-08T00:00:00Z"),
        (datetime(2024, 5, 8, tzinfo=UTC), "2024-05-08T00:00:00Z"),
        (datetime.min, "-infinity"),
        (datetime.max, "infinity"),
        (float("nan"), None),
        (float("-inf"), None),
        (Decimal("2.00"), 2),
        (Decimal("0.1"), 0.1),
        (Decimal("0.12345678901234567890"), "0.12345678901234567890"),
        (b"\xca\xfe", "cafe"),
        (True, True),
        ((1, [b"\0"]), [1, ["00"]]),
        ({1: date.max}, {"1": "infinity"}),
    ],
)
def test_plain_values(value: Any, expected: Any) -> None:
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)
