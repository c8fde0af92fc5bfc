"""The trace of verdicts about one certificate: what every layer of the policy says of it, with its rules.

Asks the views, a question a section; decides nothing. `explain_text` puts it into words.
"""

from typing import TYPE_CHECKING, Any

from cagraph.report.paths import path_sentences
from cagraph.warehouse.catalogue import run
from cagraph.warehouse.day import beside

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]
Trace = dict[str, Any]
"""`as_of` and `certificate`, then a list of rows a section, in the order of the decision table."""

# Where a person asks about one program or purpose alone.
_ASKED = """
    AND verdict.root_program = coalesce($program, verdict.root_program)
    AND verdict.purpose = coalesce($purpose, verdict.purpose)
"""

_CERTIFICATE = """
SELECT
    certificate.sha256, certificate.subject, certificate.issuer, certificate.serial,
    certificate.not_before, certificate.not_after, certificate.is_ca, certificate.key_usage,
    certificate.path_len, certificate.has_name_constraints,
    issuance.signature_status, issuance.issuer_ca_id = issuance.subject_ca_id AS self_signed,
    duty.is_cross_certificate, duty.owner,
    owner_of_issuer.owner AS issuer_owner, owner_of_subject.owner AS subject_owner,
    truncated.sha256 IS NOT NULL AS paths_truncated
FROM certificate
INNER JOIN duty ON certificate.sha256 = duty.sha256
LEFT JOIN issuance ON certificate.sha256 = issuance.sha256
LEFT JOIN ca_owner AS owner_of_issuer ON issuance.issuer_ca_id = owner_of_issuer.ca_id
LEFT JOIN ca_owner AS owner_of_subject ON certificate.ca_id = owner_of_subject.ca_id
LEFT JOIN path_truncation AS truncated ON certificate.sha256 = truncated.sha256
WHERE certificate.sha256 = $sha256
"""

_REVOCATIONS = """
SELECT source, reference, dated, revoked_at
FROM revocation_claim
WHERE sha256 = $sha256
ORDER BY source, reference, dated, revoked_at
"""

# OneCRL, and the CRLs of the key that signed the certificate.
_LISTS = """
SELECT DISTINCT list.kind, list.dated, list.url
FROM revocation_list AS list
LEFT JOIN signature_check AS checked
    ON list.issuer_spki_sha256 = checked.spki_sha256 AND checked.sha256 = $sha256
WHERE list.kind = 'onecrl' OR checked.status IN ('ok', 'weak')
ORDER BY list.kind, list.dated, list.url
"""

_RECORDS = """
SELECT
    record.salesforce_id AS record_id, record.record_type, record.ca_owner, record.subordinate_ca_owner,
    record.certificate_name, record.revocation_status, record.audits_same_as_parent, record.dated,
    record.source, record.line, ending.ending
FROM ccadb_record AS record
INNER JOIN record_ending AS ending ON record.salesforce_id = ending.record_id
WHERE record.sha256 = $sha256
ORDER BY record.salesforce_id
"""

# The records on the way up from each, with the audits that each names itself.
_ASCENTS = """
SELECT
    ascent.record_id, ascent.depth, ascent.at_id, above.certificate_name, above.source, above.line,
    list(audit.audit_kind ORDER BY audit.audit_kind)
    FILTER (WHERE audit.audit_kind IS NOT NULL) AS audit_kinds
FROM ccadb_record AS record
INNER JOIN record_ascent AS ascent ON record.salesforce_id = ascent.record_id
INNER JOIN ccadb_record AS above ON ascent.at_id = above.salesforce_id
LEFT JOIN record_audit AS audit ON ascent.at_id = audit.salesforce_id
WHERE record.sha256 = $sha256
GROUP BY ascent.record_id, ascent.depth, ascent.at_id, above.certificate_name, above.source, above.line
ORDER BY ascent.record_id, ascent.depth
"""

