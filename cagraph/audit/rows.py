"""Which lines of a column stand beside which fingerprint, where no rule is drawn: by how cells are aligned.

A column's cells stand at the top, in the middle or at the bottom of their rows, all the same way. Each way is
tried, and must account for every line, those that a page's end has parted from their row too; of those that
do, the ones count that leave the fewest gaps within cells, and a row counts where they agree. Knows heights
alone.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_LEVEL = 0.3
"""In heights: how far lines of one level may differ."""
_STEP = 1.3
"""In heights: lines of a cell are no farther apart."""
_APART = 1.2
"""In steps of a cell's lines: what is farther off is seen to be of another cell."""
_MANY = 4
"""Cells that are alike by no chance."""
_NEAR = 1.5
"""In heights: what stands nearer to a table's edge may be of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """The lines of a fingerprint on a page, from the top."""

    ys: tuple[float, ...]
    whole: bool = True
    """All of its lines are on this page."""

    @property
    def top(self) -> float:
        """Of the first line."""
        return self.ys[0]

    @property
    def bottom(self) -> float:
        """Of the last line."""
        return self.ys[-1]

    @property
    def centre(self) -> float:
        """Between the two."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Edges:
    """How the table goes on where a page begins and ends, and how far apart its rows are seen to be."""

    before: bool = False
    """The page may begin with lines of a row of the page before."""
    after: bool = False
    """It may end with lines of a row of the next one."""
    border: float = math.inf
    """From a row's last line to the first of the next one, where that is more than between its lines."""


Cells = list[range]
"""For each row, which lines are its cell: none where the range is empty."""


def cells_of(
    rows: Sequence[Row], ys: Sequence[float], height: float, edges: Edges = Edges()
) -> list[range | None]:
    """Return for each row which lines of a column are its cell; None: it cannot be told.

    Args:
        rows: of one page, from the top.
        ys: the column's lines from the top, headings left out; and what else may stand above and below.
        height: of a line.
        edges: how the table goes on where the page begins and ends.
    """
    column = _Column(rows, ys, height, edges)
    ways = list(column.ways())
    if not ways:
        return [None] * len(rows)
    gaps = [sum(map(column.has_gap, way)) for way in ways]
    ways = [way for way, count in zip(ways, gaps, strict=True) if count == min(gaps)]
    alike = column.are_alike(ways[0])
    found: list[range | None] = []
    for index, cells in enumerate(zip(*ways, strict=True)):
        clear = all(cell == cells[0] for cell in cells) and column.is_clear(index, cells[0], alike=alike)
        found.append(cells[0] if clear and not column.is_open(index, cells[0]) else None)
    return found


