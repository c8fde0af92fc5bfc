-- title: Sources that disagree on a revocation
-- description: One row for each certificate and way in which CCADB's record, the CRL of the key that signed it and
--   OneCRL contradict each other. What is in the CRL must be in CCADB within seven days (CCADB Policy 3.2): `overdue`
--   says for how many days more it was not, by the report the day rests on. Where no list of the issuer is loaded,
--   nothing is said of it, and a CRL may leave out what has expired. OneCRL binds Mozilla's TLS trust alone. All claims
--   of all sources, crt.sh's too: revocation-sources.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: way varchar NULL only this way of disagreeing
-- denominator: certificates that some source says are revoked
-- of: SELECT count(DISTINCT sha256) FROM revocation_claim
-- columns: way, says_revoked, does_not, owner, sha256, subject, issuer, not_after, since, overdue, in_scope_for,
--   reference
WITH record AS (
    SELECT
        sha256,
        coalesce(bool_or(revocation_status = 'Revoked'), false) AS revoked,
        max(dated) AS dated,
        -- A slice says nothing of who is not in it, so a certificate without a record is no contradiction.
        string_agg(DISTINCT salesforce_id, ', ' ORDER BY salesforce_id) AS salesforce_ids,
        count(DISTINCT revocation_status = 'Revoked') AS opinions
    FROM ccadb_record
    GROUP BY sha256
),

on_crl AS (
    SELECT
        sha256,
        min(revoked_at)::DATE AS since,
        min(reference) AS reference
    FROM crl_revocation
    GROUP BY sha256
),

-- Whose issuer's list is here, so that what is not in it is known not to be.
crl_here AS (
    SELECT
        checked.sha256,
        min(list.url) AS reference
    FROM signature_check AS checked
    INNER JOIN revocation_list AS list ON checked.spki_sha256 = list.issuer_spki_sha256
    WHERE checked.status IN ('ok', 'weak')
    GROUP BY checked.sha256
),

in_onecrl AS (
    SELECT
        sha256,
        min(revoked_at)::DATE AS since,
        min(reference) AS reference
    FROM onecrl_revocation
    GROUP BY sha256
),

contradiction AS (
    SELECT
        on_crl.sha256,
        'in the CRL, not revoked in CCADB' AS way,
        'CRL' AS says_revoked,
        'CCADB' AS does_not,
        on_crl.since,
        greatest(record.dated - on_crl.since - threshold('revocation_grace')::INTEGER, 0) AS overdue,
        on_crl.reference
    FROM on_crl
    INNER JOIN record ON on_crl.sha256 = record.sha256
    WHERE NOT record.revoked
    UNION ALL
    SELECT
        record.sha256,
        'revoked in CCADB, not in the CRL' AS way,
        'CCADB' AS says_revoked,
        'CRL' AS does_not,
        NULL AS since,
        NULL AS overdue,
        record.salesforce_ids || ', ' || crl_here.reference AS reference
    FROM record
    INNER JOIN crl_here ON record.sha256 = crl_here.sha256
    INNER JOIN certificate ON record.sha256 = certificate.sha256
    ANTI JOIN on_crl ON record.sha256 = on_crl.sha256
    WHERE record.revoked AND certificate.not_after >= as_of()
    UNION ALL
    SELECT
        in_onecrl.sha256,
        'in OneCRL, not revoked in CCADB' AS way,
        'OneCRL' AS says_revoked,
        'CCADB' AS does_not,
        in_onecrl.since,
        NULL AS overdue,
        in_onecrl.reference
    FROM in_onecrl
    INNER JOIN record ON in_onecrl.sha256 = record.sha256
    WHERE NOT record.revoked
    UNION ALL
    SELECT
        in_onecrl.sha256,
        'in OneCRL, not in the CRL' AS way,
        'OneCRL' AS says_revoked,
        'CRL' AS does_not,
        in_onecrl.since,
        NULL AS overdue,
        in_onecrl.reference
    FROM in_onecrl
    INNER JOIN crl_here ON in_onecrl.sha256 = crl_here.sha256
    INNER JOIN certificate ON in_onecrl.sha256 = certificate.sha256
    ANTI JOIN on_crl ON in_onecrl.sha256 = on_crl.sha256
    WHERE certificate.not_after >= as_of()
    UNION ALL
    SELECT
        record.sha256,
        'its CCADB records disagree' AS way,
        'CCADB' AS says_revoked,
        'CCADB' AS does_not,
        NULL AS since,
        NULL AS overdue,
        record.salesforce_ids AS reference
    FROM record
    WHERE record.opinions > 1
),

live AS (
    SELECT
        sha256,
        list(root_program || ':' || purpose ORDER BY root_program, purpose) AS scopes
    FROM in_scope
    GROUP BY sha256
)

SELECT
    contradiction.way,
    contradiction.says_revoked,
    contradiction.does_not,
    duty.owner,
    contradiction.sha256,
    certificate.subject,
    certificate.issuer,
    certificate.not_after,
    contradiction.since,
    contradiction.overdue,
    coalesce(live.scopes, []) AS in_scope_for,
    contradiction.reference
FROM contradiction
INNER JOIN certificate ON contradiction.sha256 = certificate.sha256
INNER JOIN duty ON contradiction.sha256 = duty.sha256
LEFT JOIN live ON contradiction.sha256 = live.sha256
WHERE
    lower(contradiction.way) = lower(coalesce(getvariable('way'), contradiction.way))
    AND (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
ORDER BY contradiction.overdue DESC NULLS LAST, contradiction.way, duty.owner, certificate.subject, contradiction.sha256;
