"""Takes the items of one file to the tables in batches and keeps count of its rows.

Every row of the source ends up counted as stored or as rejected. Knows the kinds of items, not the
formats they come from; days and completeness are decided elsewhere.
"""

from collections import deque
from dataclasses import dataclass
from datetime import date

from duckdb import DuckDBPyConnection

from cagraph.ingest.pool import Batch, CertificateReader
from cagraph.model import sha256_hex
from cagraph.sources.rows import CertificateRow, Issue, Item, RecordRow, Truncated, TrustRow
from cagraph.warehouse import load
from cagraph.x509.facts import CertificateFacts

BATCH = 200
"""Certificates read at a time."""
WAITING = 20
"""Batches under way before the first is waited for: bounds the memory."""
ROWS = 2_000
"""Other rows stored at a time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A certificate on a line, by the hash of its bytes and the one the source claims."""

    line: int
    sha256: str
    claimed: str | None


class Intake:
    """The way of one file into the warehouse."""

    def __init__(
        self, connection: DuckDBPyConnection, reader: CertificateReader, ids: tuple[int, int], dated: date
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._fetch_id, self._snapshot_id = ids
        self._dated = dated
        self._certificates: list[tuple[CertificateRow, str]] = []
        self._waiting: deque[tuple[list[Seen], list[str], Batch]] = deque()
        self._begun: set[str] = set()
        self._unreadable: dict[str, str] = {}
        self._records: list[RecordRow] = []
        self._trust: list[TrustRow] = []
        self._trust_lines: set[int] = set()
        self._issues: list[Issue] = []
        self.rows_in = 0
        self.rows_stored = 0
        self.rows_rejected = 0
        self.unnamed = 0
        self.new_certificates = 0
        self.new_records = 0
        self.cut_at: int | None = None

    def take(self, item: Item) -> None:
        """Take one item; it is stored with the batch that it fills."""
        match item:
            case CertificateRow():
                self.rows_in += 1
                self._certificates.append((item, sha256_hex(item.der)))
                if len(self._certificates) >= BATCH:
                    self._begin_batch()
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
                self.cut_at = item.line

    def finish(self) -> None:
        """Store everything that is still under way."""
        self._begin_batch()
        while self._waiting:
            self._end_batches(1)
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
            self.rows_in += 1
            self._reject(issue)
            return
        if issue.field is None and issue.sha256 is not None:
            # The row was read and there was nothing in it to store: a root that nobody trusts.
            self._count_trust_line(issue.line)
        self._note(issue)

    def _reject(self, issue: Issue) -> None:
        self.rows_rejected += 1
        self.unnamed += issue.sha256 is None
        self._note(issue)

    def _note(self, issue: Issue) -> None:
        self._issues.append(issue)
        if len(self._issues) >= ROWS:
            self._store_issues()

    def _begin_batch(self) -> None:
        """Have the certificates read that nobody has read yet."""
        taken, self._certificates = self._certificates, []
        if not taken:
            return
        known = load.known_certificates(self._connection, {sha256 for _, sha256 in taken}) | self._begun
        new = {sha256: row.der for row, sha256 in taken if sha256 not in known}
        self._begun.update(new)
        seen = [Seen(row.line, sha256, row.claimed_sha256) for row, sha256 in taken]
        self._waiting.append((seen, list(new), self._reader.submit(list(new.values()))))
        if len(self._waiting) > WAITING:
            self._end_batches(WAITING // 2)

    def _end_batches(self, count: int) -> None:
        """Store what the oldest batches under way have read."""
        facts: list[CertificateFacts] = []
        sightings: list[tuple[str, int]] = []
        for _ in range(count):
            seen, new, batch = self._waiting.popleft()
            for sha256, reading in zip(new, batch.readings(), strict=True):
                if isinstance(reading, str):
                    self._unreadable[sha256] = reading
                else:
                    facts.append(reading)
            for row in seen:
                if (reason := self._unreadable.get(row.sha256)) is None:
                    sightings.append((row.sha256, row.line))
                else:
                    about = row.claimed or row.sha256
                    self._reject(Issue(row.line, None, f"no readable certificate: {reason}", sha256=about))
        load.store_certificates(self._connection, facts)
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
