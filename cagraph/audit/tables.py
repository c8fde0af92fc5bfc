"""What stands beside fingerprints in a table: cells under headings that say what they are.

A table is fingerprints under one heading, on as many pages as it goes on. A line that runs over two of its
columns is of neither. Knows nothing of what the cells say but by their headings.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from cagraph.audit.columns import Block, Column, Heading, Mark, blocks_of
from cagraph.audit.layout import Page
from cagraph.audit.pieces import Piece, is_hex
from cagraph.audit.rows import Edges, cells_of

_FOOT = 8.0
"""In heights: how far over the lowest words of a document a page ends that is full."""
_DIGITS = 8
"""Of what may be a line of a fingerprint that was not read."""
_NOISE = 0.01
"""In heights: steps that differ by less are the same."""
_WIDE = 2.5
"""In heights: blanks of a text are no wider."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell beside a fingerprint."""

    index: int
    kind: str
    heading: str
    lines: tuple[str, ...]


def cells_beside(tables: dict[tuple[int, int], list[Mark]], pages: dict[int, Page]) -> Iterator[Cell]:
    """Yield the cells beside the fingerprints of tables, each by its heading's page and line."""
    parts: list[_Part] = []
    listing = {mark.pieces[0].page for marks in tables.values() for mark in marks}
    for (page, line), marks in tables.items():
        heading = Heading(pages[page], line, marks)
        by_page: dict[int, list[Mark]] = {}
        for mark in marks:
            by_page.setdefault(mark.pieces[0].page, []).append(mark)
        parts += [_Part(heading, pages, number, here, listing) for number, here in by_page.items()]
    parts.sort(key=lambda part: (part.page.number, -part.marks[0].row.top))
    floor = min((page.lines[-1].y for page in pages.values() if page.lines), default=0.0)
    firsts = {part.page.number: part for part in reversed(parts)}
    for part in {part.page.number: part for part in parts}.values():
        overleaf = part.page.number + 1
        if overleaf in firsts:
            part.part_from(firsts[overleaf])
        elif overleaf in pages:
            part.end_at(floor)
    for part in parts:
        yield from part.cells()


