-- What a crawl asks for and what came of it; revocations; what crt.sh itself says.

ALTER TABLE fetched ADD COLUMN last_modified VARCHAR;
ALTER TABLE fetched ADD COLUMN source VARCHAR;
ALTER TABLE fetched ADD COLUMN crawl_id INTEGER;
COMMENT ON COLUMN fetched.status IS 'The HTTP status of the last answer; 304: the same bytes as before. NULL: a file, or no answer.';
COMMENT ON COLUMN snapshot.kind IS 'Which source format: the KIND of a module in cagraph/sources.';
COMMENT ON COLUMN fetched.source IS 'Which source of a crawl asked for it; NULL: a file given to ingest.';

ALTER TABLE analysis ADD COLUMN newest_fetch INTEGER;
COMMENT ON COLUMN analysis.newest_fetch IS 'The last fetch_id that the analysis knew.';

CREATE TABLE crawl (
    crawl_id INTEGER NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    sources VARCHAR[] NOT NULL,
    dated DATE,
    rounds INTEGER NOT NULL,
    outcome VARCHAR
);
COMMENT ON TABLE crawl IS 'One crawl. Without finished_at it was interrupted, and the next crawl of the same sources goes on with it.';
COMMENT ON COLUMN crawl.dated IS 'The day its answers were declared to speak for; NULL: the day each was fetched.';
COMMENT ON COLUMN crawl.rounds IS 'Rounds whose answers are taken in: each asks for what the one before led to.';
COMMENT ON COLUMN crawl.outcome IS 'whole: everything asked was answered. failed: a source failed. stopped: the limit of requests was reached. given up: left unfinished for another.';

CREATE TABLE frontier (
    source VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    kind VARCHAR,
    immutable BOOLEAN NOT NULL,
    untrusted BOOLEAN NOT NULL,
    state VARCHAR NOT NULL,
    wanted_by INTEGER NOT NULL,
    crawl_id INTEGER,
    tries INTEGER NOT NULL,
    last_tried TIMESTAMP,
    status INTEGER,
    error VARCHAR,
    etag VARCHAR,
    last_modified VARCHAR,
    body_sha256 VARCHAR,
    body_bytes BIGINT
);
COMMENT ON TABLE frontier IS 'Everything that was ever wanted from a live source: when it was last tried and what came.';
COMMENT ON COLUMN frontier.state IS 'queued, done, unchanged (304), absent (404: there is none), failed, refused (an address that may not be asked).';
COMMENT ON COLUMN frontier.wanted_by IS 'The last crawl that wanted it.';
COMMENT ON COLUMN frontier.crawl_id IS 'The crawl that tried it last.';
COMMENT ON COLUMN frontier.body_sha256 IS 'The last body taken: it stays when a later try fails.';

CREATE TABLE crl (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    issuer_name_id VARCHAR NOT NULL,
    issuer_spki_sha256 VARCHAR,
    signature_status VARCHAR,
    this_update TIMESTAMP NOT NULL,
    next_update TIMESTAMP,
    number VARCHAR
);
COMMENT ON TABLE crl IS 'One certificate revocation list and whose key signed it.';
COMMENT ON COLUMN crl.issuer_spki_sha256 IS 'The key that its signature proves; NULL: no known key of that name does, so its entries count for nothing.';

CREATE TABLE revocation_entry (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    listed_by VARCHAR NOT NULL,
    sha256 VARCHAR,
    issuer_name_id VARCHAR,
    serial VARCHAR,
    subject_name_id VARCHAR,
    spki_sha256 VARCHAR,
    revoked_at TIMESTAMP,
    reason VARCHAR,
    reference VARCHAR
);
COMMENT ON TABLE revocation_entry IS 'One entry of a list of revoked certificates, as the list names them.';
COMMENT ON COLUMN revocation_entry.listed_by IS 'onecrl or crl. CCADB''s own status stands in its records.';

