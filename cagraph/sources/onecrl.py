"""OneCRL, Mozilla's list of revoked CA certificates: the records of its Remote Settings collection in JSON.

An entry names its certificates by issuer and serial number or, where those are blank, by subject and key, as
Firefox reads it. `enabled` is not looked at: Firefox does not, and Mozilla's own tool (OneCRL-Tools,
ccadb2OneCRL) writes new entries with false. `last_modified` is no day of revocation, for entries are written
again in bulk. The `line` of an entry is its ordinal number.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cagraph.errors import SourceError
from cagraph.sources.csvfile import VALUE_SHOWN
from cagraph.sources.jsonfile import load_json
from cagraph.sources.rows import Issue, Item, RevocationRow
from cagraph.x509.der import SEQUENCE, element
from cagraph.x509.names import name_id
from cagraph.x509.outline import first_line, signed_hex

KIND = "onecrl"
LISTED_BY = "onecrl"
FIELD = "data"
LONGEST = 16 * 1024
"""Characters of one value; a name takes a few hundred."""
_BEGIN = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"data"\s*:\s*\[')
_NAMED_BY = (b'"issuerName"', b'"pubKeyHash"')


class _Unusable(Exception):
    """A value of an entry that cannot be used: the field, why, and what stood there."""

    def __init__(self, field: str, reason: str, value: object) -> None:
        super().__init__(reason)
        self.field, self.reason, self.value = field, reason, value


def recognise(head: bytes) -> bool:
    """Whether the file begins with a list of records in JSON that name certificates as OneCRL does."""
    return _BEGIN.match(head) is not None and any(key in head for key in _NAMED_BY)


def entries(value: Any) -> list[Any]:
    """Return the records in the whole answer, unread.

    Raises:
        ValueError: it has no list of them.
    """
    found = value.get(FIELD) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise ValueError("no list of records under `data`")
    return found


def read(path: Path) -> Iterator[Item]:
    """Yield a `RevocationRow` or a rejecting `Issue` for each entry, and issues beside them.

    Raises:
        SourceError: the file is no whole list.
    """
    try:
        found = entries(load_json(path))
    except ValueError as problem:
        raise SourceError(f"{path}: {problem}") from None
    for line, entry in enumerate(found, start=1):
        yield from _items(line, entry)


def _items(line: int, entry: Any) -> Iterator[Item]:
    """Yield what one entry says."""
    if not isinstance(entry, dict):
        yield _issue(line, _Unusable(FIELD, "not an object", entry), rejected=True)
        return
    try:
        named = _named(entry)
    except _Unusable as problem:
        yield _issue(line, problem, rejected=True)
        return
    details = entry.get("details")
    details = details if isinstance(details, dict) else {}
    created = None
    try:
        created = _moment("created", details.get("created"))
    except _Unusable as problem:
        yield _issue(line, problem, rejected=False)
    yield RevocationRow(
        line=line,
        listed_by=LISTED_BY,
        revoked_at=created,
        reference=_plain(details.get("bug")) or _plain(entry.get("id")),
        **named,
    )


def _named(entry: dict[str, Any]) -> dict[str, str]:
    """Return which certificates an entry names, as columns.

    Raises:
        _Unusable: it names none, or one of its values cannot be read.
    """
    if entry.get("issuerName") and entry.get("serialNumber"):
        serial = _decoded(entry, "serialNumber")
        return {
            "issuer_name_id": _name(entry, "issuerName"),
            "serial": signed_hex(int.from_bytes(serial, signed=True)),
        }
    if entry.get("subject") and entry.get("pubKeyHash"):
        digest = _decoded(entry, "pubKeyHash")
        if len(digest) != 32:
            raise _Unusable("pubKeyHash", "not a SHA-256", entry["pubKeyHash"])
        return {"subject_name_id": _name(entry, "subject"), "spki_sha256": digest.hex()}
    raise _Unusable(FIELD, "names neither issuer and serial number nor subject and key", ", ".join(entry))


def _name(entry: dict[str, Any], field: str) -> str:
    """Return the identity of a name."""
    from cagraph.x509.tolerant import read_name

    der = _decoded(entry, field)
    try:
        tag, _, end = element(der, 0, len(der))
        if tag != SEQUENCE or end != len(der):
            raise ValueError("not one SEQUENCE")
        return name_id(read_name(der))
    except (ValueError, IndexError) as problem:
        raise _Unusable(field, f"not a name in DER: {first_line(problem)}", entry[field]) from None


def _decoded(entry: dict[str, Any], field: str) -> bytes:
    """Return the bytes of a value; some real ones lack their padding or have a blank at the end."""
    text = entry[field]
    if not isinstance(text, str) or len(text) > LONGEST:
        raise _Unusable(field, f"not a text of up to {LONGEST:,} characters", text)
    text = text.strip()
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise _Unusable(field, f"broken base64: {problem}", text) from None
    if not decoded:
        raise _Unusable(field, "is blank", text)
    return decoded


def _moment(field: str, value: Any) -> datetime | None:
    """Return a time as UTC, naive; None where none is given."""
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise _Unusable(field, "not a time", value) from None


def _plain(value: Any) -> str | None:
    """Return a text that a person can look up, or None."""
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        return None
    return value.strip() or None


def _issue(line: int, problem: _Unusable, *, rejected: bool) -> Issue:
    # Of anything but a text the type is shown: it may be of any depth.
    shown = problem.value if isinstance(problem.value, str) else type(problem.value).__name__
    return Issue(line, problem.field, problem.reason, shown[:VALUE_SHOWN], rejected=rejected)
