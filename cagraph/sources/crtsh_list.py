"""crt.sh's list of the certificates on a key, as JSON (`?spkisha256=…&output=json`).

The `line` of an entry is its ordinal number. What crt.sh says is kept as it says it; the numbers in it
are crt.sh's own. An empty list is an answer too, but nothing in it says what it is a list of.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from cagraph.errors import SourceError
from cagraph.model import parse_fingerprint
from cagraph.sources.csvfile import VALUE_SHOWN
from cagraph.sources.jsonfile import load_json
from cagraph.sources.rows import Issue, Item, PeerRow

KIND = "crtsh_list"
TABLE = "crtsh_listed"
KEYS = (
    "issuer_ca_id",
    "issuer_name",
    "name_value",
    "id",
    "entry_timestamp",
    "not_before",
    "not_after",
    "serial_number",
)
"""What every entry has, with a value or null."""

_BEGIN = re.compile(rb"(\xef\xbb\xbf)?\s*\[\s*\{")
_TIMES = ("not_before", "not_after", "entry_timestamp")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?", re.ASCII)
_SERIAL = re.compile(r"([0-9a-f]{2}){1,64}", re.IGNORECASE)
_BIGINT = 2**63


def recognise(head: bytes) -> bool:
    """Whether the file begins a list of objects that have crt.sh's names."""
    return _BEGIN.match(head) is not None and all(b'"%s"' % key.encode() in head for key in KEYS)


def read(path: Path) -> Iterator[Item]:
    """Yield a `PeerRow` or a rejecting `Issue` for each entry, and issues beside them.

    Raises:
        SourceError: the file is no whole list.
    """
    entries = load_json(path)
    if not isinstance(entries, list):
        raise SourceError(f"{path}: no list as crt.sh gives it")
    for number, entry in enumerate(entries, start=1):
        yield from _Entry(number, entry).items()


class _Entry:
    """Reads one entry; collects an issue for each value that is not what it should be."""

    def __init__(self, number: int, entry: Any) -> None:
        self._number = number
        self._entry = entry
        self._issues: list[Issue] = []

    def items(self) -> Iterator[Item]:
        """Yield the entry and its issues, or its rejection."""
        if not isinstance(self._entry, dict):
            yield self._issue(None, "not an object", self._entry, rejected=True)
            return
        certificate_id, key = self._number_at("id"), _fingerprint(self._entry.get("name_value"))
        if certificate_id is None:
            yield self._issue("id", "not a number of a certificate", self._entry.get("id"), rejected=True)
        elif key is None:
            value = self._entry.get("name_value")
            yield self._issue("name_value", "not the SHA-256 of a key", value, rejected=True)
        else:
            yield PeerRow(self._number, TABLE, self._values(certificate_id, key))
            yield from self._issues

    def _values(self, certificate_id: int, key: str) -> dict[str, object]:
        times = {name: self._time(name) for name in _TIMES}
        return {
            "certificate_id": certificate_id,
            "spki_sha256": key,
            "issuer_ca_id": self._value("issuer_ca_id", self._number_at("issuer_ca_id")),
            "issuer_name": self._value("issuer_name", self._text("issuer_name")),
            "serial": self._value("serial_number", self._serial()),
            **times,
        }

    def _value(self, name: str, value: object) -> object:
        """Return a value that was read; where there is none, say so."""
        if value is None:
            self._note(name, "missing, or not what it should be")
        return value

    def _number_at(self, name: str) -> int | None:
        value = self._entry.get(name)
        return value if type(value) is int and -_BIGINT <= value < _BIGINT else None

    def _text(self, name: str) -> str | None:
        value = self._entry.get(name)
        return value if isinstance(value, str) else None

    def _serial(self) -> str | None:
        """Return the serial number as the project writes it: crt.sh shows the octets of the INTEGER."""
        text = self._text("serial_number")
        if text is None or not _SERIAL.fullmatch(text):
            return None
        return f"{int.from_bytes(bytes.fromhex(text), signed=True):x}"

    def _time(self, name: str) -> datetime | None:
        """Return a time in UTC, as crt.sh writes it without saying so; null is no time and no issue."""
        value = self._entry.get(name)
        if value is None:
            if name not in self._entry:
                self._note(name, "missing")
            return None
        try:
            if not _TIME.fullmatch(value):
                raise ValueError
            return datetime.fromisoformat(value)
        except (TypeError, ValueError):
            self._note(name, "not a time as YYYY-MM-DDThh:mm:ss")
            return None

    def _note(self, name: str, reason: str) -> None:
        self._issues.append(self._issue(name, reason, self._entry.get(name), rejected=False))

    def _issue(self, name: str | None, reason: str, value: Any, *, rejected: bool) -> Issue:
        shown = value if isinstance(value, str) else repr(value)
        return Issue(self._number, name, reason, shown[:VALUE_SHOWN], rejected)


def _fingerprint(value: Any) -> str | None:
    try:
        return parse_fingerprint(value) if isinstance(value, str) else None
    except ValueError:
        return None
