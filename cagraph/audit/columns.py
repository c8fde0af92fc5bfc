"""The columns of a table: where they stand and what they say, by the words of its heading.

A heading is the line that names the fingerprints and those that stand close over and under it. Knows nothing
of the rows but where the first of them is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cagraph.audit.labels import label_of
from cagraph.audit.layout import Line, Page, Word
from cagraph.audit.pieces import Piece
from cagraph.audit.rows import Row

_BLANK = 0.65
"""In heights: words farther apart are of two cells."""
_HEADING = 1.25
"""In heights: lines of a heading are no farther apart."""
_LINES = 3
"""Lines of a heading above that which names the fingerprints."""


@dataclass(slots=True)
class Mark:
    """A fingerprint on one page; the pieces that it has overleaf are another mark."""

    index: int
    """Of the fingerprint in the document."""
    pieces: Sequence[Piece]
    whole: bool

    @property
    def row(self) -> Row:
        """Its lines."""
        return Row(tuple(dict.fromkeys(piece.y for piece in self.pieces)), self.whole)

    @property
    def x0(self) -> float:
        """Its left end."""
        return min(piece.x0 for piece in self.pieces)

    @property
    def x1(self) -> float:
        """Its right end."""
        return max(piece.x1 for piece in self.pieces)


@dataclass(slots=True)
class Block:
    """Words of a line that stand together."""

    y: float
    x0: float
    x1: float
    text: str


@dataclass(slots=True)
class Column:
    """A column of a table: where it stands, and what its heading says."""

    x0: float
    x1: float
    heading: str
    kind: str | None
    blocks: list[Block] = field(default_factory=list)
    is_clean: bool = True
    """No words stand beside it of which nobody knows whether they are of it."""
    cells: list[tuple[str, ...] | None] = field(default_factory=list)
    """For each row the lines of its cell; None: they cannot be told."""
    over: bool = False
    """Lines stand over the first row that may be of a row that began overleaf."""
    under: bool = False


class Heading:
    """The line over the fingerprints, and the lines that belong to it."""

    def __init__(self, page: Page, number: int, marks: Sequence[Mark]) -> None:
        self.page = page.number
        line = page.lines[number - 1]
        height = max(word.height for word in line.words)
        here = [mark for mark in marks if mark.pieces[0].page == page.number]
        floor = max((mark.row.top for mark in here), default=float("-inf"))
        above = _above(page.lines, number, height)
        below = _below(page.lines, number, height, floor)
        self.lines = [*above, line, *below]
        self.bottom = self.lines[-1].y
        self.columns = self._columns(line, above, below, here or marks)

    def _columns(
        self, line: Line, above: Sequence[Line], below: Sequence[Line], marks: Sequence[Mark]
    ) -> list[Column]:
        seeds = [[block] for block in blocks_of(line.words)]
        for each, first in [(each, True) for each in reversed(above)] + [(each, False) for each in below]:
            for block in blocks_of(each.words):
                met = [seed for seed in seeds if any(block.x0 < b.x1 and block.x1 > b.x0 for b in seed)]
                if len(met) == 1:
                    met[0].insert(0 if first else len(met[0]), block)
                elif not met:
                    seeds.append([block])
        columns = []
        for seed in sorted(seeds, key=lambda seed: seed[0].x0):
            text = " ".join(block.text for block in seed)
            x0, x1 = min(block.x0 for block in seed), max(block.x1 for block in seed)
            columns.append(Column(x0, x1, text, label_of(text)))
        # The rest of a fingerprint may be short.
        broad = max(marks, key=lambda mark: mark.x1 - mark.x0)
        for column in columns:
            if broad.x0 < column.x1 and broad.x1 > column.x0:
                column.kind = None
                column.x0 = min(column.x0, broad.x0)
                column.x1 = max(column.x1, broad.x1)
        return columns


def _above(lines: Sequence[Line], number: int, height: float) -> list[Line]:
    found: list[Line] = []
    last = lines[number - 1]
    for line in reversed(lines[max(number - 1 - _LINES, 0) : number - 1]):
        if line.y - last.y > _HEADING * height:
            break
        found.insert(0, line)
        last = line
    return found


def _below(lines: Sequence[Line], number: int, height: float, floor: float) -> list[Line]:
    """Return the lines under a heading's that are of it: those before the widest step to the first row."""
    chain = [lines[number - 1]]
    for line in lines[number : number + _LINES + 1]:
        chain.append(line)
        if line.y <= floor + 0.3 * height or chain[-2].y - line.y > _HEADING * height:
            break
    steps = [a.y - b.y for a, b in pairwise(chain)]
    widest = steps.index(max(steps)) if steps else 0
    others = [step for index, step in enumerate(steps) if index != widest]
    if not others or steps[widest] < 1.1 * max(others):
        return []
    return chain[1 : widest + 1]


def blocks_of(words: Sequence[Word], pieces: Sequence[Piece] = ()) -> list[Block]:
    """Return the words of a line that stand together; those of a fingerprint are left out."""
    blocks: list[Block] = []
    joined = False
    for word in words:
        if pieces and any(piece.x0 < word.x1 and piece.x1 > word.x0 for piece in pieces):
            joined = False
            continue
        if joined and word.x0 - blocks[-1].x1 < _BLANK * word.height:
            blocks[-1].x1 = word.x1
            blocks[-1].text += " " + word.text
        else:
            blocks.append(Block(word.y, word.x0, word.x1, word.text))
        joined = True
    return blocks
