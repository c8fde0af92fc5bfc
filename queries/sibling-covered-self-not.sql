-- title: Covered sibling, uncovered certificate
-- description: Certificates with a gap although another certificate of the same CA (name and key) is covered for the same
--   program, purpose and audit kind: the pattern of a forgotten cross-certificate (Mozilla bugs 1904494 and 1716670). Each
--   certificate must be listed by its own fingerprint; one for each key is not enough (CCADB Policy 5.1, Mozilla bug
--   1713668).
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: program varchar NULL only this root program
-- param: purpose varchar NULL only this purpose
-- denominator: certificates in scope
-- of: SELECT count(DISTINCT sha256) FROM in_scope
-- columns: owner, sha256, subject, issuer, is_cross_certificate, root_program, purpose, audit_kind, reason,
--   covered_sibling, sibling_issuer, sibling_record
SELECT
    duty.owner,
    gap.sha256,
    certificate.subject,
    certificate.issuer,
    duty.is_cross_certificate,
    gap.root_program,
    gap.purpose,
    covered.audit_kind,
    gap.reason,
    covered.sha256 AS covered_sibling,
    sibling.issuer AS sibling_issuer,
    covered.record_id AS sibling_record
FROM coverage AS gap
INNER JOIN certificate ON gap.sha256 = certificate.sha256
INNER JOIN certificate AS sibling ON certificate.ca_id = sibling.ca_id AND certificate.sha256 <> sibling.sha256
INNER JOIN coverage AS covered
    ON
        sibling.sha256 = covered.sha256
        AND gap.root_program = covered.root_program
        AND gap.purpose = covered.purpose
        AND covered.audit_kind = coalesce(gap.audit_kind, covered.audit_kind)
        AND covered.verdict IN ('listed', 'claimed')
INNER JOIN duty ON gap.sha256 = duty.sha256
WHERE
    gap.verdict = 'gap'
    AND (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
    AND lower(gap.root_program) = lower(coalesce(getvariable('program'), gap.root_program))
    AND lower(gap.purpose) = lower(coalesce(getvariable('purpose'), gap.purpose))
ORDER BY duty.owner, certificate.subject, gap.sha256, gap.root_program, gap.purpose, covered.audit_kind, covered.sha256;
