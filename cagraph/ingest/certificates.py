"""The queue of certificates on their way from the files to the table, over all files of one ingest.

First in, first out: while the processes read the certificates of one file, the next files are parsed. A
certificate is read once, however many files hold it. Knows no formats and no counts: whoever puts
certificates in is told what became of them.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from duckdb import DuckDBPyConnection

from cagraph.ingest.pool import Batch, CertificateReader
from cagraph.model import sha256_hex
from cagraph.sources.rows import CertificateRow
from cagraph.warehouse import load
from cagraph.x509.facts import CertificateFacts

WAITING = 20
"""Batches under way before the oldest are waited for: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A certificate on a line, by the hash of its bytes and the one the source claims."""

    line: int
    sha256: str
    claimed: str | None


class Owner(Protocol):
    """Whoever puts certificates in."""

    def certificates_read(self, seen: list[Seen], refused: list[tuple[Seen, str]], new: int) -> None:
        """Take note of the certificates that are stored, those that are none, and how many were new."""


@dataclass(frozen=True, slots=True)
class _Entry:
    owner: Owner
    seen: list[Seen]
    new: list[str]
    batch: Batch


class CertificateQueue:
    """Certificates that are being read, oldest first."""

    def __init__(self, connection: DuckDBPyConnection, reader: CertificateReader) -> None:
        self._connection = connection
        self._reader = reader
        self._entries: deque[_Entry] = deque()
        self._begun: set[str] = set()
        self._unreadable: dict[str, str] = {}

    def put(self, owner: Owner, rows: Sequence[CertificateRow]) -> None:
        """Have those certificates read that nobody has read yet."""
        if not rows:
            return
        seen = [Seen(row.line, sha256_hex(row.der), row.claimed_sha256) for row in rows]
        known = load.known_certificates(self._connection, {row.sha256 for row in seen}) | self._begun
        new = {s.sha256: row.der for s, row in zip(seen, rows, strict=True) if s.sha256 not in known}
        self._begun.update(new)
        self._entries.append(_Entry(owner, seen, list(new), self._reader.submit(list(new.values()))))
        if len(self._entries) > WAITING:
            self._end(WAITING // 2)

    def finish(self, owner: Owner) -> None:
        """Store everything up to the last certificate that `owner` has put in."""
        last = max((at for at, entry in enumerate(self._entries, 1) if entry.owner is owner), default=0)
        self._end(last)

    def _end(self, count: int) -> None:
        """Store what the oldest batches have read, then tell their owners."""
        entries = [self._entries.popleft() for _ in range(count)]
        facts: list[CertificateFacts] = []
        new: list[int] = []
        for entry in entries:
            before = len(facts)
            for sha256, reading in zip(entry.new, entry.batch.readings(), strict=True):
                if isinstance(reading, str):
                    self._unreadable[sha256] = reading
                else:
                    facts.append(reading)
            new.append(len(facts) - before)
        load.store_certificates(self._connection, facts)
        for entry, number in zip(entries, new, strict=True):
            refused = [(s, self._unreadable[s.sha256]) for s in entry.seen if s.sha256 in self._unreadable]
            seen = [s for s in entry.seen if s.sha256 not in self._unreadable]
            entry.owner.certificates_read(seen, refused, number)
