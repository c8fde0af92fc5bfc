"""The body of an answer to a SQL page: lines of JSON, of which a cut one is told from an empty one.

    {"query": "certificates", "columns": ["certificate_id", "certificate"]}      no columns where no rows
    [500, "MIIB…"]                                                               a row; bytes in base64
    {"rows": 1}                                                                  the end: how many there were

Knows neither what a query asks nor where the rows come from.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cagraph.errors import SourceError
from cagraph.sources.jsonfile import parse_json
from cagraph.sources.lines import LINE_LIMIT, Line, bounded_lines, too_long
from cagraph.sources.rows import Issue, Truncated

VALUE_SHOWN = 200


class Head(NamedTuple):
    """The first line: the name of the query, and the columns that it answered with."""

    query: str
    columns: tuple[str, ...]


class Row(NamedTuple):
    """One row of an answer; as many values as the head has columns."""

    line: int
    values: list[Any]


def head_line(query: str, columns: Sequence[str]) -> bytes:
    """Return the first line of a body."""
    return _line({"query": query, "columns": list(columns)})


def row_line(values: Sequence[object]) -> bytes:
    """Return the line of one row.

    Raises:
        ValueError: a value has no form in JSON.
    """
    return _line(list(values))


def end_line(rows: int) -> bytes:
    """Return the last line of a body."""
    return _line({"rows": rows})


def head_of(line: bytes) -> Head | None:
    """Return what a first line says, if it is the first line of such a body."""
    if not line.startswith(b'{"query":') or not line.endswith(b"\n"):
        return None
    try:
        value = parse_json(line)
    except ValueError:
        return None
    query, columns = value.get("query"), value.get("columns")
    if not isinstance(query, str) or not isinstance(columns, list):
        return None
    return Head(query, tuple(map(str, columns)))


def read_body(path: Path) -> tuple[Head, Iterator[Row | Issue | Truncated]]:
    """Return the head, and an iterator over the rows: each a `Row` or a rejecting `Issue`.

    The last thing is `Truncated` if the body does not end with the line that says how many rows it has.

    Raises:
        SourceError: it does not begin like such a body.
    """
    lines = bounded_lines(path)
    first = next(lines, None)
    head = head_of(first.data) if first else None
    if head is None:
        raise SourceError(f"{path}: is no answer of a database: its first line names no query")
    return head, _rows(lines, len(head.columns))


def _rows(lines: Iterator[Line], width: int) -> Iterator[Row | Issue | Truncated]:
    """Yield every row, and whether they are all there."""
    last = 1
    for rows, line in enumerate(lines):
        last = line.number
        if line.data.startswith(b"{"):
            if line.data == end_line(rows) and next(lines, None) is None:
                return
            break
        yield _row(line, width)
    yield Truncated(last)


def _row(line: Line, width: int) -> Row | Issue:
    """Return one line as a row, or why it is none."""
    if line.too_long:
        return Issue(line.number, None, too_long(LINE_LIMIT))
    try:
        values = parse_json(line.data)
    except ValueError as problem:
        return _refused(line, f"not JSON: {problem}")
    if not isinstance(values, list):
        return _refused(line, "not a row: no JSON array")
    if len(values) != width:
        return _refused(line, f"{len(values)} values where there are {width} columns")
    return Row(line.number, values)


def _refused(line: Line, reason: str) -> Issue:
    return Issue(line.number, None, reason, line.data[:VALUE_SHOWN].decode("utf-8", "replace"))


def _line(value: object) -> bytes:
    text = json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8") + b"\n"


def _plain(value: object) -> str:
    """Return a value that JSON lacks as text."""
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise ValueError(f"a value of type {type(value).__name__} cannot be kept")
