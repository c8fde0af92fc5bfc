-- Which audits a record can point to: its own, or its parents' where it says they are the same.
--
-- The way up has no limit of depth, ends at a circle, and takes a step only to a parent that is the
-- verified issuer, where both certificates are known. An audit is inherited whole, never cell by cell.

CREATE OR REPLACE VIEW record_audit AS
SELECT
    ccadb_record.salesforce_id,
    ccadb_record.sha256,
    ccadb_record.ca_owner,
    audit.*
FROM ccadb_record
INNER JOIN audit ON ccadb_record.record_key = audit.record_key
WHERE audit.url IS NOT NULL OR audit.period_end IS NOT NULL OR audit.statement_date IS NOT NULL;
COMMENT ON VIEW record_audit IS 'The audits that each record names itself, on the day.';

CREATE OR REPLACE VIEW record_parent AS
WITH issuer_key AS (
    SELECT
        ca_id,
        list(DISTINCT subject_key_id) AS key_ids
    FROM certificate
    WHERE subject_key_id IS NOT NULL
    GROUP BY ca_id
)

SELECT
    child.salesforce_id,
    child.audits_same_as_parent,
    parent.salesforce_id AS parent_salesforce_id,
    parent.salesforce_id IS NOT NULL AS parent_known,
    CASE
        WHEN issuance.sha256 IS NULL THEN true
        WHEN parent_certificate.sha256 IS NOT NULL
            THEN
                issuance.signature_status IN ('ok', 'weak') AND issuance.issuer_ca_id = parent_certificate.ca_id
        WHEN issuance.signature_status IN ('ok', 'weak')
            THEN
                coalesce(list_contains(issuer_key.key_ids, parent.subject_key_id), true)
        ELSE true
    END AS parent_may_be_issuer
FROM ccadb_record AS child
LEFT JOIN ccadb_record AS by_fingerprint
    ON child.parent_salesforce_id IS NULL AND child.parent_sha256 = by_fingerprint.sha256
LEFT JOIN ccadb_record AS parent
    ON parent.salesforce_id = coalesce(child.parent_salesforce_id, by_fingerprint.salesforce_id)
LEFT JOIN certificate AS parent_certificate ON parent.sha256 = parent_certificate.sha256
LEFT JOIN issuance ON child.sha256 = issuance.sha256
LEFT JOIN issuer_key ON issuance.issuer_ca_id = issuer_key.ca_id
QUALIFY row_number() OVER (PARTITION BY child.salesforce_id ORDER BY parent.salesforce_id) = 1;
COMMENT ON VIEW record_parent IS 'Each record''s step to its declared parent. parent_may_be_issuer: by signature where both certificates are known, else by key identifier where that tells.';

CREATE OR REPLACE VIEW record_ascent AS
WITH RECURSIVE ascent AS (
    SELECT
        salesforce_id AS record_id,
        salesforce_id AS at_id,
        0 AS depth,
        [salesforce_id] AS trail
    FROM ccadb_record
    UNION ALL
    SELECT
        ascent.record_id,
        step.parent_salesforce_id AS at_id,
        ascent.depth + 1 AS depth,
        list_append(ascent.trail, step.parent_salesforce_id) AS trail
    FROM ascent
    INNER JOIN record_parent AS step ON ascent.at_id = step.salesforce_id
    WHERE
        step.audits_same_as_parent
        AND step.parent_known
        AND step.parent_may_be_issuer
        AND NOT list_contains(ascent.trail, step.parent_salesforce_id)
)

SELECT * FROM ascent;
COMMENT ON VIEW record_ascent IS 'Every record on the way up from each record, itself at depth 0.';

CREATE OR REPLACE VIEW resolved_audit AS
SELECT
    ascent.record_id,
    audit.audit_kind,
    ascent.depth,
    ascent.at_id AS source_record_id,
    audit.url,
    audit.audit_type,
    audit.statement_date,
    audit.period_start,
    audit.period_end
FROM record_ascent AS ascent
INNER JOIN record_audit AS audit ON ascent.at_id = audit.salesforce_id
QUALIFY row_number() OVER (PARTITION BY ascent.record_id, audit.audit_kind ORDER BY ascent.depth) = 1;
COMMENT ON VIEW resolved_audit IS 'For each record and audit kind the nearest audit on its way up; depth 0: its own.';

CREATE OR REPLACE VIEW record_ending AS
SELECT
    ascent.record_id,
    ascent.at_id,
    ascent.depth,
    ascent.trail,
    CASE
        WHEN NOT coalesce(step.audits_same_as_parent, false) AND ascent.depth = 0 THEN 'own'
        WHEN NOT coalesce(step.audits_same_as_parent, false) THEN 'end'
        WHEN NOT step.parent_known THEN 'parent_missing'
        WHEN NOT step.parent_may_be_issuer THEN 'parent_not_issuer'
        ELSE 'circle'
    END AS ending
FROM record_ascent AS ascent
INNER JOIN record_parent AS step ON ascent.at_id = step.salesforce_id
QUALIFY row_number() OVER (PARTITION BY ascent.record_id ORDER BY ascent.depth DESC) = 1;
COMMENT ON VIEW record_ending IS 'Where each record''s way up ends, and why there.';

