"""One ingest of files from beginning to end, in one transaction: everything given is stored, or nothing is.

Puts the parts in order; each of them knows its own job.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from cagraph.errors import UsageProblem
from cagraph.ingest import dating, history
from cagraph.ingest.body import RowCount, completed, take_in
from cagraph.ingest.files import Found, find
from cagraph.ingest.outcome import Body, FileReport, IngestReport
from cagraph.model import Progress
from cagraph.sources import crl
from cagraph.warehouse import load
from cagraph.warehouse.migrations import transaction


def ingest(
    connection: DuckDBPyConnection,
    paths: Sequence[Path | str],
    *,
    dated: date | None = None,
    completeness: str | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Store what the files and folders at `paths` say, and return what became of each file.

    `dated` is the day they speak for, whatever their names say; the same bytes for another day are seen
    again on that day. `completeness` declares them "complete" or a "slice"; a file that breaks off is
    never complete, and one that is already known stays what it is (`FileReport.ignored` says so).

    Raises:
        SourceError: a file or folder cannot be used; nothing was stored.
    """
    if completeness not in (None, dating.COMPLETE, dating.SLICE):
        raise UsageProblem(f"completeness is {dating.COMPLETE} or {dating.SLICE}, not {completeness}")
    tell = progress or _silent
    found = find([Path(path) for path in paths], history.warehouse_file(connection))
    # A CRL is proved by certificates, so it comes after all of them.
    files = sorted(found, key=lambda file: file.source is crl)
    reports: list[FileReport] = []
    rows_before = 0
    with transaction(connection):
        for number, file in enumerate(files):
            tell("reading files", number, len(files))
            report = _ingest_file(connection, file, dated, completeness, RowCount(tell, rows_before))
            rows_before += report.rows_in
            reports.append(report)
        tell("reading files", len(files), len(files))
        joined = history.join_halves(connection)
    return IngestReport(tuple(completed(report, joined) for report in reports))


def _silent(step: str, done: int, total: int | None, detail: str = "") -> None:
    """Say nothing."""


def _ingest_file(
    connection: DuckDBPyConnection,
    file: Found,
    dated: date | None,
    declared: str | None,
    tell: RowCount,
) -> FileReport:
    """Store one file, or note why it is passed over, or that it was there before."""
    if file.source is None or file.sha256 is None or file.size is None:
        history.note_passed_over(connection, file)
        return FileReport(file.path, error=file.error)
    day, because = dating.day_of(file.path, file.folder, dated)
    stated = because != dating.FILE_TIME
    body = Body(file.path, file.path.name, file.sha256, file.source, day, because, stated)
    if known := history.known_snapshot(connection, body):
        ignored = dating.difference(declared, known.complete, known.complete_because)
        return replace(known, ignored=ignored)
    fetch_id = load.store_fetch(connection, file.path.resolve().as_uri(), (file.sha256, file.size))
    return take_in(connection, body, fetch_id, declared, tell)
