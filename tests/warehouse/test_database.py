"""Opening: what a reader may do, and one line for every way in which opening fails."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import WarehouseError
from cagraph.warehouse.database import open_warehouse


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "w.duckdb"
    open_warehouse(path, write=True).close()
    return path


@contextmanager
def held_by_another_process(path: Path, *, read_only: bool) -> Iterator[int]:
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'True');"
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(read_only)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.communicate()


def message(path: Path, *, write: bool = False) -> str:
    with pytest.raises(WarehouseError) as caught:
        open_warehouse(path, write=write)
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.exit_code == 5
    return text


def test_writer_makes_the_schema_and_a_reader_finds_it(db: Path) -> None:
    with open_warehouse(db, write=False) as connection:
        assert connection.execute("SELECT count(*) FROM certificate").fetchone() == (0,)


def test_file_stays_readable_for_older_clients(db: Path) -> None:
    with open_warehouse(db, write=False) as connection:
        (tags,) = connection.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
        ).fetchone() or ("",)
    assert tags.startswith("v1.4.0")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t (a INTEGER)",
        "DELETE FROM certificate",
        "COPY certificate TO 'stolen.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "ATTACH 'other.duckdb' AS other",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET TimeZone = 'Asia/Tokyo'",
    ],
)
def test_reader_can_change_and_reach_nothing(db: Path, statement: str) -> None:
    with open_warehouse(db, write=False) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement)


def test_reader_may_write_into_the_folder_it_was_given_and_no_other(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "it's out"
    folder.mkdir()
    with open_warehouse(db, write=False, may_write_into=[folder]) as connection:
        target = str(folder / "c.parquet").replace("'", "''")
        connection.execute(f"COPY certificate TO '{target}' (FORMAT parquet)")
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"COPY certificate TO '{tmp_path}/c.parquet' (FORMAT parquet)")
    assert (folder / "c.parquet").is_file()


def test_reader_sees_no_python_variable_as_a_table(db: Path) -> None:
    with open_warehouse(db, write=False) as connection:
        stolen = connection.sql("SELECT 1 AS secret")
        with pytest.raises(duckdb.CatalogException):
            connection.execute("SELECT * FROM stolen")
        assert stolen is not None


def test_as_of_is_a_variable_that_may_still_be_set(db: Path) -> None:
    with open_warehouse(db, write=False, as_of=date(2024, 5, 8)) as connection:
        assert connection.execute("SELECT getvariable('as_of')").fetchone() == (date(2024, 5, 8),)
        connection.execute("SET VARIABLE as_of = DATE '2020-01-01'")
        assert connection.execute("SELECT getvariable('as_of')").fetchone() == (date(2020, 1, 1),)


@pytest.mark.parametrize("write", [True, False])
def test_time_is_utc(db: Path, write: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with open_warehouse(db, write=write) as connection:
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_missing_file_names_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "none.duckdb"
    assert message(path) == f"no database at {path}: run `cagraph ingest` or give --db"
    assert not path.exists()


def test_missing_folder(tmp_path: Path) -> None:
    assert "no directory" in message(tmp_path / "nowhere" / "w.duckdb", write=True)


@pytest.mark.parametrize("write", [True, False])
def test_directory(tmp_path: Path, write: bool) -> None:
    assert message(tmp_path, write=write) == f"{tmp_path} is a directory, not a database file"


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("content", [b"", b"not a database, " * 1000])
def test_not_duckdb(tmp_path: Path, content: bytes, write: bool) -> None:
    path = tmp_path / "x.duckdb"
    path.write_bytes(content)
    assert message(path, write=write) == f"{path} is not a DuckDB database"
    assert path.read_bytes() == content


def test_damaged_file(db: Path) -> None:
    content = bytearray(db.read_bytes())
    # The two headers: a flipped byte in either is seen by its checksum.
    for offset in (4096 + 20, 8192 + 20):
        content[offset] ^= 0xFF
    db.write_bytes(content)
    assert "is damaged" in message(db)


def test_file_cut_short(db: Path) -> None:
    db.write_bytes(db.read_bytes()[:20_000])
    assert "is damaged" in message(db)


@pytest.mark.parametrize("write", [True, False])
def test_held_by_a_writer(db: Path, write: bool) -> None:
    with held_by_another_process(db, read_only=False) as pid:
        assert f"is in use by process {pid} (" in message(db, write=write)


def test_readers_share_and_lock_a_writer_out(db: Path) -> None:
    with held_by_another_process(db, read_only=True) as pid:
        open_warehouse(db, write=False).close()
        assert f"is in use by process {pid} (" in message(db, write=True)


def test_open_twice_in_one_process(db: Path) -> None:
    with open_warehouse(db, write=True):
        assert "already open in this process" in message(db)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(db: Path) -> None:
    db.chmod(0)
    assert message(db) == f"no permission to open {db}"


@pytest.mark.parametrize("write", [True, False])
def test_newer_schema(db: Path, write: bool) -> None:
    with duckdb.connect(db) as connection:
        connection.execute("INSERT INTO schema_migration VALUES (999, 'from_the_future', now())")
    text = message(db, write=write)
    assert "was made by a newer cagraph" in text
    assert "999_from_the_future" in text


def test_older_schema_is_brought_up_to_date_by_a_writer_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE TABLE schema_migration (number INTEGER, name VARCHAR, applied_at TIMESTAMP)"
        )
        connection.execute("INSERT INTO schema_migration VALUES (0, 'before', now())")
    monkeypatch.setattr("cagraph.warehouse.database.unknown", lambda _: [])
    text = message(path)
    assert "was made by an older cagraph" in text
    assert "001_facts" in text
    open_warehouse(path, write=True).close()
    open_warehouse(path, write=False).close()


@pytest.mark.parametrize("write", [True, False])
def test_somebody_elses_database_is_left_alone(tmp_path: Path, write: bool) -> None:
    path = tmp_path / "other.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE invoices (a INTEGER)")
    assert "not one of cagraph's" in message(path, write=write)
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("invoices",)]


def test_empty_database_is_no_answer_for_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(path).close()
    assert "is an empty database" in message(path)
    open_warehouse(path, write=True).close()
