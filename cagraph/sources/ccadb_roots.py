"""CCADB's report of included roots: which program trusts which root for what, a row a root.

One row gives a `TrustRow` for each program and purpose. A root that no program includes gives a
non-rejecting `Issue` that names it, so that every row of the source is accounted for.
"""

from collections.abc import Iterator
from pathlib import Path

from cagraph.errors import SourceError
from cagraph.model import Purpose, RootProgram, parse_fingerprint
from cagraph.sources.csvfile import (
    NOT_A_FINGERPRINT,
    VALUE_SHOWN,
    CsvRow,
    header_of,
    missing,
    normal,
    read_csv,
)
from cagraph.sources.rows import Issue, Item, TrustRow
from cagraph.sources.trust_bits import purpose_of

KIND = "ccadb_roots"
INCLUDED = "included"
FINGERPRINT = ("SHA-256 Fingerprint", "SHA-256")
STATUSES = {
    RootProgram.APPLE: ("Apple Status",),
    RootProgram.CHROME: ("Chrome Status", "Google Chrome Status"),
    RootProgram.MICROSOFT: ("Microsoft Status",),
    RootProgram.MOZILLA: ("Mozilla Status",),
}
BITS = {
    RootProgram.APPLE: ("Apple Trust Bits",),
    RootProgram.MICROSOFT: ("Microsoft EKUs", "Microsoft EKUs For DTBs"),
    RootProgram.MOZILLA: ("Mozilla Trust Bits",),
}
"""Chrome has no column: it includes roots for server authentication alone."""


def recognise(head: bytes) -> bool:
    """Whether the header has a column of trust bits beside a CA owner."""
    header = header_of(head)
    bits = {normal(name) for names in BITS.values() for name in names}
    return normal("CA Owner") in header and not bits.isdisjoint(header)


def read(path: Path) -> Iterator[Item]:
    """Yield the `TrustRow`s of each row or a rejecting `Issue`, and issues beside them.

    Raises:
        SourceError: a program's column or the fingerprint is missing.
    """
    _, header, rows = read_csv(path)
    if lost := missing(header, (FINGERPRINT, *STATUSES.values(), *BITS.values())):
        raise SourceError(f"{path}: looks like CCADB included roots, but has no column {', '.join(lost)}")
    position = {normal(name): at for at, name in reversed(list(enumerate(header)))}
    for row in rows:
        if isinstance(row, CsvRow):
            yield from _root(row, position)
        else:
            yield row


def _root(row: CsvRow, position: dict[str, int]) -> Iterator[Item]:
    """Yield what one row says: who trusts this root, and for what."""

    def cell(names: tuple[str, ...]) -> str:
        at = next(position[normal(name)] for name in names if normal(name) in position)
        return row.cells[at].strip()

    try:
        sha256 = parse_fingerprint(cell(FINGERPRINT))
    except ValueError:
        yield Issue(row.line, FINGERPRINT[0], NOT_A_FINGERPRINT, cell(FINGERPRINT)[:VALUE_SHOWN])
        return
    trusted = False
    for program, status in STATUSES.items():
        if cell(status).casefold() != INCLUDED:
            continue
        bits = cell(BITS[program]).split(";") if program in BITS else [Purpose.SERVER_AUTH.value]
        purposes: dict[Purpose, None] = {}
        for bit in filter(None, map(str.strip, bits)):
            try:
                purpose = Purpose.SERVER_AUTH if program not in BITS else purpose_of(bit)
            except KeyError:
                field = BITS[program][0]
                yield Issue(row.line, field, "unknown trust bit", bit[:VALUE_SHOWN], False, sha256)
                continue
            if purpose is not None:
                purposes[purpose] = None
        for purpose in purposes:
            trusted = True
            yield TrustRow(row.line, program.value, sha256, purpose.value)
    if not trusted:
        yield Issue(row.line, None, "no program trusts this root: nothing to store", None, False, sha256)
