"""The catalogue: headers are read strictly, parameters are typed, names are guessed when mistyped."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import CagraphError, UsageProblem
from cagraph.warehouse.catalogue import Parameter, load_catalogue, read_query, run
from cagraph.warehouse.database import install_policy, open_warehouse

HEADER = """\
-- title: Numbers
-- description: Counts up to a limit.
--   And says on which day.
-- param: upto integer 3 how far
-- param: as_of date current_date the day
-- param: word varchar 'x' a word
--   of your own
-- columns: n, day, word
"""
BODY = """
SELECT n, coalesce(getvariable('as_of'), current_date) AS day, coalesce(getvariable('word'), 'x') AS word
FROM range(1, coalesce(getvariable('upto'), 3) + 1) AS r (n)
ORDER BY n
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "numbers.sql").write_text(HEADER + BODY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET VARIABLE as_of = DATE '2024-05-08'")
        yield connection


def test_header(folder: Path) -> None:
    query = load_catalogue(folder)["numbers"]
    assert query.title == "Numbers"
    assert query.description == "Counts up to a limit. And says on which day."
    assert query.columns == ("n", "day", "word")
    assert query.parameters == (
        Parameter("upto", "integer", "3", "how far"),
        Parameter("as_of", "date", "current_date", "the day"),
        Parameter("word", "varchar", "'x'", "a word of your own"),
    )


def test_parameters_are_typed_and_quoted(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    given = {"upto": "1", "as_of": "2020-02-29", "word": "'); DROP TABLE x; --\n\0é"}
    rows = run(connection, "numbers", given, folder).fetchall()
    assert rows == [(1, date(2020, 2, 29), "'); DROP TABLE x; --\n\0é")]


def test_parameter_not_given_takes_its_default_again(
    folder: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    run(connection, "numbers", {"upto": "1", "word": "y"}, folder).fetchall()
    rows = run(connection, "numbers", {}, folder).fetchall()
    assert [row[0] for row in rows] == [1, 2, 3]
    # The day stays the connection's.
    assert rows[0][1:] == (date(2024, 5, 8), "x")


def test_file_also_runs_bare(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    assert len(connection.execute((folder / "numbers.sql").read_text()).fetchall()) == 3


@pytest.mark.parametrize(
    ("name", "params", "reason"),
    [
        ("number", {}, "no query 'number': did you mean numbers?"),
        ("zzz", {}, "no query 'zzz'; `cagraph query` lists them all"),
        ("numbers", {"upt": "1"}, "no parameter 'upt': did you mean upto?"),
        ("numbers", {"zzz": "1"}, "no parameter 'zzz'; it has upto, as_of, word"),
        ("numbers", {"upto": "1.5"}, "upto of query numbers is a whole number, not '1.5'"),
        ("numbers", {"as_of": "yesterday"}, "is a date as 2024-05-08, not 'yesterday'"),
    ],
)
def test_wrong_name_or_value(
    folder: Path, connection: duckdb.DuckDBPyConnection, name: str, params: dict[str, str], reason: str
) -> None:
    with pytest.raises(UsageProblem) as caught:
        run(connection, name, params, folder)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("-- title: Numbers\n", "", "no `-- title: …`"),
        ("-- title: Numbers\n", "-- title: Numbers\n-- title: Twice\n", ":2: a second `title`"),
        ("-- columns: n, day, word\n", "", "no `-- columns: …`"),
        ("-- title:", "-- titel:", ":1: not a header line: '-- titel: Numbers'"),
        (
            "upto integer 3 how far",
            "upto number 3 how far",
            "not `name date|integer|varchar default description`",
        ),
        ("upto integer 3 how far", "upto integer 3", "not `name date|integer|varchar default description`"),
        ("param: upto", "param: word", "a parameter is declared twice"),
        (BODY, "", "no SELECT after the header"),
    ],
)
def test_malformed_header_names_the_file(folder: Path, old: str, new: str, reason: str) -> None:
    path = folder / "numbers.sql"
    path.write_text((HEADER + BODY).replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CagraphError) as caught:
        load_catalogue(folder)
    assert str(caught.value).startswith(str(path))
    assert reason in str(caught.value)


def test_columns_of_the_header_are_those_of_the_select(
    folder: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    path = folder / "numbers.sql"
    path.write_text((HEADER + BODY).replace("n, day, word", "n, word, day", 1), encoding="utf-8")
    with pytest.raises(CagraphError, match="the header promises"):
        run(connection, "numbers", {}, folder)


def test_every_query_of_the_project_runs_on_an_empty_warehouse(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb", write=True) as connection:
        install_policy(connection)
        for name in load_catalogue():
            run(connection, name, {}).fetchall()


def test_name_of_a_query_is_a_plain_word(tmp_path: Path) -> None:
    (tmp_path / "No Way.sql").write_text(HEADER + BODY, encoding="utf-8")
    with pytest.raises(CagraphError, match="lower-case"):
        read_query(tmp_path / "No Way.sql")
