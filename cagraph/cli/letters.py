"""`cagraph statement read --all` and `--url`: audit letters into the warehouse, for the views to judge by."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cagraph.cli import ExitCode
from cagraph.cli.crawling import CrawlChoice
from cagraph.cli.options import Messages, Output
from cagraph.report.words import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cagraph.audit.statement import Statement
    from cagraph.crawl.archive import Archive

_SHOWN = 10


def read_all(db: Path, archive: Path | None, again: bool, output: Output, messages: Messages) -> None:
    """Read every archived letter that was not read yet, and write what became of all of them."""
    from cagraph.report.statement import documents

    with _judged(db) as connection:
        whole = read_letters(connection, CrawlChoice(archive=archive).folder(db), messages, again=again)
        output.write(documents(connection), messages)
    if not whole:
        raise SystemExit(ExitCode.SOURCE)


@contextmanager
def _judged(db: Path) -> Iterator["DuckDBPyConnection"]:
    """Give a connection that writes; views of another version, which may know of no letter, are made anew."""
    from cagraph.analysis.road import renew_views
    from cagraph.warehouse.database import open_warehouse

    with open_warehouse(db, write=True) as connection:
        renew_views(connection)
        yield connection


def read_letters(
    connection: "DuckDBPyConnection", archive: "Archive", messages: Messages, *, again: bool = False
) -> bool:
    """Read the letters, say in short what came of it, and return whether the archive had them all."""
    from cagraph.ingest.letters import read_letters as read
    from cagraph.report.statement import states

    with messages.progress() as progress:
        result = read(connection, archive, progress, again=again)
    if not result.documents:
        messages.note("no audit document was fetched yet: `cagraph crawl audits` gets them")
        return True
    messages.note(
        f"{counted(result.read, 'letter')} read now; of {counted(result.documents, 'document')}: "
        f"{states(connection)}"
    )
    messages.some(
        list(result.missing.values()),
        _SHOWN,
        lambda left: f"{counted(left, 'more document')} that the archive lacks",
    )
    return not result.missing


def read_new_letters(connection: "DuckDBPyConnection", archive: "Archive", messages: Messages) -> bool:
    """Read the letters that were not read yet, if there are any; return whether the archive had them all."""
    from cagraph.warehouse.statements import unread

    return not unread(connection) or read_letters(connection, archive, messages)


def store(
    db: Path,
    archive: Path | None,
    urls: Sequence[str],
    body: bytes,
    statement: "Statement",
    messages: Messages,
) -> None:
    """Store a letter that was had by hand, as what stands at the addresses."""
    from cagraph.ingest.letters import store_letter
    from cagraph.report.statement import pointing

    with _judged(db) as connection:
        store_letter(connection, CrawlChoice(archive=archive).folder(db), urls, body, statement)
        for url, records in pointing(connection, urls):
            verb = "names" if records == 1 else "name"
            messages.note(f"{url}: {counted(records, 'record')} here {verb} it")
