-- Audit statements as they were read from the documents in the archive. Made from those bytes alone: what a better
-- reader reads again replaces what an earlier one read.

CREATE TABLE audit_link (
    cell VARCHAR NOT NULL,
    url VARCHAR NOT NULL
);
COMMENT ON TABLE audit_link IS 'Each URL in a cell of a CCADB record that names an audit, as it is asked for. A cell may hold several.';
COMMENT ON COLUMN audit_link.cell IS 'The whole cell: audit.url.';
COMMENT ON COLUMN audit_link.url IS 'As in fetched.url.';

CREATE TABLE statement (
    body_sha256 VARCHAR PRIMARY KEY,
    reader INTEGER NOT NULL,
    read_at TIMESTAMP NOT NULL,
    format VARCHAR NOT NULL,
    pages INTEGER NOT NULL,
    state VARCHAR NOT NULL,
    unreadable VARCHAR
);
COMMENT ON TABLE statement IS 'One document that an audit cell points to, as it was read.';
COMMENT ON COLUMN statement.body_sha256 IS 'SHA-256 of the document: fetched.body_sha256.';
COMMENT ON COLUMN statement.reader IS 'Which version of the reader read it.';
COMMENT ON COLUMN statement.state IS 'read; no_list: it has text and prints no fingerprint; unreadable.';
COMMENT ON COLUMN statement.unreadable IS 'Why nothing could be read of it.';

CREATE TABLE statement_fingerprint (
    body_sha256 VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    sha256 VARCHAR NOT NULL,
    page INTEGER NOT NULL,
    line INTEGER NOT NULL,
    printed VARCHAR NOT NULL,
    strict BOOLEAN NOT NULL,
    how VARCHAR[] NOT NULL,
    beside JSON NOT NULL
);
COMMENT ON TABLE statement_fingerprint IS 'Every SHA-256 fingerprint that a statement prints, repetitions included, in its order.';
COMMENT ON COLUMN statement_fingerprint.page IS 'Position in the document, from 1.';
COMMENT ON COLUMN statement_fingerprint.line IS 'On the page, from 1.';
COMMENT ON COLUMN statement_fingerprint.printed IS 'With its line ends, and a blank between words.';
COMMENT ON COLUMN statement_fingerprint.strict IS '64 upper-case digits in one run, as an ALV wants them (CCADB Policy 5.2).';
COMMENT ON COLUMN statement_fingerprint.how IS 'What is not strict: colons, other-separators, spaces, line-broken, page-broken, lower-case.';
COMMENT ON COLUMN statement_fingerprint.beside IS 'What is printed beside it: subject, issuer, serial, serial_decimal, not_before, not_after.';

CREATE TABLE statement_misfit (
    body_sha256 VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    digits VARCHAR NOT NULL,
    page INTEGER NOT NULL,
    line INTEGER NOT NULL,
    printed VARCHAR NOT NULL
);
COMMENT ON TABLE statement_misfit IS 'What stands where a SHA-256 fingerprint should, and is none.';
COMMENT ON COLUMN statement_misfit.kind IS 'sha1: a SHA-1 thumbprint, called one. nearly: a digit or two too many, too few, or no hex digit.';

CREATE TABLE statement_fact (
    body_sha256 VARCHAR NOT NULL,
    fact VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    page INTEGER NOT NULL,
    text VARCHAR NOT NULL
);
COMMENT ON TABLE statement_fact IS 'What a statement says about itself; a fact that it does not say, or not clearly, has no row.';
COMMENT ON COLUMN statement_fact.fact IS 'statement_date, period_start, period_end, point_in_time, kinds, criteria, criteria_versions, scheme, auditor, auditor_location, owner.';
COMMENT ON COLUMN statement_fact.value IS 'Dates as YYYY-MM-DD; kinds in CCADB''s words.';
COMMENT ON COLUMN statement_fact.text IS 'The words that it was read from.';
