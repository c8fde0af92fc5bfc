-- Which certificates can issue for which purpose, by which paths.

CREATE OR REPLACE VIEW path_at AS
SELECT path.*
FROM path
ANTI JOIN (
    SELECT member.path_id
    FROM path_certificate AS member
    SEMI JOIN revocation ON member.sha256 = revocation.sha256
) AS cut ON path.path_id = cut.path_id
WHERE path.valid_from <= as_of() AND path.valid_to >= as_of() AND path.sound;
COMMENT ON VIEW path_at IS 'Sound paths on which every certificate is valid and none revoked on the day.';

CREATE OR REPLACE VIEW trusted_path AS
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
    list_contains(path_at.purposes, 'server_auth')
    AND (path_at.policies IS NULL OR list_has_any(path_at.policies, ev_root.ev_policies)) AS permitted
FROM path_at
INNER JOIN (
    SELECT DISTINCT root_program, sha256, ca_id FROM trusted_root WHERE purpose = 'server_auth'
) AS root ON path_at.anchor_sha256 = root.sha256
INNER JOIN ev_root ON root.root_program = ev_root.root_program AND root.ca_id = ev_root.ca_id;
COMMENT ON VIEW trusted_path IS 'Paths from a root that a program trusts for a purpose; permitted: every certificate below permits it too.';

-- BR 7.1.2.5.2 with 7.1.2.10.6 for TLS; S/MIME BR 7.1.5 with MRSP 5.3.1 for e-mail.
CREATE OR REPLACE VIEW technical_constraint AS
WITH subtree AS (
    SELECT
        sha256,
        count(*) FILTER (WHERE permitted AND name_type = 'dns') AS permitted_dns,
        count(*) FILTER (WHERE permitted AND name_type = 'ip') AS permitted_ip,
        count(*) FILTER (WHERE permitted AND name_type = 'directory') AS permitted_directory,
        count(*) FILTER (WHERE permitted AND name_type = 'email' AND value NOT LIKE '%@%') AS permitted_email,
        count(*) FILTER (WHERE permitted AND name_type = 'email' AND value LIKE '%@%') AS permitted_mailbox,
        bool_or(NOT permitted AND name_type = 'dns' AND value = '') AS no_dns,
        bool_or(NOT permitted AND name_type = 'ip' AND value = '0.0.0.0/0')
        AND bool_or(NOT permitted AND name_type = 'ip' AND value = '::/0') AS no_ip
    FROM name_constraint
    GROUP BY sha256
)

SELECT
    certificate.sha256,
    'server_auth' AS purpose
FROM certificate
INNER JOIN subtree ON certificate.sha256 = subtree.sha256
WHERE
    list_contains(certificate.eku_oids, '1.3.6.1.5.5.7.3.1')
    AND NOT list_has_any(
        certificate.eku_oids,
        [
            '1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.9',
            '2.5.29.37.0', '1.3.6.1.4.1.11129.2.4.4'
        ]
    )
    AND (subtree.permitted_dns > 0 OR subtree.no_dns)
    AND (subtree.permitted_ip > 0 OR subtree.no_ip)
    AND subtree.permitted_directory > 0
UNION ALL
SELECT
    certificate.sha256,
    'secure_email' AS purpose
FROM certificate
INNER JOIN subtree ON certificate.sha256 = subtree.sha256
WHERE
    list_contains(certificate.eku_oids, '1.3.6.1.5.5.7.3.4')
    AND NOT list_has_any(certificate.eku_oids, ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'])
    AND subtree.permitted_email > 0
    AND subtree.permitted_mailbox = 0
    AND subtree.permitted_directory > 0;
COMMENT ON VIEW technical_constraint IS 'Certificates that their own extensions constrain for a purpose, as the Baseline Requirements define it.';

CREATE OR REPLACE VIEW path_constrained AS
SELECT DISTINCT
    member.path_id,
    technical_constraint.purpose
FROM path_certificate AS member
INNER JOIN technical_constraint ON member.sha256 = technical_constraint.sha256
WHERE member.position > 0;
COMMENT ON VIEW path_constrained IS 'Paths with a technically constrained certificate below the anchor.';

CREATE OR REPLACE VIEW capability AS
SELECT
    trusted_path.sha256,
    trusted_path.root_program,
    trusted_path.purpose,
    count(*) AS paths,
    min(trusted_path.path_id) AS witness_path_id,
    bool_and(path_constrained.path_id IS NOT NULL) AS constrained_on_all_paths
FROM trusted_path
LEFT JOIN path_constrained
    ON
        trusted_path.path_id = path_constrained.path_id
        AND path_constrained.purpose = if(trusted_path.purpose = 'ev_tls', 'server_auth', trusted_path.purpose)
WHERE trusted_path.permitted
GROUP BY trusted_path.sha256, trusted_path.root_program, trusted_path.purpose;
COMMENT ON VIEW capability IS 'What each certificate can issue for in each program. The witness is one of its shortest capable paths.';
