"""Certificates and signatures out of the warehouse, as the graph takes them.

Reads only. Knows the tables of facts and nothing of what is derived from them.
"""

from collections import defaultdict
from dataclasses import fields
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.model import SignatureStatus
from cagraph.x509.facts import CertificateFacts, NameConstraint

_COLUMNS = tuple(field.name for field in fields(CertificateFacts) if field.name != "name_constraints")
_LISTS = frozenset(field.name for field in fields(CertificateFacts) if str(field.type).startswith("tuple["))


def read_certificates(connection: DuckDBPyConnection) -> list[CertificateFacts]:
    """Return the facts of every certificate, in the order of their SHA-256."""
    constraints = _name_constraints(connection)
    columns = ", ".join(_COLUMNS)
    rows = connection.execute(
        f"SELECT has_name_constraints, {columns} FROM certificate ORDER BY sha256"  # noqa: S608 (our own names)
    ).fetchall()
    return [_facts(row, constraints) for row in rows]


def _facts(row: tuple[Any, ...], constraints: dict[str, list[NameConstraint]]) -> CertificateFacts:
    """Return one row as facts, its lists as tuples."""
    values: dict[str, Any] = {
        name: tuple(value) if name in _LISTS and value is not None else value
        for name, value in zip(_COLUMNS, row[1:], strict=True)
    }
    subtrees = tuple(constraints.get(values["sha256"], ())) if row[0] else None
    return CertificateFacts(name_constraints=subtrees, **values)


def _name_constraints(connection: DuckDBPyConnection) -> dict[str, list[NameConstraint]]:
    """Return the subtrees of every certificate that has any."""
    found: dict[str, list[NameConstraint]] = defaultdict(list)
    rows = connection.execute("SELECT sha256, permitted, name_type, value FROM name_constraint").fetchall()
    for sha256, permitted, name_type, value in rows:
        found[sha256].append(NameConstraint(permitted, name_type, value))
    return found


def read_signature_checks(connection: DuckDBPyConnection) -> dict[tuple[str, str], SignatureStatus]:
    """Return what every signature that was tried showed, by (certificate, key)."""
    rows = connection.execute("SELECT sha256, spki_sha256, status FROM signature_check").fetchall()
    return {(sha256, spki): SignatureStatus(status) for sha256, spki, status in rows}


def read_trusted_roots(connection: DuckDBPyConnection) -> list[str]:
    """Return every root that any program has ever trusted for anything, in order."""
    rows = connection.execute("SELECT DISTINCT sha256 FROM root_trust ORDER BY sha256").fetchall()
    return [sha256 for (sha256,) in rows]


def read_fingerprints(connection: DuckDBPyConnection) -> list[str]:
    """Return the SHA-256 of every certificate, in order."""
    return [
        sha256 for (sha256,) in connection.execute("SELECT sha256 FROM certificate ORDER BY 1").fetchall()
    ]
