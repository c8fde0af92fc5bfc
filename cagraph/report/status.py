"""What a warehouse holds and how complete it is, as tables.

Knows the fact and derived tables; judges nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cagraph.report.rows import Table
from cagraph.report.words import file_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SNAPSHOTS = """
SELECT kind, dated, dated_because, complete, complete_because, rows_in, rows_stored, rows_rejected,
    url AS source
FROM snapshot JOIN fetched USING (fetch_id)
ORDER BY kind, dated, snapshot_id
"""
_SNAPSHOTS_IN_BRIEF = """
SELECT kind, dated, string_agg(DISTINCT dated_because, '; ' ORDER BY dated_because) AS dated_because,
    complete, string_agg(DISTINCT complete_because, '; ' ORDER BY complete_because) AS complete_because,
    count(*) AS files, sum(rows_in)::BIGINT AS rows_in, sum(rows_stored)::BIGINT AS rows_stored,
    sum(rows_rejected)::BIGINT AS rows_rejected
FROM snapshot
GROUP BY kind, dated, complete
ORDER BY kind, dated, complete DESC
"""
_COUNTS = """
SELECT 'certificates' AS what, count(*) AS number FROM certificate
UNION ALL SELECT 'ccadb_record_versions', count(*) FROM ccadb_record_version
UNION ALL SELECT 'root_trust_rows', count(*) FROM root_trust
UNION ALL SELECT 'cas', count(*) FROM ca
UNION ALL SELECT 'dangling_cas', count(*) FROM ca WHERE dangling
UNION ALL SELECT 'issuances', count(*) FROM issuance
UNION ALL SELECT 'paths', count(*) FROM path
UNION ALL SELECT 'truncated_certificates', count(*) FROM path_truncation
UNION ALL SELECT 'audit_documents', count(DISTINCT body_sha256) FROM fetched WHERE source = 'audits'
UNION ALL SELECT 'audit_documents_read', count(*) FROM statement WHERE state <> 'unreadable'
UNION ALL SELECT 'audit_documents_unreadable', count(*) FROM statement WHERE state = 'unreadable'
"""
_ISSUES = """
SELECT reason, rejected, count(*) AS number
FROM ingest_issue GROUP BY reason, rejected ORDER BY number DESC, reason, rejected
"""
_FAILED = """
SELECT url, fetched_at, error FROM fetched
WHERE error IS NOT NULL AND (crawl_id IS NULL OR crawl_id = (SELECT max(crawl_id) FROM crawl))
ORDER BY fetched_at, url
"""
_CRAWL = """
SELECT crawl_id, started_at, finished_at, coalesce(outcome, 'not finished: crawl again to go on') AS outcome,
    array_to_string(sources, ' ') AS sources, dated
FROM crawl ORDER BY crawl_id DESC LIMIT 1
"""
_CRAWLED = """
SELECT source, count(*) AS wanted,
    count(*) FILTER (WHERE state = 'done') AS new,
    count(*) FILTER (WHERE state = 'unchanged') AS unchanged,
    count(*) FILTER (WHERE state = 'absent') AS absent,
    count(*) FILTER (WHERE state IN ('failed', 'refused')) AS failed,
    count(*) FILTER (WHERE state = 'queued' OR crawl_id < wanted_by) AS left_to_ask,
    max(last_tried) AS last_tried,
    sum(body_bytes)::BIGINT AS bytes
FROM frontier
WHERE wanted_by = (SELECT max(crawl_id) FROM crawl)
GROUP BY source ORDER BY source
"""
_ANALYSIS = """
SELECT finished_at, certificates, issuances, paths, budget, truncated
FROM analysis ORDER BY finished_at DESC LIMIT 1
"""
_FRESH = """
-- No path follows from an audit statement.
SELECT NOT EXISTS (
        SELECT 1 FROM fetched WHERE fetch_id > coalesce(newest_fetch, 0) AND source IS DISTINCT FROM 'audits'
    )
    AND certificates = (SELECT count(*) FROM certificate) AS fresh, finished_at
