-- title: No network security audit on record
-- description: Certificates in scope whose records lead to no NetSec audit although a program asks for one: a warning, or a
--   note for client authentication alone. WebTrust's SSL Baseline with Network Security is one statement for both, and ETSI
--   letters often fold NetSec in, so `combined` says what the records tell of the TLS BR statement: yes, if another
--   record names the same URL as its NetSec statement; perhaps, if only the letter can tell. `named_as_netsec_by`: those
--   records. What no record names at all is in undisclosed-unconstrained.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: program varchar NULL only this root program
-- denominator: certificates in scope that a record names
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE record_id IS NOT NULL
-- columns: sha256, subject, owner, root_program, purposes, severity, reason, detail, combined, named_as_netsec_by,
--   tls_br_url, tls_br_type, tls_br_period_end, witness, rule
WITH missing AS (
    SELECT
        sha256,
        root_program,
        record_id,
        reason,
        arg_min(purpose, (list_position(['warning', 'note'], severity), purpose)) AS first_purpose,
        list(purpose ORDER BY purpose) AS purposes
    FROM coverage
    WHERE audit_kind = 'NetSec' AND source_record_id IS NULL
    GROUP BY sha256, root_program, record_id, reason
),

netsec AS (
    SELECT
        url,
        list(DISTINCT salesforce_id ORDER BY salesforce_id) AS records
    FROM record_audit
    WHERE audit_kind = 'NetSec' AND url IS NOT NULL
    GROUP BY url
)

SELECT
    missing.sha256,
    finding.subject,
    finding.owner,
    missing.root_program,
    missing.purposes,
    finding.severity,
    missing.reason,
    finding.detail,
    CASE
        WHEN netsec.url IS NOT NULL THEN 'yes: other records name the same statement for NetSec'
        WHEN tls_br.url IS NULL THEN 'no: no TLS BR statement on record'
        WHEN starts_with(tls_br.audit_type, 'ETSI') THEN 'perhaps: ETSI letters often fold NetSec in'
        ELSE 'perhaps: only the TLS BR letter can tell'
    END AS combined,
    coalesce(netsec.records, []) AS named_as_netsec_by,
    tls_br.url AS tls_br_url,
    tls_br.audit_type AS tls_br_type,
    tls_br.period_end AS tls_br_period_end,
    finding.witness,
    finding.rule
FROM missing
INNER JOIN finding
    ON
        missing.sha256 = finding.sha256
        AND missing.root_program = finding.root_program
        AND missing.first_purpose = finding.purpose
        AND finding.audit_kind = 'NetSec'
        AND missing.reason = finding.reason
LEFT JOIN resolved_audit AS tls_br ON missing.record_id = tls_br.record_id AND tls_br.audit_kind = 'TLS BR'
LEFT JOIN netsec ON tls_br.url = netsec.url
WHERE
    (getvariable('owner') IS NULL OR contains(lower(finding.owner), lower(getvariable('owner'))))
    AND lower(missing.root_program) = lower(coalesce(getvariable('program'), missing.root_program))
ORDER BY
    list_position(['warning', 'note'], finding.severity), finding.owner, finding.subject, missing.sha256,
    missing.root_program, missing.reason, missing.record_id;