-- A hole between two periods is only known where somebody looked in time to see what stood there: the earlier
-- period was not yet overdue when it was last seen, and the later one was seen soon after. A period that a later
-- report corrects, or that covers the hole, takes it away.
CREATE OR REPLACE VIEW period_hole AS
WITH seen AS (
    SELECT
        version.salesforce_id,
        audit.audit_kind,
        audit.period_start,
        audit.period_end,
        min(snapshot.dated) AS first_seen,
        max(snapshot.dated) AS last_seen
    FROM record_sighting AS sighting
    INNER JOIN snapshot ON sighting.snapshot_id = snapshot.snapshot_id
    INNER JOIN ccadb_record_version AS version ON sighting.record_key = version.record_key
    INNER JOIN audit ON version.record_key = audit.record_key
    WHERE
        snapshot.dated <= as_of()
        AND audit.period_start <= audit.period_end
        -- A period that had not ended when the report was read is a slip, not a statement.
        AND audit.period_end <= snapshot.dated
    GROUP BY version.salesforce_id, audit.audit_kind, audit.period_start, audit.period_end
),

step AS (
    SELECT
        *,
        max(period_end) OVER earlier AS previous_end,
        max(last_seen) OVER earlier AS previous_seen
    FROM seen
    WINDOW earlier AS (
        PARTITION BY salesforce_id, audit_kind
        ORDER BY first_seen, period_start
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
)

SELECT
    step.salesforce_id,
    step.audit_kind,
    step.previous_end,
    step.period_start
FROM step
WHERE
    step.period_start > step.previous_end + 1
    AND step.previous_seen <= step.previous_end + threshold('audit_overdue')::INTEGER
    AND step.first_seen <= step.previous_seen + threshold('audit_overdue')::INTEGER
    AND NOT EXISTS (
        SELECT 1
        FROM seen AS cover
        WHERE
            cover.salesforce_id = step.salesforce_id
            AND cover.audit_kind = step.audit_kind
            AND cover.period_start <= step.previous_end + 1
            AND cover.period_end >= step.period_start - 1
    );
COMMENT ON VIEW period_hole IS 'Days between two audit periods that a record was seen with, as far as the reports by the day can tell.';

CREATE OR REPLACE VIEW record_period AS
SELECT
    record_id,
    max(period_end) AS period_end,
    max_by(period_start, (period_end, period_start)) AS period_start
FROM resolved_audit
WHERE period_end IS NOT NULL
GROUP BY record_id;
COMMENT ON VIEW record_period IS 'The latest audit period that a record can point to: dated rules are keyed on it.';

CREATE OR REPLACE VIEW certificate_period AS
SELECT
    record.sha256,
    max(period.period_end) AS period_end,
    max_by(period.period_start, (period.period_end, period.period_start)) AS period_start
FROM record_period AS period
INNER JOIN ccadb_record AS record ON period.record_id = record.salesforce_id
GROUP BY record.sha256;
COMMENT ON VIEW certificate_period IS 'The latest audit period that any record of a certificate can point to.';

CREATE OR REPLACE VIEW owner_period AS
SELECT
    coalesce(record.subordinate_ca_owner, record.ca_owner) AS owner,
    audit.audit_kind,
    max(audit.period_end) AS period_end
FROM record_audit AS audit
INNER JOIN ccadb_record AS record ON audit.salesforce_id = record.salesforce_id
GROUP BY owner, audit.audit_kind;
COMMENT ON VIEW owner_period IS 'The end of each operator''s latest audit period of each kind.';

-- The question of the audit asked along every way there is: of a certificate's records, of its siblings', of every
-- verified issuer's, and of the owners of both ends. Each is told apart; none but the first two covers.
CREATE OR REPLACE VIEW covered_by AS
WITH of_certificate AS MATERIALIZED (
    SELECT
        record.sha256,
        certificate.ca_id,
        audit.*
    FROM resolved_audit AS audit
    INNER JOIN ccadb_record AS record ON audit.record_id = record.salesforce_id
    INNER JOIN certificate ON record.sha256 = certificate.sha256
),

owned AS MATERIALIZED (
    SELECT
        ca_owner.ca_id,
        owner_period.owner,
        owner_period.audit_kind,
        owner_period.period_end
    FROM ca_owner
    INNER JOIN owner_period ON ca_owner.owner = owner_period.owner
)

SELECT
    sha256,
    audit_kind,
    if(depth = 0, 'self', 'inherited') AS via,
    record_id,
    source_record_id,
    url,
    period_end
FROM of_certificate
UNION ALL
SELECT
    certificate.sha256,
    sibling.audit_kind,
    'sibling' AS via,
    sibling.record_id,
    sibling.source_record_id,
    sibling.url,
    sibling.period_end
FROM of_certificate AS sibling
INNER JOIN certificate ON sibling.ca_id = certificate.ca_id AND sibling.sha256 <> certificate.sha256
UNION ALL
SELECT
    issuance.sha256,
    issuer.audit_kind,
    'issuer' AS via,
    issuer.record_id,
    issuer.source_record_id,
    issuer.url,
    issuer.period_end
FROM of_certificate AS issuer
INNER JOIN issuance ON issuer.ca_id = issuance.issuer_ca_id AND issuance.issuer_ca_id <> issuance.subject_ca_id
WHERE issuance.signature_status IN ('ok', 'weak')
UNION ALL
SELECT
    issuance.sha256,
    owned.audit_kind,
    'issuer''s owner' AS via,
    NULL AS record_id,
    NULL AS source_record_id,
    NULL AS url,
    owned.period_end
FROM owned
INNER JOIN issuance ON owned.ca_id = issuance.issuer_ca_id
WHERE issuance.signature_status IN ('ok', 'weak')
UNION ALL
SELECT
    certificate.sha256,
    owned.audit_kind,
    'subject''s owner' AS via,
    NULL AS record_id,
    NULL AS source_record_id,
    NULL AS url,
    owned.period_end
FROM owned
INNER JOIN certificate ON owned.ca_id = certificate.ca_id;
COMMENT ON VIEW covered_by IS 'Every audit of a kind that stands near a certificate, by which way: self, inherited (by the declared parents), sibling, issuer (any verified one), issuer''s owner, subject''s owner. Only self and inherited are claims of its own.';