class _Part:
    """A table on one page."""

    def __init__(
        self, heading: Heading, pages: dict[int, Page], number: int, marks: Sequence[Mark], listing: Set[int]
    ) -> None:
        self.page, self.marks = pages[number], sorted(marks, key=lambda mark: -mark.row.top)
        self._height = self.marks[0].pieces[0].height
        around = [number + apart for apart in (-2, -1, 1, 2) if number + apart in listing]
        self._others = [pages[each] for each in around or (number - 1, number + 1) if each in pages]
        self._lines = [
            line
            for line in self.page.lines
            if heading.page != number or line.y < heading.bottom - 0.1 * self._height
        ]
        self.columns = [Column(each.x0, each.x1, each.heading, each.kind) for each in heading.columns]
        self._edges = Edges(number - 1 in listing, number + 1 in listing, self._border())
        if self._is_one_column():
            self._fill()
            self._read()

    def _is_one_column(self) -> bool:
        """Say whether the fingerprints stand one under the other, where they stood under the heading."""
        if any(above.row.bottom <= below.row.top for above, below in pairwise(self.marks)):
            return False
        own = [
            column
            for column in self.columns
            if all(mark.x0 < column.x1 and mark.x1 > column.x0 for mark in self.marks)
        ]
        return len(own) == 1

    def _border(self) -> float:
        """Return how far apart rows are: the least of the widest steps from one to the next.

        It tells something only if no step within a row is as wide.
        """
        rows = [mark.row for mark in self.marks]
        ys = [line.y for line in self._lines if rows[-1].bottom - 1 < line.y < rows[0].top + 1]
        steps, down = [a - b for a, b in pairwise(ys)], [-y for y in ys]
        borders = set()
        for upper, lower in pairwise(rows):
            start, stop = bisect_left(down, -upper.bottom - 1), bisect_right(down, -lower.top + 1) - 1
            if start >= stop:
                return math.inf
            borders.add(max(range(start, stop), key=steps.__getitem__))
        within = [step for index, step in enumerate(steps) if index not in borders]
        least = min((steps[index] for index in borders), default=0.0)
        noise = _NOISE * self._height
        return least - noise / 2 if within and least > max(within) + noise else math.inf

    def _fill(self) -> None:
        """Put the page's blocks into the columns, and let these grow by those between its rows."""
        by_line: dict[int, list[Piece]] = {}
        for piece in (piece for mark in self.marks for piece in mark.pieces):
            by_line.setdefault(piece.line, []).append(piece)
        first, last = min(by_line), max(by_line)
        later: list[Block] = []
        for line in self._lines:
            inside = first <= line.number <= last
            for block in blocks_of(line.words, by_line.get(line.number, ())):
                if not inside or not self._place(block, grow=True):
                    later.append(block)
        loose = [block for block in later if not self._place(block, grow=False)]
        broad = self.marks[0]
        self._unread = {
            round(block.y)
            for column in self.columns
            if column.x0 < broad.x1 and column.x1 > broad.x0
            for block in column.blocks
            if len(block.text) >= _DIGITS and is_hex(block.text.replace(" ", ""))
        }
        for column in self.columns:
            column.is_clean = not any(self._is_beside(column, block) for block in loose)
        for left, right in pairwise(sorted(self.columns, key=lambda column: column.x0)):
            if left.x1 > right.x0:
                left.is_clean = right.is_clean = False

    def _place(self, block: Block, *, grow: bool) -> bool:
        """Put a block into the one column it meets; what meets several is nobody's."""
        met = [column for column in self.columns if column.x0 < block.x1 and column.x1 > block.x0]
        for column in met:
            column.blocks.append(block if len(met) == 1 else Block(block.y, block.x0, block.x1, ""))
        if len(met) == 1 and grow:
            met[0].x0, met[0].x1 = min(met[0].x0, block.x0), max(met[0].x1, block.x1)
        return bool(met)

    def _is_beside(self, column: Column, loose: Block) -> bool:
        """Say whether words under no heading may be of a column: so near that a wide blank may part them."""
        near = _WIDE * self._height
        apart = max(column.x0 - loose.x1, loose.x0 - column.x1)
        return apart < near and any(abs(block.y - loose.y) < 0.3 * self._height for block in column.blocks)

    def _read(self) -> None:
        """Find each column's cells, and whether lines are left over that may be of one parted by a page."""
        rows = [mark.row for mark in self.marks]
        for column in self.columns:
            if column.kind is None:
                continue
            lines = _lines(column)
            found = [
                None if cell is not None and any(self._is_unread(lines[n][0]) for n in cell) else cell
                for cell in cells_of(rows, [y for y, _ in lines], self._height, self._edges)
            ]
            column.cells = [None if cell is None else tuple(lines[n][1] for n in cell) for cell in found]
            used = [n for cell in found if cell is not None for n in cell]
            above = lines[: used[0]] if used else lines
            below = lines[used[-1] + 1 :] if used else lines
            column.over = found[0] is None or self._strays(above, column)
            column.under = found[-1] is None or self._strays(below, column)

    def _is_unread(self, y: float) -> bool:
        """Say whether digits of no fingerprint stand level, under their heading: those of another row."""
        return any(round(y) + apart in self._unread for apart in (-1, 0, 1))

    def _strays(self, lines: Sequence[tuple[float, str]], column: Column) -> bool:
        """Say whether lines at the edge of a page are not those that stand there on every page around.

        One other page is not enough where there are more: a cell may stand there that says the same.
        """
        for other in self._others if lines else ():
            there = {
                (_plain(block.text), round(block.y))
                for line in other.lines
                for block in blocks_of(line.words)
                if block.x0 < column.x1 and block.x1 > column.x0
            }
            if any(
                not there & {(_plain(text), round(y) + apart) for apart in (-1, 0, 1)}
                for y, text in lines
                if text
            ):
                return True
        return False

    def part_from(self, after: "_Part") -> None:
        """Give up what the end of this page and the beginning of the next one may have parted."""
        for here in self.columns:
            met = [each for each in after.columns if here.x0 < each.x1 and here.x1 > each.x0 and each.cells]
            if here.under or not met or any(there.over for there in met):
                here.cells[-1:] = [None]
        for there in after.columns:
            met = [each for each in self.columns if there.x0 < each.x1 and there.x1 > each.x0 and each.cells]
            if there.over or not met or any(here.under for here in met):
                there.cells[:1] = [None]

    def end_at(self, floor: float) -> None:
        """Give up the last cells of a page that is full: their rest may stand alone overleaf."""
        if self.marks[-1].row.bottom - floor < _FOOT * self._height:
            for column in self.columns:
                column.cells[-1:] = [None]

    def cells(self) -> Iterator[Cell]:
        """Yield the cells that could be told."""
        for column in self.columns:
            for mark, lines in zip(self.marks, column.cells, strict=False):
                if column.kind and column.is_clean and mark.whole and lines and all(lines):
                    yield Cell(mark.index, column.kind, column.heading, lines)


def _plain(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def _lines(column: Column) -> list[tuple[float, str]]:
    """Return the column's lines from the top, with their text; empty where it is not the column's alone."""
    lines: list[tuple[float, list[Block]]] = []
    for block in sorted(column.blocks, key=lambda block: (-block.y, block.x0)):
        if lines and lines[-1][0] - block.y < 1.0:
            lines[-1][1].append(block)
        else:
            lines.append((block.y, [block]))
    return [
        (y, " ".join(block.text for block in blocks) if all(block.text for block in blocks) else "")
        for y, blocks in lines
    ]
