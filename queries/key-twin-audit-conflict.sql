-- title: One key under several names whose audits differ
-- description: Certificates in scope that carry the same public key under different CA names, and whose records lead to
--   different audits of a kind: of another owner, at another URL, of another scheme or of other dates, or one has none.
--   One key is in one owner's hands, so one audit should speak of it (MRSP 5.3.2; Mozilla bugs 1563573 and 1567062). One
--   row for each certificate and kind, those of a key together. Of those without any record nothing is said here.
-- param: owner varchar NULL only where one of the certificates' owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope that a record names
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE record_id IS NOT NULL
-- columns: sha256, subject, owner, issuer, spki_sha256, audit_kind, differs, operator, url, audit_type, statement_date,
--   period_start, period_end, verdicts, record_id, source_record_id, programs
SELECT
    sha256,
    subject,
    owner,
    issuer,
    spki_sha256,
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
FROM audit_conflict(true)
WHERE
    (
        getvariable('owner') IS NULL
        OR len(list_filter(owners, lambda each: contains(lower(each), lower(getvariable('owner'))))) > 0
    )
    AND lower(audit_kind) = lower(coalesce(getvariable('kind'), audit_kind))
ORDER BY spki_sha256, audit_kind, subject, sha256, programs, differs, record_id;
