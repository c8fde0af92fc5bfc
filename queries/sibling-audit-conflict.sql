-- title: Certificates of one CA whose audits differ
-- description: Certificates in scope with the same subject name and key whose records lead to different audits of a kind:
--   of another owner, at another URL, of another scheme or of other dates, or one has none (decision table, step 8; crt.sh's
--   DisclosedWithInconsistentAudit). One row for each certificate and kind, those of a CA together. A signal and no proof:
--   a certificate that is younger than the period differs too (`verdicts` says pending). Those without any record are not
--   here: see sibling-covered-self-not.
-- param: owner varchar NULL only where one of the certificates' owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope that share name and key with another one in scope
-- of: SELECT coalesce(sum(each.certificates), 0)::BIGINT FROM (SELECT count(DISTINCT sha256) AS certificates
--   FROM in_scope INNER JOIN certificate USING (sha256) GROUP BY ca_id) AS each WHERE each.certificates > 1
-- columns: sha256, subject, owner, issuer, ca_id, audit_kind, differs, operator, url, audit_type, statement_date,
--   period_start, period_end, verdicts, record_id, source_record_id, programs
SELECT
    sha256,
    subject,
    owner,
    issuer,
    ca_id,
    audit_kind,
    differs,
    operator,
    url,
    audit_type,
    statement_date,
    period_start,
    period_end,
    verdicts,
    record_id,
    source_record_id,
    programs
FROM audit_conflict(false)
WHERE
    (
        getvariable('owner') IS NULL
        OR len(list_filter(owners, lambda each: contains(lower(each), lower(getvariable('owner'))))) > 0
    )
    AND lower(audit_kind) = lower(coalesce(getvariable('kind'), audit_kind))
ORDER BY subject, ca_id, audit_kind, sha256, programs, differs, record_id;
