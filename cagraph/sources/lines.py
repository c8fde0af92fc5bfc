"""Reads a file line by line in constant memory, however long its lines are.

Knows neither CSV nor PEM: it cuts at line feeds, counts, and says where a line was too long to keep.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LINE_LIMIT = 4 * 1024 * 1024
"""The longest line that is read as a whole, in bytes; real ones stay under 200 KiB."""
HEAD_KEPT = 64 * 1024


class Line(NamedTuple):
    """One physical line with its line feed. Of one that is `too_long` only the beginning is kept."""

    number: int
    data: bytes
    too_long: bool = False


def bounded_lines(path: Path, limit: int = LINE_LIMIT) -> Iterator[Line]:
    """Yield the lines of a file; a byte order mark at its start is dropped."""
    with path.open("rb") as file:
        number = 0
        while data := file.readline(limit + 1):
            number += 1
            if number == 1:
                data = data.removeprefix(b"\xef\xbb\xbf")
            if len(data) <= limit or data.endswith(b"\n"):
                yield Line(number, data)
                continue
            head, rest = data[:HEAD_KEPT], data
            while rest and not rest.endswith(b"\n"):
                rest = file.readline(limit + 1)
            yield Line(number, head, too_long=True)


def too_long(limit: int) -> str:
    """Return the reason that an issue gives for a line or row beyond `limit` bytes."""
    return f"longer than {limit:,} bytes: not read"
