"""Puts the policy into the database: data/*.csv as tables `rule_<stem>`, queries/views/*.sql as views.

The files are the truth and the database holds a copy, so that any DuckDB client can follow a verdict
down to its citation. Knows the shape of a rule file (a header, a citation on every row) and no rule; what its
words may be, `rule_check` knows.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cagraph.errors import WarehouseError
from cagraph.resources import data_dir, queries_dir
from cagraph.warehouse.migrations import transaction
from cagraph.warehouse.rule_check import Cell, RuleTable, check_rules, check_thresholds

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COLUMN = re.compile(r"[a-z][a-z0-9_]*")
_MADE = (
    """
    SELECT view_name, sql FROM duckdb_views()
    WHERE database_name = current_database() AND NOT internal ORDER BY ALL
    """,
    """
    SELECT function_name, macro_definition FROM duckdb_functions()
    WHERE database_name = current_database() AND NOT internal ORDER BY ALL
    """,
    """
    SELECT table_name, column_name, data_type, column_index FROM duckdb_columns()
    WHERE database_name = current_database() AND NOT internal AND table_name <> 'policy_installed'
    ORDER BY ALL
    """,
)
_SIGN = re.compile(r"\w+|[^\w\s()]")
_DATE_WORDS = frozenset({"date", "effective", "since", "until"})
_INTEGER_WORDS = frozenset({"days", "bit", "test"})


def install_policy(connection: "DuckDBPyConnection") -> None:
    """Bring the rule tables and views up to this version's files, all or nothing.

    Views that stand as these files made them stay: DuckDB takes a second to make them.
    """
    with transaction(connection):
        load_rules(connection)
        if not _views_stand(connection):
            create_views(connection)
        connection.execute(
            "CREATE OR REPLACE TABLE policy_installed AS SELECT $digest AS digest, "
            "CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP) AS installed_at, $made AS made",
            {"digest": policy_digest(), "made": _made(connection)},
        )
        connection.execute(
            "COMMENT ON TABLE policy_installed IS 'Which rule and view files this file holds.'"
        )


def policy_state(connection: "DuckDBPyConnection") -> str:
    """Tell whether the database has this version's policy: `current`, `other` or `none`. Reads only."""
    if not _is_installed(connection):
        return "none"
    row = connection.execute("SELECT digest FROM policy_installed").fetchone()
    return "current" if row == (policy_digest(),) else "other"


def _is_installed(connection: "DuckDBPyConnection") -> bool:
    """Say whether any version's policy is in the database itself, not in one that is attached to it."""
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables()"
        " WHERE table_name = 'policy_installed' AND database_name = current_database()"
    ).fetchone()
    return found is not None


def _views_stand(connection: "DuckDBPyConnection") -> bool:
    """Say whether the views are those that these files made of these tables, untouched since."""
    if not _is_installed(connection):
        return False
    columns = [row[0] for row in connection.execute("DESCRIBE policy_installed").fetchall()]
    if "made" not in columns:
        return False
    row = connection.execute("SELECT digest, made FROM policy_installed").fetchone()
    return row == (policy_digest(), _made(connection))


def _made(connection: "DuckDBPyConnection") -> str:
    """Return a hash over the views and macros as the database has them, and the tables that they read."""
    parts = [
        [[_spelt(cell) for cell in row] for row in connection.execute(question).fetchall()]
        for question in _MADE
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _spelt(cell: Any) -> Any:
    """Return what stays of a view's text when DuckDB writes it to a file and reads it back.

    Brackets, the order of what `EXCLUDE` names, `MATERIALIZED` and a second name of a type do not.
    """
    if not isinstance(cell, str):
        return cell
    signs = [sign for sign in _SIGN.findall(cell) if sign != "MATERIALIZED"]
    return sorted("TIMESTAMP" if sign == "TIMESTAMP_US" else sign for sign in signs)


def policy_digest() -> str:
    """Return a hash over the names and bytes of every rule and view file."""
    digest = hashlib.sha256()
    for path in [*rule_files(), *view_files()]:
        body = path.read_bytes()
        digest.update(f"{path.name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()


def rule_files(directory: Path | None = None) -> list[Path]:
    """Return the rule files, by name. Only the top level of data/: the sample lies below it."""
    return sorted((directory or data_dir()).glob("*.csv"))


def view_files(directory: Path | None = None) -> list[Path]:
    """Return the files of views and macros in the order that they build on each other."""
    return sorted((directory or queries_dir() / "views").glob("*.sql"))


def load_rules(connection: "DuckDBPyConnection", directory: Path | None = None) -> list[str]:
    """Load every rule file into its `rule_<stem>` table and return the tables' names.

    A `rule_` table whose file is gone goes too. Call it inside a transaction, or use `install_policy`.

    Raises:
        WarehouseError: a file cannot be read, or `rule_check` finds something wrong with a rule.
    """
    tables = [read_rules(path) for path in rule_files(directory)]
    check_rules(tables)
    names = [table.name for table in tables]
    stale = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'rule_') AND NOT internal"
        " AND NOT list_contains(?, table_name)",
        [names],
    ).fetchall()
    for (name,) in stale:
        connection.execute(f'DROP TABLE "{name}"')
    for table in tables:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
        connection.execute(f'CREATE OR REPLACE TABLE "{table.name}" ({columns})')
        if table.rows:
            columns = ", ".join(f"unnest(?::{kind}[])" for kind in table.columns.values())
            values = [list(column) for column in zip(*table.rows, strict=True)]
            connection.execute(f'INSERT INTO "{table.name}" SELECT {columns}', values)
    return names


