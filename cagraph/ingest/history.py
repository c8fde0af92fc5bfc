"""What the warehouse remembers of earlier files: which bytes it knows, and which halves belong together.

Asks and fills `fetched` and `snapshot`, and no other table. Here too is the one fact that ever changes:
whether half of a report is complete.
"""

from dataclasses import fields
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.ingest import dating
from cagraph.ingest.files import Found
from cagraph.ingest.outcome import Body, FileReport
from cagraph.warehouse import load

_SNAPSHOT = (
    "snapshot_id",
    "kind",
    "dated",
    "dated_because",
    "complete",
    "complete_because",
    "rows_in",
    "rows_stored",
    "rows_rejected",
    "rows_unnamed",
    "half",
)
assert set(_SNAPSHOT) <= {field.name for field in fields(FileReport)}


def warehouse_file(connection: DuckDBPyConnection) -> Path | None:
    """Return the file of an open warehouse; one in memory has none."""
    row = connection.execute(
        "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    return Path(row[0]) if row and row[0] else None


def known_snapshot(connection: DuckDBPyConnection, body: Body) -> FileReport | None:
    """Return what was stored when the same bytes were ingested as the same kind, if they were.

    Bytes that are stated to speak for a day are known only if they were stored for that day; with no
    such statement, for any day.
    """
    row = connection.execute(
        f"SELECT {', '.join(_SNAPSHOT)} FROM snapshot JOIN fetched USING (fetch_id)"  # noqa: S608 (our own names)
        " WHERE body_sha256 = $sha256 AND kind = $kind AND (dated = $day OR NOT $stated)"
        " ORDER BY dated = $day DESC, snapshot_id LIMIT 1",
        {"sha256": body.sha256, "kind": body.source.KIND, "day": body.day, "stated": body.stated},
    ).fetchone()
    if row is None:
        return None
    values: dict[str, Any] = dict(zip(_SNAPSHOT, row, strict=True))
    return FileReport(body.path, already_known=True, **values)


def store_snapshot(connection: DuckDBPyConnection, fetch_id: int, report: FileReport) -> None:
    """Note what a file said as of which day."""
    values = {name: getattr(report, name) for name in _SNAPSHOT}
    load.store_snapshot(connection, {"fetch_id": fetch_id, **values})


def note_passed_over(connection: DuckDBPyConnection, file: Found) -> None:
    """Note a file that was not used, once: the same bytes with the same error change nothing."""
    url = file.path.absolute().as_uri()
    known = connection.execute(
        "SELECT 1 FROM fetched WHERE url = $url AND error = $error"
        " AND body_sha256 IS NOT DISTINCT FROM $sha256",
        {"url": url, "error": file.error, "sha256": file.sha256},
    ).fetchone()
    if known is None:
        body = (file.sha256, file.size) if file.sha256 and file.size is not None else None
        load.store_fetch(connection, url, body, error=file.error)


def join_halves(connection: DuckDBPyConnection) -> dict[int, str]:
    """Make V4a and V4b of one day complete, now that both are here; return the snapshots and the reasons."""
    rows = connection.execute(
        "UPDATE snapshot SET complete = true, complete_because = replace(complete_because, $missing, $here)"
        " WHERE half IS NOT NULL AND NOT complete AND dated IN"
        " (SELECT dated FROM snapshot GROUP BY dated HAVING count(DISTINCT half) = 2)"
        " RETURNING snapshot_id, complete_because",
        {"missing": dating.OTHER_MISSING, "here": dating.OTHER_HERE},
    ).fetchall()
    return dict(rows)