_SCOPES = f"""
SELECT
    verdict.root_program, verdict.purpose, verdict.in_scope, verdict.out_reason AS reason, verdict.paths,
    verdict.witness_path_id, capability.constrained_on_all_paths,
    exempt.ground AS exempt_ground, exempt.certainty AS exempt_certainty, exempt.citation AS exempt_citation,
    EXISTS (
        SELECT 1 FROM rule_exemptions AS rule
        WHERE rule.root_program = verdict.root_program AND rule.purpose = verdict.purpose
    ) AS program_exempts
FROM scope_state AS verdict
LEFT JOIN capability
    ON
        verdict.sha256 = capability.sha256
        AND verdict.root_program = capability.root_program
        AND verdict.purpose = capability.purpose
LEFT JOIN exempt
    ON
        verdict.sha256 = exempt.sha256
        AND verdict.root_program = exempt.root_program
        AND verdict.purpose = exempt.purpose
WHERE verdict.sha256 = $sha256 {_ASKED}
ORDER BY verdict.root_program, verdict.purpose
"""  # noqa: S608 - constants

_WITNESSES = """
SELECT
    member.path_id, member.position, certificate.sha256, certificate.subject, certificate.eku_oids,
    certificate.policy_oids
FROM path_certificate AS member
INNER JOIN certificate ON member.sha256 = certificate.sha256
WHERE list_contains($paths, member.path_id)
ORDER BY member.path_id, member.position
"""

_REQUIREMENTS = f"""
SELECT
    verdict.root_program, verdict.purpose, rule.audit_kind, rule.severity, rule.period_basis, rule.effective,
    rule.citation, asked.sha256 IS NOT NULL AS asked
FROM in_scope AS verdict
INNER JOIN rule_audit_requirements AS rule
    ON verdict.root_program = rule.root_program AND verdict.purpose = rule.purpose
LEFT JOIN coverage AS asked
    ON
        verdict.sha256 = asked.sha256
        AND rule.root_program = asked.root_program
        AND rule.purpose = asked.purpose
        AND rule.audit_kind = asked.audit_kind
        AND rule.citation = asked.requirement_citation
WHERE verdict.sha256 = $sha256 {_ASKED}
ORDER BY rule.audit_kind, verdict.purpose, verdict.root_program, rule.effective, rule.citation
"""  # noqa: S608 - constants

_AUDITS = f"""
SELECT
    verdict.root_program, verdict.purpose, verdict.audit_kind, verdict.verdict, verdict.severity,
    verdict.reason, verdict.step, verdict.sentence, verdict.detail, verdict.since, verdict.citation,
    verdict.requirement_citation, verdict.record_id, verdict.source_record_id, ascent.trail, verdict.url,
    verdict.audit_type, verdict.statement_date, verdict.period_start, verdict.period_end, verdict.letter,
    verdict.tests, verdict.covered_by
FROM coverage AS verdict
LEFT JOIN record_ascent AS ascent
    ON verdict.record_id = ascent.record_id AND verdict.source_record_id = ascent.at_id
WHERE verdict.sha256 = $sha256 {_ASKED}
ORDER BY verdict.audit_kind, verdict.purpose, verdict.root_program
"""  # noqa: S608 - constants

_FINDINGS = f"""
SELECT
    verdict.finding_id, verdict.severity, verdict.verdict, verdict.reason, verdict.step,
    verdict.root_program, verdict.purpose, verdict.audit_kind, verdict.owner, verdict.detail, verdict.since,
    verdict.rule AS sentence, verdict.citation
FROM finding AS verdict
WHERE verdict.sha256 = $sha256 {_ASKED}
ORDER BY
    list_position(['gap', 'warning', 'note'], verdict.severity),
    verdict.reason, verdict.audit_kind, verdict.purpose, verdict.root_program, verdict.finding_id
"""  # noqa: S608 - constants

_RULES = (
    "SELECT test, step, reason, verdict, sentence, change, citation FROM rule_verdicts"
    " ORDER BY test, reason, step"
)
_USAGES = "SELECT eku_oid, purpose FROM rule_purposes ORDER BY eku_oid"

_SECTIONS = {
    "revocations": _REVOCATIONS,
    "revocation_lists": _LISTS,
    "records": _RECORDS,
    "ascents": _ASCENTS,
    "scopes": _SCOPES,
    "requirements": _REQUIREMENTS,
    "audits": _AUDITS,
    "findings": _FINDINGS,
}
_BROKEN_AT_MOST = "3"


