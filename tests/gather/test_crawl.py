"""The crawl as a whole, from a real server: what goes wrong neither loses nor invents anything."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cagraph.crawl.archive import Archive, folder_of
from cagraph.crawl.journal import Entry, read
from cagraph.errors import SourceError, UsageProblem, WarehouseError
from cagraph.gather.choice import Options, preview
from cagraph.gather.outcome import FAILED, STOPPED, WHOLE
from cagraph.warehouse.database import open_warehouse
from data.sample.scenario import owners
from tests.gather.compare import contents, differences
from tests.gather.conftest import DAY, addresses, replay, run, standin_of
from tests.standin.content import Content
from tests.standin.faults import Fault, Faults


def ask(db: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_everything_served_is_there(whole: Path) -> None:
    kinds = dict(ask(whole, "SELECT kind, sum(rows_stored)::BIGINT FROM snapshot GROUP BY kind"))
    assert kinds["ccadb_records"] == 80
    assert kinds["ccadb_pem"] == 84
    assert kinds["onecrl"] == 1
    assert kinds["ct_roots"] == 3
    assert ask(whole, "SELECT bool_and(rows_in = rows_stored + rows_rejected) FROM snapshot") == [(True,)]
    assert ask(whole, "SELECT complete, dated FROM snapshot WHERE kind = 'ccadb_records'") == [(True, DAY)]
    states = dict(ask(whole, "SELECT state, count(*) FROM frontier GROUP BY state"))
    assert set(states) == {"done", "absent"}
    assert ask(whole, "SELECT outcome FROM crawl") == [("whole",)]


def test_every_answer_is_in_the_archive(whole: Path, tmp_path: Path) -> None:
    archive = Archive(folder_of(whole))
    bodies = ask(whole, "SELECT body_sha256, body_bytes FROM fetched WHERE body_sha256 IS NOT NULL")
    assert len(bodies) > 100
    for sha256, size in bodies:
        assert archive.unpack(str(sha256), tmp_path / "body") == size


@pytest.mark.parametrize("seed", range(3))
def test_a_fifth_of_the_answers_going_wrong_changes_nothing(
    seed: int, content: Content, whole: Path, tmp_path: Path
) -> None:
    """All faults that pass, mixed: the warehouse is the fault-free one, row for row."""
    faults = Faults(seed=seed, share=0.2)
    with standin_of(content, faults) as standin:
        report = run(tmp_path / "faulty.duckdb", standin)
    wrong = [asked for asked in standin.log if asked.answered in set(Fault)]
    assert len(wrong) > 0.1 * len(standin.log)
    assert report.outcome == WHOLE
    assert differences(whole, tmp_path / "faulty.duckdb", clock=False) == {}


def test_nothing_changed_is_asked_with_conditions_only(content: Content, tmp_path: Path) -> None:
    db = tmp_path / "twice.duckdb"
    with standin_of(content) as standin:
        run(db, standin, sources=("ccadb", "extra", "onecrl", "ct"))
        before, facts = len(standin.log), contents(db)
        report = run(db, standin, sources=("ccadb", "extra", "onecrl", "ct"))
        again = standin.log[before:]
    assert again
    assert all(asked.conditional for asked in again if "log_list" not in asked.path)
    assert {source.source: source.count("done") for source in report.sources if source.source != "ct"} == {
        "ccadb": 0,
        "extra": 0,
        "onecrl": 0,
    }
    after = contents(db)
    assert {table for table in facts if facts[table] != after[table]} <= {"fetched", "frontier", "crawl"}


def test_a_certificate_is_asked_for_once_ever(content: Content, tmp_path: Path) -> None:
    """crt.sh has two certificates that CCADB lacks; the second crawl asks for neither."""
    extra = unknown_cross_certificates()
    db = tmp_path / "db.duckdb"
    with standin_of(Content(content.files, [*content.listed, *extra])) as standin:
        first = run(db, standin)
        run(db, standin)
    asked = [entry.path for entry in standin.log if "?d=" in entry.path]
    assert len([path for path in asked if len(path) < 40]) == 2
    assert first.new_certificates == 85


def unknown_cross_certificates() -> list[bytes]:
    """Return two certificates on the key of a live CA of the sample that another owner's CA signed."""
    entries = {entry.label: entry.certificate for owner in owners() for entry in owner.entries}
    network, issuer = entries["alder-network"].subject, entries["birch-network"].subject
    years = (("2021-01-01", "2031-01-01"), ("2022-01-01", "2032-01-01"))
    return [issuer.issue(network, not_before=begin, not_after=end).der for begin, end in years]


