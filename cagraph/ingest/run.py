"""One ingest from beginning to end, in one transaction: everything given is stored, or nothing is.

Puts the parts in order; each of them knows its own job.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from cagraph.errors import SourceError, UsageProblem
from cagraph.ingest import dating, history
from cagraph.ingest.certificates import CertificateQueue
from cagraph.ingest.files import Found, find
from cagraph.ingest.intake import ROWS, Intake
from cagraph.ingest.outcome import FileReport, IngestReport, Progress
from cagraph.ingest.pool import CertificateReader
from cagraph.warehouse import load
from cagraph.warehouse.migrations import transaction

OPEN_FILES = 3
"""Files parsed ahead of the certificates that are being read."""


def ingest(
    connection: DuckDBPyConnection,
    paths: Sequence[Path | str],
    *,
    dated: date | None = None,
    completeness: str | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Store what the files and folders at `paths` say, and return what became of each file.

    `dated` is the day they speak for, if the names do not say it. `completeness` declares them
    "complete" or a "slice"; a file that breaks off is never complete.

    Raises:
        SourceError: a file or folder cannot be used; nothing was stored.
    """
    if completeness not in (None, dating.COMPLETE, dating.SLICE):
        raise UsageProblem(f"completeness is {dating.COMPLETE} or {dating.SLICE}, not {completeness}")
    files = find([Path(path) for path in paths])
    with CertificateReader() as reader, transaction(connection):
        run = _Run(connection, reader, dated, completeness)
        return run.ingest(files, progress or _silent)


def _silent(step: str, done: int, total: int | None) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A file that was parsed while its certificates may still be under way."""

    position: int
    file: Found
    intake: Intake
    fetch_id: int
    report: FileReport


class _Run:
    """The files of one ingest, in order; a few are open at once so that reading never waits for parsing."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        reader: CertificateReader,
        dated: date | None,
        completeness: str | None,
    ) -> None:
        self._connection = connection
        self._queue = CertificateQueue(connection, reader)
        self._dated = dated
        self._completeness = completeness
        self._open: deque[_Open] = deque()
        self._reports: dict[int, FileReport] = {}
        self._rows = 0
        self._snapshot_id = load.next_id(connection, "snapshot")

    def ingest(self, files: Sequence[Found], tell: Progress) -> IngestReport:
        """Store every file and return what became of each."""
        for position, file in enumerate(files):
            tell("ingest files", position, len(files))
            if any(file.sha256 == other.file.sha256 for other in self._open):
                self._close(0)
            self._take(position, file, tell)
            self._close(OPEN_FILES)
        self._close(0)
        tell("ingest files", len(files), len(files))
        reports = [self._reports[position] for position in range(len(files))]
        joined = dict(history.join_halves(self._connection))
        return IngestReport(
            tuple(
                replace(report, complete=True, complete_because=joined[report.snapshot_id])
                if report.snapshot_id in joined
                else report
                for report in reports
            )
        )

    def _take(self, position: int, file: Found, tell: Progress) -> None:
        """Parse one file, or note why it is passed over."""
        if file.source is None or file.sha256 is None or file.size is None:
            history.note_passed_over(self._connection, file)
            self._reports[position] = FileReport(file.path, error=file.error)
            return
        if known := history.known_snapshot(self._connection, file):
            self._reports[position] = known
            return
        day, day_because = dating.day_of(file.path, file.folder, self._dated)
        fetch_id = load.store_fetch(self._connection, file.path.resolve().as_uri(), (file.sha256, file.size))
        ids = (fetch_id, self._snapshot_id)
        intake = Intake(self._connection, self._queue, ids, day)
        report = FileReport(
            path=file.path,
            kind=file.source.KIND,
            dated=day,
            dated_because=day_because,
            snapshot_id=self._snapshot_id,
        )
        self._snapshot_id += 1
        self._open.append(_Open(position, file, intake, fetch_id, report))
        try:
            for number, item in enumerate(file.source.read(file.path), start=1):
                intake.take(item)
                if number % ROWS == 0:
                    tell("read rows", self._rows + intake.rows_in, None)
        except OSError as problem:
            raise SourceError(f"{file.path}: cannot be read: {problem.strerror}") from problem
        intake.end()
        self._rows += intake.rows_in
        tell("read rows", self._rows, None)

    def _close(self, leave: int) -> None:
        """Finish the files parsed first, down to `leave` open ones."""
        while len(self._open) > leave:
            done = self._open.popleft()
            intake = done.intake
            intake.finish()
            complete, because = dating.completeness(
                done.report.kind,
                done.file.path,
                self._completeness,
                cut=intake.cut,
                unnamed=intake.unnamed,
            )
            report = replace(
                done.report,
                complete=complete,
                complete_because=because,
                rows_in=intake.rows_in,
                rows_stored=intake.rows_stored,
                rows_rejected=intake.rows_rejected,
                new_certificates=intake.new_certificates,
                new_records=intake.new_records,
                truncated=intake.cut is not None and intake.cut.sure,
            )
            history.store_snapshot(self._connection, done.fetch_id, report)
            self._reports[done.position] = report
