"""Mozilla's report of included roots: what each is trusted for, from when on not, EV policies, and its PEM.

One row gives a `TrustRow` for each purpose, and for EV one for each policy; the certificate comes beside
them. The shorter reports of distrust (`IncludedRootsDistrust…PEMCSV`) are not read: their trust bit stands
in the URL that was asked and not in the file. Does not look into the certificate.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeVar

from cagraph.errors import SourceError
from cagraph.model import Purpose, RootProgram, parse_fingerprint, sha256_hex
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
from cagraph.sources.rows import CertificateRow, Issue, Item, TrustRow
from cagraph.sources.trust_bits import purpose_of

T = TypeVar("T")

KIND = "mozilla_roots"
FINGERPRINT = "SHA-256 Fingerprint"
BITS = "Trust Bits"
EV_POLICIES = "EV Policy OID(s)"
NOT_EV = "not ev"
PEM = "PEM Info"
CONSTRAINTS = "Mozilla Applied Constraints"
DISTRUST = {
    Purpose.SERVER_AUTH: "Distrust for TLS After Date",
    Purpose.SECURE_EMAIL: "Distrust for S/MIME After Date",
}
LAST_MOMENT = time(23, 59, 59)
"""Mozilla distrusts what is "Valid-From … later than the specified distrust-after date"
(https://wiki.mozilla.org/CA/Additional_Trust_Changes#Distrust_After). Its root store holds the last second
of the day: 2024.11.30 here is CKA_NSS_SERVER_DISTRUST_AFTER 241130235959Z in certdata.txt."""

_DATE = re.compile(r"(\d{4})([.-])(\d{2})\2(\d{2})", re.ASCII)
_OID = re.compile(r"[0-2](\.\d+)+", re.ASCII)
_BETWEEN_OIDS = re.compile(r"[;,\s]+")


def recognise(head: bytes) -> bool:
    """Whether the header has trust bits beside a date of distrust."""
    header = header_of(head)
    return normal(BITS) in header and any(normal(name) in header for name in DISTRUST.values())


def read(path: Path) -> Iterator[Item]:
    """Yield the `TrustRow`s of each row or a rejecting `Issue`; certificates and issues beside them.

    Raises:
        SourceError: a column is missing without which more trust would be said than there is.
    """
    _, header, rows = read_csv(path)
    wanted = (FINGERPRINT, BITS, *DISTRUST.values(), EV_POLICIES, PEM)
    if lost := missing(header, [(name,) for name in wanted]):
        raise SourceError(f"{path}: looks like Mozilla's included roots, but has no column {', '.join(lost)}")
    position = {normal(name): at for at, name in reversed(list(enumerate(header)))}
    for row in rows:
        if isinstance(row, CsvRow):
            cells = {name: row.cells[position[normal(name)]].strip() for name in wanted}
            yield from _trust(row.line, cells)
            yield from _certificate(row.line, cells)
            if (at := position.get(normal(CONSTRAINTS))) is not None and row.cells[at].strip():
                said = row.cells[at].strip()[:VALUE_SHOWN]
                yield Issue(row.line, CONSTRAINTS, "not applied: the trust is narrower", said, rejected=False)
        else:
            yield row


def _trust(line: int, cells: dict[str, str]) -> Iterator[Item]:
    """Yield what Mozilla trusts the root of one row for, or the row's rejection."""
    field, sha256 = FINGERPRINT, None
    try:
        sha256 = _fingerprint(cells[field])
        until = {}
        for purpose, field in DISTRUST.items():
            until[purpose] = _end_of_day(cells[field])
    except ValueError as problem:
        yield Issue(line, field, str(problem), cells[field][:VALUE_SHOWN], sha256=sha256)
        return

    def row(purpose: Purpose, oid: str | None = None) -> TrustRow:
        end = until.get(Purpose.SERVER_AUTH if purpose is Purpose.EV_TLS else purpose)
        return TrustRow(line, RootProgram.MOZILLA.value, sha256, purpose.value, oid, notbefore_until=end)

    bits, unknown = _known(cells[BITS].split(";"), purpose_of)
    for bit in unknown:
        yield Issue(line, BITS, "unknown trust bit", bit[:VALUE_SHOWN], False, sha256)
    purposes = [purpose for purpose in bits if purpose is not None]
    yield from map(row, purposes)
    if Purpose.SERVER_AUTH in purposes and cells[EV_POLICIES].casefold() != NOT_EV:
        oids, unknown = _known(_BETWEEN_OIDS.split(cells[EV_POLICIES]), _oid)
        for text in unknown:
            yield Issue(line, EV_POLICIES, "not an object identifier", text[:VALUE_SHOWN], False, sha256)
        for oid in oids:
            yield row(Purpose.EV_TLS, oid)
    if not purposes:
        yield Issue(line, None, "Mozilla trusts this root for nothing: nothing to store", None, False, sha256)


def _known(texts: list[str], read_one: Callable[[str], T]) -> tuple[list[T], list[str]]:
    """Return what the texts of a list mean, each once, and those that mean nothing; blanks do not count."""
    known: dict[T, None] = {}
    unknown = []
    for text in filter(None, map(str.strip, texts)):
        try:
            known[read_one(text)] = None
        except (KeyError, ValueError):
            unknown.append(text)
    return list(known), unknown


def _certificate(line: int, cells: dict[str, str]) -> Iterator[Item]:
    """Yield the certificate of one row, and what is wrong with it; neither counts as a row."""
    try:
        der = decode_cell(cells[PEM])
    except ValueError as problem:
        yield Issue(line, PEM, str(problem), cells[PEM][:VALUE_SHOWN], rejected=False)
        return
    try:
        claimed = parse_fingerprint(cells[FINGERPRINT])
    except ValueError:
        claimed = None
    yield CertificateRow(line, der, claimed, beside=True)
    if claimed not in (None, sha256_hex(der)):
        reason = "not the SHA-256 of the certificate in this row; the trust is kept for the fingerprint"
        yield Issue(line, FINGERPRINT, reason, cells[FINGERPRINT][:VALUE_SHOWN], False, sha256_hex(der))


def _fingerprint(text: str) -> str:
    try:
        return parse_fingerprint(text)
    except ValueError:
        raise ValueError(NOT_A_FINGERPRINT) from None


def _end_of_day(text: str) -> datetime | None:
    """Return the last moment of a day written `YYYY.MM.DD` or `YYYY-MM-DD`; None for a blank cell."""
    if not text:
        return None
    if not (match := _DATE.fullmatch(text)):
        raise ValueError("not a date as YYYY.MM.DD or YYYY-MM-DD")
    try:
        return datetime.combine(date(int(match[1]), int(match[3]), int(match[4])), LAST_MOMENT)
    except ValueError:
        raise ValueError("no such day") from None


def _oid(text: str) -> str:
    if not _OID.fullmatch(text):
        raise ValueError("not an object identifier")
    return text
