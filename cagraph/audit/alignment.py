"""How the lines of one cell stand to each other: in a column, at even steps, full but for the last.

Knows runs and their places alone: no words, and not what the digits are.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from cagraph.audit.pieces import Run

_ALIGNED = 1.5
"""In heights: how far the ends of two pieces of a column may differ."""

Likely = Callable[[Sequence[Run], float], bool]
"""Says whether lines are likely one cell, given how far off the nearest other line of the column is."""


def full_and_tight(lines: Sequence[Run], away: float) -> bool:
    """Say whether lines are both."""
    return full(lines, away) and tight(lines, away)


def tight(lines: Sequence[Run], away: float) -> bool:
    """Say whether lines are as near to each other as to any other of the column."""
    inner = [a.y - b.y for a, b in pairwise(lines) if a.page == b.page]
    return not inner or (steady(lines) and max(inner) < 1.15 * away)


def full(lines: Sequence[Run], _away: float) -> bool:
    """Say whether every line but the last is about as wide as the widest: a cell breaks where it is full."""
    widths = [line.x1 - line.x0 for line in lines]
    return all(width > 0.7 * max(widths) for width in widths[:-1])


def steady(lines: Sequence[Run]) -> bool:
    """Say whether the lines stand at even distances."""
    steps = [a.y - b.y for a, b in pairwise(lines) if a.page == b.page]
    return not steps or max(steps) < 1.25 * min(steps)


def aligned(lines: Sequence[Run], run: Run) -> bool:
    """Say whether a run stands in the column of those above: by an end, or by its middle."""
    first = lines[0]
    limit = _ALIGNED * max(first.height, run.height)
    return (
        abs(run.x0 - first.x0) < limit
        or abs(run.x1 - first.x1) < limit
        or abs((run.x0 + run.x1) / 2 - (first.x0 + first.x1) / 2) < limit
    )
