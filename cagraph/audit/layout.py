"""Words where they stand on a page: what every reader of a document gives, whatever its format.

Fingerprints are read from positions, not from text: letters break them over the lines of a table's cell,
and the names beside them end in hex digits too. Coordinates are points, x to the right and y up, as the
text is read.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

LOOK_ALIKES = (
    "\u0410\u0412\u0415\u0421\u041e\u0417\u0430\u0435\u0441\u043e\u0437\u0431\u0432\u0391\u0392\u0395\u039f\u03bf"
    "\uff10-\uff19\uff21-\uff26\uff41-\uff46"
)
"""Cyrillic, Greek and wide letters that look like hex digits, as the inside of a pattern's brackets."""
_UNSEEN = re.compile("[\u200c-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Marks of the direction of a text, and the like."""


def plain(word: str) -> str:
    """Return a word as it is seen: a ligature is its letters; but what only looks like a digit is none."""
    if word.isascii():
        return word
    letters = (letter if _is_look_alike(letter) else unicodedata.normalize("NFKC", letter) for letter in word)
    return _UNSEEN.sub("", unicodedata.normalize("NFC", "".join(letters)))


def _is_look_alike(letter: str) -> bool:
    """Say whether a letter is a wide or raised one, not only one of another font."""
    if unicodedata.decomposition(letter).startswith("<font>"):
        return False
    normal = unicodedata.normalize("NFKC", letter)
    return normal != letter and len(normal) == 1 and normal.isascii() and normal.isalnum()


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