def test_the_archive_alone_makes_the_same_warehouse(whole: Path, tmp_path: Path) -> None:
    report = replay(tmp_path / "again.duckdb", folder_of(whole))
    assert report.caught_up == ask(whole, "SELECT rounds FROM crawl")[0][0]
    found = differences(whole, tmp_path / "again.duckdb")
    # The migrations were applied at another time; everything else is the same, the clock's words too.
    assert set(found) == {"schema_migration"}


def test_offline_twice_adds_nothing(whole: Path, tmp_path: Path) -> None:
    replay(tmp_path / "again.duckdb", folder_of(whole))
    before = contents(tmp_path / "again.duckdb")
    assert replay(tmp_path / "again.duckdb", folder_of(whole)).caught_up == 0
    assert contents(tmp_path / "again.duckdb") == before


def test_a_limit_stops_and_the_next_crawl_goes_on(content: Content, whole: Path, tmp_path: Path) -> None:
    db = tmp_path / "limited.duckdb"
    with standin_of(content) as standin:
        report = run(db, standin, max_requests=25)
        assert (report.outcome, report.sent, len(standin.log)) == (STOPPED, 25, 25)
        assert sum(source.queued for source in report.sources) > 0
        assert ask(db, "SELECT count(*) FROM frontier WHERE state = 'queued'")[0][0]
        report = run(db, standin)
    assert (report.resumed, report.outcome) == (True, WHOLE)
    assert len({asked.path for asked in standin.log}) == len(standin.log), "nothing was asked twice"
    facts = ("certificate", "ccadb_record_version", "root_trust", "revocation_entry", "crtsh_listed")
    one, other = contents(whole), contents(db)
    assert {t: len(one[t]) for t in facts} == {t: len(other[t]) for t in facts}


def test_one_source_fails_and_the_others_stay(content: Content, tmp_path: Path) -> None:
    db = tmp_path / "db.duckdb"
    faults = Faults(always={"*onecrl*": Fault.UNAVAILABLE})
    with standin_of(content, faults) as standin:
        report = run(db, standin)
    assert (report.outcome, report.failed_sources) == (FAILED, ("onecrl",))
    assert ask(db, "SELECT count(*) FROM certificate") == [(83,)]
    failed = ask(db, "SELECT status, error FROM fetched WHERE source = 'onecrl'")
    assert failed == [(503, "HTTP 503 (5 tries)")]


def test_a_failure_leaves_the_last_body(content: Content, tmp_path: Path) -> None:
    db = tmp_path / "db.duckdb"
    with standin_of(content) as standin:
        run(db, standin, sources=("onecrl",))
        standin.faults = Faults(always={"*onecrl*": Fault.EMPTY})
        report = run(db, standin, sources=("onecrl",))
        assert report.failed_sources == ("onecrl",)
        standin.faults = Faults()
        report = run(db, standin, sources=("onecrl",))
    assert report.sources[0].count("unchanged") == 1


@pytest.mark.parametrize("fault", [Fault.GONE, Fault.PAGE])
def test_v5_is_gone_and_its_halves_stand_in(fault: Fault, content: Content, tmp_path: Path) -> None:
    db = tmp_path / "db.duckdb"
    with standin_of(content, Faults(always={"*FormatV5": fault})) as standin:
        report = run(db, standin, sources=("ccadb",))
    assert report.outcome == WHOLE
    assert [len(source.replaced) for source in report.sources] == [1]
    halves = ask(db, "SELECT complete, half FROM snapshot WHERE kind = 'ccadb_records' ORDER BY half")
    assert halves == [(True, "V4a"), (True, "V4b")]


