"""`cagraph crawl` and `cagraph sweep` against a real server, as a user runs them."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cagraph.cli import ExitCode
from tests.cli.conftest import Run
from tests.standin.__main__ import environment
from tests.standin.content import Content, sample_content
from tests.standin.faults import Fault, Faults
from tests.standin.server import StandIn, serve_in_thread

DAY = "2024-05-08"
USUAL = ("ccadb", "extra", "onecrl")


@pytest.fixture(scope="module")
def content() -> Content:
    return sample_content()


@pytest.fixture
def standin(content: Content, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with serve_in_thread(content) as server:
        for name, value in environment(server.url, DAY).items():
            monkeypatch.setenv(name, value)
        yield server


def test_crawl_says_what_each_source_gave(run: Run, standin: StandIn) -> None:
    result = run("crawl", *USUAL, "--dated", DAY, "--json")
    assert result.exit_code == ExitCode.OK, result.output
    rows = {row["source"]: row for row in json.loads(result.stdout)}
    assert list(rows) == list(USUAL)
    assert rows["onecrl"] == {
        "source": "onecrl",
        "asked": 1,
        "new": 1,
        "unchanged": 0,
        "absent": 0,
        "failed": 0,
        "refused": 0,
        "left": 0,
        "bytes": rows["onecrl"]["bytes"],
        "outcome": "whole",
    }
    assert "83 new certificates" in result.stderr


def test_status_tells_of_the_last_crawl(run: Run, standin: StandIn) -> None:
    run("crawl", *USUAL, "--dated", DAY)
    told = json.loads(run("status", "--json").stdout)
    assert told["last_crawl"]["outcome"] == "whole"
    assert told["last_crawl"]["finished_at"]
    crawled = {row["source"]: row for row in told["crawled_sources"]}
    assert crawled["ccadb"]["new"] == crawled["ccadb"]["wanted"] > 30
    assert "Last crawl" in run("status").stdout


def test_a_source_that_fails_ends_with_4(run: Run, standin: StandIn) -> None:
    standin.faults = Faults(always={"*onecrl*": Fault.GONE})
    result = run("crawl", *USUAL, "--dated", DAY)
    assert result.exit_code == ExitCode.SOURCE
    assert "onecrl failed: what it holds now is not known" in result.stderr
    assert "HTTP 404" in result.stderr
    told = json.loads(run("status", "--json").stdout)
    assert told["counts"]["certificates"] == 83
    assert [row["error"] for row in told["failed_fetches"]] == ["HTTP 404"]


def test_a_dry_run_asks_nobody_and_writes_nothing(run: Run, standin: StandIn, tmp_path: Path) -> None:
    rows = json.loads(run("crawl", "ccadb", "--dry-run", "--json").stdout)
    assert {
        "source": "ccadb",
        "url": f"{standin.url}/{DAY}/ccadb/AllIncludedRootCertsCSV",
        "asked_for": "whole",
    } in rows
    assert not standin.log
    assert not Path("cagraph.duckdb").exists()
    run("crawl", "ccadb", "--dated", DAY)
    again = json.loads(run("crawl", "ccadb", "--dry-run", "--json").stdout)
    assert {row["asked_for"] for row in again} == {"if changed"}


def test_a_limit_is_told_and_the_next_crawl_goes_on(run: Run, standin: StandIn) -> None:
    first = run("crawl", *USUAL, "--dated", DAY, "--max-requests", "10")
    assert first.exit_code == ExitCode.OK
    assert "left to ask: crawl again to go on" in first.stderr
    assert "not finished" in run("status").stdout
    again = run("crawl", *USUAL, "--dated", DAY)
    assert "went on with crawl 1, which was interrupted" in again.stderr


def test_offline_makes_the_database_again(run: Run, standin: StandIn) -> None:
    run("crawl", *USUAL, "--dated", DAY)
    asked = len(standin.log)
    result = run("crawl", "--offline", "--db", "again.duckdb", "--archive", "cagraph.archive")
    assert result.exit_code == ExitCode.OK
    assert len(standin.log) == asked
    assert "took in 1 round that the archive held" in result.stderr
    assert json.loads(run("status", "--db", "again.duckdb", "--json").stdout)["counts"]["certificates"] == 83


def test_sweep_crawls_and_finds_what_the_files_say(run: Run, standin: StandIn, sample_db: Path) -> None:
    """Crawled day after day, the sample has the findings that its files have."""
    settings = environment(standin.url, "2023-05-08")
    first = run(
        "crawl",
        "ccadb",
        "--only",
        "FormatV5",
        "--dated",
        "2023-05-08",
        env={"CAGRAPH_CCADB_URL": settings["CAGRAPH_CCADB_URL"]},
    )
    assert first.exit_code == ExitCode.OK, first.output
    sources = [word for name in (*USUAL, "crtsh") for word in ("--source", name)]
    result = run("sweep", *sources, "--dated", DAY, "--as-of", DAY, "--json")
    assert result.exit_code == ExitCode.OK, result.output
    query = "SELECT finding_id, reason FROM finding ORDER BY ALL"
    assert findings(Path("cagraph.duckdb"), query) == findings(sample_db, query)


def findings(db: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(db), read_only=True) as connection:
        connection.execute(f"SET VARIABLE as_of = DATE '{DAY}'")
        return connection.execute(query).fetchall()


def test_sweep_offline_after_a_crawl(run: Run, standin: StandIn) -> None:
    run("crawl", *USUAL, "--dated", DAY)
    result = run("sweep", "--offline", "--as-of", DAY, "--csv")
    assert result.exit_code == ExitCode.OK
    assert "Birch Network CA" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["crawl", "ccab"], 2, "no source 'ccab': there are ccadb, "),
        (["crawl", "--offline"], 2, "no archive at cagraph.archive: crawl first"),
        (["crawl", "ccadb", "--offline"], 2, "no source or other choice with it"),
        (["crawl", "--since", "yesterday"], 2, "not a day as 2024-05-08"),
        (["crawl", "--max-requests", "0"], 2, "0 is not in the range"),
        (["sweep", "x.pem", "--offline"], 2, "no option of a crawl with them"),
        (["sweep", "--slice"], 2, "none is named"),
    ],
)
def test_usage(words: list[str], code: int, said: str, run: Run) -> None:
    result = run(*words)
    assert result.exit_code == code
    assert said in result.stderr


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "https://user:secret@ccadb.example",
        "ftp://x.example",
        "https://x.example/?a=b",
        "nonsense",
    ],
)
def test_an_address_that_cannot_be_one(url: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAGRAPH_CCADB_URL", url)
    result = run("crawl", "ccadb", "--dry-run")
    assert result.exit_code == ExitCode.USAGE
    assert "cannot be the address of a service" in result.stderr
