-- title: Parent revoked, trusted by another path
-- description: Records that say "Parent Cert Revoked" of a certificate that a program still trusts by a path through
--   another certificate: CCADB speaks of the one declared parent alone (crt.sh's ParentRevokedButNotAllParents).
--   `by_way_of`: the certificates right above it on its live paths.
-- param: owner varchar NULL only records whose owner contains this text
-- denominator: records that say "Parent Cert Revoked"
-- of: SELECT count(*) FROM ccadb_record WHERE revocation_status = 'Parent Cert Revoked'
-- columns: ca_owner, salesforce_id, sha256, certificate_name, not_after, declared_parent_sha256, declared_parent,
--   by_way_of, capable_for, in_scope_for, witness_path_id
WITH said AS (
    SELECT *
    FROM ccadb_record
    WHERE
        revocation_status = 'Parent Cert Revoked'
        AND (
            getvariable('owner') IS NULL
            OR contains(lower(concat_ws(' ', ca_owner, subordinate_ca_owner)), lower(getvariable('owner')))
        )
),

capable AS (
    SELECT
        capability.sha256,
        list(
            capability.root_program || ':' || capability.purpose
            ORDER BY capability.root_program, capability.purpose
        ) AS capable_for,
        list(
            in_scope.root_program || ':' || in_scope.purpose ORDER BY in_scope.root_program, in_scope.purpose
        ) FILTER (WHERE in_scope.sha256 IS NOT NULL) AS in_scope_for,
        arg_min(capability.witness_path_id, (capability.root_program, capability.purpose)) AS witness_path_id
    FROM capability
    SEMI JOIN said ON capability.sha256 = said.sha256
    LEFT JOIN in_scope
        ON
            capability.sha256 = in_scope.sha256
            AND capability.root_program = in_scope.root_program
            AND capability.purpose = in_scope.purpose
    GROUP BY capability.sha256
),

above AS (
    SELECT
        path_at.sha256,
        list(
            DISTINCT certificate.subject || ' [' || left(member.sha256, 8) || ']'
            ORDER BY certificate.subject || ' [' || left(member.sha256, 8) || ']'
        ) AS by_way_of
    FROM path_at
    SEMI JOIN said ON path_at.sha256 = said.sha256
    SEMI JOIN trusted_root ON path_at.anchor_sha256 = trusted_root.sha256
    INNER JOIN path_certificate AS member
        ON path_at.path_id = member.path_id AND path_at.length - 2 = member.position
    INNER JOIN certificate ON member.sha256 = certificate.sha256
    GROUP BY path_at.sha256
)

SELECT
    said.ca_owner,
    said.salesforce_id,
    said.sha256,
    said.certificate_name,
    certificate.not_after,
    said.parent_sha256 AS declared_parent_sha256,
    coalesce(parent.subject, said.parent_name) AS declared_parent,
    coalesce(above.by_way_of, []) AS by_way_of,
    capable.capable_for,
    coalesce(capable.in_scope_for, []) AS in_scope_for,
    capable.witness_path_id
FROM said
INNER JOIN certificate ON said.sha256 = certificate.sha256
INNER JOIN capable ON said.sha256 = capable.sha256
LEFT JOIN above ON said.sha256 = above.sha256
LEFT JOIN certificate AS parent ON said.parent_sha256 = parent.sha256
ORDER BY said.ca_owner, said.certificate_name, said.sha256, said.salesforce_id;
