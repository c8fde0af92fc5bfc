"""SHA-256 fingerprints out of words on pages: strict, with separators, and broken over the lines of a cell.

A fingerprint is pieces: runs of hex digits, the first in its column and each next one below it, on the next
line of the cell or at the top of the next page. Nothing is shifted and nothing is stripped: pieces begin
and end where the letter's own words do, and only such that make 64 digits exactly count. Certain readings
are taken first, so that what is left over cannot be joined to what was not meant.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from cagraph.audit.layout import Page
from cagraph.audit.pieces import Piece, Run, is_hex, runs_of

DIGITS = 64
_OTHER_HEX = re.compile(
    r"\bs[eé]ri|\bs/n\b|(subject|authority) key|key id|\bski\b|\baki\b|sha-?1\b|modulus|\bmd5\b"
    r"|\bcert\w*\.? (id|no|nr|number)\b",
    re.IGNORECASE,
)
_FINGERPRINT = re.compile(r"sha|finger|thumb|huella|empreinte|impronta", re.IGNORECASE)
_OTHER, _SHA256 = "other", "sha256"
_LINE = 1.35
"""In heights: what stands no farther below is the next line."""
_NEXT_LINE = 2.6
"""In heights: how far below a piece the next one may stand."""
_ALIGNED = 1.5
"""In heights: how far the ends of two pieces of a column may differ."""
_TRIES = 6
"""A fingerprint has no more lines than this and one."""
_LEAST = 8
"""Digits of a line that goes on below: a cell so narrow that fewer fit is none."""


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


def find_fingerprints(pages: Sequence[Page]) -> list[Printed]:
    """Return every fingerprint, repetitions included, in the order of the pages and lines."""
    finder = _Finder(pages)
    return sorted(finder.found(), key=lambda each: (each.page, each.line, finder.place(each)))


class _Finder:
    """The runs of hex digits of a document, and which pieces are taken."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = {page.number: page for page in pages}
        self.rows: list[list[Run]] = []
        for page in pages:
            for line in page.lines:
                runs = list(runs_of(page, line))
                if runs:
                    self.rows.append(runs)
        self._index = {(row[0].page, row[0].line): index for index, row in enumerate(self.rows)}
        self._taken: set[int] = set()
        self._places: dict[int, float] = {}

    def found(self) -> Iterator[Printed]:
        """Yield what is certain first: one word, then one line, then full lines of a cell, then any lines."""
        readings: list[Callable[[int, Run], Sequence[Piece] | None]] = [self._line]
        readings += [partial(self._cell, likely) for likely in (_full_and_tight, _tight, _full)]
        readings.append(self._flow)
        for row in self.rows:
            for piece in (piece for run in row for piece in run.pieces):
                if len(piece.digits) == DIGITS:
                    yield self._take([piece])
        for reading in readings:
            for index, row in enumerate(self.rows):
                for run in row:
                    pieces = reading(index, run)
                    if pieces is not None:
                        yield self._take(pieces)

    def _line(self, _index: int, run: "Run") -> Sequence[Piece] | None:
        """Return a fingerprint of several words on one line."""
        for cut in self._free(run):
            if cut.count == DIGITS and self._heading(cut) != _OTHER:
                return cut.pieces
        return None

    def _cell(self, likely: "_Likely", index: int, run: "Run") -> Sequence[Piece] | None:
        """Return a fingerprint over the lines of a cell, this run being the first."""
        for cut in self._free(run):
            chain = self._chain(index, [cut], likely) if cut.count >= _LEAST else None
            if chain is not None and self._may_be(chain):
                return [piece for each in chain for piece in each.pieces]
        return None

    def place(self, printed: Printed) -> float:
        """Return how far from the left a fingerprint begins."""
        return self._places[id(printed)]

    def _take(self, pieces: Sequence[Piece]) -> Printed:
        self._taken.update(id(each) for each in pieces)
        printed = _printed(pieces)
        self._places[id(printed)] = pieces[0].x0
        return printed

    def _free(self, run: "Run") -> list["Run"]:
        """Return the run and its cuts, if nothing of it is taken."""
        return [cut for cut in run.cuts() if not any(id(piece) in self._taken for piece in cut.pieces)]

    def _chain(self, index: int, lines: list["Run"], likely: "_Likely") -> list["Run"] | None:
        """Return the lines of a cell that make a fingerprint, this run being the first."""
        missing = DIGITS - sum(line.count for line in lines)
        if len(lines) > _TRIES + 1:
            return None
        for later, run in self._next(index, lines):
            for cut in self._free(run):
                if cut.count == missing:
                    chain = [*lines, cut]
                    if likely(chain, self._away(chain, free=True)):
                        return chain
                elif _LEAST <= cut.count < missing and _steady([*lines, cut]):
                    chain_or_none = self._chain(later, [*lines, cut], likely)
                    if chain_or_none is not None:
                        return chain_or_none
        return None

    def _next(self, index: int, lines: list["Run"]) -> Iterator[tuple[int, "Run"]]:
        """Yield the next line of the cell: the nearest below that is in line, else the first overleaf."""
        last = lines[-1]
        missing = DIGITS - sum(line.count for line in lines)
        for later in range(index + 1, len(self.rows)):
            row = self.rows[later]
            near = row[0].page == last.page and last.y - row[0].y <= _LINE * last.height
            if not near:
                # The number of a page is no line of a cell.
                row = [run for run in row if run.count >= min(_LEAST, missing)]
            if not row:
                if self.rows[later][0].page > last.page + 1:
                    return
            elif row[0].page == last.page:
                aligned = [run for run in row if _aligned(lines, run)]
                if aligned and last.y - row[0].y <= _NEXT_LINE * last.height:
                    if not self._between(last, row[0].y):
                        yield from ((later, run) for run in aligned)
                    return
                # A page's foot is in line with something by chance; what begins where the cell does is none.
                if any(abs(run.x0 - lines[0].x0) < 0.3 * last.height for run in aligned):
                    return
            elif row[0].page == last.page + 1:
                aligned = [run for run in row if _aligned(lines, run) and not self._runs_through(run)]
                if aligned:
                    yield from ((later, run) for run in aligned)
                    return
            else:
                return

    def _between(self, last: "Run", y: float) -> bool:
        """Say whether words stand in the same column above a line."""
        return any(
            word.x0 < last.x1 and word.x1 > last.x0 and not is_hex(word.text)
            for line in self.pages[last.page].lines
            if y + 0.3 * last.height < line.y < last.y - 0.3 * last.height
            for word in line.words
        )

    def _runs_through(self, run: "Run") -> bool:
        """Say whether the same stands at the same place of the page before: it is of the page's head."""
        return any(
            abs(word.x0 - run.x0) < 1 and abs(line.y - run.y) < 1 and word.text == run.pieces[0].printed
            for line in self.pages[run.page - 1].lines
            for word in line.words
        )

    def _away(self, chain: list["Run"], *, free: bool) -> float:
        """Return how far off the nearest run of the column is, above the first line or below the last."""
        first, last = chain[0], chain[-1]
        ranges = (
            (first, [first], reversed(self.rows[: self._index[first.page, first.line]])),
            (last, chain, self.rows[self._index[last.page, last.line] + 1 :]),
        )
        nearest = math.inf
        for end, lines, rows in ranges:
            for row in rows:
                distance = abs(row[0].y - end.y)
                if row[0].page != end.page or distance > 4 * end.height:
                    break
                if any(_aligned(lines, run) and (self._free(run) or not free) for run in row):
                    nearest = min(nearest, distance)
                    break
        return nearest

    def _may_be(self, chain: list["Run"]) -> bool:
        """Say whether the heading allows it; without one, lines all alike may be numbers of their own."""
        heading = self._heading(chain[0])
        if heading == _OTHER:
            return False
        alike = len({line.count for line in chain}) == 1 and all(len(line.pieces) == 1 for line in chain)
        return heading == _SHA256 or not alike or self._is_apart(chain)

    def _is_apart(self, chain: list["Run"]) -> bool:
        """Say whether the lines are nearer to each other than to those of their column above and below."""
        inner = max((a.y - b.y for a, b in pairwise(chain) if a.page == b.page), default=0.0)
        return inner * 1.15 < self._away(chain, free=False)

    def _flow(self, index: int, run: "Run") -> list[Piece] | None:
        """Return a fingerprint of a paragraph, broken where the line ends; words before it say what it is."""
        if not run.ends or self._line_says(run) != _SHA256:
            return None
        for cut in self._free(run):
            lines, count, at = [cut], cut.count, index
            while count < DIGITS and at + 1 < len(self.rows) and len(lines) <= _TRIES:
                at += 1
                after = self.rows[at][0]
                near = after.page == cut.page and lines[-1].y - after.y < 1.8 * cut.height
                if not (near and lines[-1].ends and after.begins):
                    break
                fits = [each for each in self._free(after) if each.begins]
                exact = [each for each in fits if each.count == DIGITS - count]
                if not fits or (not exact and not fits[0].ends):
                    break
                lines.append((exact or fits)[0])
                count += lines[-1].count
            if count == DIGITS and len(lines) > 1:
                return [piece for line in lines for piece in line.pieces]
        return None

    def _line_says(self, run: "Run") -> str:
        lines = self.pages[run.page].lines[max(run.line - 2, 0) : run.line]
        said = " ".join(line.text for line in lines)
        return _kind(said) if said else ""

    def _heading(self, run: "Run") -> str:
        """Return what number the nearest words over a run name; overleaf, those of the page before."""
        for page in (run.page, run.page - 1, run.page - 2, run.page - 3):
            if page not in self.pages:
                break
            for line in reversed(self.pages[page].lines):
                if page == run.page and line.y <= run.y + 0.4 * run.height:
                    continue
                over = [
                    word.text
                    for word in line.words
                    if word.x0 < run.x1 and word.x1 > run.x0 and not is_hex(word.text)
                ]
                kind = _kind(" ".join(over)) if over else ""
                if kind:
                    return kind
        return ""


