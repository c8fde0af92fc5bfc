"""Stores what the graph found: CAs, issuances, paths and their certificates. In bulk, as a whole.

Takes plain columns; knows nothing of how they were found. The caller holds the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.warehouse.bulk import insert


@dataclass(slots=True)
class PathColumns:
    """The path table, column by column.

    Certificates, sets of purposes and of policies are positions in `certificates`, `purpose_sets` and
    `policy_sets`, so that no text is passed twice; times are microseconds since 1970; -1 is NULL.
    """

    certificates: list[str] = field(default_factory=list)
    purpose_sets: list[list[str]] = field(default_factory=list)
    policy_sets: list[list[str] | None] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    certificate: list[int] = field(default_factory=list)
    anchor: list[int] = field(default_factory=list)
    length: list[int] = field(default_factory=list)
    valid_from: list[int] = field(default_factory=list)
    valid_to: list[int] = field(default_factory=list)
    sound: list[bool] = field(default_factory=list)
    purposes: list[int] = field(default_factory=list)
    purposes_bare: list[int] = field(default_factory=list)
    policies: list[int] = field(default_factory=list)
    broken_by: list[int] = field(default_factory=list)
    broken_reason: list[str | None] = field(default_factory=list)
    self_signed_hop: list[bool] = field(default_factory=list)


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


def store_paths(connection: DuckDBPyConnection, paths: PathColumns, cut: dict[str, int]) -> None:
    """Replace every path, its certificates, and what the budget cut."""
    for table in ("path", "path_certificate", "path_truncation"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 (our own names)
    if paths.length:
        _store_path_rows(connection, paths)
        _store_path_certificates(connection, max(paths.length))
    stored = dict(
        connection.execute("SELECT sha256, count(*) FROM path GROUP BY sha256").fetchall() if cut else []
    )
    counts = {
        "sha256": list(cut),
        "stored": [stored.get(sha256, 0) for sha256 in cut],
        "cut": list(cut.values()),
    }
    insert(connection, "path_truncation", counts)


def _store_path_rows(connection: DuckDBPyConnection, paths: PathColumns) -> None:
    """Insert the rows of `path`; positions become words in the engine."""
    connection.execute(
        """
        INSERT INTO path
        SELECT
            p.path_id, nullif(p.parent, -1), certificates[p.certificate + 1], certificates[p.anchor + 1],
            p.length, make_timestamp(p.valid_from), make_timestamp(p.valid_to), p.sound,
            purpose_sets[p.purposes + 1], purpose_sets[p.purposes_bare + 1], policy_sets[p.policies + 1],
            CASE WHEN p.broken_by >= 0 THEN certificates[p.broken_by + 1] END,
            p.broken_reason, p.self_signed_hop
        FROM
            (SELECT
                generate_subscripts($4::BIGINT[], 1) - 1 AS path_id, unnest($4::BIGINT[]) AS parent,
                unnest($5::INTEGER[]) AS certificate, unnest($6::INTEGER[]) AS anchor,
                unnest($7::INTEGER[]) AS length, unnest($8::BIGINT[]) AS valid_from,
                unnest($9::BIGINT[]) AS valid_to, unnest($10::INTEGER[]) AS purposes,
                unnest($11::INTEGER[]) AS purposes_bare, unnest($12::INTEGER[]) AS policies,
                unnest($13::INTEGER[]) AS broken_by, unnest($14::VARCHAR[]) AS broken_reason,
                unnest($15::BOOLEAN[]) AS self_signed_hop, unnest($16::BOOLEAN[]) AS sound
            ) AS p,
            (SELECT $1::VARCHAR[] AS certificates, $2::VARCHAR[][] AS purpose_sets,
                $3::VARCHAR[][] AS policy_sets) AS words
        """,
        [
            paths.certificates,
            paths.purpose_sets,
            paths.policy_sets,
            paths.parent,
            paths.certificate,
            paths.anchor,
            paths.length,
            paths.valid_from,
            paths.valid_to,
            paths.purposes,
            paths.purposes_bare,
            paths.policies,
            paths.broken_by,
            paths.broken_reason,
            paths.self_signed_hop,
            paths.sound,
        ],
    )


def _store_path_certificates(connection: DuckDBPyConnection, longest: int) -> None:
    """Insert the certificates of each path: those of the path it extends, and its own last one."""
    for length in range(1, longest + 1):
        connection.execute(
            """
            INSERT INTO path_certificate
            SELECT path.path_id, member.position, member.sha256
            FROM path JOIN path_certificate AS member ON member.path_id = path.parent_path_id
            WHERE path.length = $1
            UNION ALL
            SELECT path_id, length - 1, sha256 FROM path WHERE length = $1
            """,
            [length],
        )


def store_analysis(connection: DuckDBPyConnection, digest: str, budget: int, counts: dict[str, int]) -> None:
    """Record that the analysis is done and what it was made from; `counts` by column of `analysis`."""
    connection.execute("DELETE FROM analysis")
    connection.execute(
        """
        INSERT INTO analysis
            (finished_at, newest_fetch, input_digest, certificates, issuances, paths, budget, truncated)
        SELECT now() AT TIME ZONE 'UTC', (SELECT max(fetch_id) FROM fetched), $digest, $certificates,
            $issuances, $paths, $budget, $truncated
        """,
        {"digest": digest, "budget": budget, **counts},
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
