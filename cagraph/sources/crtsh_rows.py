"""What crt.sh's database answers to the questions of `crtsh_sql`, read into rows as crt.sh says them.

Every row of an answer is one `PeerRow` or one rejecting `Issue`; the certificates come beside theirs, for
their facts are read from their own bytes. Knows how an answer is kept, not how it was asked.

crt.sh empties `ca_trust_purpose` and fills it again every ten minutes. Each page of it is of one generation,
but two pages may be of two: what is said of one CA is of one generation, unless its rows were cut between
two pages.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from cagraph.errors import SourceError
from cagraph.model import parse_fingerprint, sha256_hex
from cagraph.sources.rows import CertificateRow, Issue, Item, PeerRow
from cagraph.sources.sql_body import VALUE_SHOWN, Head, Row, head_of, read_body

KIND = "crtsh_rows"

Cell = Callable[[Any], object]
"""Takes a value of an answer as a column of ours, or raises ValueError."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?")


def _integer(bits: int) -> Cell:
    def cell(value: Any) -> int:
        if type(value) is not int or not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise ValueError(f"not a whole number of {bits} bits")
        return value

    return cell


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    return value


def _number_in_text(value: Any) -> int:
    """Read a numeric(n, 0), which is longer than a JSON number may be elsewhere."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,37}", value):
        raise ValueError("not a whole number of up to 37 digits")
    return int(value)


def _moment(value: Any) -> datetime:
    """Read a time; `datetime.min` and `datetime.max` are PostgreSQL's two infinities."""
    if value in ("-infinity", "infinity"):
        return datetime.min if value == "-infinity" else datetime.max
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("not a time as YYYY-MM-DDThh:mm:ss")
    return datetime.fromisoformat(value)


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


def _fingerprint(value: Any) -> str:
    return parse_fingerprint(_bytes(value).hex())


def _hex(value: Any) -> str:
    return _bytes(value).hex()


def _or_null(cell: Cell) -> Cell:
    return lambda value: None if value is None else cell(value)


ID, NUMBER = _integer(64), _integer(32)
_MAYBE_ID, _MAYBE_NUMBER, _MAYBE_TEXT = _or_null(ID), _or_null(NUMBER), _or_null(_text)
_MAYBE_BOOLEAN, _MAYBE_MOMENT = _or_null(_boolean), _or_null(_moment)


class Shape(NamedTuple):
    """The table that the rows of a query go to, and the columns of an answer."""

    table: str
    cells: Mapping[str, Cell]


_CERTIFICATE = Shape(
    "crtsh_certificate",
    {
        "certificate_id": ID,
        "ca_id": _MAYBE_ID,
        "issuer_ca_id": _MAYBE_ID,
        "certificate": _bytes,
    },
)
_DISCLOSURE = Shape(
    "crtsh_disclosure",
    {
        "certificate_id": _MAYBE_ID,
        "sha256": _or_null(_fingerprint),
        "ccadb_record_id": _MAYBE_TEXT,
        "parent_certificate_id": _MAYBE_ID,
        "mozilla_status": _MAYBE_TEXT,
        "chrome_status": _MAYBE_TEXT,
        "apple_status": _MAYBE_TEXT,
        "microsoft_status": _MAYBE_TEXT,
    },
)
_TRUST_KEY = {"trust_context_id": NUMBER, "trust_purpose_id": NUMBER}
_TRUST_LIMITS = {"disabled_from": _MAYBE_MOMENT, "notbefore_until": _MAYBE_MOMENT}

SHAPES: Mapping[str, Shape] = {
    "certificates": _CERTIFICATE,
    "certificates_of_cas": _CERTIFICATE,
    "trusted_cas": Shape("crtsh_trusted_ca", {"ca_id": ID}),
    "root_trust": Shape("crtsh_root_trust", {"certificate_id": ID, **_TRUST_KEY, **_TRUST_LIMITS}),
    "ca_trust": Shape(
        "crtsh_ca_trust",
        {
            "ca_id": ID,
            **_TRUST_KEY,
            "shortest_chain": _MAYBE_NUMBER,
            "path_len_constraint": _MAYBE_NUMBER,
            "is_time_valid": _MAYBE_BOOLEAN,
            "all_chains_technically_constrained": _MAYBE_BOOLEAN,
            "all_chains_revoked_in_salesforce": _MAYBE_BOOLEAN,
            "all_chains_revoked_via_onecrl": _MAYBE_BOOLEAN,
            "all_chains_revoked_via_crlset": _MAYBE_BOOLEAN,
            "all_chains_revoked_via_disallowedstl": _MAYBE_BOOLEAN,
            **_TRUST_LIMITS,
        },
    ),
    "certificate_trust": Shape("crtsh_certificate_trust", {"certificate_id": ID, **_TRUST_KEY}),
    "disclosures": _DISCLOSURE,
    "disclosures_unknown": _DISCLOSURE,
    "revocations": Shape(
        "crtsh_revocation",
        {
            "certificate_id": ID,
            "onecrl": _boolean,
            "crlset_entry": _MAYBE_TEXT,
            "disallowed_hash": _or_null(_hex),
            "crl_revoked_at": _MAYBE_MOMENT,
            "crl_reason": _MAYBE_NUMBER,
            "crl_last_seen": _MAYBE_MOMENT,
        },
    ),
    "buckets": Shape("crtsh_bucket", {"bucket": ID, "rows_there": ID, "sum_there": _number_in_text}),
}
"""Every query whose answer has rows for the warehouse, by its name."""


def fits(head: Head) -> bool:
    """Whether an answer is to a query that is known, with the columns that it asks for."""
    shape = SHAPES.get(head.query)
    return shape is not None and set(head.columns) in (set(), set(shape.cells))


def recognise(head: bytes) -> bool:
    """Whether the first line names one of the queries."""
    first = head_of(head.partition(b"\n")[0] + b"\n")
    return first is not None and fits(first)


def read(path: Path) -> Iterator[Item]:
    """Yield a `PeerRow` or a rejecting `Issue` for each row, and certificates beside theirs.

    Raises:
        SourceError: it is no answer to any of the queries.
    """
    head, rows = read_body(path)
    if not fits(head):
        raise SourceError(f"{path}: answers no query that is known")
    shape = SHAPES[head.query]
    for row in rows:
        if isinstance(row, Row):
            yield from _items(row.line, shape, dict(zip(head.columns, row.values, strict=True)))
        else:
            yield row


def _items(line: int, shape: Shape, values: dict[str, Any]) -> Iterator[Item]:
    """Yield what one row says."""
    taken: dict[str, object] = {}
    for name, cell in shape.cells.items():
        try:
            taken[name] = cell(values[name])
        except ValueError as problem:
            yield Issue(line, name, str(problem), str(values[name])[:VALUE_SHOWN])
            return
    if shape is not _CERTIFICATE:
        yield PeerRow(line, shape.table, taken)
        return
    der = taken.pop("certificate")
    assert isinstance(der, bytes)
    yield PeerRow(line, shape.table, {**taken, "sha256": sha256_hex(der)})
    yield CertificateRow(line, der, beside=True)
