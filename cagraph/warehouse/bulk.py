"""Bulk insert: whole columns in one statement. `executemany` takes a hundred times as long.

Knows DuckDB's types and no table.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb

EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)

Columns = Mapping[str, Sequence[Any]]

_types: dict[str, dict[str, str]] = {}
"""The column types of each table: one schema for every database that this version opens."""


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Columns,
    *,
    infinite: Sequence[str] = (),
) -> None:
    """Insert whole columns at once, each as a list of the type that the table says.

    In the columns named `infinite`, `datetime.min` means `-infinity`.
    """
    if not next(iter(columns.values())):
        return
    if table not in _types:
        _types[table] = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    types = _types[table]
    chosen, values = [], {}
    for name, column in columns.items():
        list_type, values[name] = types[name], list(column)
        expression = f"unnest(${name}::{list_type}[])"
        if list_type == "TIMESTAMP":
            # As microseconds: binding datetime values one by one takes several times as long.
            values[name] = [None if moment is None else (moment - EPOCH) // MICROSECOND for moment in column]
            expression = f"unnest(${name}::BIGINT[])"
        chosen.append(f"{expression} AS {name}")
    taken = ", ".join(_taken(name, types[name], name in infinite) for name in columns)
    # Names come from our own modules and the schema, values are bound.
    query = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {taken} FROM (SELECT {', '.join(chosen)})"  # noqa: S608
    connection.execute(query, values)


def _taken(name: str, column_type: str, infinite: bool) -> str:
    """Return the expression that turns a column as it was bound into one as it is stored."""
    if column_type != "TIMESTAMP":
        return name
    moment = f"make_timestamp({name})"
    if not infinite:
        return moment
    earliest = (datetime.min - EPOCH) // MICROSECOND
    return f"CASE WHEN {name} = {earliest} THEN '-infinity'::TIMESTAMP ELSE {moment} END"
