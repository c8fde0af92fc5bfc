"""Numbered schema migrations: which there are, which a database has, and how to apply the rest.

Every migration goes in with its record in one transaction, so a crash leaves the schema at a number.
Knows nothing of how a database is opened, nor of what the tables mean.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cagraph.errors import WarehouseError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA_DIR = Path(__file__).resolve().parent / "schema"
_FILE_NAME = re.compile(r"(\d{3})_(\w+)")


@dataclass(frozen=True, slots=True, order=True)
class Migration:
    """One numbered step of the schema. `path` is None for one that only the database knows."""

    number: int
    name: str
    path: Path | None = None


def known(directory: Path = SCHEMA_DIR) -> list[Migration]:
    """Return the migrations of this version, in order."""
    migrations: dict[int, Migration] = {}
    for path in sorted(directory.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.stem)
        if match is None or int(match[1]) in migrations:
            raise WarehouseError(f"a migration needs a number of its own, as in 007_name.sql: {path}")
        migrations[int(match[1])] = Migration(int(match[1]), match[2], path)
    return list(migrations.values())


def applied(connection: "DuckDBPyConnection") -> list[Migration]:
    """Return the migrations that the database has had, in order. Reads only."""
    if not _has_table(connection, "schema_migration"):
        return []
    rows = connection.execute("SELECT number, name FROM schema_migration ORDER BY number").fetchall()
    return [Migration(number, name) for number, name in rows]


def pending(connection: "DuckDBPyConnection", directory: Path = SCHEMA_DIR) -> list[Migration]:
    """Return the migrations of this version that the database lacks, in order. Reads only."""
    done = {migration.number for migration in applied(connection)}
    return [migration for migration in known(directory) if migration.number not in done]


def unknown(connection: "DuckDBPyConnection", directory: Path = SCHEMA_DIR) -> list[Migration]:
    """Return the migrations that the database has had and this version does not know. Reads only."""
    numbers = {migration.number for migration in known(directory)}
    return [migration for migration in applied(connection) if migration.number not in numbers]


def migrate(connection: "DuckDBPyConnection", directory: Path = SCHEMA_DIR) -> list[Migration]:
    """Apply what is pending and return it."""
    todo = pending(connection, directory)
    for migration in todo:
        assert migration.path is not None
        with transaction(connection):
            connection.execute(
                "CREATE TABLE IF NOT EXISTS schema_migration "
                "(number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"
            )
            connection.execute(migration.path.read_text(encoding="utf-8"))
            connection.execute(
                "INSERT INTO schema_migration VALUES (?, ?, CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP))",
                [migration.number, migration.name],
            )
    return todo


def is_empty(connection: "DuckDBPyConnection") -> bool:
    """Tell whether the database holds nothing at all. Reads only."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM duckdb_tables() WHERE NOT internal)"
        " + (SELECT count(*) FROM duckdb_views() WHERE NOT internal)"
    ).fetchone()
    return row == (0,)


@contextmanager
def transaction(connection: "DuckDBPyConnection") -> Iterator[None]:
    """Commit what the block did, or nothing of it. Not to be nested: DuckDB has no nested transactions."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _has_table(connection: "DuckDBPyConnection", name: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal AND NOT temporary"
        " AND table_name = ?",
        [name],
    ).fetchone()
    return found is not None
