"""A warehouse that vanishes: another one's facts with more certificates and other paths, for a question.

The tables of the warehouse are seen through; those that the question changes are copied or left empty.
Rule tables and the views of paths are put in anew, so that they speak of what is here. Nothing is written to
the file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from cagraph.errors import WarehouseError
from cagraph.warehouse.database import configure, explain, open_warehouse
from cagraph.warehouse.policy import create_views, load_rules

LAST_VIEWS = "45_path_breaker.sql"
"""What paths are worth ends here; audits are not asked about, and their views take a second to make."""

_COPIED = frozenset({"certificate", "name_constraint", "issuance", "signature_check"})
_EMPTY = frozenset({"path", "path_certificate", "path_break", "path_truncation"})


@contextmanager
def scratch_warehouse(path: Path, as_of: date | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to a copy in memory whose tables of paths are empty.

    Raises:
        WarehouseError: the file cannot be opened.
    """
    open_warehouse(path, write=False).close()
    with duckdb.connect(":memory:") as connection:
        configure(connection)
        try:
            quoted = str(path).replace("'", "''")
            connection.execute(f"ATTACH '{quoted}' AS warehouse (READ_ONLY)")
        except duckdb.Error as error:
            raise WarehouseError(explain(path, error)) from error
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse'"
            " AND NOT starts_with(table_name, 'rule_') AND table_name <> 'policy_installed'"
        ).fetchall()
        for (name,) in tables:
            connection.execute(f"CREATE {_definition(name)}")
        load_rules(connection)
        create_views(connection, last=LAST_VIEWS)
        if as_of is not None:
            connection.execute("SET VARIABLE as_of = ?", [as_of])
        yield connection


def _definition(name: str) -> str:
    """Return how a table of the warehouse is defined here."""
    there = f'warehouse.main."{name}"'
    if name in _EMPTY:
        return f'TABLE "{name}" AS FROM {there} LIMIT 0'
    if name in _COPIED:
        return f'TABLE "{name}" AS FROM {there}'
    return f'VIEW "{name}" AS FROM {there}'
