"""Writes a table as Parquet by way of an in-memory DuckDB: no other library is needed.

Knows DuckDB's types and no command.
"""

import tempfile
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO

from cagraph.report.rows import Table

_CHUNK = 10_000


def write_parquet(table: Table, stream: BinaryIO) -> None:
    """Write `table` to `stream`. Columns of no known type are text, numbers or booleans by their values."""
    import duckdb

    rows = iter(table.rows)
    chunk = list(islice(rows, _CHUNK))
    types = list(table.types or _guess(table, chunk))
    # The type of a bare NULL is no type that a table can have.
    types = ["INTEGER" if kind.strip('"') == "NULL" else kind for kind in types]
    columns = [
        f'"{name.replace(chr(34), chr(34) * 2)}" {kind}'
        for name, kind in zip(table.columns, types, strict=True)
    ]
    insert = "INSERT INTO t SELECT " + ", ".join(
        f"unnest(${i + 1}::{kind}[])" for i, kind in enumerate(types)
    )
    # COPY wants a name to write to, so the bytes go by way of a file.
    with tempfile.TemporaryDirectory(prefix="cagraph-") as folder, duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE t ({', '.join(columns)})")
        while chunk:
            connection.execute(insert, [list(column) for column in zip(*chunk, strict=True)])
            chunk = list(islice(rows, _CHUNK))
        path = Path(folder, "t.parquet")
        connection.execute(f"COPY t TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")
        with path.open("rb") as body:
            copyfileobj(body, stream)


def _guess(table: Table, rows: list[Any]) -> list[str]:
    columns = zip(*rows, strict=True) if rows else ([] for _ in table.columns)
    return [_guess_one({type(value) for value in column if value is not None}) for column in columns]


def _guess_one(kinds: set[type]) -> str:
    if kinds == {bool}:
        return "BOOLEAN"
    if kinds == {int}:
        return "BIGINT"
    return "DOUBLE" if kinds and kinds <= {int, float} else "VARCHAR"
