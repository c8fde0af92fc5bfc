"""CCADB's reports of certificates as PEM: a fingerprint and a certificate a row.

The certificate's own hash counts, not the one the row claims. Does not look into the certificate.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cagraph.errors import SourceError
from cagraph.model import parse_fingerprint, sha256_hex
from cagraph.sources.csvfile import (
    NOT_A_FINGERPRINT,
    VALUE_SHOWN,
    CsvRow,
    header_of,
    missing,
    normal,
    read_csv,
)
from cagraph.sources.pem import decode_cell
from cagraph.sources.rows import CertificateRow, Issue, Item

KIND = "ccadb_pem"
FINGERPRINT = ("SHA-256 Fingerprint",)
PEM = ("X.509 Certificate (PEM)", "PEM Info")


def recognise(head: bytes) -> bool:
    """Whether the header has CCADB's PEM column, or its fingerprint column above PEM certificates."""
    header = header_of(head)
    if any(normal(name) in header for name in PEM):
        return True
    return normal(FINGERPRINT[0]) in header and b"-----BEGIN CERTIFICATE-----" in head


def read(path: Path) -> Iterator[Item]:
    """Yield a `CertificateRow` or a rejecting `Issue` for each row, and issues beside them.

    Raises:
        SourceError: one of the two columns is missing.
    """
    line, header, rows = read_csv(path)
    if lost := missing(header, (FINGERPRINT, PEM)):
        raise SourceError(f"{path}: looks like CCADB certificates, but has no column {', '.join(lost)}")
    fingerprint_at, pem_at = _position(header, FINGERPRINT), _position(header, PEM)
    if unread := [name for at, name in enumerate(header) if at not in (fingerprint_at, pem_at)]:
        yield Issue(line, None, f"columns not read: {', '.join(unread)}", rejected=False)
    for row in rows:
        if isinstance(row, CsvRow):
            yield from _certificate(row.line, row.cells[fingerprint_at].strip(), row.cells[pem_at])
        else:
            yield row


def _certificate(line: int, fingerprint: str, cell: str) -> Iterator[Item]:
    """Yield the certificate of one row; a wrong fingerprint is said beside it."""
    doubt = None
    try:
        claimed: str | None = parse_fingerprint(fingerprint)
    except ValueError:
        claimed, doubt = None, NOT_A_FINGERPRINT
    try:
        der = decode_cell(cell)
    except ValueError as problem:
        yield Issue(line, PEM[0], str(problem), cell[:VALUE_SHOWN], sha256=claimed)
        return
    yield CertificateRow(line, der, claimed)
    sha256 = sha256_hex(der)
    if claimed not in (None, sha256):
        doubt = "not the SHA-256 of the certificate in this row; it is kept under its own"
    if doubt:
        yield Issue(line, FINGERPRINT[0], doubt, fingerprint[:VALUE_SHOWN], rejected=False, sha256=sha256)


def _position(header: Sequence[str], names: tuple[str, ...]) -> int:
    wanted = {normal(name) for name in names}
    return next(at for at, name in enumerate(header) if normal(name) in wanted)
