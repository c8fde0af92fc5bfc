"""Tells whether two warehouses hold the same, row for row; only the clock and the port may differ."""

import re
from pathlib import Path
from typing import Any

import duckdb

CLOCK = {
    "fetched": {"fetched_at"},
    "frontier": {"last_tried", "tries"},
    "crawl": {"started_at", "finished_at"},
    "schema_migration": {"applied_at"},
}
_PORT = re.compile(r"127\.0\.0\.1:\d+")


def contents(db: Path, *, clock: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """Return the sorted rows of every table; without `clock`, what a clock or a retry wrote is left out."""
    with duckdb.connect(str(db), read_only=True) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_name"
            ).fetchall()
        ]
        return {
            table: _rows(connection, table, set() if clock else CLOCK.get(table, set())) for table in tables
        }


def differences(one: Path, other: Path, *, clock: bool = True) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return by table the rows that only the one and only the other has, a few of each."""
    ones, others = contents(one, clock=clock), contents(other, clock=clock)
    assert ones.keys() == others.keys()
    found = {}
    for table, rows in ones.items():
        if rows != others[table]:
            theirs = set(others[table])
            only_one = [row for row in rows if row not in theirs][:3]
            only_other = [row for row in others[table] if row not in set(rows)][:3]
            found[table] = (only_one, only_other)
    return found


def _rows(connection: duckdb.DuckDBPyConnection, table: str, left_out: set[str]) -> list[tuple[Any, ...]]:
    but = f"EXCLUDE ({', '.join(sorted(left_out))})" if left_out else ""
    rows = connection.execute(f"SELECT * {but} FROM {table}").fetchall()
    return sorted((tuple(map(_plain, row)) for row in rows), key=repr)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return _PORT.sub("127.0.0.1", value) if isinstance(value, str) else value
