-- title: Revocations by source
-- description: Every certificate that a source says is revoked, and what each source says: CCADB, the issuer's
--   CRL, OneCRL, and crt.sh of each of them. Those about which sources disagree come first. A CRL may leave out
--   what has expired, and OneCRL holds only what Mozilla chose, so what these lack counts only where it must be there.
-- denominator: certificates known
-- of: SELECT count(*) FROM certificate
-- columns: sha256, subject, issuer, not_after, disagreements, ccadb, crl, crl_revoked_at, crl_reason, onecrl,
--   onecrl_reference, crtsh_crl, crtsh_onecrl, crtsh_crlset, crtsh_disallowed
WITH ccadb AS (
    SELECT
        sha256,
        string_agg(DISTINCT revocation_status, ', ' ORDER BY revocation_status) AS says,
        bool_or(revocation_status = 'Revoked') AS revoked,
        min(certificate_name) AS certificate_name
    FROM ccadb_record
    GROUP BY sha256
    UNION ALL
    SELECT
        sha256,
        'Revoked, by its child''s record' AS says,
        true AS revoked,
        NULL AS certificate_name
    FROM revocation
    WHERE source = 'ccadb, by its child''s record'
    GROUP BY sha256
),

crl_says AS (
    SELECT
        sha256,
        min(revoked_at) AS revoked_at,
        arg_min(reason, revoked_at) AS reason
    FROM crl_revocation
    GROUP BY sha256
),

-- Whose issuer's list is here, so that what is not in it is known not to be.
crl_here AS (
    SELECT DISTINCT checked.sha256
    FROM signature_check AS checked
    INNER JOIN revocation_list AS list ON checked.spki_sha256 = list.issuer_spki_sha256
    WHERE checked.status IN ('ok', 'weak')
),

onecrl_says AS (
    SELECT
        sha256,
        min(reference) AS reference
    FROM onecrl_revocation
    GROUP BY sha256
),

crtsh_newest AS (
    SELECT
        numbered.sha256,
        told.onecrl,
        told.crlset_entry,
        told.disallowed_hash,
        coalesce(told.crl_revoked_at::DATE <= as_of(), false) AS crl
    FROM crtsh_revocation AS told
    INNER JOIN snapshot ON told.snapshot_id = snapshot.snapshot_id
    INNER JOIN (SELECT DISTINCT certificate_id, sha256 FROM crtsh_certificate) AS numbered
        ON told.certificate_id = numbered.certificate_id
    QUALIFY row_number() OVER (
        PARTITION BY numbered.sha256
        ORDER BY
            snapshot.dated <= as_of() DESC,
            abs(date_diff('day', snapshot.dated, as_of())),
            snapshot.snapshot_id DESC,
            told.line DESC
    ) = 1
),

claimed AS (
    SELECT sha256 FROM revocation_claim
    UNION
    SELECT sha256
    FROM crtsh_newest
    WHERE onecrl OR crl OR coalesce(crlset_entry, disallowed_hash) IS NOT NULL
),

said AS (
    SELECT
        claimed.sha256,
        coalesce(certificate.subject, ccadb.certificate_name) AS subject,
        certificate.issuer,
        certificate.not_after,
        ccadb.says AS ccadb,
        ccadb.revoked AS ccadb_revoked,
        CASE WHEN crl_says.sha256 IS NOT NULL THEN true WHEN crl_here.sha256 IS NOT NULL THEN false END AS crl,
        crl_says.revoked_at AS crl_revoked_at,
        crl_says.reason AS crl_reason,
        CASE WHEN onecrl_here.found THEN onecrl_says.sha256 IS NOT NULL END AS onecrl,
        onecrl_says.reference AS onecrl_reference,
        crtsh.crl AS crtsh_crl,
        crtsh.onecrl AS crtsh_onecrl,
        crtsh.crlset_entry AS crtsh_crlset,
        crtsh.disallowed_hash AS crtsh_disallowed
    FROM claimed
    CROSS JOIN (SELECT count(*) > 0 AS found FROM revocation_list WHERE kind = 'onecrl') AS onecrl_here
    LEFT JOIN certificate ON claimed.sha256 = certificate.sha256
    LEFT JOIN ccadb ON claimed.sha256 = ccadb.sha256
    LEFT JOIN crl_says ON claimed.sha256 = crl_says.sha256
    LEFT JOIN crl_here ON claimed.sha256 = crl_here.sha256
    LEFT JOIN onecrl_says ON claimed.sha256 = onecrl_says.sha256
    LEFT JOIN crtsh_newest AS crtsh ON claimed.sha256 = crtsh.sha256
)

SELECT
    sha256,
    subject,
    issuer,
    not_after,
    list_filter(
        [
            if(crl AND NOT ccadb_revoked, 'in the CRL, not revoked in CCADB', NULL),
            if(NOT crl AND ccadb_revoked AND not_after >= as_of(), 'revoked in CCADB, not in the CRL', NULL),
            if(onecrl AND NOT ccadb_revoked, 'in OneCRL, not revoked in CCADB', NULL),
            if(crtsh_crl AND NOT crl AND not_after >= as_of(), 'in the CRL that crt.sh saw, not in ours', NULL),
            if(crl AND NOT crtsh_crl, 'in our CRL, not in one that crt.sh saw', NULL),
            if(onecrl <> crtsh_onecrl, 'in OneCRL by one of crt.sh and us only', NULL)
        ],
        lambda text: text IS NOT NULL
    ) AS disagreements,
    ccadb,
    crl,
    crl_revoked_at,
    crl_reason,
    onecrl,
    onecrl_reference,
    crtsh_crl,
    crtsh_onecrl,
    crtsh_crlset,
    crtsh_disallowed
FROM said
ORDER BY len(disagreements) = 0, subject, sha256;
