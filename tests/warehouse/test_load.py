"""Bulk storage: what goes in comes out again, and what is known is not stored twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from cagraph.sources.rows import AuditCells, Issue, RecordRow, TrustRow
from cagraph.warehouse import load
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.facts import read_certificates
from cagraph.x509.certificate import read_certificate
from tests.pki import Authority

RECORD = RecordRow(
    line=7,
    salesforce_id="A1",
    record_type="Root Certificate",
    ca_owner="Owner \N{SNOWMAN}",
    sha256="ab" * 32,
    valid_to=date(2030, 1, 2),
    tls_capable=True,
    root_trust_bits=("Server Authentication", "Secure Email"),
    audits=(AuditCells("Standard", "https://a.example", "WebTrust", date(2026, 1, 2), None, None),),
    other={"Policy Documentation": 'CP\n"CPS"'},
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_warehouse(tmp_path / "test.duckdb", write=True)
    yield connection
    connection.close()


def test_certificates_come_back_as_they_were_read(connection: duckdb.DuckDBPyConnection) -> None:
    root = Authority("Root")
    issued = [
        root.self_signed(),
        root.issue(Authority("Narrow"), constraints=["permitted:dns:example.com", "excluded:ip:0.0.0.0/0"]),
        root.issue(Authority("Old"), version=1),
    ]
    facts = sorted((read_certificate(one.der) for one in issued), key=lambda fact: fact.sha256)
    load.store_certificates(connection, facts)
    assert read_certificates(connection) == facts


def test_known_certificates_are_found(connection: duckdb.DuckDBPyConnection) -> None:
    fact = read_certificate(Authority("Root").self_signed().der)
    load.store_certificates(connection, [fact])
    assert load.known_certificates(connection, [fact.sha256, "00" * 32]) == {fact.sha256}
    assert load.known_certificates(connection, []) == set()


def test_record_versions_are_stored_once_and_seen_often(connection: duckdb.DuckDBPyConnection) -> None:
    changed = replace(RECORD, audits_same_as_parent=True)
    assert load.store_records(connection, 1, [RECORD, replace(RECORD, line=8)]) == 1
    assert load.store_records(connection, 2, [RECORD, changed]) == 1
    assert connection.execute("SELECT count(*) FROM audit").fetchone() == (2,)
    sightings = connection.execute("SELECT snapshot_id, line FROM record_sighting ORDER BY ALL").fetchall()
    assert sightings == [(1, 7), (1, 8), (2, 7), (2, 7)]
    row = connection.execute(
        "SELECT ca_owner, valid_to, root_trust_bits, other->>'Policy Documentation', tls_ev_capable"
        " FROM ccadb_record_version WHERE record_key = $key",
        {"key": load.record_key(RECORD)},
    ).fetchone()
    assert row == (
        "Owner \N{SNOWMAN}",
        date(2030, 1, 2),
        ["Server Authentication", "Secure Email"],
        'CP\n"CPS"',
        None,
    )


def test_a_records_key_is_its_content_and_not_its_place() -> None:
    assert load.record_key(RECORD) == load.record_key(replace(RECORD, line=99))
    assert load.record_key(RECORD) != load.record_key(replace(RECORD, other={}))
    assert load.record_key(RECORD) != load.record_key(replace(RECORD, audits=()))


def test_trust_without_a_date_of_distrust_and_without_a_day(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [
        TrustRow(2, "mozilla", "ab" * 32, "server_auth", disabled_from=datetime.min),
        TrustRow(3, "mozilla", "ab" * 32, "secure_email", notbefore_until=datetime(2020, 1, 2, 3, 4, 5)),
        TrustRow(4, "mozilla", "cd" * 32, "server_auth", trust_date=date(2019, 1, 1)),
    ]
    load.store_trust(connection, 1, rows, date(2026, 1, 1))
    found = connection.execute(
        "SELECT line, disabled_from = '-infinity', notbefore_until, trust_date FROM root_trust ORDER BY line"
    ).fetchall()
    assert found == [
        (2, True, None, date(2026, 1, 1)),
        (3, None, datetime(2020, 1, 2, 3, 4, 5), date(2026, 1, 1)),
        (4, None, None, date(2019, 1, 1)),
    ]


def test_trust_that_was_said_before_has_no_second_row(connection: duckdb.DuckDBPyConnection) -> None:
    day, later = date(2026, 1, 1), date(2026, 2, 1)
    of_a_day = [
        TrustRow(2, "mozilla", "ab" * 32, "server_auth", disabled_from=datetime.min, trust_date=day),
        TrustRow(3, "mozilla", "ab" * 32, "ev_tls", "1.2.3", datetime(2020, 1, 2, 3, 4, 5, 6), None, day),
        TrustRow(4, "mozilla", "cd" * 32, "server_auth", trust_date=day),
    ]
    undated = TrustRow(5, "chrome", "cd" * 32, "server_auth")
    load.store_trust(connection, 1, [*of_a_day, replace(of_a_day[0], line=9), undated], day)
    load.store_trust(connection, 2, [*of_a_day, undated], later)
    other_limit = replace(of_a_day[2], notbefore_until=datetime(2025, 1, 1))
    load.store_trust(connection, 3, [other_limit, replace(of_a_day[2], trust_date=later)], later)
    found = connection.execute("SELECT snapshot_id, line FROM root_trust ORDER BY ALL").fetchall()
    assert found == [(1, 2), (1, 3), (1, 4), (1, 5), (2, 5), (3, 4), (3, 4)]


def test_issues(connection: duckdb.DuckDBPyConnection) -> None:
    load.store_issues(
        connection, 5, [Issue(3, "Country", "odd", "x\ufffd", rejected=False, sha256="ab" * 32)]
    )
    assert connection.execute("SELECT * FROM ingest_issue").fetchall() == [
        (5, 3, "Country", "odd", "x\ufffd", False, "ab" * 32)
    ]
    load.store_issues(connection, 5, [])
