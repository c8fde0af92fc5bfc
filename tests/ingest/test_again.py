"""The same bytes again: for another day, for a day that nobody states, declared otherwise than before."""

import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.analysis import analyze
from cagraph.ingest import ingest
from tests.ingest.inputs import ANCHOR, DAY, LEAF, V5_NAME, counts, only, write
from tests.sources.ccadb_files import RECORD, V5, table

LATER = date(2026, 9, 1)
TRUST = f"root_program,sha256,purpose,as_of\nmozilla,{'ab' * 32},server_auth,2026-08-01\n"
UNDATED = f"root_program,sha256,purpose\nmozilla,{'ab' * 32},server_auth\n"


def snapshots(connection: duckdb.DuckDBPyConnection) -> list[tuple[date, str, bool]]:
    return connection.execute(
        "SELECT dated, dated_because, complete FROM snapshot ORDER BY snapshot_id"
    ).fetchall()


def test_the_same_report_for_a_later_day_is_seen_again(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    path = write(folder / f"{V5_NAME}.csv", table(V5, RECORD))
    ingest(connection, [path], dated=DAY)
    file = only(ingest(connection, [path], dated=LATER))
    assert (file.already_known, file.dated, file.rows_stored, file.new_records) == (False, LATER, 1, 0)
    assert snapshots(connection) == [(DAY, "given", True), (LATER, "given", True)]
    assert counts(connection)["ccadb_record_version"] == 1
    assert counts(connection)["record_sighting"] == 2
    before = counts(connection)
    assert [only(ingest(connection, [path], dated=day)).dated for day in (DAY, LATER)] == [DAY, LATER]
    assert counts(connection) == before


def test_as_of_the_later_day_it_counts_as_known_then(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    """Record A2 is in the second report only: the third, with the bytes of the first, says it is gone."""
    first, second = table(V5, RECORD), table(V5, RECORD, {**RECORD, "Salesforce Record ID": "A2"})
    for day, text in (("2026-07-01", first), ("2026-08-01", second), ("2026-09-01", first)):
        (folder / day).mkdir()
        write(folder / day / f"{V5_NAME}.csv", text)
    ingest(connection, [folder])
    analyze(connection)
    connection.execute("SET VARIABLE as_of = DATE '2026-09-15'")
    assert connection.execute("SELECT count(*), max(dated) FROM ccadb_record").fetchone() == (1, LATER)
    (known,) = connection.execute("SELECT used_date FROM knowledge WHERE source = 'CCADB records'").fetchall()
    assert known == (LATER,)


@pytest.mark.parametrize("where", ["file", "folder"])
def test_a_name_states_a_day_too(connection: duckdb.DuckDBPyConnection, folder: Path, where: str) -> None:
    ingest(connection, [write(folder / "a.pem", ANCHOR.pem)], dated=DAY)
    if where == "folder":
        (folder / "2026-09-01").mkdir()
    name = "2026-09-01/a.pem" if where == "folder" else "a_2026-09-01.pem"
    assert not only(ingest(connection, [write(folder / name, ANCHOR.pem)])).already_known
    assert [row[0] for row in snapshots(connection)] == [DAY, LATER]
    assert counts(connection)["certificate_source"] == 2
    assert counts(connection)["certificate"] == 1


def test_the_files_time_states_nothing(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    path = write(folder / "a.pem", ANCHOR.pem)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert only(ingest(connection, [path])).dated == date(2001, 9, 9)
    ingest(connection, [path], dated=DAY)
    before = counts(connection)
    os.utime(path, (1_100_000_000, 1_100_000_000))
    file = only(ingest(connection, [path]))
    assert (file.already_known, file.dated) == (True, date(2001, 9, 9))
    stated = only(ingest(connection, [path], dated=date(2001, 9, 9)))
    assert (stated.already_known, stated.dated_because) == (True, "file time")
    assert counts(connection) == before


def test_trust_with_its_own_day_is_not_stored_twice(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    for text in (TRUST, UNDATED):
        path = write(folder / "trust.csv", text)
        for day in (DAY, LATER):
            assert only(ingest(connection, [path], dated=day)).rows_stored == 1
    days = connection.execute("SELECT trust_date FROM root_trust ORDER BY 1").fetchall()
    assert days == [(date(2026, 8, 1),), (DAY,), (LATER,)]
    assert counts(connection)["snapshot"] == 4


@pytest.mark.parametrize(
    ("name", "before", "now", "ignored"),
    [
        (
            V5_NAME,
            None,
            "slice",
            "declared a slice now, stored as complete before (its name is that of CCADB's",
        ),
        ("a.csv", None, "complete", "declared complete now, stored as not complete before (not declared"),
        (
            "a.csv",
            "slice",
            "complete",
            "declared complete now, stored as not complete before (declared a slice)",
        ),
        ("a.csv", "complete", "slice", "declared a slice now, stored as complete before (declared complete)"),
        (V5_NAME, None, "complete", ""),
        (V5_NAME, "slice", None, ""),
        ("a.csv", None, "slice", ""),
        ("a.csv", "complete", "complete", ""),
    ],
)
def test_a_declaration_that_changes_nothing_is_said(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    before: str | None,
    now: str | None,
    ignored: str,
) -> None:
    path = write(folder / name, table(V5, RECORD))
    first = only(ingest(connection, [path], completeness=before))
    again = only(ingest(connection, [path], completeness=now))
    assert first.ignored == ""
    assert (again.already_known, again.complete) == (True, first.complete)
    assert again.ignored.startswith(ignored)
    assert bool(ignored) == again.ignored.endswith("to change it, ingest into a new database")


def test_a_file_that_breaks_off_is_not_told_to_try_a_new_database(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    path = write(folder / "a.csv", table(V5, RECORD, RECORD)[:-60])
    ingest(connection, [path])
    ignored = only(ingest(connection, [path], completeness="complete")).ignored
    assert ignored == "declared complete now, but the file breaks off in the row on line 3"


def test_for_another_day_a_file_may_be_declared_otherwise(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    path = write(folder / "a.csv", table(V5, RECORD))
    ingest(connection, [path], dated=DAY, completeness="slice")
    file = only(ingest(connection, [path], dated=LATER, completeness="complete"))
    assert (file.complete, file.ignored) == (True, "")
    assert [row[2] for row in snapshots(connection)] == [False, True]


def test_bytes_twice_in_one_ingest(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    write(folder / "a.pem", LEAF.pem)
    write(folder / "b.pem", LEAF.pem)
    report = ingest(connection, [folder], dated=DAY)
    assert [file.already_known for file in report.files] == [False, True]
