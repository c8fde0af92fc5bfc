"""The pieces that make a number of so many digits: in one word, on one line, over the lines of a cell.

The first piece stands in its column and each next one below it, on the next line of the cell or at the top
of the next page. Nothing is shifted and nothing is stripped: pieces begin and end where the letter's own
words do, and only such that make the digits exactly count. Certain readings are taken first, so that what is
left over cannot be joined to what was not meant.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from cagraph.audit.alignment import Likely, aligned, full, full_and_tight, steady, tight
from cagraph.audit.headings import OTHER, SHA1, SHA256, Headings
from cagraph.audit.layout import Page
from cagraph.audit.pieces import Piece, Run, is_hex, runs_of

_LINE = 1.35
"""In heights: what stands no farther below is the next line."""
_NEXT_LINE = 2.6
"""In heights: how far below a piece the next one may stand."""
_TRIES = 6
"""A fingerprint has no more lines than this and one."""
_LEAST = 8
"""Digits of a line that goes on below: a cell so narrow that fewer fit is none."""

_ADDRESS = re.compile(r"(?:[0-9A-Fa-f]{4}:){7}[0-9A-Fa-f]{4}")

_Reading = Callable[[int, Run], Sequence[Piece] | None]


def _is_address(line: Run) -> bool:
    """Say whether a line may be a whole IPv6 address."""
    return bool(_ADDRESS.fullmatch(line.pieces[0].printed))


class Finder:
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
        self.headings = Headings(pages)
        self._taken: set[int] = set()
        self._digits = 0

    def sha256(self) -> Iterator[Sequence[Piece]]:
        """Yield what is certain first: one word, then one line, then full lines of a cell, then any lines."""
        self._digits = 64
        yield from self._words()
        yield from self._read([(self._digits, self._line), *self._cells(self._may_be), (1, self._flow)])

    def sha1(self) -> Iterator[Sequence[Piece]]:
        """Yield the SHA-1 of what is left, the same way: only such as words say are one."""
        self._digits = 40
        yield from self._read([(self._digits, self._named), *self._cells(self._is_sha1)])

    def is_other(self, run: Run) -> bool:
        """Say whether words over a run name another number."""
        return self.headings.over(run) == OTHER

    def _cells(self, allowed: Callable[[list[Run]], bool]) -> list[tuple[int, _Reading]]:
        return [(_LEAST, partial(self._cell, allowed, likely)) for likely in (full_and_tight, tight, full)]

    def _words(self) -> Iterator[Sequence[Piece]]:
        for row in self.rows:
            for piece in (piece for run in row for piece in run.pieces):
                if len(piece.digits) != self._digits:
                    continue
                if self.headings.is_key(Run((piece,), begins=False, ends=False)):
                    self._take([piece])
                else:
                    yield self._take([piece])

    def _read(self, readings: Sequence[tuple[int, _Reading]]) -> Iterator[Sequence[Piece]]:
        """Yield what the readings find, each among the runs that have so many digits and are not taken."""
        left = [(index, run) for index, row in enumerate(self.rows) for run in row]
        for least, reading in readings:
            for index, run in left:
                pieces = reading(index, run) if run.count >= least and self._is_left(run) else None
                if pieces is not None:
                    yield self._take(pieces)

    def _is_left(self, run: Run) -> bool:
        return any(id(piece) not in self._taken for piece in run.pieces)

    def _take(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        self._taken.update(id(each) for each in pieces)
        return pieces

    def _line(self, _index: int, run: Run) -> Sequence[Piece] | None:
        """Return a fingerprint of several words on one line."""
        for cut in self._free(run):
            if cut.count == self._digits and self.headings.over(cut) != OTHER:
                return cut.pieces
        return None

    def _named(self, _index: int, run: Run) -> Sequence[Piece] | None:
        """Return a SHA-1 on one line, in one word or several."""
        for cut in self._free(run):
            if cut.count == self._digits and self._is_sha1([cut]):
                return cut.pieces
        return None

    def _cell(
        self, allowed: Callable[[list[Run]], bool], likely: Likely, index: int, run: Run
    ) -> Sequence[Piece] | None:
        """Return a fingerprint over the lines of a cell, this run being the first."""
        for cut in self._free(run):
            chain = self._chain(index, [cut], likely) if cut.count >= _LEAST else None
            if chain is not None and allowed(chain):
                return [piece for each in chain for piece in each.pieces]
        return None

    def _free(self, run: Run) -> list[Run]:
        """Return the run and its cuts, if nothing of it is taken."""
        return [cut for cut in run.cuts() if not any(id(piece) in self._taken for piece in cut.pieces)]

    def _chain(self, index: int, lines: list[Run], likely: Likely) -> list[Run] | None:
        """Return the lines of a cell that make a fingerprint, this run being the first."""
        missing = self._digits - sum(line.count for line in lines)
        if len(lines) > _TRIES + 1:
            return None
        for later, run in self._next(index, lines):
            for cut in self._free(run):
                if cut.count == missing:
                    chain = [*lines, cut]
                    if likely(chain, self._away(chain, free=True)):
                        return chain
                elif _LEAST <= cut.count < missing and steady([*lines, cut]):
                    chain_or_none = self._chain(later, [*lines, cut], likely)
                    if chain_or_none is not None:
                        return chain_or_none
        return None

    def _next(self, index: int, lines: list[Run]) -> Iterator[tuple[int, Run]]:
        """Yield the next line of the cell: the nearest below that is in line, else the first overleaf."""
        last = lines[-1]
        missing = self._digits - sum(line.count for line in lines)
        for later in range(index + 1, len(self.rows)):
            row = self.rows[later]
            near = row[0].page == last.page and last.y - row[0].y <= _LINE * last.height
            if not near:
                # The number of a page is no line of a cell.
                row = [
                    run
                    for run in row
                    if run.count >= _LEAST or any(cut.count == missing for cut in run.cuts())
                ]
            if not row:
                if self.rows[later][0].page > last.page + 1:
                    return
            elif row[0].page == last.page:
                below = [run for run in row if aligned(lines, run)]
                if below and last.y - row[0].y <= _NEXT_LINE * last.height:
                    if not self._between(last, row[0].y):
                        yield from ((later, run) for run in below)
                    return
                # A page's foot is in line with something by chance; what begins where the cell does is none.
                if any(abs(run.x0 - lines[0].x0) < 0.3 * last.height for run in below):
                    return
            elif row[0].page == last.page + 1:
                below = [run for run in row if aligned(lines, run) and not self._runs_through(run)]
                if below:
                    yield from ((later, run) for run in below)
                    return
            else:
                return

    def _between(self, last: Run, y: float) -> bool:
        """Say whether words stand in the same column above a line."""
        lines = self.pages[last.page].lines
        for number in range(last.line, len(lines)):
            line = lines[number]
            if line.y <= y + 0.3 * last.height:
                return False
            if line.y < last.y - 0.3 * last.height and any(
                word.x0 < last.x1 and word.x1 > last.x0 and not is_hex(word.text) for word in line.words
            ):
                return True
        return False

    def _runs_through(self, run: Run) -> bool:
        """Say whether the same stands at the same place of the page before: it is of the page's head."""
        return any(
            abs(word.x0 - run.x0) < 1 and abs(line.y - run.y) < 1 and word.text == run.pieces[0].printed
            for line in self.pages[run.page - 1].lines
            for word in line.words
        )

    def _away(self, chain: list[Run], *, free: bool) -> float:
        """Return how far off the nearest run of the column is, above the first line or below the last."""
        first, last = chain[0], chain[-1]
        above, below = self._index[first.page, first.line], self._index[last.page, last.line]
        ranges = (
            (first, [first], range(above - 1, -1, -1)),
            (last, chain, range(below + 1, len(self.rows))),
        )
        nearest = math.inf
        for end, lines, rows in ranges:
            for row in (self.rows[index] for index in rows):
                distance = abs(row[0].y - end.y)
                if row[0].page != end.page or distance > 4 * end.height:
                    break
                if any(aligned(lines, run) and (self._free(run) or not free) for run in row):
                    nearest = min(nearest, distance)
                    break
        return nearest

    def _may_be(self, chain: list[Run]) -> bool:
        """Say whether the heading allows it; without one, lines all alike may be numbers of their own."""
        heading = self.headings.over(chain[0])
        if heading == OTHER:
            return False
        alike = len({line.count for line in chain}) == 1 and all(len(line.pieces) == 1 for line in chain)
        if heading == SHA256 or not alike:
            return True
        return self._is_apart(chain) and not all(map(_is_address, chain))

    def _is_sha1(self, chain: list[Run]) -> bool:
        """Say whether the words before the first line, or else those over it, name a SHA-1."""
        said = self.headings.before(chain[0]) or self.headings.over(chain[0], sha1=True)
        return said == SHA1

    def _is_apart(self, chain: list[Run]) -> bool:
        """Say whether the lines are nearer to each other than to those of their column above and below."""
        inner = max((a.y - b.y for a, b in pairwise(chain) if a.page == b.page), default=0.0)
        return inner * 1.15 < self._away(chain, free=False)

    def _flow(self, index: int, run: Run) -> list[Piece] | None:
        """Return a fingerprint of a paragraph, broken where the line ends; words before it say what it is."""
        if not run.ends or self.headings.near_line(run) != SHA256:
            return None
        for cut in self._free(run):
            lines, count, at = [cut], cut.count, index
            while count < self._digits and at + 1 < len(self.rows) and len(lines) <= _TRIES:
                at += 1
                after = self.rows[at][0]
                near = after.page == cut.page and lines[-1].y - after.y < 1.8 * cut.height
                if not (near and lines[-1].ends and after.begins):
                    break
                fits = [each for each in self._free(after) if each.begins]
                exact = [each for each in fits if each.count == self._digits - count]
                if not fits or (not exact and not fits[0].ends):
                    break
                lines.append((exact or fits)[0])
                count += lines[-1].count
            if count == self._digits and len(lines) > 1:
                return [piece for line in lines for piece in line.pieces]
        return None
