-- title: Audits that are overdue or due
-- description: Certificates in scope whose newest audit period of a required kind ended too long ago (stale) or
--   more than a year ago (audit_due).
-- param: owner varchar NULL only owners that contain this text
-- denominator: certificates in scope
-- of: SELECT count(DISTINCT sha256) FROM coverage
-- columns: reason, owner, audit_kind, sha256, subject, detail, since, programs
SELECT
    finding.reason,
    finding.owner,
    finding.audit_kind,
    finding.sha256,
    finding.subject,
    finding.detail,
    finding.since,
    list(DISTINCT finding.root_program ORDER BY finding.root_program) AS programs
FROM finding
WHERE
    finding.reason IN ('stale', 'audit_due')
    AND (getvariable('owner') IS NULL OR contains(lower(finding.owner), lower(getvariable('owner'))))
GROUP BY
    finding.reason, finding.owner, finding.audit_kind, finding.sha256, finding.subject, finding.detail, finding.since
ORDER BY finding.reason DESC, finding.since, finding.owner, finding.subject, finding.sha256, finding.audit_kind;
