"""Hex digits on the lines of pages: the pieces that words are made of, and the runs that stand together.

Knows nothing of fingerprints but that their digits are grouped regularly, and cuts no word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from cagraph.audit.layout import Line, Page, Word

SEPARATORS = re.compile(r"[:\-\u00ad\u200b\u2010\u2011.]")
_HEX = re.compile(r"[0-9A-Fa-f]+")
# Of Greek, Cyrillic and wide letters some look like digits; others, as of Chinese, stand beside numbers.
_LETTERS = "0-9A-Za-z\u0370-\u04ff\uff10-\uff5a"
# A word may have a label before it or a stop behind: `SHA-256:96BC…`, `(96BC…)`. The label's digits are none.
_PART = re.compile(
    rf"(?<![{_LETTERS}])(?<!SHA-)(?<!sha-)[0-9A-Fa-f]"
    r"(?:[0-9A-Fa-f]|[:\-\u00ad\u200b\u2010\u2011.](?=[0-9A-Fa-f:\-]))*"
    rf"[:\-\u00ad]?(?![{_LETTERS}])"
    r"|:[0-9A-Fa-f][0-9A-Fa-f:]*"
)
_CLOSED = re.compile(r"[.)\]}]")
_NUMBER = re.compile(r"[0-9A-Za-z]{1,3}\.(?=[^.]{16})")
"""Of an entry in a list, with no blank behind."""
_JOIN = 1.6
"""In heights: pieces on one line that are nearer than this may be of one fingerprint."""
_KEPT = 4096
"""Words that are remembered: a letter's prose and names say the same ones again and again."""
_MANY = 3
"""Gaps on a line from which their own width is told: justified text has wide ones."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Hex digits that stand together in one word."""

    page: int
    line: int
    digits: str
    printed: str
    x0: float
    x1: float
    y: float
    height: float


@dataclass(slots=True, eq=False)
class Run:
    """Pieces that stand together on one line, as words of one text do.

    What is worked out of the pieces is kept: every reading asks every run anew.
    """

    pieces: tuple[Piece, ...]
    begins: bool
    """Nothing stands before it on its line."""
    ends: bool
    count: int = field(init=False)
    """How many digits."""
    page: int = field(init=False)
    line: int = field(init=False)
    x0: float = field(init=False)
    """Its left end."""
    x1: float = field(init=False)
    y: float = field(init=False)
    """Its line's middle."""
    height: float = field(init=False)
    """Its first word's."""
    _cuts: "list[Run] | None" = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Work out what every reading asks."""
        first = self.pieces[0]
        self.count = sum(len(piece.digits) for piece in self.pieces)
        self.page, self.line, self.y, self.height = first.page, first.line, first.y, first.height
        self.x0, self.x1 = first.x0, self.pieces[-1].x1

    def cuts(self) -> "list[Run]":
        """Return the run, and it without what is of another length at its ends: a number, a name."""
        if self._cuts is None:
            self._cuts = [self] if len(self.pieces) == 1 else self._cut()
        return self._cuts

    def _cut(self) -> "list[Run]":
        sizes = [len(piece.digits) for piece in self.pieces]
        usual = max(sizes, key=lambda size: (sizes.count(size), size))
        first, last = 0, len(sizes)
        while sizes[first] != usual:
            first += 1
        while sizes[last - 1] != usual:
            last -= 1
        spans = dict.fromkeys(((0, len(sizes)), (first, len(sizes)), (0, last), (first, last)))
        return [
            Run(self.pieces[a:b], self.begins and a == 0, self.ends and b == len(sizes)) for a, b in spans
        ]


def runs_of(page: Page, line: Line) -> Iterator[Run]:
    """Yield the runs of a line: parted by other words, and by gaps wider than between a text's words."""
    groups: list[list[Piece]] = [[]]
    for word in line.words:
        parts = _parts(word.text)
        if not parts:
            groups.append([])
        for part in parts:
            piece = _piece(page, line, word, part)
            # What stands before or behind in the same word parts: `a)`, `1.`, a bracket.
            if part.start or (groups[-1] and not _near([groups[-1][-1], piece])):
                groups.append([])
            groups[-1].append(piece)
            if part is not parts[-1] or _CLOSED.search(word.text, part.end):
                groups.append([])
    for group in groups:
        for near in _parted(group):
            yield Run(
                tuple(near),
                near[0].x0 <= line.words[0].x0 + 1,
                near[-1].x1 >= line.words[-1].x1 - 1,
            )


def _parted(group: list[Piece]) -> Iterator[list[Piece]]:
    if not group:
        return
    gaps = [right.x0 - left.x1 for left, right in pairwise(group)]
    limit = 0.75 * group[0].height
    sizes = [len(piece.digits) for piece in group]
    # Cells of a table may stand as evenly as the groups of one number, which are of one length.
    if len(gaps) >= _MANY and len(set(sizes[1:-1])) == 1 and max(sizes) == sizes[1]:
        limit = max(limit, 1.8 * min(gaps))
    part = [group[0]]
    for piece, gap in zip(group[1:], gaps, strict=True):
        if gap > limit:
            yield part
            part = []
        part.append(piece)
    yield part


def _near(pieces: Sequence[Piece]) -> bool:
    return all(
        right.x0 - left.x1 <= _JOIN * max(left.height, right.height) for left, right in pairwise(pieces)
    )


@lru_cache(maxsize=_KEPT)
def is_hex(text: str) -> bool:
    """Say whether a word is hex digits and their separators alone."""
    return bool(_HEX.fullmatch(SEPARATORS.sub("", text)))


class _Part(NamedTuple):
    """Hex digits in a word, and where in it they stand."""

    digits: str
    printed: str
    start: int
    end: int


@lru_cache(maxsize=_KEPT)
def _parts(word: str) -> tuple[_Part, ...]:
    """Return the runs of hex digits of a word."""
    return tuple(_parts_in(word))


def _parts_in(word: str) -> Iterator[_Part]:
    for match in _PART.finditer(word):
        number = _NUMBER.match(match[0])
        printed = match[0][number.end() :] if number else match[0]
        if match.start():
            # The colon of a label.
            printed = printed.removeprefix(":")
        plain = printed.isalnum()
        digits = printed if plain else SEPARATORS.sub("", printed)
        if digits and (plain or _is_regular(printed)):
            yield _Part(digits.lower(), printed, match.end() - len(printed), match.end())


def _is_regular(printed: str) -> bool:
    """Say whether all groups are of one length but where a line ends: dates, versions and UUIDs are not."""
    sizes = [len(group) for group in SEPARATORS.split(printed) if group]
    inner = set(sizes[1:-1]) or {max(sizes)}
    return len(inner) == 1 and max(sizes) <= max(inner)


def _piece(page: Page, line: Line, word: Word, part: _Part) -> Piece:
    each = (word.x1 - word.x0) / max(len(word.text), 1)
    return Piece(
        page=page.number,
        line=line.number,
        digits=part.digits,
        printed=part.printed,
        x0=word.x0 + each * part.start,
        x1=word.x0 + each * part.end,
        y=line.y,
        height=word.height,
    )
