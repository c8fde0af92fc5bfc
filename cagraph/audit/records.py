"""What stands beside fingerprints in blocks of lines with labels: `Subject: CN=…`, `Serial number: …`.

A block is the labelled lines around one fingerprint. Blocks are parted by the widest step between two
fingerprints, or by the label that the first block begins with; where neither tells, nothing is read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cagraph.audit.columns import Mark, blocks_of
from cagraph.audit.headings import says
from cagraph.audit.labels import label_of
from cagraph.audit.layout import Line, Page
from cagraph.audit.tables import Cell

_KEY = re.compile(r"([^:=]{2,40}?)\s*:\s*(?!\S*:\S)(.*)")
_APART = 1.2
"""The widest step is so much wider than the others, or it tells nothing."""
_GOES_ON = 1.3
_LONGEST = 20
"""Lines of a block over or under its fingerprint."""


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A line, with its label, if it has one."""

    y: float
    key: str
    value: str
    left: float
    """Where the line begins."""
    x0: float
    """Where the value begins, or the line."""


def cells_labelled(marks: Sequence[Mark], pages: dict[int, Page]) -> Iterator[Cell]:
    """Yield what labels beside fingerprints say; each fingerprint has a label of its own."""
    by_page: dict[int, list[Mark]] = {}
    for mark in marks:
        by_page.setdefault(mark.pieces[0].page, []).append(mark)
    begins = ""
    for number, here in sorted(by_page.items()):
        here.sort(key=lambda mark: -mark.row.top)
        page = _Page(pages[number], here)
        begins = begins or page.first_key()
        for mark, lines in page.blocks(begins, is_first=number == min(by_page)):
            if mark.whole:
                yield from _cells(mark, lines)


class _Page:
    """The lines of a page, and where its fingerprints stand among them."""

    def __init__(self, page: Page, marks: Sequence[Mark]) -> None:
        self._marks = marks
        self._lines = [_labelled(line) for line in page.lines]
        self._spans = [
            (min(piece.line for piece in mark.pieces) - 1, max(piece.line for piece in mark.pieces))
            for mark in marks
        ]

    def first_key(self) -> str:
        """Return the label that the first block begins with; none where what stands over it may be of it."""
        start, stop = self._spans[0]
        above = self._above(start, stop)
        if above and self._lines[above - 1].y - self._lines[above].y < self._step(start, stop):
            return ""
        return self._lines[above].key

    def blocks(self, begins: str, *, is_first: bool) -> Iterator[tuple[Mark, list[_Labelled]]]:
        """Yield each fingerprint with its block's lines; none where blocks cannot be parted."""
        borders = [self._border(a[1], b[0], begins) for a, b in pairwise(self._spans)]
        start, stop = self._spans[0]
        first: int | None = self._above(start, stop)
        if not is_first:
            # The page before may have left lines of its last block.
            first = next(
                (n for n in range(start, self._above(start, stop) - 1, -1) if self._is(n, begins)), start
            )
        edges = [first, *borders, self._below(*self._spans[-1], begins)]
        for mark, (above, below) in zip(self._marks, pairwise(edges), strict=True):
            if above is not None and below is not None:
                yield mark, self._lines[above:below]

    def _is(self, index: int, begins: str) -> bool:
        return bool(begins) and self._lines[index].key == begins

    def _border(self, stop: int, start: int, begins: str) -> int | None:
        """Return the first line of the second of two blocks."""
        again = [n for n in range(stop, start + 1) if self._is(n, begins)]
        if len(again) == 1:
            return again[0]
        steps = [self._lines[n - 1].y - self._lines[n].y for n in range(stop, start + 1)]
        if not steps or again:
            return None
        others = sorted(steps)[:-1]
        return stop + steps.index(max(steps)) if others and max(steps) > _APART * others[-1] else None

    def _above(self, start: int, stop: int) -> int:
        """Return the first of the labelled lines over a fingerprint."""
        step, top, at = self._step(start, stop), start, start
        while at and start - at < _LONGEST and self._lines[at - 1].y - self._lines[at].y < step:
            at -= 1
            if self._lines[at].key:
                top = at
            elif self._lines[at].left < self._lines[top].left + 1:
                # What hangs is the rest of a value; at the margin it may be anything.
                break
        return top

    def _below(self, start: int, stop: int, begins: str) -> int:
        """Return the end of the lines under the last fingerprint that are of its block."""
        step, at = self._step(start, stop), stop
        while (
            at < len(self._lines)
            and at - stop < _LONGEST
            and self._lines[at].key
            and not self._is(at, begins)
            and self._lines[at - 1].y - self._lines[at].y < step
        ):
            at += 1
        return at

    def _step(self, start: int, stop: int) -> float:
        """Return how far apart lines of a block may stand: about as far as the nearest to its fingerprint."""
        steps = [self._lines[n - 1].y - self._lines[n].y for n in (start, stop) if 0 < n < len(self._lines)]
        return _GOES_ON * min(steps, default=0.0)


def _labelled(line: Line) -> _Labelled:
    blocks = blocks_of(line.words)
    left = blocks[0].x0
    first = blocks[0].text.rstrip(": ")
    if len(blocks) > 1 and (label_of(first) or says(first)):
        value = " ".join(block.text for block in blocks[1:])
        return _Labelled(line.y, first, value.lstrip(": "), left, blocks[1].x0)
    match = _KEY.fullmatch(line.text)
    if match is None:
        return _Labelled(line.y, "", line.text, left, left)
    length, x0 = 0, left
    for word in line.words:
        if length <= match.start(2):
            x0 = word.x0
        length += len(word.text) + 1
    return _Labelled(line.y, match[1], match[2], left, x0)


def _cells(mark: Mark, lines: Sequence[_Labelled]) -> Iterator[Cell]:
    """Yield what the labels of a block say; a value goes on below where it begins, under no label."""
    for index, line in enumerate(lines):
        kind = label_of(line.key) if line.key else None
        if kind is None:
            continue
        more = []
        for after in lines[index + 1 :]:
            if after.key:
                break
            more.append(after)
        # A line at the margin may be anything.
        if line.value and any(each.x0 < line.x0 - 1 for each in more):
            continue
        values = tuple(each.value for each in (line, *more) if each.value)
        if values:
            yield Cell(mark.index, kind, line.key, values)
