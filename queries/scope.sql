-- title: What belongs in which audit statement
-- description: The list for an auditor: which certificates of an owner, or issued by keys, must stand in which audit
--   statement of a period, and why; with listing=left_out what need not, and why. Level 1: issued by their own keys.
-- param: owner varchar NULL the CA owner, as CCADB names it
-- param: issuer_keys varchar NULL instead: SHA-256 of the issuing keys, parted by commas
-- param: period_from date as_of()-364 the first day of the audit period
-- param: period_to date as_of() its last day
-- param: kind varchar NULL only this audit kind
-- param: program varchar NULL capable in this root program only
-- param: intended varchar NULL roots meant to be trusted: sha256:purpose, parted by commas
-- param: listing varchar 'listed' what must be listed or perhaps must (listed), what need not (left_out), or all
-- denominator: all certificates
-- of: SELECT count(*) FROM certificate
-- columns: sha256, audit_kind, listing, reason, sentence, level, owner, next_owner, subject, issuer, serial, not_before,
--   not_after, marks, root_programs, purposes, exempt_in, paths, witness, record_id, issued_on, issued_because, citation
WITH scope AS MATERIALIZED (
    SELECT *
    FROM
        statement_scope(
            getvariable('owner'),
            getvariable('issuer_keys'),
            coalesce(cast(getvariable('period_from') AS DATE), as_of() - 364),
            coalesce(cast(getvariable('period_to') AS DATE), as_of()),
            lower(getvariable('program')),
            getvariable('intended')
        )
    WHERE
        lower(audit_kind) = lower(coalesce(getvariable('kind'), audit_kind))
        AND (
            coalesce(getvariable('listing'), 'listed') = 'all'
            OR (listing = 'left_out') = (coalesce(getvariable('listing'), 'listed') = 'left_out')
        )
)

SELECT
    scope.sha256,
    scope.audit_kind,
    scope.listing,
    scope.reason,
    scope.sentence,
    scope.level,
    scope.owner,
    scope.next_owner,
    certificate.subject,
    certificate.issuer,
    certificate.serial,
    certificate.not_before,
    certificate.not_after,
    scope.marks,
    scope.root_programs,
    scope.purposes,
    scope.exempt_in,
    scope.paths,
    witness.line AS witness,
    scope.record_id,
    scope.issued_on,
    scope.issued_because,
    scope.citation
FROM scope
INNER JOIN certificate ON scope.sha256 = certificate.sha256
LEFT JOIN path_lines((SELECT list(DISTINCT asked.witness_path_id) FROM scope AS asked)) AS witness
    ON scope.witness_path_id = witness.path_id
ORDER BY
    scope.level, certificate.subject, certificate.not_before, scope.sha256,
    list_position(['Standard', 'NetSec', 'TLS BR', 'TLS EVG', 'Code Signing', 'S/MIME BR', 'VMC'], scope.audit_kind);
