-- Which certificates can issue for which purpose, by which paths.

CREATE OR REPLACE VIEW path_at AS
SELECT path.*
FROM path
ANTI JOIN (
    SELECT member.path_id
    FROM path_certificate AS member
    SEMI JOIN revocation ON member.sha256 = revocation.sha256
    -- About an anchor the program's store decides, not a record.
    WHERE member.position > 0
) AS cut ON path.path_id = cut.path_id
WHERE path.valid_from <= as_of() AND path.valid_to >= as_of() AND path.sound;
COMMENT ON VIEW path_at IS 'Sound paths on which every certificate is valid and none revoked on the day.';

CREATE OR REPLACE VIEW path_barred AS
SELECT DISTINCT
    member.path_id,
    barred.root_program,
    barred.purpose
FROM program_revocation AS barred
INNER JOIN path_certificate AS member ON barred.sha256 = member.sha256
WHERE member.position > 0;
COMMENT ON VIEW path_barred IS 'Paths that a program''s own list of revocations cuts for a purpose.';

CREATE OR REPLACE VIEW trusted_path AS
WITH from_root AS (
    SELECT
        path_at.path_id,
        path_at.sha256,
        path_at.anchor_sha256,
        path_at.length,
        root.root_program,
        root.purpose,
        list_contains(path_at.purposes, root.purpose) AS permitted
    FROM path_at
    INNER JOIN (
        SELECT DISTINCT root_program, sha256, purpose FROM trusted_root WHERE purpose <> 'ev_tls'
    ) AS root ON path_at.anchor_sha256 = root.sha256
    UNION ALL
    SELECT
        path_at.path_id,
        path_at.sha256,
        path_at.anchor_sha256,
        path_at.length,
        root.root_program,
        'ev_tls' AS purpose,
        ev_root.ca_id IS NOT NULL
        AND list_contains(path_at.purposes, 'server_auth')
        AND (path_at.policies IS NULL OR list_has_any(path_at.policies, ev_root.ev_policies)) AS permitted
    FROM path_at
    INNER JOIN (
        SELECT DISTINCT root_program, sha256, ca_id FROM trusted_root WHERE purpose = 'server_auth'
    ) AS root ON path_at.anchor_sha256 = root.sha256
    LEFT JOIN ev_root ON root.root_program = ev_root.root_program AND root.ca_id = ev_root.ca_id
)

SELECT from_root.*
FROM from_root
ANTI JOIN path_barred
    ON
        from_root.path_id = path_barred.path_id
        AND from_root.root_program = path_barred.root_program
        AND from_root.purpose = path_barred.purpose;
COMMENT ON VIEW trusted_path IS 'Paths from a root that a program trusts for a purpose; permitted: every certificate below permits it too. EV asks of a root trusted for TLS.';

CREATE OR REPLACE VIEW anchor_reading AS
SELECT
    path.sha256,
    root.root_program,
    root.purpose,
    arg_min(path.path_id, (path.length, path.path_id)) AS witness_path_id
FROM path
INNER JOIN (
    SELECT DISTINCT root_program, sha256, purpose FROM trusted_root WHERE purpose <> 'ev_tls'
) AS root ON path.anchor_sha256 = root.sha256
ANTI JOIN (
    SELECT member.path_id
    FROM path_certificate AS member
    SEMI JOIN revocation ON member.sha256 = revocation.sha256
    WHERE member.position > 0
) AS cut ON path.path_id = cut.path_id
WHERE
    path.valid_from <= as_of()
    AND path.valid_to >= as_of()
    AND list_contains(path.purposes_bare, root.purpose)
    AND NOT list_contains(path.purposes, root.purpose)
GROUP BY path.sha256, root.root_program, root.purpose;
COMMENT ON VIEW anchor_reading IS 'What is capable only if an anchor is a name and a key alone, its own extensions not applied (RFC 5280 6.1.1 d).';

