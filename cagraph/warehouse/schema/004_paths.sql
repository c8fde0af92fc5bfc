-- Paths as the steps make them: numbered by what they are made of, with every reason why one is broken.
-- Derived tables only: the next analysis fills them.

DROP TABLE path;
DROP TABLE path_certificate;
DELETE FROM path_truncation;
DELETE FROM analysis;

CREATE TABLE path (
    path_id BIGINT NOT NULL,
    parent_path_id BIGINT,
    sha256 VARCHAR NOT NULL,
    anchor_sha256 VARCHAR NOT NULL,
    length INTEGER NOT NULL,
    valid_from TIMESTAMP NOT NULL,
    valid_to TIMESTAMP NOT NULL,
    sound BOOLEAN NOT NULL,
    purposes VARCHAR[] NOT NULL,
    purposes_bare VARCHAR[] NOT NULL,
    policies VARCHAR[],
    constrained_by VARCHAR[] NOT NULL,
    no_names_left VARCHAR[] NOT NULL,
    self_signed_hop BOOLEAN NOT NULL
);
COMMENT ON TABLE path IS 'Every path, anchor to certificate, for all time: a date selects by valid_from and valid_to.';
COMMENT ON COLUMN path.path_id IS 'The path''s number, unique and below 2^53: the same certificates in the same order have the same one in every database.';
COMMENT ON COLUMN path.sha256 IS 'The certificate the path leads to.';
COMMENT ON COLUMN path.anchor_sha256 IS 'The root at its top: one that a program has trusted, or any self-signed certificate.';
COMMENT ON COLUMN path.parent_path_id IS 'The same path without its last certificate; NULL for the anchor itself.';
COMMENT ON COLUMN path.length IS 'Certificates on the path, anchor and target included.';
COMMENT ON COLUMN path.sound IS 'Nothing in path_break, whatever the purposes: dates overlap; cA, keyCertSign, path lengths, name constraints hold; no critical extension is unknown.';
COMMENT ON COLUMN path.purposes IS 'What every certificate on the path permits, the anchor''s own extensions applied (as mozilla::pkix does). Empty if the path is not sound.';
COMMENT ON COLUMN path.purposes_bare IS 'The same, the anchor taken as a name and a key alone (RFC 5280 6.1.1 d).';
COMMENT ON COLUMN path.policies IS 'Certificate policies left below the anchor; NULL: any.';
COMMENT ON COLUMN path.constrained_by IS 'The certificates whose name constraints hold for what the last one issues: a name must satisfy each.';
COMMENT ON COLUMN path.no_names_left IS 'Kinds of names (dns, ip, email, directory, uri) of which those constraints together permit none.';
COMMENT ON COLUMN path.self_signed_hop IS 'The last certificate is a self-signed one of the CA that the path had already reached.';

CREATE TABLE path_certificate (
    path_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    sha256 VARCHAR NOT NULL
);
COMMENT ON TABLE path_certificate IS 'The certificates of each path in order; position 0 is the anchor.';

CREATE TABLE path_break (
    path_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    sha256 VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR
);
COMMENT ON TABLE path_break IS 'Every certificate that breaks a path whatever the purpose and the day, with its reason (data/path_reasons.csv).';

ALTER TABLE analysis ADD COLUMN walk_digest VARCHAR;
COMMENT ON COLUMN analysis.walk_digest IS 'What the walk follows besides certificates and anchors: its version, the purposes, the budget.';
ALTER TABLE analysis ADD COLUMN salt INTEGER;
COMMENT ON COLUMN analysis.salt IS 'Above 0 only if two paths would have had one number: then other numbers are made of the certificates.';
