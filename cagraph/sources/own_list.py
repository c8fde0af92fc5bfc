"""A list of certificates that somebody keeps by hand: PEM, DER, PKCS #7, CSV, any document of fingerprints.

A CSV is bound by the names of its columns: a fingerprint, a certificate in PEM, and perhaps a column for each
audit statement whose cells say yes or no. Everything else is read as an audit letter is. What could not be
read is said, line by line. Knows no database, and of no certificate what it is.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cagraph.audit.statement import read_statement
from cagraph.errors import SourceError
from cagraph.model import AuditKind, parse_fingerprint, sha256_hex
from cagraph.sources import certificates
from cagraph.sources.csvfile import NOT_A_FINGERPRINT, CsvItem, CsvRow, header_of, read_csv
from cagraph.sources.pem import decode_cell
from cagraph.sources.rows import CertificateRow, Issue, Truncated

_HEAD = 64 * 1024
_SQUEEZED = re.compile(r"[^0-9a-z]+")
_FINGERPRINT = (
    "sha256fingerprint",
    "sha256certificate",
    "certificatesha256",
    "certificatesha256fingerprint",
    "fingerprintsha256",
    "certificatefingerprintsha256",
    "sha256thumbprint",
    "sha256hash",
    "sha256",
    "certificatefingerprint",
    "fingerprint",
)
"""What the column of fingerprints is called, the clearest name first; letters and digits alone count."""
_PEM = (
    "x509certificatepem",
    "peminfo",
    "pem",
    "certificatepem",
    "pemcertificate",
    "x509certificate",
    "certificate",
)
_KINDS: dict[str, AuditKind] = {
    name: kind
    for kind, names in {
        AuditKind.STANDARD: ("standard", "wtca", "webtrustforcas", "webtrustca"),
        AuditKind.NETSEC: ("netsec", "wtnetsec", "wtns", "networksecurity", "webtrustnetsec"),
        AuditKind.TLS_BR: (
            "tlsbr",
            "tls",
            "br",
            "ssl",
            "sslbr",
            "brssl",
            "wtbr",
            "wtbrssl",
            "wtssl",
            "wttls",
            "sslbaseline",
            "webtrustsslbaseline",
        ),
        AuditKind.TLS_EVG: ("tlsevg", "tlsev", "ev", "evg", "evssl", "evtls", "wtev", "wtevssl", "wtevtls"),
        AuditKind.CODE_SIGNING: ("codesigning", "cs", "csbr", "wtcs", "wtcsbr", "wtbrcs", "wtpcs"),
        AuditKind.SMIME_BR: (
            "smimebr",
            "smime",
            "wtsmime",
            "wtsmimebr",
            "wtbrsmime",
            "securemail",
            "secureemail",
        ),
        AuditKind.VMC: ("vmc", "mc", "markcertificates", "wtvmc", "wtmc"),
    }.items()
    for name in names
}
"""What the columns of statements are called; `audit` at their end does not count."""
_NO = frozenset({"", "no", "n", "na", "none", "false", "f", "0", "not", "notlisted", "outofscope"})
_WAYS_TO_SAY_YES = 2
"""A column with more words besides no does not say yes or no, whatever it is called."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate of the list; `kinds`: the statements that it says for it, None where it says none."""

    sha256: str
    line: int | None
    kinds: tuple[AuditKind, ...] | None = None


@dataclass(frozen=True, slots=True)
class OwnList:
    """What a list names, the certificates that it holds, and what of it could not be used."""

    name: str
    entries: tuple[Entry, ...]
    certificates: tuple[bytes, ...] = ()
    unused: tuple[str, ...] = ()
    columns: tuple[AuditKind, ...] | None = None
    """The statements that it has a column for, if any."""

    def as_json(self) -> dict[str, Any]:
        """Return the list as the query `statement-check` takes it."""
        return {
            "fingerprints": [
                {"sha256": each.sha256, "line": each.line, "kinds": each.kinds} for each in self.entries
            ]
        }


