"""Opens the warehouse for a command that reads, and says how well the file's knowledge fits the day asked.

An answer as of a day is only as good as the snapshots near it: the view `knowledge` says which were used.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cagraph.cli.options import Messages
from cagraph.errors import WarehouseError
from cagraph.report.status import freshness, is_analysed, knowledge_notes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@contextmanager
def reading(
    db: Path,
    as_of: date | None,
    messages: Messages,
    *,
    analysed: bool = True,
    may_write_into: Sequence[Path] = (),
) -> Iterator["DuckDBPyConnection"]:
    """Give a read-only connection that speaks of `as_of`; the notes on it are printed first.

    Raises:
        WarehouseError: it cannot be opened, or `analysed` is wanted and it never was.
    """
    from cagraph.warehouse.database import open_warehouse

    with open_warehouse(db, write=False, as_of=as_of, may_write_into=may_write_into) as connection:
        if analysed:
            want_analysed(connection, db)
        if is_analysed(connection):
            fresh, sentence = freshness(connection)
            if not fresh:
                messages.note(sentence)
        print_notes(connection, messages)
        yield connection


def want_analysed(connection: "DuckDBPyConnection", db: Path) -> None:
    """Refuse to answer from what was never analysed.

    Raises:
        WarehouseError: it never was.
    """
    if not is_analysed(connection):
        raise WarehouseError(f"{db} was never analysed, so it has no paths: run `cagraph analyze`")


def print_notes(connection: "DuckDBPyConnection", messages: Messages) -> None:
    """Say where the knowledge that answers will rest on is not of the day asked."""
    if not messages.quiet:
        for note in knowledge_notes(connection):
            messages.note(note)
