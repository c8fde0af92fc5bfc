"""SHA-256 fingerprints out of words on pages: strict, with separators, and broken over the lines of a cell.

A fingerprint is pieces: runs of hex digits, the first in its column and each next one below it, on the next
line of the cell or at the top of the next page. Nothing is shifted and nothing is stripped: pieces begin
and end where the letter's own words do, and only such that make 64 digits exactly count. Certain readings
are taken first, so that what is left over cannot be joined to what was not meant.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cagraph.audit.layout import Line, Page, Word

DIGITS = 64
SHA1_DIGITS = 40
_SEPARATORS = re.compile(r"[:\-\u00ad\u200b\u2010\u2011.]")
_HEX = re.compile(r"[0-9A-Fa-f]+")
# A word may have a label before it or a stop behind: `SHA-256:96BC…`, `(96BC…)`.
_PART = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]"
    r"(?:[0-9A-Fa-f]|[:\-\u00ad\u200b\u2010\u2011.](?=[0-9A-Fa-f:\-]))*"
    r"[:\-\u00ad]?(?![0-9A-Za-z])"
    r"|:[0-9A-Fa-f][0-9A-Fa-f:]*"
)
# Numbers of documents and messages: 32 digits, two of which would make 64.
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_OTHER_HEX = re.compile(r"serial|subject key|key id|\bski\b|\baki\b|sha-?1\b|modulus|\bmd5\b", re.IGNORECASE)
_JOIN = 1.6
"""In heights: pieces on one line that are nearer than this may be of one fingerprint."""
_NEXT_LINE = 2.6
"""In heights: how far below a piece the next one may stand."""
_ALIGNED = 1.5
"""In heights: how far the ends of two pieces of a column may differ."""
_TRIES = 6
"""A fingerprint has no more lines than this and one."""
_LEAST = 8
"""Digits of a line that goes on below: a cell so narrow that fewer fit is none."""


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
class Printed:
    """One fingerprint as it is printed."""

    sha256: str
    page: int
    """Of its first digit, from 1."""
    line: int
    printed: str
    """With its line ends, and a blank between words."""
    strict: bool
    """64 upper-case digits in one run, as an ALV wants them (CCADB Policy 5.2)."""
    how: tuple[str, ...]
    """What is not strict: colons, other-separators, spaces, line-broken, page-broken, lower-case."""


Likely = Callable[[Sequence[Sequence[Piece]]], bool]
"""Says whether pieces, line by line, are likely one fingerprint."""


def find_fingerprints(pages: Sequence[Page]) -> list[Printed]:
    """Return every fingerprint, repetitions included, in the order of the pages and lines."""
    finder = _Finder(pages)
    return sorted(finder.found(), key=lambda each: (each.page, each.line, finder.place(each)))


class _Finder:
    """The pieces of a document, and which of them are taken."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.rows: list[list[Piece]] = []
        for page in pages:
            for line in page.lines:
                pieces = list(_pieces(page, line))
                if pieces:
                    self.rows.append(pieces)
        self.pages = {page.number: page for page in pages}
        self._taken: set[int] = set()
        self._places: dict[int, float] = {}

    def found(self) -> Iterator[Printed]:
        """Yield what is certain first: one word, then one word a line, then words that are all alike."""
        for likely in (_one_word, _one_word_a_line, _even_words, _any_words):
            for index, row in enumerate(self.rows):
                for start, piece in enumerate(row):
                    if id(piece) in self._taken:
                        continue
                    pieces = self._assemble(index, start, likely)
                    if pieces is not None:
                        self._taken.update(id(each) for each in pieces)
                        printed = _printed(pieces)
                        self._places[id(printed)] = pieces[0].x0
                        yield printed

    def place(self, printed: Printed) -> float:
        """Return how far from the left a fingerprint begins."""
        return self._places[id(printed)]

    def _assemble(self, index: int, start: int, likely: Likely) -> list[Piece] | None:
        """Return the pieces of the fingerprint that begins with this one, if it can be read so."""
        row = self.rows[index]
        for stop in range(start + 1, len(row) + 1):
            here = row[start:stop]
            if any(id(each) in self._taken for each in here) or not _near(here):
                break
            count = sum(len(each.digits) for each in here)
            if count > DIGITS:
                break
            if count == DIGITS:
                if likely([here]) and not (len(here) > 1 and self._is_other(here[0])):
                    return list(here)
                continue
            # The words of a line that go on below are all that stand there.
            if stop < len(row) and _near([row[stop - 1], row[stop]]) and likely is not _one_word_a_line:
                continue
            if count < _LEAST:
                continue
            rest = self._below(index, [list(here)], DIGITS - count, likely, _TRIES)
            if rest is not None and not self._is_other(here[0]):
                return rest
        return None

    def _below(
        self, index: int, lines: list[list[Piece]], missing: int, likely: Likely, tries: int
    ) -> list[Piece] | None:
        """Return the pieces of `lines` and those below that make up what is missing."""
        above = lines[-1]
        for later in self._next_rows(index, above[0]):
            row = self.rows[later]
            for start, piece in enumerate(row):
                if id(piece) in self._taken or not _aligned(lines, piece):
                    continue
                for stop in range(start + 1, len(row) + 1):
                    here = row[start:stop]
                    count = sum(len(each.digits) for each in here)
                    if count > missing or not _near(here) or any(id(each) in self._taken for each in here):
                        break
                    if count == missing and likely([*lines, here]):
                        return [each for line in [*lines, here] for each in line]
                    goes_on = stop < len(row) and _near([row[stop - 1], row[stop]])
                    if _LEAST <= count < missing and not goes_on and tries:
                        rest = self._below(later, [*lines, list(here)], missing - count, likely, tries - 1)
                        if rest is not None:
                            return rest
        return None

    def _next_rows(self, index: int, piece: Piece) -> Iterator[int]:
        """Yield the rows where a cell may go on: below on the page, else at the next page's top."""
        last_of_page = True
        for later in range(index + 1, len(self.rows)):
            row = self.rows[later]
            if row[0].page == piece.page:
                if piece.y - row[0].y <= _NEXT_LINE * piece.height:
                    yield later
                if any(abs(each.x0 - piece.x0) < _ALIGNED * piece.height for each in row):
                    last_of_page = False
            elif row[0].page == piece.page + 1 and last_of_page:
                yield later
                if any(abs(each.x0 - piece.x0) < _ALIGNED * piece.height for each in row):
                    return
            else:
                return

    def _is_other(self, piece: Piece) -> bool:
        """Say whether the column's heading names another number: serial numbers are hex too."""
        for line in reversed(self.pages[piece.page].lines):
            if line.y <= piece.y + 0.4 * piece.height:
                continue
            over = [
                word for word in line.words
                if word.x0 < piece.x1 and word.x1 > piece.x0 and not _is_hex(word.text)
            ]  # fmt: skip
            if over:
                said = " ".join(word.text for word in over)
                if _OTHER_HEX.search(said):
                    return True
                if re.search(r"sha|finger|thumb", said, re.IGNORECASE):
                    return False
        return False