CREATE TABLE crtsh_certificate (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    certificate_id BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    ca_id BIGINT,
    issuer_ca_id BIGINT
);
COMMENT ON TABLE crtsh_certificate IS 'crt.sh''s own numbers for a CA certificate, its subject CA and its issuer CA (-1: not found).';

CREATE TABLE crtsh_listed (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    certificate_id BIGINT NOT NULL,
    spki_sha256 VARCHAR NOT NULL,
    issuer_ca_id BIGINT,
    issuer_name VARCHAR,
    serial VARCHAR,
    not_before TIMESTAMP,
    not_after TIMESTAMP,
    entry_timestamp TIMESTAMP
);
COMMENT ON TABLE crtsh_listed IS 'Certificates that crt.sh lists for a key. entry_timestamp is NULL for one that is in no log.';

CREATE TABLE crtsh_root_trust (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    certificate_id BIGINT NOT NULL,
    trust_context_id INTEGER NOT NULL,
    trust_purpose_id INTEGER NOT NULL,
    disabled_from TIMESTAMP,
    notbefore_until TIMESTAMP
);
COMMENT ON TABLE crtsh_root_trust IS 'Which root crt.sh takes for trusted, in its own numbers of programs and purposes.';

CREATE TABLE crtsh_ca_trust (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    ca_id BIGINT NOT NULL,
    trust_context_id INTEGER NOT NULL,
    trust_purpose_id INTEGER NOT NULL,
    shortest_chain INTEGER,
    path_len_constraint INTEGER,
    is_time_valid BOOLEAN,
    all_chains_technically_constrained BOOLEAN,
    all_chains_revoked_in_salesforce BOOLEAN,
    all_chains_revoked_via_onecrl BOOLEAN,
    all_chains_revoked_via_crlset BOOLEAN,
    all_chains_revoked_via_disallowedstl BOOLEAN,
    disabled_from TIMESTAMP,
    notbefore_until TIMESTAMP
);
COMMENT ON TABLE crtsh_ca_trust IS 'What crt.sh computed for a CA: trust folded over all chains, each kind of revocation apart.';

CREATE TABLE crtsh_certificate_trust (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    certificate_id BIGINT NOT NULL,
    trust_context_id INTEGER NOT NULL,
    trust_purpose_id INTEGER NOT NULL
);
COMMENT ON TABLE crtsh_certificate_trust IS 'crt.sh''s rule for a certificate: its issuer CA is trusted and its own extended key usage permits.';

CREATE TABLE crtsh_disclosure (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    certificate_id BIGINT,
    sha256 VARCHAR,
    ccadb_record_id VARCHAR,
    parent_certificate_id BIGINT,
    mozilla_status VARCHAR,
    chrome_status VARCHAR,
    apple_status VARCHAR,
    microsoft_status VARCHAR
);
COMMENT ON TABLE crtsh_disclosure IS 'crt.sh''s own verdict on a certificate, per program.';

CREATE TABLE crtsh_revocation (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    certificate_id BIGINT NOT NULL,
    onecrl BOOLEAN NOT NULL,
    crlset_entry VARCHAR,
    disallowed_hash VARCHAR,
    crl_revoked_at TIMESTAMP,
    crl_reason INTEGER,
    crl_last_seen TIMESTAMP
);
COMMENT ON TABLE crtsh_revocation IS 'What crt.sh knows of a CA certificate''s revocation, by source.';

CREATE TABLE crtsh_bucket (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    rows_there BIGINT NOT NULL,
    sum_there HUGEINT NOT NULL
);
COMMENT ON TABLE crtsh_bucket IS 'How many CA certificates crt.sh holds in each range of ten million numbers, and their sum: where it differs from ours, the range is read again.';

CREATE TABLE crtsh_trusted_ca (
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL,
    ca_id BIGINT NOT NULL
);
COMMENT ON TABLE crtsh_trusted_ca IS 'CAs with any trust row in the four programs: those of them without a certificate of ours are asked for.';
