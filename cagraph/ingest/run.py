"""One ingest from beginning to end, in one transaction: everything given is stored, or nothing is.

Puts the parts in order; each of them knows its own job.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from cagraph.errors import SourceError, UsageProblem
from cagraph.ingest import dating, history
from cagraph.ingest.files import Found, find
from cagraph.ingest.intake import ROWS, Intake
from cagraph.ingest.outcome import FileReport, IngestReport
from cagraph.model import Progress
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
    files = find([Path(path) for path in paths], history.warehouse_file(connection))
    reports: list[FileReport] = []
    rows_before = 0
    with transaction(connection):
        for number, file in enumerate(files):
            tell("reading files", number, len(files))
            report = _ingest_file(connection, file, dated, completeness, _Rows(tell, rows_before))
            rows_before += report.rows_in
            reports.append(report)
        tell("reading files", len(files), len(files))
        joined = history.join_halves(connection)
    return IngestReport(
        tuple(
            replace(report, complete=True, complete_because=joined[report.snapshot_id])
            if report.snapshot_id in joined
            else report
            for report in reports
        )
    )


def _silent(step: str, done: int, total: int | None) -> None:
    """Say nothing."""


class _Rows:
    """Tells how many rows were read, those of the files before included."""

    def __init__(self, tell: Progress, before: int) -> None:
        self._tell = tell
        self._before = before

    def __call__(self, read: int) -> None:
        self._tell("reading rows", self._before + read, None)


def _ingest_file(
    connection: DuckDBPyConnection,
    file: Found,
    dated: date | None,
    declared: str | None,
    tell: _Rows,
) -> FileReport:
    """Store one file, or note why it is passed over, or that it was there before."""
    if file.source is None or file.sha256 is None or file.size is None:
        history.note_passed_over(connection, file)
        return FileReport(file.path, error=file.error)
    day, day_because = dating.day_of(file.path, file.folder, dated)
    stated = day_because != dating.FILE_TIME
    if known := history.known_snapshot(connection, file, day, stated=stated):
        ignored = dating.difference(declared, known.complete, known.complete_because)
        return replace(known, ignored=ignored)
    fetch_id = load.store_fetch(connection, file.path.resolve().as_uri(), (file.sha256, file.size))
    snapshot_id = load.next_id(connection, "snapshot")
    intake = Intake(connection, (fetch_id, snapshot_id), day)
    _read(file, intake, tell)
    complete, because, half = dating.completeness(
        file.source.KIND,
        file.path,
        declared,
        cut=intake.cut,
        stored=intake.rows_stored,
        unnamed=intake.rows_unnamed,
    )
    report = FileReport(
        path=file.path,
        kind=file.source.KIND,
        dated=day,
        dated_because=day_because,
        complete=complete,
        complete_because=because,
        rows_in=intake.rows_in,
        rows_stored=intake.rows_stored,
        rows_rejected=intake.rows_rejected,
        rows_unnamed=intake.rows_unnamed,
        new_certificates=intake.new_certificates,
        new_records=intake.new_records,
        truncated=intake.cut is not None and intake.cut.sure,
        half=half,
        snapshot_id=snapshot_id,
    )
    history.store_snapshot(connection, fetch_id, report)
    return report


def _read(file: Found, intake: Intake, tell: _Rows) -> None:
    """Take every item of a file in."""
    assert file.source is not None
    try:
        for number, item in enumerate(file.source.read(file.path), start=1):
            intake.take(item)
            if number % ROWS == 0:
                tell(intake.rows_in)
    except OSError as problem:
        raise SourceError(f"{file.path}: cannot be read: {problem.strerror}") from problem
    intake.finish()
    tell(intake.rows_in)