def _one_word(lines: Sequence[Sequence[Piece]]) -> bool:
    return len(lines) == 1 and len(lines[0]) == 1


def _one_word_a_line(lines: Sequence[Sequence[Piece]]) -> bool:
    """All lines but the last are full: no longer one follows a shorter one."""
    return all(len(line) == 1 for line in lines) and _full(lines)


def _even_words(lines: Sequence[Sequence[Piece]]) -> bool:
    """Groups of two, four or eight digits: all words alike, but where a line ends."""
    inner = {len(piece.digits) for line in lines for piece in line[:-1]}
    last = [len(line[-1].digits) for line in lines]
    return len(inner) == 1 and all(count <= max(inner) for count in last)


def _any_words(lines: Sequence[Sequence[Piece]]) -> bool:
    return _full(lines)


def _full(lines: Sequence[Sequence[Piece]]) -> bool:
    """Say whether every line but the last is about as wide as the widest: a cell breaks where it is full."""
    widths = [line[-1].x1 - line[0].x0 for line in lines]
    return all(width > 0.7 * max(widths) for width in widths[:-1])


def _near(pieces: Sequence[Piece]) -> bool:
    return all(
        right.x0 - left.x1 <= _JOIN * max(left.height, right.height) for left, right in pairwise(pieces)
    )


def _aligned(lines: Sequence[Sequence[Piece]], piece: Piece) -> bool:
    """Say whether a piece stands in the column of those above: by its left end, or by its middle."""
    first = lines[0][0]
    limit = _ALIGNED * max(first.height, piece.height)
    middle = (first.x0 + lines[0][-1].x1) / 2
    return abs(piece.x0 - first.x0) < limit or abs((piece.x0 + piece.x1) / 2 - middle) < limit


def _is_hex(text: str) -> bool:
    return bool(_HEX.fullmatch(_SEPARATORS.sub("", text)))


def _pieces(page: Page, line: Line) -> Iterator[Piece]:
    """Yield the runs of hex digits of a line, from left to right."""
    for word in line.words:
        if _UUID.search(word.text):
            continue
        for match in _PART.finditer(word.text):
            digits = _SEPARATORS.sub("", match[0])
            if digits:
                yield _piece(page, line, word, match, digits)


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


def _printed(pieces: Sequence[Piece]) -> Printed:
    text = pieces[0].printed
    how = set()
    for before, piece in pairwise(pieces):
        if piece.page != before.page:
            how.add("page-broken")
        broken = (piece.page, piece.line) != (before.page, before.line)
        how.add("line-broken" if broken else "spaces")
        text += ("\n" if broken else " ") + piece.printed
    if ":" in text:
        how.add("colons")
    if re.search(r"[\-\u00ad\u2010\u2011.]", text):
        how.add("other-separators")
    if text != text.upper():
        how.add("lower-case")
    first = pieces[0]
    return Printed(
        sha256="".join(piece.digits for piece in pieces),
        page=first.page,
        line=first.line,
        printed=text,
        strict=not how,
        how=tuple(sorted(how)),
    )
