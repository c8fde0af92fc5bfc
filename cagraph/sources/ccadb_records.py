"""CCADB's report of all certificate records, any version: one row a record.

Reads cells into values and says which it could not read. Columns are found by `ccadb_columns`; what a
record means for a certificate is the policy's business.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from cagraph.errors import SourceError
from cagraph.model import parse_fingerprint
from cagraph.sources.ccadb_columns import AUDIT_CELLS, COLUMNS, Binding, absent, bind, looks_like_records
from cagraph.sources.csvfile import NOT_A_FINGERPRINT, VALUE_SHOWN, CsvRow, header_of, read_csv
from cagraph.sources.rows import AuditCells, Issue, Item, RecordRow

T = TypeVar("T")

KIND = "ccadb_records"
RECORD_TYPES = ("Root Certificate", "Intermediate Certificate")
EXAMPLE_OWNER = "Example CA"

_DATE = re.compile(r"(\d{4})([.-])(\d{2})\2(\d{2})")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def recognise(head: bytes) -> bool:
    """Whether the file begins with the header of a CCADB record report."""
    return looks_like_records(header_of(head))


def read(path: Path) -> Iterator[Item]:
    """Yield a `RecordRow` or a rejecting `Issue` for each row, and issues beside them.

    Raises:
        SourceError: columns without which no record can be judged are missing.
    """
    line, header, rows = read_csv(path)
    binding = bind(header)
    if binding.missing:
        names = ", ".join(binding.missing)
        raise SourceError(f"{path}: looks like CCADB records, but has no column {names}: a new version?")
    if binding.unknown:
        names = ", ".join(binding.unknown)
        yield Issue(line, None, f"columns not known, kept as they are: {names}", rejected=False)
    if silent := absent(binding):
        yield Issue(line, None, f"no column for: {', '.join(silent)}", rejected=False)
    for row in rows:
        if isinstance(row, CsvRow):
            yield from _Reader(row, binding).items()
        else:
            yield row


class _Refused(Exception):
    """The row is no record; the text says why."""

    def __init__(self, field: str, reason: str, value: str) -> None:
        super().__init__(reason)
        self.field, self.value = field, value


class _Reader:
    """Reads the cells of one row; collects an issue for each that does not hold what it should."""

    def __init__(self, row: CsvRow, binding: Binding) -> None:
        self._line = row.line
        self._cells = [_clean(cell) for cell in row.cells]
        self._binding = binding
        self._issues: list[Issue] = []

    def items(self) -> Iterator[Item]:
        """Yield the record and its issues, or its rejection."""
        try:
            record = self._record()
        except _Refused as refusal:
            yield Issue(
                self._line,
                refusal.field,
                str(refusal),
                refusal.value[:VALUE_SHOWN],
                sha256=_fingerprint_or_none(self._text("sha256")),
            )
            return
        yield record
        yield from self._issues

    def _record(self) -> RecordRow:
        values: dict[str, Any] = {field: self._text(field) or None for field in COLUMNS}
        values |= self._identity()
        values["parent_sha256"] = self._read("parent_sha256", parse_fingerprint)
        for field in ("valid_from", "valid_to"):
            values[field] = self._read(field, _date)
        for field in ("authority_key_id", "subject_key_id"):
            values[field] = self._read(field, _key_id)
        for field in ("root_trust_bits", "root_ev_oids", "derived_trust_bits"):
            values[field] = split_list(self._text(field))
        for field in _BOOLEAN_FIELDS:
            values[field] = self._read(field, _boolean)
        other = {name: self._cells[at] for name, at in self._binding.other.items() if self._cells[at]}
        return RecordRow(line=self._line, audits=self._audits(), other=other, **values)

    def _identity(self) -> dict[str, str]:
        """Return the fields without which there is no record."""
        owner, record_type, fingerprint = map(self._text, ("ca_owner", "record_type", "sha256"))
        if owner == EXAMPLE_OWNER:
            raise _Refused("CA Owner", "CCADB's own example, not a record", owner)
        try:
            sha256 = parse_fingerprint(fingerprint)
        except ValueError:
            raise _Refused("SHA-256 Fingerprint", NOT_A_FINGERPRINT, fingerprint) from None
        for field in ("ca_owner", "salesforce_id", "record_type"):
            if not self._text(field):
                raise _Refused(COLUMNS[field][0], "is blank", "")
        if record_type not in RECORD_TYPES:
            self._note(COLUMNS["record_type"][0], f"neither {' nor '.join(RECORD_TYPES)}", record_type)
        return {"ca_owner": owner, "record_type": record_type, "sha256": sha256}

    def _audits(self) -> tuple[AuditCells, ...]:
        """Return the audit kinds that are not wholly blank."""
        audits = []
        for kind, columns in self._binding.audits.items():
            texts = {cell: self._cells[at] for cell, at in columns.items()}
            if not any(texts.values()):
                continue
            dates = {}
            for cell in ("statement_date", "period_start", "period_end"):
                dates[cell] = self._convert(f"{kind} Audit {AUDIT_CELLS[cell]}", texts[cell], _date)
            audits.append(AuditCells(kind, texts["url"] or None, texts["type"] or None, **dates))
        return tuple(audits)

    def _text(self, field: str) -> str:
        """Return the cell of a field; blank where the file has no such column."""
        at = self._binding.fields.get(field)
        return "" if at is None else self._cells[at]

    def _read(self, field: str, convert: Callable[[str], T]) -> T | None:
        return self._convert(COLUMNS[field][0], self._text(field), convert)

    def _convert(self, name: str, text: str, convert: Callable[[str], T]) -> T | None:
        """Return the value of a cell; None for a blank one and, with an issue, for one that has none."""
        if not text:
            return None
        try:
            return convert(text)
        except ValueError as problem:
            self._note(name, str(problem), text)
            return None

    def _note(self, name: str, reason: str, value: str) -> None:
        sha256 = _fingerprint_or_none(self._text("sha256"))
        self._issues.append(
            Issue(self._line, name, reason, value[:VALUE_SHOWN], rejected=False, sha256=sha256)
        )


_BOOLEAN_FIELDS = (
    "technically_constrained",
    "audits_same_as_parent",
    "tls_capable",
    "tls_ev_capable",
    "code_signing_capable",
    "smime_capable",
)


def split_list(text: str) -> tuple[str, ...]:
    """Return the entries of a `;`-joined cell."""
    return tuple(entry for part in text.split(";") if (entry := part.strip()))


def _clean(cell: str) -> str:
    # The same cell from a CRLF and from an LF file is the same cell, or a record would get two versions.
    return cell.replace("\r\n", "\n").strip()


def _fingerprint_or_none(text: str) -> str | None:
    try:
        return parse_fingerprint(text)
    except ValueError:
        return None


def _date(text: str) -> date:
    """Read `YYYY.MM.DD` (CCADB) or `YYYY-MM-DD` (its mirrors). Anything else could be read two ways."""
    if not (match := _DATE.fullmatch(text)):
        raise ValueError("not a date as YYYY.MM.DD or YYYY-MM-DD")
    try:
        return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        raise ValueError("no such day") from None


def _boolean(text: str) -> bool:
    if (value := _BOOLEANS.get(text.casefold())) is None:
        raise ValueError("neither true nor false")
    return value


def _key_id(text: str) -> str:
    """Read a base64 key identifier as lower-case hex."""
    try:
        return base64.b64decode(text, validate=True).hex()
    except binascii.Error:
        raise ValueError("not base64") from None
