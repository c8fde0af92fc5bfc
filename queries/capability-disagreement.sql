-- title: Where CCADB's capability flags and the certificates disagree
-- description: CCADB's TLS, TLS EV, Code Signing and S/MIME Capable beside what the paths of the four programs
--   permit. CCADB's flags are never an input to a verdict here.
-- columns: ca_owner, sha256, certificate_name, purpose, ccadb_says, paths_say, programs, salesforce_id
WITH flag AS (
    UNPIVOT (
        SELECT
            salesforce_id,
            ca_owner,
            certificate_name,
            sha256,
            tls_capable AS server_auth,
            tls_ev_capable AS ev_tls,
            code_signing_capable AS code_signing,
            smime_capable AS secure_email
        FROM ccadb_record
    )
    ON server_auth, ev_tls, code_signing, secure_email INTO NAME purpose VALUE ccadb_says
),

ours AS (
    SELECT
        sha256,
        purpose,
        list(DISTINCT root_program ORDER BY root_program) AS programs
    FROM capability
    GROUP BY sha256, purpose
)

SELECT
    flag.ca_owner,
    flag.sha256,
    flag.certificate_name,
    flag.purpose,
    flag.ccadb_says,
    ours.sha256 IS NOT NULL AS paths_say,
    coalesce(ours.programs, []) AS programs,
    flag.salesforce_id
FROM flag
SEMI JOIN certificate ON flag.sha256 = certificate.sha256
LEFT JOIN ours ON flag.sha256 = ours.sha256 AND flag.purpose = ours.purpose
WHERE flag.ccadb_says <> (ours.sha256 IS NOT NULL)
ORDER BY flag.ca_owner, flag.certificate_name, flag.sha256, flag.purpose, flag.salesforce_id;
