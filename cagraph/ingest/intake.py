"""Takes the items of one file to the tables in batches and keeps count of its rows.

Every row of the source ends up counted as stored or as rejected. Knows the kinds of items, not the
formats they come from; days and completeness are decided elsewhere.
"""

from dataclasses import replace
from datetime import date

from duckdb import DuckDBPyConnection

from cagraph.model import sha256_hex
from cagraph.sources.rows import CertificateRow, Issue, Item, RecordRow, Truncated, TrustRow
from cagraph.warehouse import load
from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts

ROWS = 2_000
"""Rows stored at a time."""


class Intake:
    """The way of one file into the warehouse."""

    def __init__(self, connection: DuckDBPyConnection, ids: tuple[int, int], dated: date) -> None:
        """Take the numbers of the file's fetch and snapshot, and the day that it speaks for."""
        self._connection = connection
        self._fetch_id, self._snapshot_id = ids
        self._dated = dated
        self._certificates: list[CertificateRow] = []
        self._records: list[RecordRow] = []
        self._trust: list[TrustRow] = []
        self._trust_lines: set[int] = set()
        self._issues: list[Issue] = []
        self.rows_in = 0
        self.rows_stored = 0
        self.rows_rejected = 0
        self.rows_unnamed = 0
        self.new_certificates = 0
        self.new_records = 0
        self.cut: Truncated | None = None
        self._last_rejected: int | None = None

    def take(self, item: Item) -> None:
        """Take one item; it is stored with the batch that it fills."""
        match item:
            case CertificateRow():
                self.rows_in += 1
                self._certificates.append(item)
                if len(self._certificates) >= ROWS:
                    self._store_certificates()
            case RecordRow():
                self.rows_in += 1
                self._records.append(item)
                if len(self._records) >= ROWS:
                    self._store_records()
            case TrustRow():
                self._count_trust_line(item.line)
                self._trust.append(item)
                if len(self._trust) >= ROWS:
                    self._store_trust()
            case Issue():
                self._take_issue(item)
            case Truncated():
                # A last line without its end whose row was rejected was not whole.
                self.cut = replace(item, sure=item.sure or item.line == self._last_rejected)

    def finish(self) -> None:
        """Store the rest: from then on the counts hold."""
        self._store_certificates()
        self._store_records()
        self._store_trust()
        self._store_issues()
        assert self.rows_in == self.rows_stored + self.rows_rejected

    def _count_trust_line(self, line: int) -> None:
        """Count a row of trust once, however many programs and purposes it speaks of."""
        if line not in self._trust_lines:
            self._trust_lines.add(line)
            self.rows_in += 1
            self.rows_stored += 1

    def _take_issue(self, issue: Issue) -> None:
        if issue.rejected:
            self._last_rejected = issue.line
            self.rows_in += 1
            self._reject(issue)
            return
        if issue.field is None and issue.sha256 is not None:
            # The row was read and there was nothing in it to store: a root that nobody trusts.
            self._count_trust_line(issue.line)
        self._note(issue)

    def _reject(self, issue: Issue) -> None:
        self.rows_rejected += 1
        self.rows_unnamed += issue.sha256 is None
        self._note(issue)

    def _note(self, issue: Issue) -> None:
        self._issues.append(issue)
        if len(self._issues) >= ROWS:
            self._store_issues()

    def _store_certificates(self) -> None:
        """Read and store the certificates that are new; note where each one that is one was seen."""
        rows, self._certificates = self._certificates, []
        hashed = [(sha256_hex(row.der), row) for row in rows]
        known = load.known_certificates(self._connection, {sha256 for sha256, _ in hashed})
        facts: dict[str, CertificateFacts] = {}
        sightings = []
        for sha256, row in hashed:
            if sha256 not in known and sha256 not in facts:
                try:
                    facts[sha256] = read_certificate(row.der)
                except ValueError as problem:
                    about = row.claimed_sha256 or sha256
                    self._reject(Issue(row.line, None, f"no readable certificate: {problem}", sha256=about))
                    continue
            sightings.append((sha256, row.line))
        load.store_certificates(self._connection, list(facts.values()))
        load.store_certificate_sightings(self._connection, self._snapshot_id, sightings)
        self.new_certificates += len(facts)
        self.rows_stored += len(sightings)

    def _store_records(self) -> None:
        rows, self._records = self._records, []
        self.rows_stored += len(rows)
        self.new_records += load.store_records(self._connection, self._snapshot_id, rows)

    def _store_trust(self) -> None:
        rows, self._trust = self._trust, []
        load.store_trust(self._connection, self._snapshot_id, rows, self._dated)

    def _store_issues(self) -> None:
        rows, self._issues = self._issues, []
        load.store_issues(self._connection, self._fetch_id, rows)
