"""Words where they stand on a page: what every reader of a document gives, whatever its format.

Fingerprints are read from positions, not from text: letters break them over the lines of a table's cell,
and the names beside them end in hex digits too. Coordinates are points, x to the right and y up, as the
text is read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """Letters that stand together, without a gap."""

    text: str
    x0: float
    x1: float
    y: float
    """Its middle."""
    height: float


@dataclass(slots=True)
class Line:
    """Words of one height, from left to right."""

    number: int
    """From 1, from the top."""
    y: float
    words: list[Word]

    @property
    def text(self) -> str:
        """The words with a blank between."""
        return " ".join(word.text for word in self.words)


@dataclass(slots=True)
class Page:
    """One page of a document."""

    number: int
    """From 1."""
    text: str
    """As its reader gives it, in reading order, for sentences and dates."""
    words: Sequence[Word] = ()
    """Empty where nothing on the page looks like a fingerprint."""
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Lay the words in lines."""
        self.lines = lines_of(self.words)


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Gather words into lines, from the top: a word is in the line whose middle lies within it."""
    ordered = sorted(words, key=lambda word: -word.y)
    rows: list[list[Word]] = []
    for word in ordered:
        if rows and abs(rows[-1][0].y - word.y) < 0.4 * max(word.height, 1.0):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [
        Line(number, _middle(row), sorted(row, key=lambda word: word.x0))
        for number, row in enumerate(rows, 1)
    ]


def _middle(row: list[Word]) -> float:
    """Return the median height of words that stand in the order of their heights."""
    # The library's own takes longer to load than a letter to read.
    half = len(row) // 2
    return row[half].y if len(row) % 2 else (row[half - 1].y + row[half].y) / 2
