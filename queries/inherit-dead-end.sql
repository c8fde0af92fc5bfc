-- title: Audits the same as a parent that has none
-- description: Certificates in scope whose record takes its parent's audits, and the way up ends without an audit that is
--   asked: in a circle, at a parent that is not among the records or did not issue the certificate, or at a record that
--   names none. `way`: the records on it, the certificate's own first. `other_issuer_records`: records of the verified
--   issuer, off that way, that would lead to an audit that is missing, and to which; naming one as the parent would end it.
--   `verdicts`: pending where it is younger than its owner's last period.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- denominator: certificates in scope whose record takes its parent's audits
-- of: SELECT count(DISTINCT sha256) FROM ccadb_record SEMI JOIN in_scope USING (sha256) WHERE audits_same_as_parent
-- columns: sha256, subject, owner, record_id, ending, ends_at, way, missing, verdicts, other_issuer_records,
--   programs
WITH dead_end AS (
    SELECT
        ending.record_id,
        ending.ending,
        ending.at_id,
        ending.trail
    FROM record_ending AS ending
    INNER JOIN ccadb_record AS record ON ending.record_id = record.salesforce_id AND record.audits_same_as_parent
    LEFT JOIN (SELECT DISTINCT record_id FROM resolved_audit) AS found ON ending.record_id = found.record_id
    WHERE
        ending.ending IN ('circle', 'parent_missing', 'parent_not_issuer')
        OR ending.ending = 'end' AND found.record_id IS NULL
),

missing AS (
    SELECT DISTINCT
        asked.sha256,
        asked.record_id,
        asked.audit_kind,
        asked.root_program,
        coverage.verdict
    FROM required_audit AS asked
    INNER JOIN coverage
        ON
            asked.sha256 = coverage.sha256
            AND asked.root_program = coverage.root_program
            AND asked.purpose = coverage.purpose
            AND asked.audit_kind = coverage.audit_kind
    SEMI JOIN dead_end ON asked.record_id = dead_end.record_id
    ANTI JOIN resolved_audit AS audit ON asked.record_id = audit.record_id AND asked.audit_kind = audit.audit_kind
),

other AS (
    SELECT
        each.record_id,
        list(each.issuer_record || ': ' || array_to_string(each.kinds, ', ') ORDER BY each.issuer_record) AS records
    FROM (
        SELECT
            dead_end.record_id,
            near.record_id AS issuer_record,
            list(DISTINCT near.audit_kind ORDER BY near.audit_kind) AS kinds
        FROM missing
        INNER JOIN dead_end ON missing.record_id = dead_end.record_id
        INNER JOIN covered_by AS near
            ON missing.sha256 = near.sha256 AND missing.audit_kind = near.audit_kind AND near.via = 'issuer'
        WHERE NOT list_contains(dead_end.trail, near.record_id)
        GROUP BY dead_end.record_id, near.record_id
    ) AS each
    GROUP BY each.record_id
)

SELECT
    missing.sha256,
    certificate.subject,
    duty.owner,
    missing.record_id,
    CASE dead_end.ending
        WHEN 'circle' THEN 'it runs in a circle'
        WHEN 'parent_missing' THEN 'the parent is not among the records'
        WHEN 'parent_not_issuer' THEN 'the declared parent did not issue the certificate'
        ELSE 'the last record names no audit'
    END AS ending,
    dead_end.at_id AS ends_at,
    dead_end.trail AS way,
    list(DISTINCT missing.audit_kind ORDER BY missing.audit_kind) AS missing,
    list(DISTINCT missing.verdict ORDER BY missing.verdict) AS verdicts,
    coalesce(any_value(other.records), []) AS other_issuer_records,
    list(DISTINCT missing.root_program ORDER BY missing.root_program) AS programs
FROM missing
INNER JOIN dead_end ON missing.record_id = dead_end.record_id
INNER JOIN certificate ON missing.sha256 = certificate.sha256
INNER JOIN duty ON missing.sha256 = duty.sha256
LEFT JOIN other ON missing.record_id = other.record_id
WHERE getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner')))
GROUP BY
    missing.sha256, certificate.subject, duty.owner, missing.record_id, dead_end.ending, dead_end.at_id, dead_end.trail
ORDER BY duty.owner, certificate.subject, missing.sha256, missing.record_id;
