"""Audit letters into the warehouse: the documents of the archive, read and stored.

What a document says is read by `cagraph.audit`, in a process of its own; which records point to it, and what
follows, is for the views.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from duckdb import DuckDBPyConnection

from cagraph.audit.statement import Statement, read_statements
from cagraph.crawl.archive import Archive
from cagraph.errors import SourceError, UsageProblem
from cagraph.model import Progress
from cagraph.sources.ask_audits import NAME, urls_in
from cagraph.sources.urls import links
from cagraph.warehouse import statements
from cagraph.warehouse.load import store_fetch
from cagraph.warehouse.migrations import transaction

_BATCH = 32
"""Letters stored at a time: what is stored stays when the reading is interrupted."""


@dataclass(slots=True)
class LettersRead:
    """What came of reading the archive's letters."""

    documents: int
    """That the archive should hold."""
    read: int = 0
    """Of these, now."""
    missing: dict[str, str] = field(default_factory=dict)
    """Why the archive could not give a document, by its SHA-256."""


def read_letters(
    connection: DuckDBPyConnection, archive: Archive, progress: Progress, *, again: bool = False
) -> LettersRead:
    """Read every archived letter that this version of the reader has not read; `again`: every one."""
    documents = statements.documents(connection)
    bodies = documents if again else statements.unread(connection)
    result = LettersRead(documents=len(documents))
    found = read_statements(_given(archive, bodies, result.missing))
    counted = _counted(found, result, len(bodies), progress)
    while batch := list(islice(counted, _BATCH)):
        with transaction(connection):
            statements.store_statements(connection, batch)
    return result


def _counted(
    found: Iterator[Statement], result: LettersRead, total: int, progress: Progress
) -> Iterator[Statement]:
    """Yield statements, counting them."""
    for statement in found:
        result.read += 1
        progress("reading letters", result.read + len(result.missing), total)
        yield statement


def _given(archive: Archive, bodies: Iterable[str], missing: dict[str, str]) -> Iterator[bytes]:
    """Yield the bodies that the archive has; note those that it lacks."""
    for sha256 in bodies:
        try:
            body = archive.read(sha256)
        except SourceError as problem:
            missing[sha256] = str(problem)
            continue
        yield body


def store_letter(
    connection: DuckDBPyConnection, archive: Archive, urls: Sequence[str], body: bytes, statement: Statement
) -> None:
    """Store a letter that was had by hand as what stands at these addresses of audit cells.

    Raises:
        UsageProblem: one of them is no URL and no audit cell has it so, or it is more than one.
    """
    if strange := statements.no_addresses(connection, urls):
        raise UsageProblem(f"--url {strange[0]!r} is not one URL of http or https: give --url for each")
    sha256 = archive.keep_bytes(body)
    with transaction(connection):
        for url in links(urls_in(urls)):
            store_fetch(connection, url, (sha256, len(body)), source=NAME)
        statements.store_statements(connection, [statement])