def trace_of(
    connection: "DuckDBPyConnection", sha256: str, program: str | None = None, purpose: str | None = None
) -> Trace:
    """Return what the views say of one certificate, for all programs and purposes or for some.

    Asked about one program and one purpose it also says what breaks the paths that do not count.
    """
    # Asked for together, so that what several of them read is worked out once.
    views = beside(connection, "\n".join((_CERTIFICATE, *_SECTIONS.values())), again=False)
    asked = {"sha256": sha256, "program": program, "purpose": purpose}
    rules = _rows(views, _RULES)
    trace: Trace = {
        "as_of": views.execute("SELECT as_of()").fetchall()[0][0],
        "asked": {"program": program, "purpose": purpose},
        "certificate": _rows(views, _CERTIFICATE, asked)[0],
        "same_ca": _same_ca(connection, sha256),
        **{name: _rows(views, question, asked) for name, question in _SECTIONS.items()},
    }
    _add_rules(trace, rules)
    trace["witnesses"] = _witnesses(views, trace["scopes"])
    trace["broken_paths"] = _broken(connection, asked) if program and purpose else []
    return trace


def _rows(connection: "DuckDBPyConnection", question: str, asked: Row | None = None) -> list[Row]:
    """Return the rows of a question by column, its parameters those that it names."""
    given = {name: value for name, value in (asked or {}).items() if f"${name}" in question}
    cursor = connection.execute(question, given)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _same_ca(connection: "DuckDBPyConnection", sha256: str) -> list[Row]:
    """Return the other certificates of the same name and key."""
    cursor = run(connection, "siblings", {"sha256": sha256})
    names = [column[0] for column in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [row for row in rows if row["sha256"] != sha256]


def _add_rules(trace: Trace, rules: list[Row]) -> None:
    """Put to each verdict, test and finding what its rule says: step, sentence, change, source."""
    by_reason = {rule["reason"]: rule for rule in rules}
    by_step = {(rule["step"], rule["reason"]): rule for rule in rules}
    told = ("step", "verdict", "sentence", "change", "citation")
    for scope in trace["scopes"]:
        rule = by_reason.get(scope["reason"], {})
        scope.update({name: rule.get(name) for name in told})
    for row in (*trace["audits"], *trace["findings"]):
        row["change"] = by_reason.get(row["reason"], {}).get("change")
    for audit in trace["audits"]:
        for test in audit["tests"]:
            rule = by_step.get((test["step"], test["reason"]), {})
            test.update({name: rule.get(name) for name in ("test", "sentence", "change", "citation")})
        audit["tests"].sort(
            key=lambda test: (test["reason"] != audit["reason"], test["test"], test["reason"])
        )


def _witnesses(connection: "DuckDBPyConnection", scopes: list[Row]) -> list[Row]:
    """Return the paths that put the certificate in scope, each with its certificates, the anchor first."""
    usages = dict(connection.execute(_USAGES).fetchall())
    wanted = sorted({scope["witness_path_id"] for scope in scopes} - {None})
    paths: dict[int, list[Row]] = {}
    for row in _rows(connection, _WITNESSES, {"paths": wanted}):
        eku = row.pop("eku_oids")
        row["purposes"] = None if eku is None else [usages.get(oid, oid) for oid in eku]
        row.pop("position")
        paths.setdefault(row.pop("path_id"), []).append(row)
    return [{"path_id": path_id, "certificates": members} for path_id, members in paths.items()]


def _broken(connection: "DuckDBPyConnection", asked: Row) -> list[Row]:
    """Return the first paths that do not count, with what breaks each."""
    cursor = run(connection, "paths", {**asked, "which": "broken", "most": _BROKEN_AT_MOST})
    names = [column[0] for column in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    sentences = path_sentences(connection)
    for row in rows:
        for breaker in row["breakers"]:
            breaker["sentence"] = sentences.get(breaker["reason"], breaker["reason"])
    wanted = ("path_id", "state", "breakers", "certificates", "total")
    return [{name: row[name] for name in wanted} for row in rows]
