"""Stores facts in bulk: one INSERT of whole columns a table, what is already known left alone.

Every function works inside the transaction of its caller, who commits. Knows the tables of facts, not
where the rows come from or what they mean.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any

import duckdb

from cagraph.model import utc_now
from cagraph.sources.ask_audits import urls_in
from cagraph.sources.rows import AuditCells, CrlRow, Issue, PeerRow, RecordRow, RevocationRow, TrustRow
from cagraph.sources.urls import links
from cagraph.warehouse.bulk import insert
from cagraph.x509.facts import CertificateFacts

_RECORD_FIELDS = tuple(f.name for f in fields(RecordRow) if f.name not in ("line", "audits", "other"))
_FACT_FIELDS = tuple(f.name for f in fields(CertificateFacts) if f.name != "name_constraints")
_REVOCATION_FIELDS = tuple(f.name for f in fields(RevocationRow))
_CRL_FIELDS = tuple(f.name for f in fields(CrlRow) if f.name != "der")
_PEER_TABLES = "crtsh_"
_TRUST_FIELDS = tuple(f.name for f in fields(TrustRow) if f.name != "line")
_NUMBERS = {"fetched": "fetch_id", "snapshot": "snapshot_id"}


def next_id(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return a number that no row of `table` (`fetched` or `snapshot`) has yet."""
    query = f"SELECT coalesce(max({_NUMBERS[table]}), 0) + 1 FROM {table}"  # noqa: S608 (our own names)
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def store_fetch(
    connection: duckdb.DuckDBPyConnection,
    url: str,
    body: tuple[str, int] | None,
    *,
    error: str | None = None,
    source: str | None = None,
) -> int:
    """Note that something was read (`body`: its SHA-256 and size) or could not be; return its number.

    `source`: the live source that it stands in for.
    """
    fetch_id = next_id(connection, "fetched")
    sha256, size = body or (None, None)
    values = {
        "fetch_id": fetch_id,
        "url": url,
        "fetched_at": utc_now(),
        "body_sha256": sha256,
        "body_bytes": size,
        "error": error,
        "source": source,
    }
    insert(connection, "fetched", {name: [value] for name, value in values.items()})
    return fetch_id


def store_snapshot(connection: duckdb.DuckDBPyConnection, values: dict[str, Any]) -> None:
    """Note what a body said as of which day; `values` names every column of `snapshot`."""
    insert(connection, "snapshot", {name: [value] for name, value in values.items()})


def known_certificates(connection: duckdb.DuckDBPyConnection, sha256s: Iterable[str]) -> set[str]:
    """Return those of the given certificates that are stored already."""
    rows = connection.execute(
        "SELECT sha256 FROM certificate"
        " SEMI JOIN (SELECT unnest($asked::VARCHAR[]) AS sha256) USING (sha256)",
        {"asked": list(sha256s)},
    ).fetchall()
    return {row[0] for row in rows}


def store_certificates(connection: duckdb.DuckDBPyConnection, facts: Sequence[CertificateFacts]) -> None:
    """Store certificates that are not known yet; the caller has sorted out those that are."""
    columns: dict[str, Sequence[Any]] = {
        name: [getattr(fact, name) for fact in facts] for name in _FACT_FIELDS
    }
    columns["has_name_constraints"] = [fact.name_constraints is not None for fact in facts]
    insert(connection, "certificate", columns)
    subtrees = [(fact.sha256, subtree) for fact in facts for subtree in fact.name_constraints or ()]
    insert(
        connection,
        "name_constraint",
        {
            "sha256": [sha256 for sha256, _ in subtrees],
            "permitted": [subtree.permitted for _, subtree in subtrees],
            "name_type": [subtree.name_type for _, subtree in subtrees],
            "value": [subtree.value for _, subtree in subtrees],
        },
    )


def store_certificate_sightings(
    connection: duckdb.DuckDBPyConnection, snapshot_id: int, seen: Sequence[tuple[str, int]]
) -> None:
    """Note which certificate a snapshot showed on which line."""
    _store_sightings(connection, "certificate_source", "sha256", snapshot_id, seen)


def record_key(record: RecordRow) -> str:
    """Return the name of a record's version: SHA-256 over everything its cells say, not where it stood."""
    values = asdict(record)
    del values["line"]
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=date.isoformat)
    return hashlib.sha256(text.encode()).hexdigest()


def store_records(
    connection: duckdb.DuckDBPyConnection, snapshot_id: int, records: Sequence[RecordRow]
) -> int:
    """Store record versions that are not known yet, and all sightings; return how many were new."""
    keys = [record_key(record) for record in records]
    rows = connection.execute(
        "SELECT record_key FROM ccadb_record_version"
        " SEMI JOIN (SELECT unnest($asked::VARCHAR[]) AS record_key) USING (record_key)",
        {"asked": keys},
    ).fetchall()
    known = {row[0] for row in rows}
    new = {key: record for key, record in zip(keys, records, strict=True) if key not in known}
    columns: dict[str, Sequence[Any]] = {
        name: [getattr(r, name) for r in new.values()] for name in _RECORD_FIELDS
    }
    columns["record_key"] = list(new)
    columns["other"] = [json.dumps(r.other, ensure_ascii=False, sort_keys=True) for r in new.values()]
    insert(connection, "ccadb_record_version", columns)
    _store_audits(connection, [(key, audit) for key, record in new.items() for audit in record.audits])
    seen = [(key, record.line) for key, record in zip(keys, records, strict=True)]
    _store_sightings(connection, "record_sighting", "record_key", snapshot_id, seen)
    return len(new)


