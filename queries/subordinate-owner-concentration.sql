-- title: What subordinate CA owners operate
-- description: How many CAs and live certificates each subordinate CA owner operates, and under how many CA owners, those
--   with the most owners above them first: who is trusted through others' roots. Only what a record names: below a CA of a
--   subordinate owner, records often leave the name out. `in_scope`: certificates that some program asks audits
--   of; `has_roots`: it has root records of its own too.
-- param: owner varchar NULL only where the subordinate owner or a CA owner above it contains this text
-- denominator: certificates of live records
-- of: SELECT count(DISTINCT sha256) FROM ccadb_record WHERE coalesce(valid_to >= as_of(), true)
--   AND revocation_status IS DISTINCT FROM 'Revoked'
-- columns: subordinate_owner, ca_owners, under, cas, certificates, in_scope, own_audits, programs, has_roots
WITH scoped AS (
    SELECT
        sha256,
        root_program
    FROM in_scope
    GROUP BY sha256, root_program
),

audited AS (
    SELECT DISTINCT salesforce_id FROM record_audit
)

SELECT
    record.subordinate_ca_owner AS subordinate_owner,
    count(DISTINCT record.ca_owner) AS ca_owners,
    list(DISTINCT record.ca_owner ORDER BY record.ca_owner) AS under,
    count(DISTINCT coalesce(certificate.ca_id, record.sha256)) AS cas,
    count(DISTINCT record.sha256) AS certificates,
    count(DISTINCT scoped.sha256) AS in_scope,
    count(DISTINCT record.sha256) FILTER (WHERE audited.salesforce_id IS NOT NULL) AS own_audits,
    coalesce(
        list(DISTINCT scoped.root_program ORDER BY scoped.root_program)
        FILTER (WHERE scoped.root_program IS NOT NULL),
        []
    ) AS programs,
    record.subordinate_ca_owner IN (
        SELECT root.ca_owner FROM ccadb_record AS root WHERE root.record_type = 'Root Certificate'
    ) AS has_roots
FROM ccadb_record AS record
LEFT JOIN certificate ON record.sha256 = certificate.sha256
LEFT JOIN scoped ON record.sha256 = scoped.sha256
LEFT JOIN audited ON record.salesforce_id = audited.salesforce_id
WHERE
    record.subordinate_ca_owner <> record.ca_owner
    AND record.revocation_status IS DISTINCT FROM 'Revoked'
    AND coalesce(record.valid_to, certificate.not_after::DATE, as_of()) >= as_of()
GROUP BY record.subordinate_ca_owner
HAVING
    getvariable('owner') IS NULL
    OR bool_or(
        contains(lower(concat_ws(' ', record.subordinate_ca_owner, record.ca_owner)), lower(getvariable('owner')))
    )
ORDER BY ca_owners DESC, certificates DESC, record.subordinate_ca_owner;
