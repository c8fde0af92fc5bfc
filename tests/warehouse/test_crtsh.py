"""What a crawl of crt.sh still has to ask, as the warehouse tells it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from cagraph.sources import crtsh_rows, crtsh_sql
from cagraph.sources.rows import PeerRow
from cagraph.warehouse import crtsh
from cagraph.warehouse.bulk import insert
from cagraph.warehouse.database import open_warehouse
from tests.pki import Authority
from tests.standin.asking import Asked, ask_all
from tests.standin.postgres import crtsh_database, why_unavailable

BUCKET = crtsh_sql.BUCKET


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path / "test.duckdb", write=True) as connection:
        yield connection


def snapshot(
    connection: duckdb.DuckDBPyConnection,
    rows: Iterable[PeerRow],
    *,
    crawl: int | None = 1,
    day: date = date(2024, 5, 8),
) -> None:
    """Store rows as one answer of a crawl."""
    (number,) = connection.execute("SELECT count(*) + 1 FROM snapshot").fetchall()[0]
    fetched = {"fetch_id": number, "url": "x", "fetched_at": datetime(2024, 5, 8), "crawl_id": crawl}
    insert(connection, "fetched", {name: [value] for name, value in fetched.items()})
    values = {"snapshot_id": number, "fetch_id": number, "kind": "crtsh_rows", "dated": day}
    values |= {"dated_because": "", "complete": False, "complete_because": ""}
    values |= {"rows_in": 0, "rows_stored": 0, "rows_rejected": 0, "rows_unnamed": 0}
    insert(connection, "snapshot", {name: [value] for name, value in values.items()})
    for row in map(asdict, rows):
        columns = {"snapshot_id": number, "line": row["line"], **row["values"]}
        insert(connection, row["table"], {name: [value] for name, value in columns.items()})


def certificate(number: int, ca_id: int | None = None) -> PeerRow:
    values: dict[str, object] = {"certificate_id": number, "sha256": "ab" * 32, "ca_id": ca_id}
    return PeerRow(2, "crtsh_certificate", values)


def bucket(number: int, rows: int, total: int) -> PeerRow:
    return PeerRow(2, "crtsh_bucket", {"bucket": number, "rows_there": rows, "sum_there": total})


def trusted(ca_id: int) -> PeerRow:
    return PeerRow(2, "crtsh_trusted_ca", {"ca_id": ca_id})


def test_nothing_is_known_at_first(connection: duckdb.DuckDBPyConnection) -> None:
    assert crtsh.high_water(connection, 1) == 0
    assert crtsh.drifted_buckets(connection) == []
    assert crtsh.unknown_trusted_cas(connection) == []


def test_high_water_is_what_was_known_before_the_crawl(connection: duckdb.DuckDBPyConnection) -> None:
    snapshot(connection, [certificate(7), certificate(5)], crawl=None)
    snapshot(connection, [certificate(20_000_000_000)], crawl=2)
    assert crtsh.high_water(connection, 2) == 7
    assert crtsh.high_water(connection, 3) == 20_000_000_000


def test_a_bucket_drifts_where_count_or_sum_differs(connection: duckdb.DuckDBPyConnection) -> None:
    snapshot(connection, [certificate(1), certificate(5), certificate(BUCKET), certificate(3 * BUCKET)])
    # Seen again by the overlap: counted once.
    snapshot(connection, [certificate(1)])
    snapshot(connection, [bucket(0, 2, 6), bucket(1, 2, 2 * BUCKET + 1), bucket(2, 1, 2 * BUCKET)])
    assert crtsh.drifted_buckets(connection) == [1, 2]
    snapshot(connection, [bucket(0, 2, 7), bucket(1, 1, BUCKET)], day=date(2024, 5, 9))
    assert crtsh.drifted_buckets(connection) == [0, 2]
    snapshot(connection, [bucket(0, 2, 6)], day=date(2024, 1, 1))
    assert crtsh.drifted_buckets(connection) == [0, 2]


def test_trusted_cas_without_a_certificate(connection: duckdb.DuckDBPyConnection) -> None:
    snapshot(connection, [trusted(3), trusted(4), trusted(5)])
    snapshot(connection, [trusted(3)])
    snapshot(connection, [certificate(1, 4), certificate(2, None)])
    assert crtsh.unknown_trusted_cas(connection) == [3, 5]


def keep(connection: duckdb.DuckDBPyConnection, asked: list[Asked], crawl: int) -> None:
    """Store what a crawl was answered."""
    for each in asked:
        if each.body and each.request.kind:
            rows = [item for item in crtsh_rows.read(each.body) if isinstance(item, PeerRow)]
            snapshot(connection, rows, crawl=crawl)


@pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or "")
async def test_a_row_added_late_is_found(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    root, late = Authority("Root", "Owner"), Authority("Late", "Owner")
    subs = [root.issue(Authority(f"Sub {number}", "Owner")) for number in range(12)]
    with crtsh_database(subs, first=100, step=BUCKET) as database:
        keep(connection, await ask_all(database.dsn, tmp_path, crtsh_sql.first_requests(0, size=5)), 1)
        assert crtsh.drifted_buckets(connection) == []
        high_water = crtsh.high_water(connection, 2)
        assert high_water == 11 * BUCKET + 100

        database.add([root.issue(late)], first=4 * BUCKET + 1)
        asked = await ask_all(database.dsn, tmp_path, crtsh_sql.first_requests(high_water, BUCKET))
        keep(connection, asked, 2)
        assert crtsh.high_water(connection, 2) == high_water
        assert crtsh.drifted_buckets(connection) == [4]

        again = await ask_all(database.dsn, tmp_path, crtsh_sql.bucket_requests([4]))
        keep(connection, again, 2)
    assert crtsh.drifted_buckets(connection) == []
    found = connection.execute("SELECT count(*) FROM crtsh_certificate WHERE certificate_id = 40000001")
    assert found.fetchall() == [(1,)]