def read_own_list(path: Path) -> OwnList:
    """Return what the list in a file names and holds.

    Raises:
        SourceError: it cannot be read, or names no certificate.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        delimiter = _delimiter(head)
        if delimiter is not None:
            found = _csv(path, delimiter)
        elif certificates.recognise(head):
            found = _bundle(path)
        else:
            found = _document(path)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    if not found.entries:
        said = f": {found.unused[0]}" if found.unused else ""
        raise SourceError(f"{path} names no certificate{said}")
    return found


def _squeezed(name: str) -> str:
    return _SQUEEZED.sub("", name.casefold())


def _one_of(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _delimiter(head: bytes) -> str | None:
    """Return what parts the cells of a table that has a column which is known; None for what is no table.

    Where a comma is of numbers, programs write semicolons.
    """
    first = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip("\r\n").partition("\n")[0]
    for delimiter, cells in ((",", header_of(head)), (";", first.split(";")), ("\t", first.split("\t"))):
        header = [_squeezed(cell) for cell in cells]
        pem = _one_of(header, _PEM) is not None and b"-----BEGIN CERTIFICATE-----" in head
        if pem or _one_of(header, _FINGERPRINT) is not None:
            return delimiter
    return None


def _kind(name: str) -> AuditKind | None:
    squeezed = _squeezed(name)
    return _KINDS.get(squeezed) or _KINDS.get(squeezed.removesuffix("audit"))


def _table(path: Path, delimiter: str) -> tuple[list[str], Iterator[CsvItem]]:
    """Return the names of a table's columns, and its rows."""
    if delimiter == ",":
        _, names, rows = read_csv(path)
        return names, rows
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        read = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        raise SourceError(f"{path}, line {reader.line_num}: {problem}") from None
    names = read[0][1]
    return names, (CsvRow(line, (row + [""] * len(names))[: len(names)]) for line, row in read[1:])


def _csv(path: Path, delimiter: str) -> OwnList:
    """Read a CSV by its columns."""
    names, rows = _table(path, delimiter)
    header = [_squeezed(name) for name in names]
    fingerprint_at, pem_at = _one_of(header, _FINGERPRINT), _one_of(header, _PEM)
    entries, bodies, good = [], [], []
    unused: list[tuple[int, str]] = []
    for row in rows:
        if isinstance(row, CsvRow):
            good.append(row)
        elif isinstance(row, Truncated):
            unused += [(row.line, "the file breaks off")] if row.sure else []
        elif row.rejected:
            unused.append((row.line, row.reason))
    kinds_at = _kinds_at(names, good)
    for row in good:
        try:
            der = _der(row, pem_at)
            sha256 = sha256_hex(der) if der else _fingerprint(row, fingerprint_at)
        except ValueError as problem:
            unused.append((row.line, str(problem)))
            continue
        bodies += [der] if der else []
        # Two columns may be for one statement: code signing and time stamping.
        yes = {kind for at, kind in kinds_at.items() if _squeezed(row.cells[at]) not in _NO}
        said = tuple(kind for kind in AuditKind if kind in yes) if kinds_at else None
        entries.append(Entry(sha256, row.line, said))
    columns = tuple(dict.fromkeys(kinds_at.values())) if kinds_at else None
    said_unused = tuple(f"line {line}: {reason}" for line, reason in sorted(unused))
    return OwnList(path.name, tuple(entries), tuple(bodies), said_unused, columns)


def _kinds_at(names: Sequence[str], rows: Sequence[CsvRow]) -> dict[int, AuditKind]:
    """Return the columns that say for which statements a certificate is."""
    found = {}
    for at, name in enumerate(names):
        words = {_squeezed(row.cells[at]) for row in rows} - _NO
        if (kind := _kind(name)) is not None and len(words) <= _WAYS_TO_SAY_YES:
            found[at] = kind
    return found


def _der(row: CsvRow, at: int | None) -> bytes | None:
    """Return the certificate of a row, if there is one in its cell."""
    return decode_cell(row.cells[at]) if at is not None and "-----BEGIN" in row.cells[at] else None


def _fingerprint(row: CsvRow, at: int | None) -> str:
    if at is None:
        raise ValueError("no certificate in PEM")
    try:
        return parse_fingerprint(row.cells[at])
    except ValueError:
        raise ValueError(NOT_A_FINGERPRINT) from None


def _bundle(path: Path) -> OwnList:
    """Read certificates."""
    bodies, unused = [], []
    for item in certificates.read(path):
        match item:
            case CertificateRow():
                bodies.append(item.der)
            case Issue() if item.rejected:
                unused.append(f"line {item.line}: {item.reason}")
    entries = tuple(Entry(sha256_hex(der), None) for der in bodies)
    return OwnList(path.name, entries, tuple(bodies), tuple(unused))


def _document(path: Path) -> OwnList:
    """Read any other document as a letter is read."""
    statement = read_statement(path.read_bytes())
    if statement.unreadable is not None:
        raise SourceError(f"{path}: unreadable: {statement.unreadable}")
    return OwnList(path.name, tuple(_once(Entry(each.sha256, each.line) for each in statement.fingerprints)))


def _once(entries: Iterator[Entry]) -> Iterator[Entry]:
    seen: set[str] = set()
    for each in entries:
        if each.sha256 not in seen:
            seen.add(each.sha256)
            yield each