def create_views(
    connection: "DuckDBPyConnection", directory: Path | None = None, *, last: str | None = None
) -> list[str]:
    """Execute every file of views and macros, in order of name, and return the files' names.

    `last`: none after this file, for a question that takes no more. Call it inside a transaction, or use
    `install_policy`.

    Raises:
        WarehouseError: a file that DuckDB refuses, or that asks for a threshold that is not there.
    """
    import duckdb

    thresholds, names = _thresholds(connection), []
    for path in view_files(directory):
        if last is not None and path.name > last:
            break
        sql = path.read_text(encoding="utf-8")
        check_thresholds(path, sql, thresholds)
        try:
            connection.execute(sql)
        except duckdb.Error as error:
            raise WarehouseError(f"{path}: {str(error).splitlines()[0]}") from error
        names.append(path.name)
    return names


def _thresholds(connection: "DuckDBPyConnection") -> list[str]:
    """Return the names of the limits that are loaded."""
    there = connection.execute(
        "SELECT 1 FROM duckdb_tables()"
        " WHERE table_name = 'rule_thresholds' AND database_name = current_database()"
    ).fetchone()
    if there is None:
        return []
    return [name for (name,) in connection.execute("SELECT name FROM rule_thresholds").fetchall()]


def compile_views(connection: "DuckDBPyConnection") -> int:
    """Bind every view without reading a row, and return how many there are. Reads only.

    Raises:
        WarehouseError: one of them does not fit the tables any more.
    """
    import duckdb

    views = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal ORDER BY 1"
    ).fetchall()
    for (name,) in views:
        quoted = name.replace('"', '""')
        try:
            connection.execute(f'SELECT * FROM "{quoted}" LIMIT 0')  # noqa: S608 - quoted
        except duckdb.Error as error:
            raise WarehouseError(f"view {name}: {str(error).splitlines()[0]}") from error
    return len(views)


def read_rules(path: Path) -> RuleTable:
    """Read one rule file.

    Raises:
        WarehouseError: no citation on a row, a cell that its column's type cannot hold, a ragged row.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        # Strict: a stray quote would otherwise swallow rules without a word.
        reader = csv.reader(stream, strict=True)
        try:
            header = next(reader, [])
            columns = _column_types(path, header)
            numbered = [(line, _cells(f"{path}:{line}", columns, row)) for line, row in _numbered(reader)]
        except csv.Error as error:
            raise WarehouseError(f"{path}:{reader.line_num}: {error}") from error
    return RuleTable(path, columns, [row for _, row in numbered], [line for line, _ in numbered])


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line it starts on: a quoted cell may span several."""
    line = reader.line_num + 1
    for row in reader:
        if row:
            yield line, row
        line = reader.line_num + 1


def _column_types(path: Path, header: list[str]) -> dict[str, str]:
    if not _COLUMN.fullmatch(path.stem):
        raise WarehouseError(f"{path}: its name is to become a table's: lower-case letters, digits and _")
    for name in header:
        if not _COLUMN.fullmatch(name) or header.count(name) > 1:
            raise WarehouseError(f"{path}:1: not a column name, or there twice: {name!r}")
    if "citation" not in header:
        raise WarehouseError(f"{path}:1: no column `citation`: every rule says where it comes from")
    return {name: _type_of(name) for name in header}


def _type_of(column: str) -> str:
    words = column.split("_")
    if words[-1] in _DATE_WORDS or words[0] == "effective":
        return "DATE"
    return "INTEGER" if words[-1] in _INTEGER_WORDS else "VARCHAR"


def _cells(where: str, columns: dict[str, str], row: list[str]) -> list[Cell]:
    if len(row) != len(columns):
        raise WarehouseError(f"{where}: {len(row)} cells under {len(columns)} columns")
    cells = [
        _cell(f"{where}: {name}", kind, text.strip())
        for (name, kind), text in zip(columns.items(), row, strict=True)
    ]
    if cells[list(columns).index("citation")] is None:
        raise WarehouseError(f"{where}: no citation: every rule says where it comes from")
    return cells


def _cell(where: str, kind: str, text: str) -> Cell:
    if not text:
        return None
    try:
        if kind == "DATE":
            return date.fromisoformat(text)
        return int(text) if kind == "INTEGER" else text
    except ValueError:
        wanted = "a date as 2024-05-08" if kind == "DATE" else "a whole number"
        raise WarehouseError(f"{where}: not {wanted}: {text!r}") from None
