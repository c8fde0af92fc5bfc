"""`cagraph query` and `cagraph sql`."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from syrupy.assertion import SnapshotAssertion

from cagraph.cli.main import cli
from tests.cli.conftest import HOSTILE, QUERY, Run


def test_query_without_a_name_lists(catalogue: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    assert run("query").output == snapshot
    assert json.loads(run("query", "--json").stdout) == [
        {"name": "cas", "title": "CAs by name", "parameters": ["least=0", "as_of=current_date"]}
    ]


def test_query(analysed: Path, catalogue: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("query", "cas", "--as-of", "2024-05-08")
    assert (result.exit_code, result.stderr) == (0, "note: of 2 CAs\n")
    assert result.stdout == snapshot


def test_query_with_parameters(analysed: Path, catalogue: Path, run: Run) -> None:
    result = run("query", "cas", "-p", "least=8", "-p", "as_of=2020-02-29", "--as-of", "2024-05-08", "--json")
    assert json.loads(result.stdout) == [{"name": HOSTILE, "day": "2020-02-29"}]


def test_query_shows_its_sql(catalogue: Path, run: Run) -> None:
    assert run("query", "cas", "--sql").stdout == QUERY


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["caz"], "no query 'caz': did you mean cas?"),
        (["cas", "-p", "leest=1"], "did you mean least?"),
        (["cas", "-p", "least"], "-p wants NAME=VALUE, not 'least'"),
        (["cas", "-p", "least=1", "-p", "least=2"], "-p least is given twice"),
        (["-p", "least=1"], "need the NAME of a query"),
        (["cas", "--json", "--csv"], "one output format"),
        (["cas", "-q", "-v"], "-q and -v exclude each other"),
    ],
)
def test_query_usage(db: Path, catalogue: Path, run: Run, args: list[str], reason: str) -> None:
    result = run("query", *args)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stdout == ""


def test_listing_marks_what_is_required(run: Run) -> None:
    listed = {row["name"]: row["parameters"] for row in json.loads(run("query", "--json").stdout)}
    assert "sha256 (required)" in listed["paths"]
    assert "most=NULL" in listed["paths"]


def test_query_names_complete(catalogue: Path) -> None:
    result = CliRunner().invoke(
        cli,
        prog_name="cagraph",
        env={"_CAGRAPH_COMPLETE": "bash_complete", "COMP_WORDS": "cagraph query c", "COMP_CWORD": "2"},
    )
    assert result.output == "plain,cas\n"


def test_command_names_complete() -> None:
    env = {"_CAGRAPH_COMPLETE": "bash_complete", "COMP_WORDS": "cagraph s", "COMP_CWORD": "1"}
    assert "plain,sql" in CliRunner().invoke(cli, prog_name="cagraph", env=env).output.splitlines()


def test_sql_from_the_command_line_and_from_stdin(db: Path, run: Run) -> None:
    expected = "name\nGood CA\n"
    statement = "SELECT name FROM ca WHERE NOT dangling"
    assert run("sql", statement, "--csv").stdout == expected
    assert run("sql", "-", "--csv", input=statement + ";\n").stdout == expected


def test_sql_answers_as_of_a_day(db: Path, run: Run) -> None:
    result = run("sql", "SELECT getvariable('as_of') AS day", "--as-of", "2024-05-08", "--format", "ndjson")
    assert result.stdout == '{"day": "2024-05-08"}\n'


def test_sql_writes_a_file(db: Path, run: Run, tmp_path: Path) -> None:
    result = run("sql", "SELECT ca_id, name FROM ca ORDER BY 1", "-o", "out.parquet")
    assert (result.exit_code, result.output) == (0, "")
    assert duckdb.connect().execute("FROM 'out.parquet'").fetchall() == [("c1", "Good CA"), ("c2", HOSTILE)]


def test_file_of_a_failed_query_is_not_there(db: Path, run: Run) -> None:
    # It fails only when rows are already flowing.
    failing = "SELECT CASE WHEN range = 400000 THEN error('late') ELSE range END AS n FROM range(500000)"
    assert run("sql", failing, "-o", "out.csv").exit_code == 1
    assert not Path("out.csv").exists()


@pytest.mark.parametrize(
    ("statement", "code", "reason"),
    [
        ("SELECT * FROM nowhere", 1, "cagraph: Catalog Error: Table with name nowhere does not exist!"),
        ("SELEC 1", 1, 'cagraph: Parser Error: syntax error at or near "SELEC"'),
        ("DELETE FROM ca", 1, "read-only"),
        ("COPY ca TO 'x.csv'", 1, "disabled by configuration"),
        ("SELECT 1; SELECT 2", 2, "one SQL statement at a time, not 2"),
        ("", 2, "one SQL statement at a time, not 0"),
    ],
)
def test_sql_failures(db: Path, run: Run, statement: str, code: int, reason: str) -> None:
    result = run("sql", statement)
    assert result.exit_code == code
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_hostile_name_in_an_error_is_shown(db: Path, run: Run) -> None:
    result = run("sql", "SELECT error(name) FROM ca WHERE dangling")
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr
    assert r"\x1b[2J" in result.stderr


def test_no_database(run: Run) -> None:
    result = run("sql", "SELECT 1")
    assert result.exit_code == 5
    assert result.stderr == "cagraph: no database at cagraph.duckdb: run `cagraph ingest` or give --db\n"


def test_notes_on_what_the_answer_rests_on(db: Path, run: Run) -> None:
    assert run("sql", "SELECT 1 AS a", "--csv").stderr == "", "no view, no note"
    with duckdb.connect(db) as connection:
        connection.execute(
            """CREATE OR REPLACE VIEW knowledge AS FROM (VALUES
            ('ccadb_records', DATE '2024-05-01', 'earlier', 'records are of 2024-05-01, 7 days before'),
            ('root_trust', DATE '2024-05-08', 'same', 'trust is of the day'))
            AS k (source, used_date, relation, note)"""
        )
    result = run("sql", "SELECT 1 AS a", "--csv")
    assert result.stderr == "note: records are of 2024-05-01, 7 days before\n"
    assert result.stdout == "a\n1\n"
    assert run("sql", "SELECT 1 AS a", "--csv", "-q").stderr == ""
