-- title: Capable, not exempt, and without a record
-- description: Certificates that can issue for what a program asks audits for, are not exempt as technically constrained,
--   and stand in no CCADB record: undisclosed (a gap), newly_issued (within the seven days of CCADB Policy 3.2), or not
--   known because no complete report is loaded, it is too old, or a row of it could not be read. `disclose_by`: seven days
--   after it was issued, as far as anybody can tell: `issued_because` says by what.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: program varchar NULL only this root program
-- param: reason varchar NULL only this reason: undisclosed, newly_issued, not_in_records, report_too_old, row_rejected
-- denominator: certificates in scope
-- of: SELECT count(DISTINCT sha256) FROM in_scope
-- columns: sha256, subject, owner, verdict, reason, issued_on, issued_because, disclose_by, days_over, issuer,
--   is_cross_certificate, programs, purposes, detail, witness
WITH open AS (
    SELECT
        sha256,
        reason,
        any_value(subject) AS subject,
        any_value(owner) AS owner,
        any_value(verdict) AS verdict,
        any_value(issuer) AS issuer,
        any_value(is_cross_certificate) AS is_cross_certificate,
        any_value(detail) AS detail,
        list_sort(list_distinct(list(root_program))) AS programs,
        list_sort(list_distinct(list(purpose))) AS purposes,
        arg_min(witness, (root_program, purpose)) AS witness
    FROM finding
    WHERE
        step = '6'
        AND (getvariable('owner') IS NULL OR contains(lower(owner), lower(getvariable('owner'))))
        AND lower(root_program) = lower(coalesce(getvariable('program'), root_program))
        AND reason = coalesce(lower(getvariable('reason')), reason)
    GROUP BY sha256, reason
)

SELECT
    open.sha256,
    open.subject,
    open.owner,
    open.verdict,
    open.reason,
    issued.issued_on,
    issued.issued_because,
    issued.issued_on + threshold('disclosure_grace')::INTEGER AS disclose_by,
    if(
        open.verdict = 'gap', greatest(as_of() - issued.issued_on - threshold('disclosure_grace')::INTEGER, 0), NULL
    ) AS days_over,
    open.issuer,
    open.is_cross_certificate,
    open.programs,
    open.purposes,
    open.detail,
    open.witness
FROM open
INNER JOIN issued ON open.sha256 = issued.sha256
ORDER BY
    list_position(['gap', 'pending', 'unknown'], open.verdict), issued.issued_on, open.owner, open.subject,
    open.sha256, open.reason;
