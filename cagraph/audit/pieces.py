"""Hex digits on the lines of pages: the pieces that words are made of, and the runs that stand together.

Knows nothing of fingerprints but that their digits are grouped regularly, and cuts no word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cagraph.audit.layout import Line, Page, Word

_SEPARATORS = re.compile(r"[:\-\u00ad\u200b\u2010\u2011.]")
_HEX = re.compile(r"[0-9A-Fa-f]+")
# A word may have a label before it or a stop behind: `SHA-256:96BC…`, `(96BC…)`.
_PART = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]"
    r"(?:[0-9A-Fa-f]|[:\-\u00ad\u200b\u2010\u2011.](?=[0-9A-Fa-f:\-]))*"
    r"[:\-\u00ad]?(?![0-9A-Za-z])"
    r"|:[0-9A-Fa-f][0-9A-Fa-f:]*"
)
_JOIN = 1.6
"""In heights: pieces on one line that are nearer than this may be of one fingerprint."""
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


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces that stand together on one line, as words of one text do."""

    pieces: tuple[Piece, ...]
    begins: bool
    """Nothing stands before it on its line."""
    ends: bool

    @property
    def count(self) -> int:
        """How many digits."""
        return sum(len(piece.digits) for piece in self.pieces)

    @property
    def page(self) -> int:
        """Its page's number."""
        return self.pieces[0].page

    @property
    def line(self) -> int:
        """Its line's number."""
        return self.pieces[0].line

    @property
    def x0(self) -> float:
        """Its left end."""
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        """Its right end."""
        return self.pieces[-1].x1

    @property
    def y(self) -> float:
        """Its line's middle."""
        return self.pieces[0].y

    @property
    def height(self) -> float:
        """Its first word's."""
        return self.pieces[0].height

    def cuts(self) -> "list[Run]":
        """Return the run, and it without what is of another length at its ends: a number, a name."""
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
        pieces = list(_pieces(page, line, word))
        if not pieces:
            groups.append([])
        for piece in pieces:
            if groups[-1] and not _near([groups[-1][-1], piece]):
                groups.append([])
            groups[-1].append(piece)
            if len(pieces) > 1:
                groups.append([])
    for group in groups:
        for part in _parted(group):
            yield Run(
                tuple(part),
                part[0].x0 <= line.words[0].x0 + 1,
                part[-1].x1 >= line.words[-1].x1 - 1,
            )


def _parted(group: list[Piece]) -> Iterator[list[Piece]]:
    if not group:
        return
    gaps = [right.x0 - left.x1 for left, right in pairwise(group)]
    limit = 0.75 * group[0].height
    if len(gaps) >= _MANY:
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


def is_hex(text: str) -> bool:
    """Say whether a word is hex digits and their separators alone."""
    return bool(_HEX.fullmatch(_SEPARATORS.sub("", text)))


def _pieces(page: Page, line: Line, word: Word) -> Iterator[Piece]:
    """Yield the runs of hex digits of a word."""
    for match in _PART.finditer(word.text):
        digits = _SEPARATORS.sub("", match[0])
        if digits and _is_regular(match[0]):
            yield _piece(page, line, word, match, digits)


def _is_regular(printed: str) -> bool:
    """Say whether all groups are of one length but where a line ends: dates, versions and UUIDs are not."""
    sizes = [len(group) for group in _SEPARATORS.split(printed) if group]
    inner = set(sizes[1:-1]) or {max(sizes)}
    return len(inner) == 1 and max(sizes) <= max(inner)


def _piece(page: Page, line: Line, word: Word, match: "re.Match[str]", digits: str) -> Piece:
    each = (word.x1 - word.x0) / max(len(word.text), 1)
    return Piece(
        page=page.number,
        line=line.number,
        digits=digits.lower(),
        printed=match[0],
        x0=word.x0 + each * match.start(),
        x1=word.x0 + each * match.end(),
        y=line.y,
        height=word.height,
    )