FROM analysis ORDER BY finished_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Status:
    """A warehouse in tables. `verdict`: one sentence on whether its paths can be relied on."""

    verdict: str
    analysed: bool
    """Whether the derived tables were made from the facts that are there now."""
    snapshots: Table
    snapshots_in_brief: Table
    """One row a kind, day and completeness, the files counted."""
    counts: Table
    issues: Table
    failed: Table
    crawl: Table
    crawled: Table
    """What the last crawl wanted, a row a source."""
    analysis: Table

    def sections(self) -> dict[str, Table]:
        """Return the tables by their key in machine output."""
        return {
            "snapshots": self.snapshots,
            "counts": self.counts,
            "last_crawl": self.crawl,
            "crawled_sources": self.crawled,
            "analysis": self.analysis,
            "ingest_issues": self.issues,
            "failed_fetches": self.failed,
        }

    def in_brief(self) -> dict[str, Table]:
        """Return the tables for the eye."""
        # Of a file its name; of what was asked of a server, the address.
        failed = [
            (file_name(url) if url.startswith("file:") else url, *rest) for url, *rest in self.failed.rows
        ]
        return {
            **self.sections(),
            "snapshots": self.snapshots_in_brief,
            "failed_fetches": Table(("file", *self.failed.columns[1:]), failed, self.failed.title),
        }


def read_status(connection: "DuckDBPyConnection") -> Status:
    """Ask the warehouse what is in it."""
    analysed, verdict = freshness(connection)
    return Status(
        verdict=verdict,
        analysed=analysed,
        snapshots=Table.from_cursor(connection.execute(_SNAPSHOTS), "Snapshots"),
        snapshots_in_brief=Table.from_cursor(connection.execute(_SNAPSHOTS_IN_BRIEF), "Snapshots"),
        counts=Table.from_cursor(connection.execute(_COUNTS), "Counts"),
        issues=Table.from_cursor(connection.execute(_ISSUES), "What could not be used"),
        failed=Table.from_cursor(connection.execute(_FAILED), "Reads that failed"),
        crawl=Table.from_cursor(connection.execute(_CRAWL), "Last crawl"),
        crawled=Table.from_cursor(connection.execute(_CRAWLED), "What it asked"),
        analysis=Table.from_cursor(connection.execute(_ANALYSIS), "Last analysis"),
    )


def is_analysed(connection: "DuckDBPyConnection") -> bool:
    """Tell whether there was ever an analysis, so that there are paths and views to ask."""
    return connection.execute("SELECT 1 FROM analysis").fetchone() is not None


def knowledge_notes(connection: "DuckDBPyConnection") -> list[str]:
    """Return where what is known is not of the day asked about, a sentence each."""
    found = connection.execute("SELECT 1 FROM duckdb_views() WHERE view_name = 'knowledge' AND NOT internal")
    # A database that was only just made has no views yet.
    if found.fetchone() is None:
        return []
    rows = connection.execute(
        "SELECT note FROM knowledge WHERE relation <> 'same' ORDER BY source, used_date"
    ).fetchall()
    return [note for (note,) in rows]


def freshness(connection: "DuckDBPyConnection") -> tuple[bool, str]:
    """Tell whether the last analysis knew all that is here, and say it in a sentence."""
    if connection.execute("SELECT 1 FROM fetched LIMIT 1").fetchone() is None:
        return False, "Nothing was ingested yet: run `cagraph crawl` or `cagraph ingest`."
    last = connection.execute(_FRESH).fetchone()
    if last is None:
        return False, "Nothing was analysed yet: there are no paths. Run `cagraph analyze`."
    fresh, finished_at = last
    if not fresh:
        return False, (
            f"Nothing was analysed since the newest ingest: paths and every verdict are of "
            f"{finished_at:%Y-%m-%d %H:%M:%S} UTC. Run `cagraph analyze`."
        )
    return True, "Analysed after the newest ingest."
