"""The catalogue: headers are read strictly, parameters are typed, names are guessed when mistyped."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from syrupy.assertion import SnapshotAssertion

from cagraph.errors import CagraphError, UsageProblem
from cagraph.warehouse.catalogue import Parameter, Query, load_catalogue, out_of, read_query, run
from cagraph.warehouse.database import open_warehouse
from tests.made_once import empty_warehouse

HEADER = """\
-- title: Numbers
-- description: Counts up to a limit.
--   And says on which day.
-- param: upto integer 3 how far
-- param: as_of date current_date the day
-- param: word varchar 'x' a word
--   of your own
-- denominator: numbers there are
-- of: SELECT coalesce(getvariable('upto'), 3)
-- columns: n, day, word
"""
BODY = """
SELECT n, coalesce(getvariable('as_of'), current_date) AS day, coalesce(getvariable('word'), 'x') AS word
FROM range(1, coalesce(getvariable('upto'), 3) + 1) AS r (n)
ORDER BY n
"""
ONE = """\
-- title: One
-- description: One certificate.
-- param: sha256 varchar required a certificate
-- denominator: certificates
-- of: SELECT 1
-- columns: sha256
SELECT getvariable('sha256') AS sha256
"""
BIRCH_CROSS = "d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "numbers.sql").write_text(HEADER + BODY, encoding="utf-8")
    (tmp_path / "one.sql").write_text(ONE, encoding="utf-8")
    return tmp_path


def needed(query: Query) -> dict[str, str]:
    """What a query cannot be asked without."""
    return {parameter.name: BIRCH_CROSS for parameter in query.parameters if parameter.required}


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


def test_fingerprint_as_it_was_copied(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    colons = ":".join(BIRCH_CROSS.upper()[i : i + 2] for i in range(0, 64, 2))
    for spelled in (BIRCH_CROSS, BIRCH_CROSS.upper(), colons):
        assert run(connection, "one", {"sha256": spelled}, folder).fetchall() == [(BIRCH_CROSS,)]


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
        ("one", {}, "query one needs sha256: a certificate (-p sha256=…)"),
        ("one", {"sha256": "d911aabe"}, "sha256 of query one is a SHA-256 of 64 hex digits, not 'd911aabe'"),
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
    (tmp_path / "w.duckdb").write_bytes(empty_warehouse())
    with open_warehouse(tmp_path / "w.duckdb", write=False) as connection:
        for name, query in load_catalogue().items():
            run(connection, name, needed(query)).fetchall()


@pytest.fixture(scope="module")
def sample(sample_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(sample_db, write=False, as_of=date(2024, 5, 8)) as connection:
        yield connection


@pytest.mark.parametrize("name", load_catalogue())
def test_every_query_of_the_project_on_the_sample(
    sample: duckdb.DuckDBPyConnection, name: str, snapshot: SnapshotAssertion
) -> None:
    query = load_catalogue()[name]
    cursor = run(sample, name, needed(query))
    assert tuple(column[0] for column in cursor.description) == query.columns
    assert len(cursor.fetchall()) == snapshot


@pytest.mark.parametrize("query", load_catalogue().values(), ids=lambda query: query.name)
def test_every_query_of_the_project_runs_bare(sample_db: Path, query: Query) -> None:
    """Any client binds the file as it is, without a variable set, to the columns that it promises."""
    with duckdb.connect(sample_db, read_only=True) as connection:
        rows = connection.execute("DESCRIBE\n" + query.path.read_text(encoding="utf-8")).fetchall()
        assert tuple(row[0] for row in rows) == query.columns


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("gaps", {"program": "mozilla", "purpose": "secure_email"}),
        ("gaps", {"kind": "s/mime br", "severity": "gap"}),
        ("gaps", {"owner": "birch"}),
        ("coverage", {"program": "mozilla", "purpose": "server_auth", "sha256": BIRCH_CROSS}),
        ("out-of-scope", {"reason": "expired"}),
        ("uncovered-capable-paths", {"program": "apple", "purpose": "secure_email"}),
    ],
)
def test_words_compare_in_any_case(
    sample: duckdb.DuckDBPyConnection, name: str, params: dict[str, str]
) -> None:
    lower = run(sample, name, params).fetchall()
    upper = run(sample, name, {key: value.upper() for key, value in params.items()}).fetchall()
    assert lower
    assert upper == lower


def test_siblings_keep_what_is_open_from_what_is_missing(sample: duckdb.DuckDBPyConnection) -> None:
    found = {}
    for verdict in ("pending", "unknown", "gap"):
        row = sample.execute("SELECT min(sha256) FROM coverage WHERE verdict = ?", [verdict]).fetchone()
        assert row is not None
        cursor = run(sample, "siblings", {"sha256": row[0]})
        names = [column[0] for column in cursor.description]
        found[verdict] = next(
            one
            for one in (dict(zip(names, each, strict=True)) for each in cursor.fetchall())
            if one["sha256"] == row[0]
        )
    assert found["pending"]["pending"]
    assert found["pending"]["gaps"] == []
    assert found["unknown"]["unknown"]
    assert found["unknown"]["gaps"] == []
    assert found["gap"]["gaps"]


def test_path_from_a_trusted_root_that_permits_nothing_trusted(sample: duckdb.DuckDBPyConnection) -> None:
    """Alder's old root is trusted for e-mail and code signing alone; below it is a CA for TLS alone."""
    states: dict[str, set[str]] = {}
    for sha256, subject in sample.execute("SELECT sha256, subject FROM certificate").fetchall():
        for row in run(sample, "paths", {"sha256": sha256}).fetchall():
            states.setdefault(row[4], set()).add(subject.split(",")[0])
    assert states["no trusted purpose"] == {"CN=Alder TLS EV CA"}
    assert "CN=Gorse 1997 Root" in states["not trusted"]


def test_name_of_a_query_is_a_plain_word(tmp_path: Path) -> None:
    (tmp_path / "No Way.sql").write_text(HEADER + BODY, encoding="utf-8")
    with pytest.raises(CagraphError, match="lower-case"):
        read_query(tmp_path / "No Way.sql")


def test_out_of_how_many(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    assert out_of(connection, "numbers", {"upto": "7"}, folder) == (7, "numbers there are")
    assert out_of(connection, "numbers", {}, folder) == (3, "numbers there are")


@pytest.mark.parametrize("name", load_catalogue())
def test_every_query_is_some_of_something(sample: duckdb.DuckDBPyConnection, name: str) -> None:
    number, things = out_of(sample, name, needed(load_catalogue()[name]))
    # The sample has no root that has expired and no letter that was read, and of everything else something.
    assert (number > 0) == (things != "expired roots" and "read" not in things.split())