def _store_audits(connection: duckdb.DuckDBPyConnection, audits: Sequence[tuple[str, AuditCells]]) -> None:
    names = {"audit_kind": "kind", "url": "url", "audit_type": "type"}
    names |= {name: name for name in ("statement_date", "period_start", "period_end")}
    columns: dict[str, Sequence[Any]] = {
        column: [getattr(audit, name) for _, audit in audits] for column, name in names.items()
    }
    insert(connection, "audit", {"record_key": [key for key, _ in audits], **columns})
    link_cells(connection)


def link_cells(connection: duckdb.DuckDBPyConnection) -> None:
    """Store each URL of the audit cells that have none yet, as it is asked for.

    Those are new cells, or all of a database whose schema knew no links.
    """
    rows = connection.execute(
        "SELECT DISTINCT url FROM audit ANTI JOIN audit_link ON audit.url = audit_link.cell"
        " WHERE url IS NOT NULL ORDER BY url"
    ).fetchall()
    new = [(cell, url) for (cell,) in rows for url in links(urls_in([cell]))]
    insert(connection, "audit_link", {"cell": [cell for cell, _ in new], "url": [url for _, url in new]})


def store_trust(
    connection: duckdb.DuckDBPyConnection, snapshot_id: int, rows: Sequence[TrustRow], dated: date
) -> None:
    """Store who trusts which root; a row with no date of its own speaks for the day `dated`.

    What was said before, of the same day and with the same limits, is not stored again.
    """
    said: dict[tuple[Any, ...], TrustRow] = {}
    for row in rows:
        of_a_day = replace(row, trust_date=row.trust_date or dated)
        said.setdefault(tuple(getattr(of_a_day, name) for name in _TRUST_FIELDS), of_a_day)
    known = _known_trust(connection, {row.sha256 for row in rows})
    new = [row for key, row in said.items() if key not in known]
    columns: dict[str, Sequence[Any]] = {
        name: [getattr(row, name) for row in new] for name in (*_TRUST_FIELDS, "line")
    }
    columns["snapshot_id"] = [snapshot_id] * len(new)
    insert(connection, "root_trust", columns, infinite=("disabled_from", "notbefore_until"))


def _known_trust(connection: duckdb.DuckDBPyConnection, sha256s: set[str]) -> set[tuple[Any, ...]]:
    """Return what is stored of the given roots; DuckDB gives `-infinity` as `datetime.min`."""
    rows = connection.execute(
        f"SELECT {', '.join(_TRUST_FIELDS)} FROM root_trust"  # noqa: S608 (our own names)
        " SEMI JOIN (SELECT unnest($asked::VARCHAR[]) AS sha256) USING (sha256)",
        {"asked": list(sha256s)},
    ).fetchall()
    return set(rows)


def keys_named(connection: duckdb.DuckDBPyConnection, name_id: str) -> list[tuple[str, bytes]]:
    """Return each key known under a subject name, with the DER of a certificate; those of CAs first."""
    return connection.execute(
        "SELECT spki_sha256, arg_min(der, sha256) FROM certificate WHERE subject_name_id = $name_id"
        " GROUP BY spki_sha256 ORDER BY bool_or(is_ca) DESC, spki_sha256",
        {"name_id": name_id},
    ).fetchall()


def store_crl(
    connection: duckdb.DuckDBPyConnection,
    snapshot_id: int,
    head: CrlRow,
    issuer_spki_sha256: str | None,
    signature_status: str | None,
) -> None:
    """Store the head of a CRL and the key that its signature proves, if any does."""
    columns: dict[str, Sequence[Any]] = {name: [getattr(head, name)] for name in _CRL_FIELDS}
    columns |= {
        "snapshot_id": [snapshot_id],
        "issuer_spki_sha256": [issuer_spki_sha256],
        "signature_status": [signature_status],
    }
    insert(connection, "crl", columns)


def store_revocations(
    connection: duckdb.DuckDBPyConnection, snapshot_id: int, rows: Sequence[RevocationRow]
) -> None:
    """Store entries of a list of revoked certificates."""
    columns: dict[str, Sequence[Any]] = {
        name: [getattr(row, name) for row in rows] for name in _REVOCATION_FIELDS
    }
    insert(connection, "revocation_entry", {"snapshot_id": [snapshot_id] * len(rows), **columns})


def store_peers(
    connection: duckdb.DuckDBPyConnection, snapshot_id: int, table: str, rows: Sequence[PeerRow]
) -> None:
    """Store what a peer says, all rows of one of its tables and with the same columns.

    Raises:
        ValueError: the table is not one that peers may fill.
    """
    if not (table.startswith(_PEER_TABLES) and table.isidentifier()):
        raise ValueError(f"{table!r} is no table for what peers say")
    names = list(rows[0].values) if rows else []
    columns: dict[str, Sequence[Any]] = {name: [row.values[name] for row in rows] for name in names}
    columns |= {"snapshot_id": [snapshot_id] * len(rows), "line": [row.line for row in rows]}
    insert(connection, table, columns, infinite=names)


def store_issues(connection: duckdb.DuckDBPyConnection, fetch_id: int, issues: Sequence[Issue]) -> None:
    """Store everything that could not be used."""
    columns: dict[str, Sequence[Any]] = {
        f.name: [getattr(issue, f.name) for issue in issues] for f in fields(Issue)
    }
    insert(connection, "ingest_issue", {"fetch_id": [fetch_id] * len(issues), **columns})


def _store_sightings(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    name: str,
    snapshot_id: int,
    seen: Sequence[tuple[str, int]],
) -> None:
    columns: dict[str, Sequence[Any]] = {
        name: [what for what, _ in seen],
        "snapshot_id": [snapshot_id] * len(seen),
        "line": [line for _, line in seen],
    }
    insert(connection, table, columns)
