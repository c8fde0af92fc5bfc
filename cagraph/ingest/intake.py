"""Takes the items of one file to the tables in batches and keeps count of its rows.

Every row of the source ends up counted as stored or as rejected. Knows the kinds of items, not the
formats they come from; days and completeness are decided elsewhere.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date

from duckdb import DuckDBPyConnection

from cagraph.model import SignatureStatus, sha256_hex
from cagraph.sources.rows import (
    CertificateRow,
    CrlRow,
    Issue,
    Item,
    PeerRow,
    RecordRow,
    RevocationRow,
    Truncated,
    TrustRow,
)
from cagraph.warehouse import load
from cagraph.x509.certificate import read_certificate
from cagraph.x509.crl_signature import Proof, prove
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
        self._revocations: list[RevocationRow] = []
        self._peers: dict[str, list[PeerRow]] = defaultdict(list)
        self._issues: list[Issue] = []
        self._waiting = 0
        self._trust_lines: set[int] = set()
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
                self.rows_in += not item.beside
                self._certificates.append(item)
            case RecordRow():
                self.rows_in += 1
                self._records.append(item)
            case TrustRow():
                self._count_trust_line(item.line)
                self._trust.append(item)
            case RevocationRow():
                self.rows_in += 1
                self._revocations.append(item)
            case PeerRow():
                self.rows_in += 1
                self._peers[item.table].append(item)
            case CrlRow():
                self.rows_in += 1
                self._store_crl(item)
            case Issue():
                self._take_issue(item)
            case Truncated():
                # A last line without its end whose row was rejected was not whole.
                self.cut = replace(item, sure=item.sure or item.line == self._last_rejected)
        self._waiting += 1
        if self._waiting >= ROWS:
            self._store()

    def finish(self) -> None:
        """Store the rest: from then on the counts hold."""
        self._store()
        assert self.rows_in == self.rows_stored + self.rows_rejected

    def _store(self) -> None:
        """Store what waits. The issues last: a certificate that cannot be read becomes one."""
        self._waiting = 0
        self._store_certificates()
        self._store_records()
        self._store_trust()
        self._store_revocations()
        self._store_peers()
        self._store_issues()

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
        self._issues.append(issue)

    def _reject(self, issue: Issue) -> None:
        self.rows_rejected += 1
        self.rows_unnamed += issue.sha256 is None
        self._issues.append(issue)

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
                    self._reject_certificate(row, row.claimed_sha256 or sha256, str(problem))
                    continue
            sightings.append((sha256, row.line))
            self.rows_stored += not row.beside
        load.store_certificates(self._connection, list(facts.values()))
        load.store_certificate_sightings(self._connection, self._snapshot_id, sightings)
        self.new_certificates += len(facts)

    def _reject_certificate(self, row: CertificateRow, about: str, problem: str) -> None:
        """Note a certificate that is none; beside another row it costs that row nothing."""
        field = "certificate" if row.beside else None
        reason = f"no readable certificate: {problem}"
        issue = Issue(row.line, field, reason, rejected=not row.beside, sha256=about)
        if row.beside:
            self._issues.append(issue)
        else:
            self._reject(issue)

    def _store_records(self) -> None:
        rows, self._records = self._records, []
        self.rows_stored += len(rows)
        self.new_records += load.store_records(self._connection, self._snapshot_id, rows)

    def _store_trust(self) -> None:
        rows, self._trust = self._trust, []
        load.store_trust(self._connection, self._snapshot_id, rows, self._dated)

    def _store_crl(self, head: CrlRow) -> None:
        """Store the head of a CRL with the key that signed it, of those known under its issuer's name."""
        proof = prove(head.der, load.keys_named(self._connection, head.issuer_name_id))
        if proof.spki_sha256 is None:
            self._issues.append(Issue(head.line, "signature", _unproved(proof), rejected=False))
        load.store_crl(self._connection, self._snapshot_id, head, proof.spki_sha256, proof.status)
        self.rows_stored += 1

    def _store_revocations(self) -> None:
        rows, self._revocations = self._revocations, []
        self.rows_stored += len(rows)
        load.store_revocations(self._connection, self._snapshot_id, rows)

    def _store_peers(self) -> None:
        tables, self._peers = self._peers, defaultdict(list)
        for table, rows in tables.items():
            self.rows_stored += len(rows)
            load.store_peers(self._connection, self._snapshot_id, table, rows)

    def _store_issues(self) -> None:
        rows, self._issues = self._issues, []
        load.store_issues(self._connection, self._fetch_id, rows)


def _unproved(proof: Proof) -> str:
    """Return why the entries of a CRL will count for nothing."""
    match proof.status:
        case None:
            why = "no certificate of its issuer's name is known"
        case SignatureStatus.UNSUPPORTED:
            why = f"it cannot be checked: {proof.detail}"
        case _:
            why = "no known key of its issuer's name made it"
    return f"not proved, so that its entries count for nothing: {why}"
