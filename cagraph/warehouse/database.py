"""The front door of the warehouse: opens the DuckDB file to read or to write, and says why it cannot.

A reader's connection is locked: no write, no file but this one, no setting that a statement could turn
back; `SET VARIABLE` stays open, for it is how `as_of` and a query's parameters are set. Everything is
UTC. Knows nothing of what the tables and views mean, nor of any command.
"""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from cagraph.errors import WarehouseError
from cagraph.warehouse.migrations import applied, is_empty, migrate, pending, unknown

# DuckDB 1.4 and every later client can open what is written.
_WRITE_CONFIG: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.4.0"}
_HELD = re.compile(r"Conflicting lock is held in (?P<program>.*?) \(PID (?P<pid>\d+)\)")


def open_warehouse(
    path: Path | str,
    *,
    write: bool,
    as_of: date | None = None,
    may_write_into: Sequence[Path] = (),
) -> duckdb.DuckDBPyConnection:
    """Open the warehouse at `path`; a writer creates the file and brings its schema up to date.

    The views speak of the day `as_of`; None leaves them at today. A reader's `COPY … TO` may write files
    into the folders `may_write_into`.

    Raises:
        WarehouseError: it cannot be opened, is no warehouse, or is of another schema.
    """
    path = Path(path)
    _check_path(path, write=write)
    try:
        connection = duckdb.connect(str(path), read_only=not write, config=_WRITE_CONFIG if write else {})
    except duckdb.Error as error:
        raise WarehouseError(explain(path, error)) from error
    try:
        configure(connection)
        if not write:
            _lock(connection, may_write_into)
        _check_schema(connection, path, write=write)
        if write:
            migrate(connection)
        if as_of is not None:
            connection.execute("SET VARIABLE as_of = ?", [as_of])
    except BaseException as error:
        connection.close()
        if isinstance(error, duckdb.Error):
            raise WarehouseError(explain(path, error)) from error
        raise
    return connection


def explain(path: Path, error: Exception) -> str:
    """Return one line that says why DuckDB could not open `path`, and what to do."""
    text = str(error)
    first_line = text.splitlines()[0] if text else type(error).__name__
    if held := _HELD.search(text):
        return f"{path} is in use by process {held['pid']} ({held['program']}): wait for it or stop it"
    if isinstance(error, duckdb.ConnectionException) and "different configuration" in text:
        return f"{path} is already open in this process, in another mode: close that connection first"
    if "not a valid DuckDB database" in text:
        return f"{path} is not a DuckDB database"
    if "Permission denied" in text or isinstance(error, duckdb.PermissionException):
        return f"no permission to open {path}"
    if "read a database file with version number" in text:
        return f"{path} is of a DuckDB version that this one ({duckdb.__version__}) cannot read"
    if "No space left" in text:
        return f"no space left on the disk that holds {path}"
    if "Corrupt" in text or "enough bytes" in text or "checksum" in text:
        return f"{path} is damaged ({first_line}): restore it, or build it again with `cagraph ingest`"
    return f"cannot open {path}: {first_line}"


def _check_path(path: Path, *, write: bool) -> None:
    try:
        if path.is_dir():
            raise WarehouseError(f"{path} is a directory, not a database file")
        if path.exists():
            return
    except PermissionError as error:
        raise WarehouseError(f"no permission to open {path}") from error
    if not write:
        raise WarehouseError(f"no database at {path}: run `cagraph ingest` or give --db")
    if not path.parent.is_dir():
        raise WarehouseError(f"no directory {path.parent} to make the database in")


def configure(connection: duckdb.DuckDBPyConnection) -> None:
    """Set what every connection of ours has in common."""
    connection.execute("SET TimeZone = 'UTC'")
    # `SELECT * FROM rows` must mean a table, never a Python variable of ours that has that name.
    connection.execute("SET python_enable_replacements = false")
    # A query may not send this machine to the network for an extension.
    connection.execute("SET autoinstall_known_extensions = false")


def _lock(connection: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    """Shut a reader's connection: no file but this one and those in the folders, no way back."""
    connection.execute("SET allowed_directories = ?", [[str(folder.resolve()) for folder in folders]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _check_schema(connection: duckdb.DuckDBPyConnection, path: Path, *, write: bool) -> None:
    done = applied(connection)
    if not done:
        if not is_empty(connection):
            raise WarehouseError(f"{path} is a DuckDB database, but not one of cagraph's: give another --db")
        if not write:
            raise WarehouseError(f"{path} is an empty database: run `cagraph ingest` first")
        return
    if newer := unknown(connection):
        raise WarehouseError(
            f"{path} was made by a newer cagraph (its schema has {newer[-1].number:03d}_{newer[-1].name}): "
            "upgrade cagraph"
        )
    if not write and (missing := pending(connection)):
        raise WarehouseError(
            f"{path} was made by an older cagraph "
            f"(its schema lacks {missing[0].number:03d}_{missing[0].name}): "
            "run `cagraph analyze` to bring it up to date"
        )
