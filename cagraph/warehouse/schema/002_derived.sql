-- What follows from the facts by graph logic. Rebuilt as a whole by `cagraph analyze`.

CREATE TABLE ca (
    ca_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    name_id VARCHAR NOT NULL,
    spki_sha256 VARCHAR,
    dangling BOOLEAN NOT NULL
);
COMMENT ON TABLE ca IS 'One CA: a subject name with a public key. The nodes of the graph.';
COMMENT ON COLUMN ca.dangling IS 'Known only as an issuer name: no certificate here carries the key that signed.';

CREATE TABLE issuance (
    sha256 VARCHAR NOT NULL,
    issuer_ca_id VARCHAR NOT NULL,
    subject_ca_id VARCHAR NOT NULL,
    signature_status VARCHAR,
    name_match VARCHAR NOT NULL
);
COMMENT ON TABLE issuance IS 'One certificate from its issuing CA to its subject CA. The edges of the graph.';
COMMENT ON COLUMN issuance.signature_status IS 'ok, weak (MD2, MD5, SHA-1), bad, unsupported; NULL when the issuer''s key is not known.';
COMMENT ON COLUMN issuance.name_match IS 'raw: issuer and subject name are the same bytes; normalised: the same by RFC 5280 7.1; none: dangling.';

CREATE TABLE path (
    path_id BIGINT PRIMARY KEY,
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
    broken_sha256 VARCHAR,
    broken_reason VARCHAR,
    self_signed_hop BOOLEAN NOT NULL
);
COMMENT ON TABLE path IS 'Every path, anchor to certificate, for all time: a date selects by valid_from and valid_to.';
COMMENT ON COLUMN path.sha256 IS 'The certificate the path leads to.';
COMMENT ON COLUMN path.anchor_sha256 IS 'The root at its top: one that a program has trusted, or any self-signed certificate.';
COMMENT ON COLUMN path.parent_path_id IS 'The same path without its last certificate; NULL for the anchor itself.';
COMMENT ON COLUMN path.length IS 'Certificates on the path, anchor and target included.';
COMMENT ON COLUMN path.sound IS 'Dates overlap; cA, keyCertSign and path lengths hold, whatever the purposes.';
COMMENT ON COLUMN path.purposes IS 'What every certificate on the path permits, the anchor''s own extensions applied (as mozilla::pkix does).';
COMMENT ON COLUMN path.purposes_bare IS 'The same, the anchor taken as a name and a key alone (RFC 5280 6.1.1 d).';
COMMENT ON COLUMN path.policies IS 'Certificate policies left below the anchor; NULL: any.';
COMMENT ON COLUMN path.broken_sha256 IS 'For a path that permits nothing: the first certificate, from the anchor down, that broke it.';
COMMENT ON COLUMN path.self_signed_hop IS 'The last certificate is a self-signed one of the CA that the path had already reached.';

CREATE TABLE path_certificate (
    path_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    sha256 VARCHAR NOT NULL
);
COMMENT ON TABLE path_certificate IS 'The certificates of each path in order; position 0 is the anchor.';

CREATE TABLE path_truncation (
    sha256 VARCHAR PRIMARY KEY,
    stored BIGINT NOT NULL,
    cut BIGINT NOT NULL
);
COMMENT ON TABLE path_truncation IS 'Certificates whose list of paths is not complete because the budget cut it.';
COMMENT ON COLUMN path_truncation.cut IS 'Paths refused at this certificate; 0: some were lost above it.';

CREATE TABLE analysis (
    finished_at TIMESTAMP NOT NULL,
    input_digest VARCHAR NOT NULL,
    certificates BIGINT NOT NULL,
    issuances BIGINT NOT NULL,
    paths BIGINT NOT NULL,
    budget BIGINT NOT NULL,
    truncated BIGINT NOT NULL
);
COMMENT ON TABLE analysis IS 'The last analysis: what it was made from, how complete it is.';
