"""Ingest as a whole: stored, counted, the same when done twice, and what a file is taken for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import SourceError, UsageProblem
from cagraph.ingest import ingest
from cagraph.warehouse.database import open_warehouse
from tests.ingest.inputs import ANCHOR, DAY, LEAF, V5_NAME, counts, only, pem_rows, write
from tests.sources.ccadb_files import RECORD, V5, table


def test_one_file_of_certificates(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    path = write(folder / "pem_2026-08-21.csv", pem_rows(ANCHOR, LEAF, ANCHOR))
    file = only(ingest(connection, [path]))
    assert (file.kind, file.dated, file.dated_because) == ("ccadb_pem", DAY, "file name")
    assert (file.rows_in, file.rows_stored, file.rows_rejected, file.new_certificates) == (3, 3, 0, 2)
    seen = connection.execute(
        "SELECT sha256, snapshot_id, line FROM certificate_source ORDER BY line"
    ).fetchall()
    assert [row[:2] for row in seen] == [(one.sha256, 1) for one in (ANCHOR, LEAF, ANCHOR)]


def test_the_same_bytes_twice_change_nothing(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    write(folder / "a.pem", ANCHOR.pem)
    write(folder / f"{V5_NAME}.csv", table(V5, RECORD))
    write(folder / "junk.txt", "nothing")
    first = ingest(connection, [folder])
    before = counts(connection)
    os.utime(folder / "a.pem", (1_000_000_000, 1_000_000_000))
    again = ingest(connection, [folder, folder / "a.pem"])
    assert counts(connection) == before
    assert [file.already_known for file in again.files] == [True, True, False, True]
    assert (again.rows_in, again.new_certificates) == (0, 0)
    assert again.files[0].dated == first.files[0].dated
    assert [file.ignored for file in again.files] == [""] * 4


def test_a_known_certificate_in_another_file_is_only_seen(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    ingest(connection, [write(folder / "a.pem", ANCHOR.pem)])
    file = only(ingest(connection, [write(folder / "b.csv", pem_rows(ANCHOR, LEAF))]))
    assert (file.rows_stored, file.new_certificates) == (2, 1)
    assert counts(connection)["certificate_source"] == 3


def test_an_old_record_version_is_seen_again(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    first, second = dict(RECORD), {**RECORD, "Revocation Status": "Revoked"}
    for day, record in ((1, first), (2, second), (3, first)):
        path = write(folder / f"{V5_NAME}_2026-01-0{day}.csv", table(V5, record) + "\n" * day)
        ingest(connection, [path])
    assert counts(connection)["ccadb_record_version"] == 2
    assert counts(connection)["record_sighting"] == 3


def test_every_row_is_counted(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    example = {**RECORD, "CA Owner": "Example CA"}
    nameless = {**RECORD, "SHA-256 Fingerprint": "?"}
    odd = {**RECORD, "TLS Capable": "perhaps"}
    file = only(
        ingest(connection, [write(folder / f"{V5_NAME}.csv", table(V5, RECORD, example, nameless, odd))])
    )
    assert (file.rows_in, file.rows_stored, file.rows_rejected, file.rows_unnamed) == (4, 2, 2, 1)
    assert not file.complete
    assert file.complete_because == "1 of 3 rows do not name their certificate"
    issues = connection.execute(
        "SELECT line, rejected, sha256 IS NULL FROM ingest_issue ORDER BY line"
    ).fetchall()
    assert issues == [(3, True, False), (4, True, True), (5, False, False)]
    stored = connection.execute(
        "SELECT rows_in, rows_stored, rows_rejected, rows_unnamed, complete FROM snapshot"
    ).fetchall()
    assert stored == [(4, 2, 2, 1, False)]


def test_a_row_of_roots_counts_once(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    header = (
        "CA Owner,Apple Status,Apple Trust Bits,Chrome Status,Microsoft Status,Microsoft EKUs,"
        "Mozilla Status,Mozilla Trust Bits,SHA-256\n"
    )
    rows = f"O,,,Included,,,Included,Websites;Email,{'ab' * 32}\nO,,,,,,,,{'cd' * 32}\nO,,,,,,,,none\n"
    file = only(ingest(connection, [write(folder / "roots.csv", header + rows)], dated=DAY))
    assert (file.rows_in, file.rows_stored, file.rows_rejected) == (3, 2, 1)
    trust = connection.execute(
        "SELECT root_program, purpose, trust_date FROM root_trust ORDER BY ALL"
    ).fetchall()
    assert trust == [
        ("chrome", "server_auth", DAY),
        ("mozilla", "secure_email", DAY),
        ("mozilla", "server_auth", DAY),
    ]


def test_a_folder_with_junk(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    deep = folder / "deep" / "er"
    deep.mkdir(parents=True)
    write(deep / "root.der", ANCHOR.der)
    write(folder / "README.md", "# hello")
    write(folder / "empty.csv", "")
    write(folder / ".hidden.pem", LEAF.pem)
    (folder / "loop").symlink_to(folder)
    (folder / "gone").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    report = ingest(connection, [folder])
    assert {file.path.name: file.error for file in report.files} == {
        "README.md": "is of no known kind",
        "root.der": None,
        "empty.csv": "is empty",
        "gone": "is a link to nothing",
        "pipe": "is not a regular file",
    }
    errors = connection.execute("SELECT error FROM fetched WHERE error IS NOT NULL").fetchall()
    assert len(errors) == len(report.passed_over) == 4


@pytest.mark.parametrize(("content", "reason"), [("", "is empty"), ("hello", "is of no known kind")])
def test_a_file_given_by_its_name_must_be_usable(
    connection: duckdb.DuckDBPyConnection, folder: Path, content: str, reason: str
) -> None:
    good = write(folder / "a.pem", ANCHOR.pem)
    with pytest.raises(SourceError, match=reason):
        ingest(connection, [good, write(folder / "b", content)])
    assert set(counts(connection).values()) == {0}


def test_what_is_not_there_or_cannot_be_read(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        ingest(connection, [folder / "absent"])
    with pytest.raises(SourceError, match="holds no file"):
        ingest(connection, [folder])
    with pytest.raises(UsageProblem):
        ingest(connection, [folder], completeness="perhaps")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    write(folder / "a.pem", ANCHOR.pem).chmod(0)
    with pytest.raises(SourceError, match="cannot be read"):
        ingest(connection, [folder])


def test_a_file_refused_as_a_whole_leaves_nothing_of_the_others(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    write(folder / "a.pem", ANCHOR.pem)
    write(folder / "b.csv", table([name for name in V5 if name != "SHA-256 Fingerprint"], RECORD))
    with pytest.raises(SourceError, match="no column SHA-256 Fingerprint"):
        ingest(connection, [folder])
    assert set(counts(connection).values()) == {0}


@pytest.mark.realdata
def test_real_certificates(connection: duckdb.DuckDBPyConnection, real_dir: Path) -> None:
    report = ingest(connection, [real_dir / "ccadb_pem"], dated=DAY)
    assert (len(report.files), report.rows_in, report.rows_stored, report.rows_rejected) == (
        33,
        10_229,
        10_229,
        0,
    )
    assert report.new_certificates == counts(connection)["certificate"] == 10_217
    assert counts(connection)["certificate_source"] == 10_229


@pytest.mark.realdata
def test_real_records_and_trust(connection: duckdb.DuckDBPyConnection, real_dir: Path) -> None:
    report = ingest(connection, [real_dir / "ccadb_records", real_dir / "root_trust.csv"])
    rows = {file.path.name: file.rows_stored for file in report.stored}
    assert rows == {"asseco_v5.csv": 235, "isrg_v5.csv": 40, "root_trust.csv": 3_230}
    assert report.rows_rejected == 0
    assert [file.complete for file in report.stored] == [False, False, True]


@pytest.mark.realdata
def test_a_real_file_copied_is_already_known(
    connection: duckdb.DuckDBPyConnection, real_dir: Path, folder: Path
) -> None:
    original = real_dir / "ccadb_records" / "isrg_v5.csv"
    ingest(connection, [original])
    shutil.copyfile(original, folder / "copy.csv")
    assert only(ingest(connection, [folder])).already_known


def test_a_report_without_a_row_is_not_complete(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    file = only(ingest(connection, [write(folder / f"{V5_NAME}.csv", table(V5))], completeness="complete"))
    assert (file.complete, file.complete_because) == (False, "no row of it could be used")


def test_the_database_itself_is_never_read(tmp_path: Path, folder: Path) -> None:
    """Closing the open database's file would drop this process's lock on it."""
    write(folder / "a.pem", ANCHOR.pem)
    database = folder / "own.duckdb"
    with open_warehouse(database, write=True) as own:
        report = ingest(own, [folder])
        assert [file.path.name for file in report.files] == ["a.pem"]
        with pytest.raises(SourceError, match="is the database itself"):
            ingest(own, [database])
        script = "import sys, duckdb; duckdb.connect(sys.argv[1])"
        second = subprocess.run(
            [sys.executable, "-c", script, str(database)], capture_output=True, text=True, check=False
        )
        assert "Conflicting lock" in second.stderr
