"""The project's own table of root trust: program, root and purpose a row, with dates of distrust.

A row whose dates cannot be read is rejected: kept without them it would say more trust than there is.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from cagraph.errors import SourceError
from cagraph.model import Purpose, parse_fingerprint
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

KIND = "root_trust"
REQUIRED = ("root_program", "sha256", "purpose")
OPTIONAL = ("ev_policy_oid", "disabled_from", "notbefore_until", "as_of")
NO_DATE = "-infinity"

_PROGRAM = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_OID = re.compile(r"[0-2](\.\d+)+")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?")


_LIMITS = {"ev_policy_oid", "disabled_from", "notbefore_until"}
_MINIMAL = {"root_program", "sha256", "purpose", "as_of"}


def recognise(head: bytes) -> bool:
    """Whether the header is of trust: a table of findings names root programs too, among other columns."""
    header = set(header_of(head))
    return "root_program" in header and (not _LIMITS.isdisjoint(header) or header <= _MINIMAL)


def read(path: Path) -> Iterator[Item]:
    """Yield a `TrustRow` or a rejecting `Issue` for each row.

    Raises:
        SourceError: a required column is missing.
    """
    line, header, rows = read_csv(path)
    if lost := missing(header, [(name,) for name in REQUIRED]):
        raise SourceError(f"{path}: looks like root trust, but has no column {', '.join(lost)}")
    names = [normal(name) for name in header]
    if len(set(names)) < len(names):
        raise SourceError(f"{path}: a column stands twice: {', '.join(names)}")
    if unknown := [name for name in names if name not in REQUIRED + OPTIONAL]:
        yield Issue(line, None, f"columns not read: {', '.join(unknown)}", rejected=False)
    for row in rows:
        if isinstance(row, CsvRow):
            yield _trust(row.line, dict(zip(names, map(str.strip, row.cells), strict=True)))
        else:
            yield row


def _trust(line: int, cells: dict[str, str]) -> TrustRow | Issue:
    """Return what one row says, or why it cannot be used."""
    field = "sha256"
    try:
        sha256 = parse_fingerprint(cells[field])
    except ValueError:
        return Issue(line, field, NOT_A_FINGERPRINT, cells[field][:VALUE_SHOWN])
    try:
        field = "root_program"
        if not _PROGRAM.fullmatch(cells[field]):
            raise ValueError("not the name of a root program in lower case")
        field = "purpose"
        if cells[field] not in set(Purpose):
            raise ValueError(f"not a purpose; one of {', '.join(Purpose)}")
        field = "ev_policy_oid"
        oid = cells.get(field) or None
        if oid and not _OID.fullmatch(oid):
            raise ValueError("not an object identifier")
        if (cells["purpose"] == Purpose.EV_TLS) != bool(oid):
            raise ValueError("a policy stands with ev_tls, and with nothing else")
        field = "disabled_from"
        disabled_from = _timestamp(cells.get(field, ""))
        field = "notbefore_until"
        notbefore_until = _timestamp(cells.get(field, ""))
        field = "as_of"
        trust_date = date.fromisoformat(cells[field]) if cells.get(field) else None
    except ValueError as problem:
        return Issue(line, field, str(problem), cells.get(field, "")[:VALUE_SHOWN], sha256=sha256)
    return TrustRow(
        line, cells["root_program"], sha256, cells["purpose"], oid, disabled_from, notbefore_until, trust_date
    )


def _timestamp(text: str) -> datetime | None:
    """Read `2019-10-01T00:00:00Z` or `2019-10-01 00:00:00` as naive UTC; `-infinity` is `datetime.min`."""
    if not text:
        return None
    if text == NO_DATE:
        return datetime.min
    if not _TIMESTAMP.fullmatch(text):
        raise ValueError("not a time as YYYY-MM-DD hh:mm:ss")
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        raise ValueError("not a time that UTC has") from None