def _kind(said: str) -> str:
    if _OTHER_HEX.search(said):
        return _OTHER
    return _SHA256 if _FINGERPRINT.search(said) else ""


_Likely = Callable[[Sequence[Run], float], bool]
"""Says whether lines are likely one cell, given how far off the nearest other line of the column is."""


def _full_and_tight(lines: Sequence[Run], away: float) -> bool:
    return _full(lines, away) and _tight(lines, away)


def _tight(lines: Sequence[Run], away: float) -> bool:
    """Say whether lines are as near to each other as to any other of the column."""
    inner = [a.y - b.y for a, b in pairwise(lines) if a.page == b.page]
    return not inner or (_steady(lines) and max(inner) < 1.15 * away)


def _full(lines: Sequence[Run], _away: float) -> bool:
    """Say whether every line but the last is about as wide as the widest: a cell breaks where it is full."""
    widths = [line.x1 - line.x0 for line in lines]
    return all(width > 0.7 * max(widths) for width in widths[:-1])


def _steady(lines: Sequence[Run]) -> bool:
    """Say whether the lines stand at even distances."""
    steps = [a.y - b.y for a, b in pairwise(lines) if a.page == b.page]
    return not steps or max(steps) < 1.25 * min(steps)


def _aligned(lines: Sequence[Run], run: Run) -> bool:
    """Say whether a run stands in the column of those above: by an end, or by its middle."""
    first = lines[0]
    limit = _ALIGNED * max(first.height, run.height)
    return (
        abs(run.x0 - first.x0) < limit
        or abs(run.x1 - first.x1) < limit
        or abs((run.x0 + run.x1) / 2 - (first.x0 + first.x1) / 2) < limit
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
