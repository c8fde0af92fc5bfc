"""Reads CSV into a header and rows, with the physical line each row starts on, and survives damage.

Every row comes out once: whole, or as a rejecting `Issue`. After a broken quotation it finds the next
line that is a row by itself, so that one lost quote does not swallow its neighbours. Knows the rules of
CSV only: what a column means is for the formats that use it.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cagraph.errors import SourceError
from cagraph.sources.lines import LINE_LIMIT, Line, bounded_lines, too_long
from cagraph.sources.rows import Issue, Truncated

VALUE_SHOWN = 200
GIVE_BACK_LIMIT = 32 * 1024 * 1024
"""Bytes of one file that are read again after broken rows."""
NOT_A_FINGERPRINT = "not a SHA-256 fingerprint (64 hex digits)"
_FINGERPRINT = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{64}(?![0-9A-Fa-f])")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row as wide as the header; `line` is the physical line it starts on."""

    line: int
    cells: list[str]


CsvItem = CsvRow | Issue | Truncated


class _BrokenRow(Exception):
    """A row that cannot be used; the text says why. `cut`: as the file's last row, it was cut off."""

    def __init__(self, reason: str, *, cut: bool = False) -> None:
        super().__init__(reason)
        self.cut = cut


def normal(name: str) -> str:
    """Return a column name as it is compared: case, `?` and repeated blanks do not count."""
    return _BLANKS.sub(" ", name.replace("?", " ")).strip().casefold()


def header_of(head: bytes) -> list[str]:
    """Return the normal column names in the first row of a file's head; empty if it has no such row."""
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip("\r\n")
    try:
        cells = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:
        return []
    return [normal(cell) for cell in cells]


def read_csv(path: Path, limit: int = LINE_LIMIT) -> tuple[int, list[str], Iterator[CsvItem]]:
    """Return the header's line, the header without trailing blank names, and an iterator over the rest.

    Raises:
        SourceError: there is no header to go by.
    """
    # The csv module's own limit is 128 KiB a cell and holds for the whole process: it is only raised.
    csv.field_size_limit(max(csv.field_size_limit(), limit + 1))
    feeder = _Feeder(bounded_lines(path, limit), limit)
    try:
        header = feeder.row()
    except _BrokenRow as problem:
        raise SourceError(f"{path}: the header row cannot be read: {problem}") from None
    if header is None:
        raise SourceError(f"{path}: has no header row")
    while header and not header[-1].strip():
        header.pop()
    return feeder.taken[0].number, header, _rows(feeder, len(header))


def _rows(feeder: "_Feeder", width: int) -> Iterator[CsvItem]:
    """Yield every row after the header; the last thing is `Truncated` if the file ends inside one."""
    cut: Truncated | None = None
    while True:
        try:
            cells = feeder.row()
            if cells is None:
                break
            row = CsvRow(feeder.taken[0].number, _fit(cells, width))
            cut = Truncated(row.line, sure=False) if feeder.last_cell_may_be_cut(len(cells), width) else None
            yield from feeder.notes()
            yield row
        except _BrokenRow as problem:
            resumed = feeder.resume(width)
            cut = Truncated(feeder.taken[0].number) if problem.cut and not resumed else None
            yield feeder.issue(str(problem))
    if cut is not None:
        yield cut


def _fit(cells: list[str], width: int) -> list[str]:
    """Return a row's cells without the blank ones that trailing commas add; `_BrokenRow` if that fails."""
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        raise _BrokenRow(f"{len(cells)} cells where the header has {width}", cut=len(cells) < width)
    return cells[:width]


class _Feeder:
    """Hands lines to the csv module and remembers which ones the current row took."""

    def __init__(self, lines: Iterator[Line], limit: int) -> None:
        self._lines = lines
        self._given_back = 0
        self._limit = limit
        self._returned: deque[Line] = deque()
        self._size = 0
        self.taken: list[Line] = []

    def row(self) -> list[str] | None:
        """Return the cells of the next row that is not blank, or None at the end of the file."""
        while True:
            self.taken = []
            self._size = 0
            # strict: a quote in the wrong place is damage, never data.
            reader = csv.reader(self._texts(), strict=True)
            try:
                cells = next(reader)
            except StopIteration:
                return None
            except csv.Error as problem:
                if "unexpected end of data" in str(problem):
                    raise _BrokenRow("the file ends inside a quoted cell", cut=True) from None
                raise _BrokenRow(f"not CSV: {problem}") from None
            if len(cells) > 1 or (cells and cells[0].strip()):
                return cells

    def _texts(self) -> Iterator[str]:
        """Yield lines as text for as long as the row goes on."""
        while (line := self._next()) is not None:
            self._size += len(line.data)
            if line.too_long or self._size > self._limit:
                if self.taken:
                    self._returned.appendleft(line)
                else:
                    self.taken.append(line)
                raise _BrokenRow(too_long(self._limit))
            self.taken.append(line)
            yield _text(line)

    def _next(self) -> Line | None:
        return self._returned.popleft() if self._returned else next(self._lines, None)

    def resume(self, width: int) -> bool:
        """After a broken row of several lines: give back from the first one that is a row by itself.

        What is given back is read again, so there is an end to it: a file whose quotes are wrong throughout
        would otherwise take time by the square of its length.
        """
        if self._given_back > GIVE_BACK_LIMIT:
            return False
        for position in range(1, len(self.taken)):
            cells = next(csv.reader([_text(self.taken[position])]), [])
            if len(cells) >= width and not any(cell.strip() for cell in cells[width:]):
                self._given_back += sum(len(line.data) for line in self.taken[position:])
                self._returned.extendleft(reversed(self.taken[position:]))
                self.taken = self.taken[:position]
                return True
        return False

    def issue(self, reason: str) -> Issue:
        """Return the rejection of the row just taken, with the certificate it names first, if any."""
        text = "".join(_text(line) for line in self.taken)
        found = _FINGERPRINT.search(text)
        return Issue(
            line=self.taken[0].number,
            field=None,
            reason=reason,
            value=text[:VALUE_SHOWN],
            sha256=found[0].lower() if found else None,
        )

    def notes(self) -> Iterator[Issue]:
        """Yield what had to be replaced in the row just taken, one non-rejecting issue a cause."""
        data = b"".join(line.data for line in self.taken)
        if data.isascii() and b"\0" not in data:
            return
        start = self.taken[0].number
        for line in self.taken:
            try:
                line.data.decode("utf-8")
            except UnicodeDecodeError:
                yield Issue(start, None, "not UTF-8: bytes replaced", f"line {line.number}", rejected=False)
            if b"\0" in line.data:
                yield Issue(start, None, "NUL bytes: replaced", f"line {line.number}", rejected=False)

    def last_cell_may_be_cut(self, found: int, width: int) -> bool:
        """Whether the row ends with the file, without a line feed, a closing quote or a trailing comma."""
        tail = self.taken[-1].data
        return not tail.endswith((b"\n", b"\r", b'"')) and found <= width


def _text(line: Line) -> str:
    return line.data.decode("utf-8", "replace").replace("\0", "\ufffd")


def missing(header: Sequence[str], wanted: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the first spelling of every wanted column that no name in `header` is a spelling of."""
    present = {normal(name) for name in header}
    return [names[0] for names in wanted if not present.intersection(map(normal, names))]
