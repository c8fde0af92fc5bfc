-- title: The longest capable paths
-- description: For each program the longest paths by which a certificate is capable of something on the day, the anchor
--   first. Length counts certificates, anchor and target included.
-- param: program varchar NULL only this root program
-- param: owner varchar NULL only paths to certificates whose owner on duty contains this text
-- param: most integer 20 so many for each program
-- denominator: capable paths
-- of: SELECT count(DISTINCT path_id) FROM trusted_path WHERE permitted
-- columns: root_program, length, purposes, sha256, subject, owner, path, path_id
WITH longest AS MATERIALIZED (
    SELECT
        capable.*,
        duty.owner
    FROM (
        SELECT DISTINCT
            root_program,
            path_id,
            sha256,
            length
        FROM trusted_path
        WHERE permitted AND root_program = coalesce(lower(getvariable('program')), root_program)
    ) AS capable
    INNER JOIN duty ON capable.sha256 = duty.sha256
    WHERE getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner')))
    QUALIFY
        row_number() OVER (PARTITION BY capable.root_program ORDER BY capable.length DESC, capable.path_id)
        <= coalesce(getvariable('most'), 20)
),

permitting AS (
    SELECT
        trusted_path.root_program,
        trusted_path.path_id,
        list(trusted_path.purpose ORDER BY trusted_path.purpose) AS purposes
    FROM trusted_path
    SEMI JOIN longest
        ON trusted_path.path_id = longest.path_id AND trusted_path.root_program = longest.root_program
    WHERE trusted_path.permitted
    GROUP BY trusted_path.root_program, trusted_path.path_id
)

SELECT
    longest.root_program,
    longest.length,
    permitting.purposes,
    longest.sha256,
    certificate.subject,
    longest.owner,
    line.line AS path,
    longest.path_id
FROM longest
INNER JOIN certificate ON longest.sha256 = certificate.sha256
INNER JOIN path_lines((SELECT list(DISTINCT asked.path_id) FROM longest AS asked)) AS line
    ON longest.path_id = line.path_id
INNER JOIN permitting
    ON longest.path_id = permitting.path_id AND longest.root_program = permitting.root_program
ORDER BY longest.root_program, longest.length DESC, longest.path_id;
