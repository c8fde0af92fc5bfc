"""Writes tables and views of a warehouse to files of one format, sorted, each whole or not at all.

Knows DuckDB's catalogue and no table by name.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from cagraph.errors import CagraphError, UsageProblem
from cagraph.model import Progress
from cagraph.report.files import atomic, temporary_beside
from cagraph.report.formats import write
from cagraph.report.rows import Table
from cagraph.report.terminal import one_line
from cagraph.warehouse.catalogue import nearest
from cagraph.warehouse.day import beside

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def relations(connection: "DuckDBPyConnection") -> dict[str, bool]:
    """Return the names of all tables and views, in order of name, and whether each is a view."""
    rows = connection.execute(
        "SELECT table_name, false FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal"
        " AND NOT temporary"
        " UNION ALL SELECT view_name, true FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
        " ORDER BY 1"
    ).fetchall()
    return dict(rows)


def select(known: Collection[str], only: Sequence[str]) -> list[str]:
    """Return the names asked for, or all.

    Raises:
        UsageProblem: one of them does not exist.
    """
    for name in only:
        if name not in known:
            raise UsageProblem(f"no table or view {name!r}{nearest(name, known)}")
    return [name for name in known if not only or name in only]


def export_relations(
    connection: "DuckDBPyConnection",
    names: Sequence[str],
    directory: Path,
    form: str,
    progress: Progress,
) -> None:
    """Write each of `names` to `directory`/name.form. Parquet needs a connection that may write there."""
    import duckdb

    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CagraphError(f"cannot make {directory}: {error.strerror}") from error
    for done, name in enumerate(names):
        progress("export", done, len(names))
        try:
            # A user's own view may have any name; as a file it stays inside the directory.
            _export_one(connection, name, directory / f"{quote(name, safe='')}.{form}", form)
        except duckdb.Error as error:
            raise CagraphError(f"cannot export {name}: {one_line(error)}") from error
    progress("export", len(names), len(names))


def _export_one(connection: "DuckDBPyConnection", name: str, path: Path, form: str) -> None:
    rows = f"SELECT * FROM {_quoted(name, chr(34))} ORDER BY ALL"  # noqa: S608 - quoted
    connection = beside(connection, rows)
    if form == "parquet":
        # DuckDB's own writer: its types, and no row passes through Python.
        with temporary_beside(path) as temporary:
            connection.execute(f"COPY ({rows}) TO {_quoted(str(temporary), chr(39))} (FORMAT parquet)")
        return
    with atomic(path) as stream:
        write(Table.from_cursor(connection.execute(rows), stream=True), form, stream)


def _quoted(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark * 2) + mark