-- BR 7.1.2.5.2 for TLS; S/MIME BR 7.1.5 with MRSP 5.3.1 for e-mail. A subtree that holds every name is none.
CREATE OR REPLACE VIEW technical_constraint AS
WITH subtree AS (
    SELECT
        sha256,
        count(*) FILTER (WHERE permitted AND name_type = 'dns' AND value <> '') AS permitted_dns,
        count(*) FILTER (
            WHERE permitted AND name_type = 'ip' AND value NOT IN ('0.0.0.0/0', '::/0')
        ) AS permitted_ip,
        count(*) FILTER (WHERE permitted AND name_type = 'directory' AND value <> '') AS permitted_directory,
        count(*) FILTER (
            WHERE permitted AND name_type = 'email' AND value <> '' AND value NOT LIKE '%@%'
        ) AS permitted_email,
        count(*) FILTER (WHERE permitted AND name_type = 'email' AND value LIKE '%@%') AS permitted_mailbox,
        count(*) FILTER (
            WHERE permitted AND (
                name_type IN ('dns', 'email') AND value = '' OR name_type = 'ip' AND value IN ('0.0.0.0/0', '::/0')
            )
        ) AS permitted_everything,
        bool_or(NOT permitted AND name_type = 'dns' AND value = '') AS no_dns,
        bool_or(NOT permitted AND name_type = 'ip' AND value = '0.0.0.0/0')
        AND bool_or(NOT permitted AND name_type = 'ip' AND value = '::/0') AS no_ip
    FROM name_constraint
    GROUP BY sha256
),

usage AS (
    SELECT
        certificate.sha256,
        rule.purpose
    FROM certificate
    INNER JOIN rule_constrained_usages AS rule ON list_contains(certificate.eku_oids, rule.eku_oid)
    GROUP BY certificate.sha256, rule.purpose
    HAVING bool_or(rule.usage = 'required') AND NOT bool_or(rule.usage = 'forbidden')
)

SELECT
    usage.sha256,
    usage.purpose
FROM usage
INNER JOIN subtree ON usage.sha256 = subtree.sha256
WHERE
    subtree.permitted_directory > 0
    AND subtree.permitted_everything = 0
    AND CASE usage.purpose
        WHEN 'server_auth'
            THEN
                (subtree.permitted_dns > 0 OR subtree.no_dns) AND (subtree.permitted_ip > 0 OR subtree.no_ip)
        WHEN 'secure_email' THEN subtree.permitted_email > 0 AND subtree.permitted_mailbox = 0
    END;
COMMENT ON VIEW technical_constraint IS 'Certificates that their own extensions constrain for a purpose, as the Baseline Requirements define it.';

CREATE OR REPLACE VIEW path_constrained AS
SELECT DISTINCT
    member.path_id,
    technical_constraint.purpose
FROM path_certificate AS member
INNER JOIN technical_constraint ON member.sha256 = technical_constraint.sha256
WHERE member.position > 0;
COMMENT ON VIEW path_constrained IS 'Paths with a technically constrained certificate below the anchor.';

-- A path on which the name constraints together leave no name for TLS or e-mail: MRSP 1.1 (2). (Of SRVName nothing is
-- read; a path without dNSName has none of its names either.)
CREATE OR REPLACE VIEW path_nameless AS
SELECT path_id
FROM path
WHERE list_has_all(no_names_left, ['dns', 'ip', 'email']);
COMMENT ON VIEW path_nameless IS 'Paths that leave no dNSName, iPAddress or rfc822Name to issue for.';

CREATE OR REPLACE VIEW capability AS
SELECT
    trusted_path.sha256,
    trusted_path.root_program,
    trusted_path.purpose,
    count(*) AS paths,
    arg_min(trusted_path.path_id, (trusted_path.length, trusted_path.path_id)) AS witness_path_id,
    bool_and(path_constrained.path_id IS NOT NULL) AS constrained_on_all_paths,
    bool_and(path_nameless.path_id IS NOT NULL) AS nameless_on_all_paths
FROM trusted_path
LEFT JOIN path_nameless ON trusted_path.path_id = path_nameless.path_id
LEFT JOIN path_constrained
    ON
        trusted_path.path_id = path_constrained.path_id
        AND path_constrained.purpose = if(trusted_path.purpose = 'ev_tls', 'server_auth', trusted_path.purpose)
WHERE trusted_path.permitted
GROUP BY trusted_path.sha256, trusted_path.root_program, trusted_path.purpose;
COMMENT ON VIEW capability IS 'What each certificate can issue for in each program. The witness is one of its shortest capable paths.';
