"""The one shape that every answer has on its way out: columns, rows, perhaps a title and notes.

Knows how a value of DuckDB's becomes a plain one (text, number, list), and no output format.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = Sequence[Any]
Plain = str | int | float | bool | list[Any] | dict[str, Any] | None

_CHUNK = 10_000


@dataclass(slots=True)
class Table:
    """Columns and rows. `rows` may be read once only; `types` are DuckDB's, where the rows come from it."""

    columns: Sequence[str]
    rows: Iterable[Row]
    title: str | None = None
    notes: list[str] = field(default_factory=list)
    types: Sequence[str] | None = None

    @classmethod
    def from_cursor(
        cls, cursor: "DuckDBPyConnection", title: str | None = None, *, stream: bool = False
    ) -> "Table":
        """Take what `connection.execute(…)` returned.

        With `stream` the rows are fetched while they are written, for answers of any size. The connection
        must then stay open, and run nothing else, until they are.
        """
        description = cursor.description or []
        return cls(
            columns=[column[0] for column in description],
            rows=_chunks(cursor) if stream else cursor.fetchall(),
            title=title,
            types=[str(column[1]) for column in description],
        )


def _chunks(cursor: "DuckDBPyConnection") -> Iterator[Row]:
    while chunk := cursor.fetchmany(_CHUNK):
        yield from chunk


def plain(value: Any) -> Plain:  # noqa: PLR0911 - one line a kind of value
    """Return `value` as text, number, boolean, None, or a list or dict of these.

    Times are ISO 8601 in UTC, bytes are hex; what is not a number (NaN, infinite) is None.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            return _timestamp(value)
        case date():
            return _infinite(value, date.min, date.max) or value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case Decimal():
            return _decimal(value)
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {_key(key): plain(item) for key, item in value.items()}
        case _:
            return str(value)


def text(value: Any) -> str | None:
    """Return `value` as one text: a list joined with `;`, what is nested deeper as JSON; None stays None."""
    match plain(value):
        case None:
            return None
        case bool(flag):
            return "true" if flag else "false"
        case list(items) if not any(isinstance(item, dict | list) for item in items):
            return ";".join("" if (part := text(item)) is None else part for item in items)
        case (dict() | list()) as nested:
            return json.dumps(nested, ensure_ascii=False)
        case other:
            return str(other)


def _timestamp(value: datetime) -> str:
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return _infinite(value, datetime.min, datetime.max) or value.isoformat() + "Z"


def _infinite(value: Any, lowest: Any, highest: Any) -> str | None:
    # DuckDB's own -infinity and infinity arrive in Python as the least and greatest value.
    if value == lowest:
        return "-infinity"
    return "infinity" if value == highest else None


def _decimal(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value():
        return int(value)
    # A float where it says the same; else text, rather than digits lost without a word.
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def _key(value: Any) -> str:
    return text(value) or ""
