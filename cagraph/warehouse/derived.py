"""Stores what the graph found: CAs, issuances, paths and their certificates. In bulk, as a whole.

Takes plain columns; knows nothing of how they were found. The caller holds the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.warehouse.bulk import insert


def store_signature_checks(
    connection: DuckDBPyConnection, rows: Sequence[tuple[str, str, str, str | None]]
) -> None:
    """Add signatures tried for the first time: (certificate, key, status, detail)."""
    _insert_rows(connection, "signature_check", ("sha256", "spki_sha256", "status", "detail"), rows)


def store_graph(
    connection: DuckDBPyConnection,
    cas: Sequence[tuple[str, str, str, str | None, bool]],
    issuances: Sequence[tuple[str, str, str, str | None, str]],
) -> None:
    """Replace the nodes and edges; each row in the order of its table's columns."""
    connection.execute("DELETE FROM ca")
    connection.execute("DELETE FROM issuance")
    _insert_rows(connection, "ca", ("ca_id", "name", "name_id", "spki_sha256", "dangling"), cas)
    names = ("sha256", "issuer_ca_id", "subject_ca_id", "signature_status", "name_match")
    _insert_rows(connection, "issuance", names, issuances)


def _insert_rows(
    connection: DuckDBPyConnection, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows as columns."""
    insert(connection, table, {name: [row[at] for row in rows] for at, name in enumerate(names)})


def forget_paths(connection: DuckDBPyConnection) -> None:
    """Delete every path and what was said of them."""
    for table in ("path", "path_certificate", "path_break", "path_truncation"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 (our own names)


def store_cut(connection: DuckDBPyConnection, cut: dict[str, int]) -> None:
    """Record which certificates' lists of paths are not complete, and how many were refused at each."""
    names = "SELECT sha256, count(*) FROM path GROUP BY sha256"
    stored = dict(connection.execute(names).fetchall() if cut else [])
    counts = {
        "sha256": list(cut),
        "stored": [stored.get(sha256, 0) for sha256 in cut],
        "cut": list(cut.values()),
    }
    insert(connection, "path_truncation", counts)


def count_paths(connection: DuckDBPyConnection) -> int:
    """Return how many paths are stored."""
    row = connection.execute("SELECT count(*) FROM path").fetchone()
    return row[0] if row else 0


def paths_told_apart(connection: DuckDBPyConnection) -> bool:
    """Say whether every path has a number of its own."""
    row = connection.execute("SELECT count(*) = count(DISTINCT path_id) FROM path").fetchone()
    return bool(row and row[0])


@dataclass(frozen=True, slots=True)
class LastWalk:
    """What the stored paths were made from. `proved` maps a certificate to its issuing CA."""

    walk_digest: str
    salt: int
    proved: dict[str, str]
    anchors: frozenset[str]
    truncated: bool


def last_walk(connection: DuckDBPyConnection) -> LastWalk | None:
    """Return what the stored paths were made from, or None where there are none."""
    row = connection.execute("SELECT walk_digest, salt, truncated > 0 FROM analysis").fetchone()
    if row is None or row[0] is None:
        return None
    proved = connection.execute(
        "SELECT sha256, issuer_ca_id FROM issuance WHERE signature_status IN ('ok', 'weak')"
    ).fetchall()
    anchors = connection.execute("SELECT sha256 FROM path WHERE length = 1").fetchall()
    return LastWalk(row[0], row[1], dict(proved), frozenset(sha256 for (sha256,) in anchors), row[2])


def store_analysis(connection: DuckDBPyConnection, made_from: dict[str, str | int]) -> None:
    """Record that the analysis is done, what it was made from and came to, by column of `analysis`."""
    connection.execute("DELETE FROM analysis")
    columns = ", ".join(made_from)
    values = ", ".join(f"${name}" for name in made_from)
    connection.execute(
        f"""
        INSERT INTO analysis (finished_at, newest_fetch, {columns})
        SELECT now() AT TIME ZONE 'UTC', (SELECT max(fetch_id) FROM fetched), {values}
        """,  # noqa: S608 (our own names)
        made_from,
    )


def touch_analysis(connection: DuckDBPyConnection) -> None:
    """Record that the analysis was looked at again and still holds."""
    connection.execute(
        "UPDATE analysis SET finished_at = now() AT TIME ZONE 'UTC',"
        " newest_fetch = (SELECT max(fetch_id) FROM fetched)"
    )


def last_digest(connection: DuckDBPyConnection) -> str | None:
    """Return what the stored analysis was made from, or None where there is none."""
    row = connection.execute("SELECT input_digest FROM analysis").fetchone()
    return row[0] if row else None


def last_counts(connection: DuckDBPyConnection) -> tuple[int, int, int, int, int, int]:
    """Return the last analysis's certificates, CAs, issuances, paths, truncated certificates and budget.

    Raises:
        LookupError: there was none.
    """
    row = connection.execute(
        "SELECT certificates, (SELECT count(*) FROM ca), issuances, paths, truncated, budget FROM analysis"
    ).fetchone()
    if row is None:
        raise LookupError("nothing was analysed")
    certificates, cas, issuances, paths, truncated, budget = row
    return certificates, cas, issuances, paths, truncated, budget
