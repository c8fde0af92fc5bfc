-- title: Records that changed their audit firm
-- description: Records that named another audit firm in a later snapshot than in the one before, by the day: from which firm
--   to which, and between which two sights. A firm that is not named in between is not taken for a change; case and
--   blanks are none either. Not wrong by itself: worth a look beside period gaps, late statements and statements that
--   changed for old periods.
-- param: owner varchar NULL only records whose owner contains this text
-- denominator: records that have named an audit firm by the day
-- of: SELECT count(DISTINCT version.salesforce_id) FROM ccadb_record_version AS version
--   INNER JOIN record_sighting USING (record_key) INNER JOIN snapshot USING (snapshot_id)
--   WHERE version.audit_firm IS NOT NULL AND snapshot.dated <= as_of()
-- columns: sha256, subject, owner, record_id, from_firm, last_seen, to_firm, first_seen, from_period_end, to_period_end
WITH standing AS (
    SELECT
        record_key,
        max(period_end) AS period_end
    FROM audit
    GROUP BY record_key
),

sight AS (
    SELECT
        version.salesforce_id,
        version.sha256,
        version.certificate_name,
        coalesce(version.subordinate_ca_owner, version.ca_owner) AS owner,
        version.audit_firm,
        standing.period_end,
        snapshot.dated,
        snapshot.snapshot_id
    FROM record_sighting AS sighting
    INNER JOIN snapshot ON sighting.snapshot_id = snapshot.snapshot_id
    INNER JOIN ccadb_record_version AS version ON sighting.record_key = version.record_key
    LEFT JOIN standing ON version.record_key = standing.record_key
    WHERE snapshot.dated <= as_of() AND version.audit_firm IS NOT NULL
    -- Of two reports of a day the later one counts.
    QUALIFY
        row_number() OVER (
            PARTITION BY version.salesforce_id, snapshot.dated
            ORDER BY snapshot.snapshot_id DESC, sighting.line DESC
        ) = 1
),

step AS (
    SELECT
        *,
        lag(audit_firm) OVER earlier AS from_firm,
        lag(dated) OVER earlier AS last_seen,
        lag(period_end) OVER earlier AS from_period_end
    FROM sight
    WINDOW earlier AS (PARTITION BY salesforce_id ORDER BY dated)
)

SELECT
    step.sha256,
    coalesce(certificate.subject, step.certificate_name) AS subject,
    step.owner,
    step.salesforce_id AS record_id,
    step.from_firm,
    step.last_seen,
    step.audit_firm AS to_firm,
    step.dated AS first_seen,
    step.from_period_end,
    step.period_end AS to_period_end
FROM step
LEFT JOIN certificate ON step.sha256 = certificate.sha256
WHERE
    lower(regexp_replace(trim(step.audit_firm), '\s+', ' ', 'g'))
    <> lower(regexp_replace(trim(step.from_firm), '\s+', ' ', 'g'))
    AND (getvariable('owner') IS NULL OR contains(lower(step.owner), lower(getvariable('owner'))))
ORDER BY step.dated DESC, step.owner, subject, step.sha256, step.salesforce_id;
