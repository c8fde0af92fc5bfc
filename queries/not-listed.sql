-- title: Capable certificates that their letter does not list
-- description: Certificates in scope whose record names an audit of the kind, while the letter itself, read, does not list
--   their SHA-256 (decision table, step 7g): Certum's case (Mozilla bug 1904494). With what the letter prints instead, as
--   far as that can be told, and the certificates of the same name and key that it does list. CCADB knows nothing of it.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope whose letter of some kind was read
-- of: SELECT count(DISTINCT sha256) FROM (SELECT sha256 FROM coverage WHERE verdict = 'listed' UNION ALL
--   SELECT sha256 FROM not_listed)
-- columns: owner, sha256, subject, issuer, is_cross_certificate, audit_kind, reason, detail, since, programs,
--   siblings_listed, url, body_sha256, period_start, period_end, record_id, source_record_id, witness
WITH open AS (
    SELECT
        sha256,
        audit_kind,
        reason,
        any_value(detail) AS detail,
        min(since) AS since,
        list(DISTINCT root_program || ':' || purpose ORDER BY root_program || ':' || purpose) AS programs,
        any_value(url) AS url,
        any_value(letter.body_sha256) AS body_sha256,
        any_value(period_start) AS period_start,
        any_value(period_end) AS period_end,
        any_value(record_id) AS record_id,
        any_value(source_record_id) AS source_record_id,
        min(witness_path_id) AS witness_path_id
    FROM not_listed
    GROUP BY sha256, audit_kind, reason
),

sibling AS (
    SELECT
        open.sha256,
        open.audit_kind,
        list(DISTINCT listing.sha256 ORDER BY listing.sha256) AS siblings_listed
    FROM open
    INNER JOIN certificate ON open.sha256 = certificate.sha256
    INNER JOIN certificate AS other ON certificate.ca_id = other.ca_id AND certificate.sha256 <> other.sha256
    INNER JOIN cell_listing AS listing
        ON open.url = listing.cell AND open.audit_kind = listing.audit_kind AND other.sha256 = listing.sha256
    GROUP BY open.sha256, open.audit_kind
)

SELECT
    duty.owner,
    open.sha256,
    certificate.subject,
    certificate.issuer,
    duty.is_cross_certificate,
    open.audit_kind,
    open.reason,
    open.detail,
    open.since,
    open.programs,
    coalesce(sibling.siblings_listed, []) AS siblings_listed,
    open.url,
    open.body_sha256,
    open.period_start,
    open.period_end,
    open.record_id,
    open.source_record_id,
    witness.line AS witness
FROM open
INNER JOIN certificate ON open.sha256 = certificate.sha256
INNER JOIN duty ON open.sha256 = duty.sha256
LEFT JOIN path_lines((SELECT list(DISTINCT asked.witness_path_id) FROM open AS asked)) AS witness
    ON open.witness_path_id = witness.path_id
LEFT JOIN sibling ON open.sha256 = sibling.sha256 AND open.audit_kind = sibling.audit_kind
WHERE
    (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
    AND lower(open.audit_kind) = lower(coalesce(getvariable('kind'), open.audit_kind))
ORDER BY duty.owner, open.audit_kind, certificate.subject, open.sha256;
