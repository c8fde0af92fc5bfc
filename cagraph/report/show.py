"""Everything about one certificate, in sections: itself, its CA's other certificates, records, verdicts.

Asks the catalogue and the facts; decides nothing.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cagraph.report.rows import Table
from cagraph.report.words import by_program, day, file_name, short_hash, short_name
from cagraph.warehouse.catalogue import run
from cagraph.warehouse.day import beside

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CERTIFICATE = """
SELECT
    certificate.sha256, certificate.subject, certificate.issuer, certificate.serial, certificate.not_before,
    certificate.not_after, certificate.is_ca, certificate.path_len, certificate.key_usage,
    certificate.eku_oids, certificate.policy_oids, certificate.key_algorithm, certificate.key_bits,
    certificate.signature_algorithm, issuance.signature_status, certificate.subject_key_id,
    certificate.authority_key_id, certificate.ca_id, certificate.spki_sha256,
    EXISTS (SELECT 1 FROM cross_certificate AS c WHERE c.sha256 = certificate.sha256) AS is_cross_certificate,
    (SELECT count(*) FROM path WHERE path.sha256 = certificate.sha256) AS paths,
    EXISTS (SELECT 1 FROM path_truncation AS t WHERE t.sha256 = certificate.sha256) AS paths_truncated,
    certificate.read_by, certificate.problems
FROM certificate LEFT JOIN issuance USING (sha256)
WHERE certificate.sha256 = ?
"""
_RECORDS = """
SELECT
    salesforce_id, record_type, ca_owner, subordinate_ca_owner, certificate_name, parent_name,
    revocation_status, audits_same_as_parent, tls_capable, tls_ev_capable, code_signing_capable,
    smime_capable, technically_constrained, dated, source, line
FROM ccadb_record WHERE sha256 = ? ORDER BY salesforce_id
"""
_VERDICTS = """
SELECT
    verdict, reason, audit_kind,
    list(DISTINCT root_program || ':' || purpose ORDER BY root_program || ':' || purpose) AS scopes, detail
FROM coverage WHERE sha256 = ?
GROUP BY verdict, reason, audit_kind, detail
ORDER BY verdict = 'gap' DESC, verdict, audit_kind, reason, detail
"""
_NEIGHBOURS = """
SELECT 'issued by' AS relation, other.sha256, other.subject, other.not_before, other.not_after
FROM issuance JOIN certificate AS other ON other.ca_id = issuance.issuer_ca_id
WHERE issuance.sha256 = $1 AND other.sha256 <> $1
UNION ALL
SELECT 'issued' AS relation, other.sha256, other.subject, other.not_before, other.not_after
FROM certificate
JOIN issuance ON issuance.issuer_ca_id = certificate.ca_id
JOIN certificate AS other ON other.sha256 = issuance.sha256
WHERE certificate.sha256 = $1 AND other.ca_id <> certificate.ca_id
ORDER BY relation DESC, subject, not_before, sha256
"""


def certificate_sections(connection: "DuckDBPyConnection", sha256: str) -> dict[str, Table]:
    """Return the sections on one certificate, by name, in the order to be read."""
    asked = {"sha256": sha256}
    return {
        "certificate": _upright(connection, sha256),
        "verdicts": _table(connection, _VERDICTS, sha256, "What audits it needs, and what is known of them"),
        "out_of_scope": Table.from_cursor(
            run(connection, "out-of-scope", asked), "Where it needs none, and why"
        ),
        "same_ca": Table.from_cursor(run(connection, "siblings", asked), "All certificates of this CA"),
        "records": _table(connection, _RECORDS, sha256, "CCADB records"),
        "neighbours": _table(connection, _NEIGHBOURS, sha256, "Issued by, and issued"),
    }


def in_brief(sections: Mapping[str, Table]) -> dict[str, Table]:
    """Return the sections for the eye: nothing that repeats the certificate, names and digits shortened."""
    return {name: _BRIEF[name](table) if name in _BRIEF else table for name, table in sections.items()}


def _brief(*columns: str) -> Callable[[Table], Table]:
    """Return what takes these columns of a table, shortened; one named with `?` only if it says something."""

    def shortened(table: Table) -> Table:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        wanted = [
            name.rstrip("?")
            for name in columns
            if not name.endswith("?") or any(row[name[:-1]] is not None for row in rows)
        ]
        cells = [tuple(_SHORTEN.get(name, _same)(row[name]) for name in wanted) for row in rows]
        return Table(wanted, cells, table.title)

    return shortened


def _same(value: Any) -> Any:
    return value


_SHORTEN: dict[str, Callable[[Any], Any]] = {
    "sha256": short_hash,
    "subject": short_name,
    "issuer": short_name,
    "not_before": day,
    "not_after": day,
    "scopes": by_program,
    "capable_for": by_program,
    "source": file_name,
}
_BRIEF = {
    "certificates": _brief("sha256", "subject", "issuer", "not_before", "not_after"),
    "verdicts": _brief("verdict", "reason", "audit_kind", "scopes", "detail"),
    "out_of_scope": _brief("reason", "why", "scopes"),
    "same_ca": _brief(
        *("sha256", "state", "self_signed", "listed", "claimed", "gaps", "pending", "unknown", "capable_for"),
        *("issuer", "not_before", "not_after", "records"),
    ),
    "records": _brief(
        *("salesforce_id", "record_type", "ca_owner", "subordinate_ca_owner?", "parent_name?"),
        *("revocation_status?", "audits_same_as_parent?", "tls_capable?", "tls_ev_capable?"),
        *("code_signing_capable?", "smime_capable?", "dated", "source", "line"),
    ),
    "neighbours": _brief("relation", "sha256", "subject", "not_before", "not_after"),
}


def _table(connection: "DuckDBPyConnection", sql: str, sha256: str, title: str) -> Table:
    return Table.from_cursor(beside(connection, sql).execute(sql, [sha256]), title)


def _upright(connection: "DuckDBPyConnection", sha256: str) -> Table:
    """Return the certificate's fields, one a row."""
    cursor = connection.execute(_CERTIFICATE, [sha256])
    names = [column[0] for column in cursor.description or []]
    values: Any = cursor.fetchone() or ()
    return Table(("field", "value"), list(zip(names, values, strict=True)), "Certificate")
