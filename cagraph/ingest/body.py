"""One body into the warehouse: its rows, its issues, and the snapshot that says what it held on which day.

The body may be a file of the user's or one that a crawl brought. Runs in the transaction of its caller.
"""

from collections.abc import Mapping
from dataclasses import replace

from duckdb import DuckDBPyConnection

from cagraph.errors import SourceError
from cagraph.ingest import dating, history
from cagraph.ingest.intake import ROWS, Intake
from cagraph.ingest.outcome import Body, FileReport
from cagraph.model import Progress
from cagraph.warehouse import load


class RowCount:
    """Tells how many rows were read, those of the bodies before included."""

    def __init__(self, tell: Progress, before: int) -> None:
        self._tell = tell
        self._before = before

    def __call__(self, read: int) -> None:
        """Take note that so many rows of the body are read."""
        self._tell("reading rows", self._before + read, None)


def take_in(
    connection: DuckDBPyConnection, body: Body, fetch_id: int, declared: str | None, tell: RowCount
) -> FileReport:
    """Store what a body says that is not known yet, under the number of its fetch.

    Raises:
        SourceError: it cannot be used as a whole. Formats find that out before their first row.
    """
    snapshot_id = load.next_id(connection, "snapshot")
    intake = Intake(connection, (fetch_id, snapshot_id), body.day)
    _read(body, intake, tell)
    complete, because, half = dating.completeness(
        body.source.KIND,
        body.name,
        declared,
        cut=intake.cut,
        stored=intake.rows_stored,
        unnamed=intake.rows_unnamed,
    )
    report = FileReport(
        path=body.path,
        kind=body.source.KIND,
        dated=body.day,
        dated_because=body.day_because,
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


def completed(report: FileReport, joined: Mapping[int, str]) -> FileReport:
    """Return the report of a half whose other half has come since; `joined` has the reasons by snapshot."""
    if report.snapshot_id is None or report.snapshot_id not in joined:
        return report
    return replace(report, complete=True, complete_because=joined[report.snapshot_id])


def _read(body: Body, intake: Intake, tell: RowCount) -> None:
    """Take every item of a body in."""
    try:
        for number, item in enumerate(body.source.read(body.path), start=1):
            intake.take(item)
            if number % ROWS == 0:
                tell(intake.rows_in)
    except OSError as problem:
        raise SourceError(f"{body.path}: cannot be read: {problem.strerror}") from problem
    intake.finish()
    tell(intake.rows_in)
