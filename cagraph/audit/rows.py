"""Which lines of a column stand beside which fingerprint, where no rule is drawn: by how cells are aligned.

A column's cells stand at the top, in the middle or at the bottom of their rows, all the same way. Each way is
tried, and must account for every line; of those that do, the ones count that leave the fewest gaps within
cells, and a row counts where they agree. Knows heights alone.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_LEVEL = 0.3
"""In heights: how far lines of one level may differ."""
_STEP = 1.3
"""In heights: lines of a cell are no farther apart."""
_APART = 1.2
"""In steps of a cell's lines: what is farther off is seen to be of another cell."""
_NEAR = 1.5
"""In heights: what stands nearer to a table's edge may be of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """The lines of a fingerprint on a page, from the top."""

    ys: tuple[float, ...]

    @property
    def top(self) -> float:
        """Of the first line."""
        return self.ys[0]

    @property
    def bottom(self) -> float:
        """Of the last line."""
        return self.ys[-1]


Cells = list[range]
"""For each row, which lines are its cell: none where the range is empty."""


def cells_of(rows: Sequence[Row], ys: Sequence[float], height: float) -> list[range | None]:
    """Return for each row which lines of a column are its cell; None: it cannot be told.

    Args:
        rows: of one page, from the top.
        ys: the column's lines from the top, headings left out; and what else may stand above and below.
        height: of a line.
    """
    column = _Column(rows, ys, height)
    ways = [way for way in (column.top(), column.middle(), column.bottom()) if way is not None]
    if not ways:
        return [None] * len(rows)
    gaps = [sum(map(column.has_gap, way)) for way in ways]
    ways = [way for way, count in zip(ways, gaps, strict=True) if count == min(gaps)]
    found: list[range | None] = []
    for index, cells in enumerate(zip(*ways, strict=True)):
        agreed = all(cell == cells[0] for cell in cells)
        found.append(cells[0] if agreed and column.is_clear(index, cells[0], ways[0]) else None)
    return found


class _Column:
    """A column's lines beside the rows of a page."""

    def __init__(self, rows: Sequence[Row], ys: Sequence[float], height: float) -> None:
        self._rows, self._height = rows, height
        self._level = _LEVEL * height
        steps = [a - b for a, b in pairwise(ys)]
        inner = [a - b for row in rows for a, b in pairwise(row.ys)]
        self._pitch = min([step for step in (*steps, *inner) if step > 0.5 * height] + [_STEP * height])
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

    def _whole(self, cells: Cells) -> Cells:
        """Return cells by the number of their lines among all of the column's."""
        return [range(cell.start + self._first, cell.stop + self._first) for cell in cells]

    def top(self) -> Cells | None:
        """Return the cells if each begins where its fingerprint does."""
        starts = [row.top + self._level for row in self._rows] + [float("-inf")]
        cells = [self._within(above, below) for above, below in pairwise(starts)]
        if sum(map(len, cells)) != len(self._ys):
            return None
        level = all(
            not cell or self._is_level(self._ys[cell.start], row.top)
            for cell, row in zip(cells, self._rows, strict=True)
        )
        return self._whole(cells) if level else None

    def bottom(self) -> Cells | None:
        """Return the cells if each ends where its fingerprint does."""
        ends = [float("inf")] + [row.bottom - self._level for row in self._rows]
        cells = [self._within(above, below) for above, below in pairwise(ends)]
        if sum(map(len, cells)) != len(self._ys):
            return None
        level = all(
            not cell or self._is_level(self._ys[cell.stop - 1], row.bottom)
            for cell, row in zip(cells, self._rows, strict=True)
        )
        return self._whole(cells) if level else None

    def middle(self) -> Cells | None:
        """Return the cells if the middle of each is its fingerprint's."""
        cells: Cells = []
        at, ys = 0, self._ys
        for index, row in enumerate(self._rows):
            centre = (row.top + row.bottom) / 2
            stop = at
            if at < len(ys) and ys[at] > centre - self._level:
                floor = self._rows[index + 1].top + self._level if index + 1 < len(self._rows) else -1e12
                wanted = 2 * centre - ys[at]
                last = next((n for n in range(at, len(ys)) if self._is_level(ys[n], wanted)), None)
                if last is None or ys[last] < floor:
                    return None
                stop = last + 1
            cells.append(range(at, stop))
            at = stop
        return self._whole(cells) if at == len(ys) else None

    def _within(self, above: float, below: float) -> range:
        return range(bisect_left(self._down, -above), bisect_left(self._down, -below))

    def _is_level(self, y: float, other: float) -> bool:
        return abs(y - other) <= self._level

    def has_gap(self, cell: range) -> bool:
        """Say whether lines stand apart in a cell."""
        return any(self._all[n] - self._all[n + 1] > 1.15 * self._pitch for n in cell[:-1])

    def is_clear(self, index: int, cell: range, cells: Cells) -> bool:
        """Say whether a cell's lines go together, and what stands over and under it is another's."""
        if not cell:
            return True
        if self.has_gap(cell):
            return False
        ys = self._all
        return all(
            self._is_apart(index, cell, cells, at, step)
            for at, step in (
                (cell.start - 1, ys[cell.start - 1] - ys[cell.start] if cell.start else 0.0),
                (cell.stop, ys[cell.stop - 1] - ys[cell.stop] if cell.stop < len(ys) else 0.0),
            )
            if 0 <= at < len(ys)
        )

    def _is_apart(self, index: int, cell: range, cells: Cells, at: int, step: float) -> bool:
        """Say whether a line above or below a cell is another cell's."""
        if not self._first <= at < self._last:
            return step > _NEAR * self._height
        if step > _APART * self._pitch:
            return True
        # Rows without room between: lines must stand on their own fingerprint's, or all cells be alike.
        if self._on(index, cell) and self._on_any(at, index):
            return True
        sizes = {len(each) for each in cells}
        return len(cells) >= 3 and len(sizes) == 1 and len(cell) > 1

    def _on(self, index: int, cell: range) -> bool:
        levels = self._rows[index].ys
        return all(any(self._is_level(self._all[n], y) for y in levels) for n in cell)

    def _on_any(self, at: int, index: int) -> bool:
        near = (self._rows[n] for n in (index - 1, index + 1) if 0 <= n < len(self._rows))
        return any(self._is_level(self._all[at], y) for row in near for y in row.ys)