def test_v5_and_a_half_are_gone(content: Content, tmp_path: Path) -> None:
    faults = Faults(always={"*FormatV5": Fault.GONE, "*FormatV4b": Fault.GONE})
    with standin_of(content, faults) as standin:
        report = run(tmp_path / "db.duckdb", standin, sources=("ccadb",))
    assert report.outcome == FAILED
    assert ask(tmp_path / "db.duckdb", "SELECT complete FROM snapshot WHERE half = 'V4a'") == [(False,)]


@pytest.mark.parametrize(
    "fault", [Fault.LARGE, Fault.ENDLESS, Fault.BOMB, Fault.LOOP, Fault.WRONG_CERTIFICATE]
)
def test_what_no_try_gets_past_fails(fault: Fault, content: Content, tmp_path: Path) -> None:
    with standin_of(content, Faults(always={"*onecrl*": fault})) as standin:
        report = run(tmp_path / "db.duckdb", standin, sources=("onecrl",))
    assert report.failed_sources == ("onecrl",)
    assert not ask(tmp_path / "db.duckdb", "SELECT * FROM revocation_entry")


def test_links_into_this_machine_are_not_followed(content: Content, tmp_path: Path) -> None:
    with standin_of(content) as standin:
        report = run(tmp_path / "db.duckdb", standin, sources=("ct",), allow_private=False)
    assert [asked.path for asked in standin.log] == ["/log_list.json"]
    assert report.sources[0].count("refused") == 1
    assert report.failed_sources == ("ct",), "all of its logs were refused"


def test_only_and_since(content: Content, tmp_path: Path) -> None:
    with standin_of(content) as standin:
        run(tmp_path / "db.duckdb", standin, sources=("ccadb",), only="NotBeforeYear=2018")
        assert len(standin.log) == 1
        run(
            tmp_path / "db.duckdb",
            standin,
            sources=("ccadb",),
            only="*NotBeforeYear=201?",
            since=date(2024, 1, 1),
        )
    assert len(standin.log) == 10


def test_a_dry_run_asks_nobody(content: Content, whole: Path) -> None:
    with standin_of(content) as standin:
        options = Options(sources=("ccadb", "crtsh"), addresses=addresses(standin.url))
        with open_warehouse(whole, write=False) as connection:
            asked = preview(connection, options)
    assert not standin.log
    assert len([request for request, _ in asked if request.source == "ccadb"]) > 30


def test_it_says_who_it_is(content: Content, tmp_path: Path) -> None:
    with standin_of(content) as standin:
        run(tmp_path / "db.duckdb", standin, sources=("onecrl",), contact="pki@example.org")
    assert standin.log[0].user_agent.startswith("cagraph/")
    assert "(pki@example.org)" in standin.log[0].user_agent


def test_a_source_that_is_none(content: Content, tmp_path: Path) -> None:
    with standin_of(content) as standin, pytest.raises(UsageProblem, match="no source 'ccab'"):
        run(tmp_path / "db.duckdb", standin, sources=("ccab",))


def test_an_unfinished_crawl_of_other_sources_is_given_up(content: Content, tmp_path: Path) -> None:
    db = tmp_path / "db.duckdb"
    with standin_of(content) as standin:
        run(db, standin, max_requests=5)
        report = run(db, standin, sources=("onecrl",))
    assert not report.resumed
    assert ask(db, "SELECT outcome FROM crawl ORDER BY crawl_id") == [("given up",), ("whole",)]


def test_a_body_that_the_archive_lost(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(folder_of(whole), tmp_path / "archive")
    entry = next(line for line in read(tmp_path / "archive" / "fetches.ndjson") if isinstance(line, Entry))
    assert entry.sha256
    Archive(tmp_path / "archive").path_of(entry.sha256).unlink()
    with pytest.raises(SourceError, match="lacks the body"):
        replay(tmp_path / "db.duckdb", tmp_path / "archive")


def test_a_damaged_journal(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(folder_of(whole), tmp_path / "archive")
    journal = tmp_path / "archive" / "fetches.ndjson"
    journal.write_bytes(journal.read_bytes().replace(b'"is": "started"', b'"is": "something"', 1))
    with pytest.raises(WarehouseError, match="line 1 is damaged"):
        replay(tmp_path / "db.duckdb", tmp_path / "archive")
