-- What ended still belongs in one statement more: the one whose period covers its last day (CCADB Policy 5.1).

-- When a certificate ended: its validity, or its revocation. CCADB says that, not when: then the day on which a
-- report was first seen to say so is the latest it can be.
CREATE OR REPLACE VIEW ended AS
WITH revoked AS (
    SELECT
        sha256,
        min(revoked_at::DATE) AS ended_on
    FROM revocation
    WHERE revoked_at IS NOT NULL
    GROUP BY sha256
    UNION ALL
    SELECT
        version.sha256,
        min(snapshot.dated) AS ended_on
    FROM ccadb_record_version AS version
    INNER JOIN record_sighting AS sighting ON version.record_key = sighting.record_key
    INNER JOIN snapshot ON sighting.snapshot_id = snapshot.snapshot_id
    WHERE version.revocation_status = 'Revoked' AND snapshot.dated <= as_of()
    GROUP BY version.sha256
)

SELECT
    certificate.sha256,
    least(min(revoked.ended_on), min(certificate.not_after::DATE)) AS ended_on,
    if(min(revoked.ended_on) <= min(certificate.not_after::DATE), 'revoked', 'expired') AS ended_because
FROM certificate
LEFT JOIN revoked ON certificate.sha256 = revoked.sha256
WHERE certificate.is_ca AND (certificate.not_after < as_of() OR revoked.ended_on <= as_of())
GROUP BY certificate.sha256;
COMMENT ON VIEW ended IS 'CA certificates that have expired or were revoked by the day, and when.';

-- On its last day, by the trust of the day asked about. Of what expired long ago nobody asks any more.
CREATE OR REPLACE VIEW ended_capability AS
WITH last_path AS MATERIALIZED (
    SELECT
        ended.*,
        path.path_id,
        path.length,
        path.anchor_sha256,
        path.purposes,
        path.policies
    FROM ended
    INNER JOIN path ON ended.sha256 = path.sha256
    WHERE
        (ended.ended_because = 'revoked' OR ended.ended_on >= as_of() - threshold('audit_overdue')::INTEGER)
        AND path.sound
        AND ended.ended_on BETWEEN path.valid_from::DATE AND path.valid_to::DATE
)

SELECT
    last_path.sha256,
    last_path.ended_on,
    last_path.ended_because,
    root.root_program,
    root.purpose,
    arg_min(last_path.path_id, (last_path.length, last_path.path_id)) AS witness_path_id
FROM last_path
INNER JOIN trusted_root AS root ON last_path.anchor_sha256 = root.sha256
LEFT JOIN ev_root ON root.root_program = ev_root.root_program AND root.ca_id = ev_root.ca_id
-- About an anchor the program's store decides, not a record.
ANTI JOIN (SELECT DISTINCT root_program, sha256 FROM trusted_root) AS anchor
    ON
        root.root_program = anchor.root_program
        AND last_path.sha256 = anchor.sha256
        AND last_path.ended_because = 'revoked'
WHERE
    list_contains(last_path.purposes, if(root.purpose = 'ev_tls', 'server_auth', root.purpose))
    AND (
        root.purpose <> 'ev_tls' OR last_path.policies IS NULL
        OR list_has_any(last_path.policies, ev_root.ev_policies)
    )
GROUP BY last_path.sha256, last_path.ended_on, last_path.ended_because, root.root_program, root.purpose;
COMMENT ON VIEW ended_capability IS 'What each certificate that ended could issue for on its last day.';

CREATE OR REPLACE VIEW tail AS
WITH asked AS (
    SELECT
        able.*,
        rule.audit_kind
    FROM ended_capability AS able
    INNER JOIN rule_audit_requirements AS rule
        ON able.root_program = rule.root_program AND able.purpose = rule.purpose
    -- Once the statement of the period after it is overdue, its record tells no more.
    WHERE rule.severity = 'gap' AND able.ended_on >= as_of() - threshold('audit_overdue')::INTEGER
)

SELECT
    asked.*,
    record.salesforce_id AS record_id,
    audit.source_record_id,
    audit.url,
    audit.period_start,
    audit.period_end,
    listing.page,
    listing.line,
    CASE
        WHEN record.salesforce_id IS NULL THEN 'unknown'
        WHEN audit.period_start <= asked.ended_on AND audit.period_end >= asked.ended_on
            THEN
                CASE
                    WHEN listing.sha256 IS NOT NULL THEN 'listed'
                    WHEN reading.is_read AND reading.trouble IS NULL THEN 'not_listed'
                    ELSE 'claimed'
                END
        -- A later statement is on record: the one that covers its last day has been replaced there.
        WHEN audit.period_start > asked.ended_on THEN 'unknown'
        ELSE 'open'
    END AS state
FROM asked
LEFT JOIN ccadb_record AS record ON asked.sha256 = record.sha256
LEFT JOIN resolved_audit AS audit
    ON record.salesforce_id = audit.record_id AND asked.audit_kind = audit.audit_kind
LEFT JOIN cell_reading AS reading ON audit.url = reading.cell AND audit.audit_kind = reading.audit_kind
LEFT JOIN cell_listing AS listing
    ON audit.url = listing.cell AND audit.audit_kind = listing.audit_kind AND asked.sha256 = listing.sha256
-- A certificate under several records has the best of them.
QUALIFY
    row_number() OVER (
        PARTITION BY asked.sha256, asked.root_program, asked.purpose, asked.audit_kind
        ORDER BY
            list_position(['listed', 'claimed', 'unknown', 'not_listed', 'open'], state),
            audit.period_end DESC,
            record_id
    ) = 1;
COMMENT ON VIEW tail IS 'What each certificate that ended lately could issue for, and whether an audit on record covers its last day: listed in its letter, claimed, not_listed, open (the next statement must list it), unknown.';
