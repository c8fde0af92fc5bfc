"""Which snapshot a day rests on: records, revocations and trust, older and younger than the day."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cagraph.ingest import ingest
from cagraph.warehouse.database import open_warehouse
from tests.made_once import empty_warehouse
from tests.sources.ccadb_files import RECORD, V5, table

ROOT = "aa" * 32
TRUST = "root_program,sha256,purpose,ev_policy_oid,disabled_from,notbefore_until,as_of\n"
INCLUDED = (
    "CA Owner,Certificate Name,Apple Status,Apple Trust Bits,Chrome Status,Microsoft Status,"
    "Microsoft EKUs,Mozilla Status,Mozilla Trust Bits,SHA-256\n"
)
V5_NAME = "AllCertificateRecordsCSVFormatV5.csv"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    (tmp_path / "days.duckdb").write_bytes(empty_warehouse())
    with open_warehouse(tmp_path / "days.duckdb", write=True) as opened:
        yield opened


@pytest.fixture
def load(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> Callable[..., None]:
    """Ingest a text as a file of a day: the views read records and trust as they are stored."""

    def ingested(day: str, name: str, text: str, completeness: str | None = None) -> None:
        folder = tmp_path / day
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        ingest(connection, [folder / name], completeness=completeness)

    return ingested


def on(connection: duckdb.DuckDBPyConnection, day: str, query: str) -> list[tuple[Any, ...]]:
    """Return what a query says as of a day."""
    connection.execute("SET VARIABLE as_of = ?", [date.fromisoformat(day)])
    return connection.execute(query).fetchall()


def record(number: int, **cells: str) -> dict[str, str]:
    return {**RECORD, "Salesforce Record ID": f"A{number}", **cells}


RECORDS = "SELECT salesforce_id, revocation_status FROM ccadb_record ORDER BY 1"


def test_a_complete_report_says_what_is_gone_and_a_slice_does_not(
    connection: duckdb.DuckDBPyConnection, load: Callable[..., None]
) -> None:
    one, two = record(1), record(2)
    load("2024-01-01", V5_NAME, table(V5, one, two))
    load("2024-03-01", "slice.csv", table(V5, {**one, "Revocation Status": "Revoked"}))
    load("2024-05-01", V5_NAME, table(V5, {**one, "Country": "Poland"}))
    ids = {day: on(connection, day, RECORDS) for day in ("2024-02-01", "2024-04-01", "2024-06-01")}
    assert [row[0] for row in ids["2024-02-01"]] == ["A1", "A2"]
    assert dict(ids["2024-04-01"])["A1"] == "Revoked"
    assert [row[0] for row in ids["2024-04-01"]] == ["A1", "A2"]
    assert [row[0] for row in ids["2024-06-01"]] == ["A1"]


def test_the_order_of_ingest_does_not_matter(
    connection: duckdb.DuckDBPyConnection, load: Callable[..., None]
) -> None:
    load("2024-05-01", V5_NAME, table(V5, record(2)))
    load("2024-01-01", V5_NAME, table(V5, record(1)))
    assert [row[0] for row in on(connection, "2024-02-01", RECORDS)] == ["A1"]
    assert [row[0] for row in on(connection, "2024-06-01", RECORDS)] == ["A2"]


def test_before_everything_known_the_earliest_stands_in_and_it_is_said(
    connection: duckdb.DuckDBPyConnection, load: Callable[..., None]
) -> None:
    load("2024-01-01", "slice.csv", table(V5, record(1, **{"Revocation Status": "Revoked"})))
    load("2024-03-01", "slice.csv", table(V5, record(1)))
    assert on(connection, "2020-01-01", RECORDS) == [("A1", "Revoked")]
    notes = dict(on(connection, "2020-01-01", "SELECT source, relation FROM knowledge"))
    assert notes["CCADB records"] == "later"
    assert notes["revocations (CCADB)"] == "later"
    assert notes["root trust"] == "none"


def test_each_program_rests_on_its_last_store(
    connection: duckdb.DuckDBPyConnection, load: Callable[..., None]
) -> None:
    load("2024-01-01", "trust.csv", f"{TRUST}mozilla,{ROOT},server_auth,,,,2024-01-01\n")
    load("2024-02-01", "trust.csv", f"{TRUST}mozilla,{ROOT},secure_email,,,,2024-02-01\n")
    load("2024-03-01", "trust.csv", f"{TRUST}chrome,{ROOT},server_auth,,,,2024-03-01\n")
    query = "SELECT root_program, purpose FROM trusted_root ORDER BY ALL"
    assert on(connection, "2024-01-15", query) == [("chrome", "server_auth"), ("mozilla", "server_auth")]
    assert on(connection, "2024-03-15", query) == [("chrome", "server_auth"), ("mozilla", "secure_email")]


def test_a_slice_of_a_store_adds_to_it_and_replaces_nothing(
    connection: duckdb.DuckDBPyConnection, load: Callable[..., None]
) -> None:
    other = "bb" * 32
    load("2024-01-01", "trust.csv", f"{TRUST}mozilla,{ROOT},server_auth,,,,2024-01-01\n")
    load("2024-02-01", "more.csv", f"{TRUST}mozilla,{other},server_auth,,,,2024-02-01\n", "slice")
    cut = f"{TRUST}mozilla,{other},secure_email,,,,2024-03-01\nmozilla,{ROOT},secu"
    load("2024-03-01", "cut.csv", cut)
    query = "SELECT left(sha256, 2), purpose FROM trusted_root ORDER BY ALL"
    assert on(connection, "2024-01-15", query) == [("aa", "server_auth")]
    assert on(connection, "2024-02-15", query) == [("aa", "server_auth"), ("bb", "server_auth")]
    assert ("aa", "server_auth") in on(connection, "2024-05-08", query)


@pytest.mark.parametrize(
    ("disabled_from", "trusted"),
    [("", 1), ("2024-05-09T00:00:00Z", 1), ("2024-05-08T00:00:00Z", 0), ("-infinity", 0)],
)
def test_trust_ends_with_disabled_from(
    connection: duckdb.DuckDBPyConnection, load: Callable[..., None], disabled_from: str, trusted: int
) -> None:
    load("2024-01-01", "trust.csv", f"{TRUST}mozilla,{ROOT},server_auth,,{disabled_from},,2024-01-01\n")
    assert len(on(connection, "2024-05-08", "FROM trusted_root")) == trusted


def test_a_store_that_is_silent_on_ev_does_not_end_it(
    connection: duckdb.DuckDBPyConnection, load: Callable[..., None]
) -> None:
    rows = f"chrome,{ROOT},server_auth,,,,2024-01-01\nchrome,{ROOT},ev_tls,1.2.3,,,2024-01-01\n"
    load("2024-01-01", "trust.csv", TRUST + rows)
    load("2024-03-01", "roots.csv", f"{INCLUDED}Owner,Root,,,Included,,,,,{ROOT.upper()}\n")
    purposes = on(connection, "2024-05-08", "SELECT purpose, trust_date FROM trusted_root ORDER BY 1")
    assert purposes == [("ev_tls", date(2024, 1, 1)), ("server_auth", date(2024, 3, 1))]
    notes = dict(on(connection, "2024-05-08", "SELECT source, used_date FROM knowledge"))
    assert notes["EV trust of chrome"] == date(2024, 1, 1)
    assert notes["root trust of chrome"] == date(2024, 3, 1)
