"""The answers of one round into the warehouse: what was asked, what came, and what the bodies say.

All in one transaction, in the order of source and URL, so that the same answers make the same rows however
they arrived. A body that cannot be read after all is noted and costs the others nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.crawl.archive import Archive
from cagraph.crawl.journal import Entry
from cagraph.crawl.outcome import State
from cagraph.errors import SourceError
from cagraph.ingest.body import RowCount, completed, take_in
from cagraph.ingest.history import join_halves, known_snapshot
from cagraph.ingest.outcome import Body, FileReport
from cagraph.model import Progress
from cagraph.sources import FORMATS, Source, crl, recognise
from cagraph.sources.asking import ANY_KIND
from cagraph.warehouse import crawls
from cagraph.warehouse.migrations import transaction

_SOURCES: dict[str, Source] = {source.KIND: source for source in FORMATS}
_WITH_A_BODY = (State.DONE, State.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a round's bodies; `unreadable` has source and URL of those that could not be read."""

    files: tuple[FileReport, ...]
    unreadable: dict[tuple[str, str], str]


def take_in_round(
    connection: DuckDBPyConnection,
    archive: Archive,
    entries: Iterable[Entry],
    dated: date | None,
    progress: Progress,
) -> Taken:
    """Store one round of a crawl; all entries are of one crawl and one round, one a request.

    Raises:
        SourceError: the archive lacks a body or it is damaged; nothing was stored.
    """
    # A CRL is proved by certificates, so it comes after all of them.
    ordered = sorted(entries, key=lambda entry: (entry.kind == crl.KIND, entry.key))
    files: list[FileReport] = []
    unreadable: dict[tuple[str, str], str] = {}
    rows = 0
    with transaction(connection):
        numbers = crawls.store_answers(connection, ordered[0].crawl, [_columns(e) for e in ordered])
        for position, (entry, fetch_id) in enumerate(zip(ordered, numbers, strict=True)):
            progress("reading answers", position, len(ordered))
            if entry.kind is None or entry.state not in _WITH_A_BODY:
                continue
            try:
                file = _take_in(connection, archive, entry, dated, fetch_id, RowCount(progress, rows))
            except _Unreadable as problem:
                crawls.note_unreadable(connection, fetch_id, str(problem))
                unreadable[entry.key] = str(problem)
                continue
            rows += file.rows_in
            files.append(file)
        progress("reading answers", len(ordered), len(ordered))
        joined = join_halves(connection)
        crawls.count_round(connection, ordered[0].crawl, ordered[0].round)
    return Taken(tuple(completed(file, joined) for file in files), unreadable)


class _Unreadable(Exception):
    """A body that was taken and cannot be read after all; the text says why."""


def _take_in(
    connection: DuckDBPyConnection,
    archive: Archive,
    entry: Entry,
    dated: date | None,
    fetch_id: int,
    tell: RowCount,
) -> FileReport:
    """Store what one body says, unless the same bytes said it of the same day."""
    assert entry.kind is not None
    assert entry.sha256 is not None
    day, because = (dated, "declared") if dated else (entry.at.date(), "fetched")
    with TemporaryDirectory(prefix="cagraph-") as folder:
        path = Path(folder) / "body"
        source = _SOURCES.get(entry.kind)
        if entry.kind == ANY_KIND:
            archive.unpack(entry.sha256, path)
            source = recognise(path)
        if source is None:
            raise _Unreadable("is of no known kind")
        body = Body(path, entry.name, entry.sha256, source, day, because, stated=True)
        if known := known_snapshot(connection, body):
            return known
        archive.unpack(entry.sha256, path)
        try:
            return take_in(connection, body, fetch_id, None, tell)
        except SourceError as problem:
            raise _Unreadable(str(problem).replace(str(path), entry.name)) from problem


def _columns(entry: Entry) -> dict[str, Any]:
    """Return an entry under the names of the tables."""
    return {
        **{name: getattr(entry, name) for name in ("source", "url", "kind", "immutable", "untrusted")},
        **{name: getattr(entry, name) for name in ("tries", "status", "error", "etag", "last_modified")},
        "state": entry.state.value,
        "last_tried": entry.at,
        "body_sha256": entry.sha256,
        "body_bytes": entry.size,
    }