class _Column:
    """A column's lines beside the rows of a page."""

    def __init__(self, rows: Sequence[Row], ys: Sequence[float], height: float, edges: Edges) -> None:
        self._rows, self._height, self._edges = rows, height, edges
        self._level = _LEVEL * height
        steps = [a - b for a, b in pairwise(ys)]
        inner = [a - b for row in rows for a, b in pairwise(row.ys)]
        self._pitch = min([step for step in (*steps, *inner) if step > 0.5 * height] + [_STEP * height])
        self._gap = min(1.15 * self._pitch, edges.border)
        self._all = ys
        self._first, self._last = self._reach()
        self._ys = ys[self._first : self._last]
        self._down = [-y for y in self._ys]

    def _reach(self) -> tuple[int, int]:
        """Return which lines are of the table: those between its rows, and what goes on from them."""
        ys, top, bottom = self._all, self._rows[0].top + self._level, self._rows[-1].bottom - self._level
        first = next((index for index, y in enumerate(ys) if y <= top), len(ys))
        last = next((index for index, y in enumerate(ys) if y < bottom), len(ys))
        above, below = self._rows[0].top, self._rows[-1].bottom
        while first and ys[first - 1] - above < 1.1 * self._pitch:
            first -= 1
            above = ys[first]
        while last < len(ys) and below - ys[last] < 1.1 * self._pitch:
            below = ys[last]
            last += 1
        return first, last

    def ways(self) -> Iterator[Cells]:
        """Yield the cells for each way they may be aligned."""
        tried = [self._top(), self._bottom()]
        centre = next((row for row in self._rows if row.whole), self._rows[0]).centre
        over = sum(y > centre + self._level for y in self._ys) if self._edges.before else 0
        tried += [self._middle(at) for at in range(over + 1)]
        for cells in tried:
            if cells is not None:
                yield [range(cell.start + self._first, cell.stop + self._first) for cell in cells]

    def _top(self) -> Cells | None:
        """Return the cells if each begins where its fingerprint does."""
        starts = [row.top + self._level for row in self._rows] + [float("-inf")]
        cells = [self._within(above, below) for above, below in pairwise(starts)]
        if cells[0].start and not self._edges.before:
            return None
        level = all(
            not cell or self._is_level(self._ys[cell.start], row.top)
            for cell, row in zip(cells, self._rows, strict=True)
        )
        return cells if level else None

    def _bottom(self) -> Cells | None:
        """Return the cells if each ends where its fingerprint does."""
        ends = [float("inf")] + [row.bottom - self._level for row in self._rows]
        cells = [self._within(above, below) for above, below in pairwise(ends)]
        if cells[-1].stop < len(self._ys) and not self._edges.after:
            return None
        level = all(
            not cell or self._is_level(self._ys[cell.stop - 1], row.bottom)
            for cell, row in zip(cells, self._rows, strict=True)
        )
        return cells if level else None

    def _middle(self, at: int) -> Cells | None:
        """Return the cells if the middle of each is its fingerprint's, `at` the first line that is of one."""
        cells: Cells = []
        ys = self._ys
        for index, row in enumerate(self._rows):
            stop = at
            if not row.whole:
                # Where the middle of a row is that a page's end has parted, nobody knows.
                stop = at if index + 1 < len(self._rows) else len(ys)
            elif at < len(ys) and ys[at] > row.centre - self._level:
                floor = self._rows[index + 1].top + self._level if index + 1 < len(self._rows) else -1e12
                wanted = 2 * row.centre - ys[at]
                last = next((n for n in range(at, len(ys)) if self._is_level(ys[n], wanted)), None)
                if last is None or ys[last] < floor:
                    return None
                stop = last + 1
            cells.append(range(at, stop))
            at = stop
        return cells if at == len(ys) or self._edges.after else None

    def _within(self, above: float, below: float) -> range:
        return range(bisect_left(self._down, -above), bisect_left(self._down, -below))

    def _is_level(self, y: float, other: float) -> bool:
        return abs(y - other) <= self._level

    def has_gap(self, cell: range) -> bool:
        """Say whether lines stand apart in a cell."""
        return any(self._all[n] - self._all[n + 1] > self._gap for n in cell[:-1])

    def is_open(self, index: int, cell: range) -> bool:
        """Say whether a cell reaches over its fingerprint to where the page before may have left lines.

        The same below. Where rows are seen to be apart, such lines would be, too.
        """
        if not cell or self._edges.border < math.inf:
            return False
        over = self._all[cell.start] > self._rows[index].top + self._level
        under = self._all[cell.stop - 1] < self._rows[index].bottom - self._level
        last = len(self._rows) - 1
        return (index == 0 and self._edges.before and over) or (index == last and self._edges.after and under)

    def are_alike(self, cells: Cells) -> bool:
        """Say whether many cells have as many lines, by no chance."""
        sizes = {len(cell) for cell in cells}
        return len(cells) >= _MANY and len(sizes) == 1 and not any(map(self.has_gap, cells))

    def is_clear(self, index: int, cell: range, *, alike: bool) -> bool:
        """Say whether a cell's lines go together, and what stands over and under it is another's."""
        if not cell:
            return True
        if self.has_gap(cell):
            return False
        ys = self._all
        return all(
            self._is_apart(index, cell, at, step) or (alike and len(cell) > 1 and self._is_inside(at))
            for at, step in (
                (cell.start - 1, ys[cell.start - 1] - ys[cell.start] if cell.start else 0.0),
                (cell.stop, ys[cell.stop - 1] - ys[cell.stop] if cell.stop < len(ys) else 0.0),
            )
            if 0 <= at < len(ys)
        )

    def _is_apart(self, index: int, cell: range, at: int, step: float) -> bool:
        """Say whether a line above or below a cell is another cell's."""
        if not self._is_inside(at):
            return step > _NEAR * self._height
        if step > _APART * self._pitch:
            return True
        # Rows without room between: lines must stand on their own fingerprint's.
        return self._on(index, cell) and self._on_any(at, index)

    def _is_inside(self, at: int) -> bool:
        return self._first <= at < self._last

    def _on(self, index: int, cell: range) -> bool:
        levels = self._rows[index].ys
        return all(any(self._is_level(self._all[n], y) for y in levels) for n in cell)

    def _on_any(self, at: int, index: int) -> bool:
        near = (self._rows[n] for n in (index - 1, index + 1) if 0 <= n < len(self._rows))
        return any(self._is_level(self._all[at], y) for row in near for y in row.ys)
