"""Migrations: each with its record or not at all; asking which there are changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import WarehouseError
from cagraph.warehouse.migrations import Migration, applied, known, migrate, pending, unknown


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    (tmp_path / "001_first.sql").write_text(
        "CREATE TABLE first (a INTEGER); COMMENT ON TABLE first IS '1st';"
    )
    (tmp_path / "002_second.sql").write_text("CREATE TABLE second (b INTEGER);")
    return tmp_path


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    ]


def test_all_are_applied_once_and_in_order(connection: duckdb.DuckDBPyConnection, schema: Path) -> None:
    assert [step.name for step in migrate(connection, schema)] == ["first", "second"]
    assert applied(connection) == [Migration(1, "first"), Migration(2, "second")]
    assert migrate(connection, schema) == []
    assert tables(connection) == ["first", "schema_migration", "second"]


def test_asking_changes_nothing(connection: duckdb.DuckDBPyConnection, schema: Path) -> None:
    assert [step.number for step in pending(connection, schema)] == [1, 2]
    assert applied(connection) == []
    assert tables(connection) == []


def test_failing_migration_leaves_the_one_before(connection: duckdb.DuckDBPyConnection, schema: Path) -> None:
    (schema / "002_second.sql").write_text("CREATE TABLE second (b INTEGER); CREATE TABLE first (a INTEGER);")
    with pytest.raises(duckdb.CatalogException):
        migrate(connection, schema)
    assert applied(connection) == [Migration(1, "first")]
    assert tables(connection) == ["first", "schema_migration"]


def test_migration_of_a_newer_version_is_known_as_unknown(
    connection: duckdb.DuckDBPyConnection, schema: Path
) -> None:
    migrate(connection, schema)
    (schema / "002_second.sql").unlink()
    assert unknown(connection, schema) == [Migration(2, "second")]


@pytest.mark.parametrize("name", ["001_again.sql", "first.sql", "1_short.sql"])
def test_a_number_belongs_to_one_migration(schema: Path, name: str) -> None:
    (schema / name).write_text("SELECT 1")
    with pytest.raises(WarehouseError, match="needs a number of its own"):
        known(schema)


def test_numbers_of_the_project_have_no_hole() -> None:
    assert [step.number for step in known()] == list(range(1, len(known()) + 1))


def test_a_first_migration_that_fails_leaves_nothing_at_all(
    connection: duckdb.DuckDBPyConnection, schema: Path
) -> None:
    """Killed just then, the file is an empty database, and not one that is somebody else's."""
    (schema / "001_first.sql").write_text("CREATE TABLE first (a INTEGER); SELECT nonsense;")
    with pytest.raises(duckdb.Error):
        migrate(connection, schema)
    assert tables(connection) == []
