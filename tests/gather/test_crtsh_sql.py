"""Crawling crt.sh's database: a real PostgreSQL behind a PgBouncer that pools statements."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cagraph.crawl.archive import Archive, folder_of
from cagraph.gather.addresses import Addresses
from cagraph.gather.choice import Options
from cagraph.gather.crawl import crawl
from cagraph.gather.outcome import FAILED, WHOLE, CrawlReport
from cagraph.warehouse.database import open_warehouse
from data.sample.scenario import owners
from tests.gather.compare import differences
from tests.gather.conftest import DAY, replay, silent
from tests.pki import Issued
from tests.standin.postgres import CrtshDatabase, crtsh_database, why_unavailable

pytestmark = pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or "")


@pytest.fixture(scope="module")
def certificates() -> list[Issued]:
    """The sample's certificates, also the one that CCADB gives no bytes of."""
    return [entry.certificate for owner in owners() for entry in owner.entries]


@pytest.fixture
def database(certificates: list[Issued]) -> Iterator[CrtshDatabase]:
    with crtsh_database(certificates[:-2]) as database:
        yield database


def run(db: Path, dsn: str) -> CrawlReport:
    options = Options(sources=("crtsh-sql",), addresses=Addresses(crtsh_dsn=dsn), dated=DAY)
    with open_warehouse(db, write=True) as connection:
        return crawl(connection, Archive(folder_of(db)), options, silent)


def ask(db: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_every_certificate_comes_with_its_number(
    database: CrtshDatabase, certificates: list[Issued], tmp_path: Path
) -> None:
    report = run(tmp_path / "db.duckdb", database.dsn)
    assert report.outcome == WHOLE, [source.failures for source in report.sources]
    stored = ask(
        tmp_path / "db.duckdb", "SELECT sha256 FROM certificate JOIN crtsh_certificate USING (sha256)"
    )
    assert {row[0] for row in stored} == {issued.sha256 for issued in certificates[:-2]}
    counts = ask(
        tmp_path / "db.duckdb", "SELECT bool_and(rows_in = rows_stored + rows_rejected) FROM snapshot"
    )
    assert counts == [(True,)]


def test_the_next_crawl_reads_what_is_new_and_what_was_filled_in(
    database: CrtshDatabase, certificates: list[Issued], tmp_path: Path
) -> None:
    """A certificate beyond the highest number, and one far below it that was not there before."""
    db = tmp_path / "db.duckdb"
    database.add(certificates[-2:-1], first=900_000_000)
    run(db, database.dsn)
    database.add(certificates[-1:], first=400_000_000)
    report = run(db, database.dsn)
    assert (report.outcome, report.new_certificates) == (WHOLE, 1)
    assert ask(db, f"SELECT count(*) FROM certificate WHERE sha256 = '{certificates[-1].sha256}'") == [(1,)]


def test_conflicts_and_lost_connections_change_nothing(database: CrtshDatabase, tmp_path: Path) -> None:
    run(tmp_path / "calm.duckdb", database.dsn)
    database.fail(2, "40001", "canceling statement due to conflict with recovery")
    report = run(tmp_path / "troubled.duckdb", database.dsn)
    assert (report.outcome, database.failures_left()) == (WHOLE, 0)
    assert differences(tmp_path / "calm.duckdb", tmp_path / "troubled.duckdb", clock=False) == {}


def test_the_archive_alone_makes_the_same_warehouse(database: CrtshDatabase, tmp_path: Path) -> None:
    run(tmp_path / "one.duckdb", database.dsn)
    replay(tmp_path / "other.duckdb", folder_of(tmp_path / "one.duckdb"))
    assert differences(tmp_path / "one.duckdb", tmp_path / "other.duckdb", clock=False) == {}


def test_a_wrong_password_is_a_failure_and_no_secret_is_kept(database: CrtshDatabase, tmp_path: Path) -> None:
    dsn = database.dsn_of("nobody_of_this_name")
    report = run(tmp_path / "db.duckdb", dsn)
    assert (report.outcome, report.failed_sources) == (FAILED, ("crtsh-sql",))
    assert ask(tmp_path / "db.duckdb", "SELECT count(*) FROM fetched WHERE error LIKE '%@%'") == [(0,)]
