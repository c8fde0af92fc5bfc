"""What looks like a SHA-256 fingerprint and is none: a digit too many or too few, a letter O for a nought.

Looked for in what the real ones left over. A doubtful one does no harm, because they are only compared with
certificates that are known; what makes 64 digits exactly is never one of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

from cagraph.audit.finder import Finder
from cagraph.audit.layout import LOOK_ALIKES, Line, Page, Word
from cagraph.audit.pieces import SEPARATORS, Piece, Run

_LEAST, _MOST = 62, 66
_WRONG = 2
"""Letters that are no hex digit."""
_ROW = 8
"""Letters of a line that goes on below."""
_NOT_HEX = re.compile(r"[^0-9a-f]")
# What looks like a digit and is none is seen at once where it is one letter, and never where it is all.
_UNLIKE = re.compile(rf"[^0-9a-f{LOOK_ALIKES}]")
_MARGINS = re.compile(r"^[\W_]+|[\W_]+$")
# A line without so many digits, or letters that look like them, in a row is none of a number.
_PERHAPS = re.compile(rf"(?:[0-9A-Fa-fOoLlI{LOOK_ALIKES}][^0-9A-Za-z]{{0,3}}){{6}}")
_BLANK = 0.75
"""In heights: words farther apart are of two cells."""
_NEXT_LINE = 2.6
_BESIDE = 0.5
"""In heights: how far the beginnings of two lines of a cell may differ."""
_LINES = 8


@dataclass(frozen=True, slots=True)
class Nearly:
    """What may be a misprinted fingerprint."""

    digits: str
    """In lower case, without what parts them; letters that are no hex digit are left as they are."""
    page: int
    """Of its first letter, from 1."""
    line: int
    printed: str
    """With its line ends, and a blank between words."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Words of one line that stand together and look like digits."""

    page: int
    line: int
    words: tuple[Word, ...]
    digits: str
    y: float

    @property
    def printed(self) -> str:
        return " ".join(_MARGINS.sub("", word.text) for word in self.words)

    @property
    def wrong(self) -> int:
        return _wrong(self.digits)


def find_nearly(pages: Sequence[Page], finder: Finder, taken: Sequence[Sequence[Piece]]) -> list[Nearly]:
    """Return what may be misprinted fingerprints, from words that no found number has a piece of."""
    places: dict[tuple[int, int], list[Piece]] = {}
    for pieces in taken:
        for piece in pieces:
            places.setdefault((piece.page, piece.line), []).append(piece)
    found: list[tuple[_Block, ...]] = []
    for page in pages:
        lines = [list(_blocks(page, line, places.get((page.number, line.number), []))) for line in page.lines]
        found += _of_page([line for line in lines if line])
    return [_nearly(blocks) for blocks in found if not finder.is_other(_run(blocks[0]))]


def _of_page(lines: Sequence[Sequence[_Block]]) -> Iterator[tuple[_Block, ...]]:
    """Yield what is one in a line, then what is one over the lines of a cell."""
    taken: set[int] = set()
    for line in lines:
        for block in line:
            if _is_near([block]):
                taken.add(id(block))
                yield (block,)
    for index, line in enumerate(lines):
        for block in line:
            if id(block) not in taken and _ROW <= len(block.digits) < _LEAST:
                cell = _cell(block, lines[index + 1 :], taken)
                if _is_near(cell):
                    taken.update(map(id, cell))
                    yield tuple(cell)


def _cell(first: _Block, below: Sequence[Sequence[_Block]], taken: set[int]) -> list[_Block]:
    """Return the lines below a block that begin where it does, as far as they are one number."""
    cell = [first]
    for line in below[:_LINES]:
        height = cell[-1].words[0].height
        if cell[-1].y - line[0].y > _NEXT_LINE * height:
            break
        under = [
            block
            for block in line
            if id(block) not in taken and abs(block.words[0].x0 - first.words[0].x0) < _BESIDE * height
        ]
        if not under:
            continue
        if sum(len(block.digits) for block in (*cell, under[0])) > _MOST:
            break
        cell.append(under[0])
    return cell


def _is_near(blocks: Sequence[_Block]) -> bool:
    digits = "".join(block.digits for block in blocks)
    is_hex = len(digits) == 64 and not _NOT_HEX.search(digits)
    return _LEAST <= len(digits) <= _MOST and _wrong(digits) <= _WRONG and not is_hex


def _blocks(page: Page, line: Line, taken: Sequence[Piece]) -> Iterator[_Block]:
    """Yield the words of a line that stand together and may be digits; those taken part them."""
    group: list[Word] = []
    free = [
        not any(piece.x0 < word.x1 and piece.x1 > word.x0 for piece in taken) if taken else True
        for word in line.words
    ]
    if not _PERHAPS.search(" ".join(compress((word.text for word in line.words), free))):
        return
    for word, is_free in zip(line.words, free, strict=True):
        may_be = is_free and _may_be(word.text)
        if group and (not may_be or word.x0 - group[-1].x1 > _BLANK * word.height):
            yield from _parts(page, line, group)
            group = []
        if may_be:
            group.append(word)
    if group:
        yield from _parts(page, line, group)


def _parts(page: Page, line: Line, group: Sequence[Word]) -> Iterator[_Block]:
    """Yield the words as one number if they can be one, in groups of one length; else each word alone."""
    sizes = [len(_digits(word.text)) for word in group]
    usual = max(sizes, key=sizes.count)
    # One group may have lost a digit, or got one, and a misprint may have parted one.
    even = sum(size != usual for size in sizes) <= 2
    if len(group) > 1 and even and sum(sizes) <= _MOST:
        yield _block(page, line, group)
        return
    for word in group:
        yield _block(page, line, [word])


def _block(page: Page, line: Line, words: Sequence[Word]) -> _Block:
    return _Block(
        page.number, line.number, tuple(words), "".join(_digits(word.text) for word in words), line.y
    )


@lru_cache(maxsize=4096)
def _digits(word: str) -> str:
    return SEPARATORS.sub("", _MARGINS.sub("", word)).lower()


@lru_cache(maxsize=4096)
def _may_be(word: str) -> bool:
    """Say whether a word is letters and digits alone, most of them hex, and not prose."""
    digits = _digits(word)
    if not digits or not digits.isalnum() or len(digits) > _MOST:
        return False
    return _wrong(digits) <= min(_WRONG, len(digits) // 2)


def _wrong(digits: str) -> int:
    return len(_UNLIKE.findall(digits))


def _run(block: _Block) -> Run:
    """Return the block as a run, to be asked for its heading."""
    first, last = block.words[0], block.words[-1]
    piece = Piece(
        block.page, block.line, block.digits, block.printed, first.x0, last.x1, block.y, first.height
    )
    return Run((piece,), begins=False, ends=False)


def _nearly(blocks: Sequence[_Block]) -> Nearly:
    first = blocks[0]
    digits = "".join(block.digits for block in blocks)
    return Nearly(digits, first.page, first.line, "\n".join(block.printed for block in blocks))
