"""PDF into pages of words, by PDFium. Knows no fingerprint, but that a page without hex digits lists none.

A file that is encrypted with an empty user password opens as any other.
"""

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from cagraph.audit.layout import LOOK_ALIKES, Page, Word, plain
from cagraph.errors import SourceError

# A page without so many digits in a row, whatever parts them, lists nothing.
_PERHAPS = re.compile(rf"(?:[0-9A-Fa-f{LOOK_ALIKES}][:\s\u00ad\u200b.-]{{0,3}}){{16}}")
_TOKEN = re.compile(r"\S+")
_RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u2079]")
_GAP = 0.2
"""In heights: what is farther apart is another word."""


class Unreadable(SourceError):
    """A document that cannot be read; the message says why."""


class _Letter(NamedTuple):
    """Where a letter stands, as the text is read."""

    x0: float
    x1: float
    y: float
    height: float


def read_pdf(data: bytes) -> Iterator[Page]:
    """Yield the pages of a PDF, those without text too.

    Raises:
        Unreadable: it needs a password, or is damaged.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Unreadable(_reason(str(error))) from None
    try:
        for number in range(len(document)):
            yield _page(document, number)
    finally:
        document.close()


def _reason(said: str) -> str:
    if "password" in said.lower():
        return "it needs a password"
    return "it is no PDF, or a damaged one"


def _page(document: Any, number: int) -> Page:
    import pypdfium2 as pdfium

    try:
        page = document[number]
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        raise Unreadable(f"page {number + 1} is damaged") from None
    try:
        written = textpage.get_text_range()
        words = list(_words(textpage, written)) if _PERHAPS.search(written) else []
    finally:
        textpage.close()
        page.close()
    text = unicodedata.normalize("NFKC", written).replace("\r\n", "\n").replace("\r", "\n")
    return Page(number + 1, text, words)


def _words(textpage: Any, written: str) -> Iterator[Word]:
    """Yield the words of a page in the order they were written.

    PDFium parts words where it sees a gap. Only a word whose letters do not stand as evenly as they should is
    looked at letter by letter.
    """
    if len(written) != textpage.count_chars():
        written = "".join(_letter_at(textpage, index) for index in range(textpage.count_chars()))
    for token in _TOKEN.finditer(written):
        first, last = _place(textpage, token.start()), _place(textpage, token.end() - 1)
        if first is None or last is None:
            continue
        if _is_even(first, last, len(token[0])):
            yield _word(token[0], first, last)
        else:
            yield from _parts(textpage, token.start(), token[0])


def _letter_at(textpage: Any, index: int) -> str:
    from pypdfium2 import raw

    number = raw.FPDFText_GetUnicode(textpage, index)
    return chr(number) if number < 0x11_0000 else " "


def _place(textpage: Any, index: int) -> _Letter | None:
    """Return where a letter stands, turned as it is read; None: nowhere, it was made up by the reader."""
    from pypdfium2 import raw

    # The loose box is as high as the line, whatever the letter.
    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box)):
        return None
    left, right, bottom, top = box.left, box.right, box.bottom, box.top
    # PDFium counts clockwise, from nothing to a whole turn.
    angle = -math.remainder(raw.FPDFText_GetCharAngle(textpage, index), math.tau)
    if abs(angle) < 0.01:
        return _Letter(left, right, (bottom + top) / 2, top - bottom)
    cos, sin = math.cos(angle), math.sin(angle)
    corners = [(x, y) for x in (left, right) for y in (bottom, top)]
    xs = [x * cos + y * sin for x, y in corners]
    ys = [y * cos - x * sin for x, y in corners]
    return _Letter(min(xs), max(xs), (min(ys) + max(ys)) / 2, max(ys) - min(ys))


def _is_even(first: _Letter, last: _Letter, count: int) -> bool:
    """Say whether so many letters fit between the two, on one line, without room for a gap between cells."""
    height = max(first.height, 1.0)
    if _is_raised(first, last) or abs(first.y - last.y) > 0.4 * height or last.x1 < first.x0:
        return False
    return last.x1 - first.x0 < (0.85 * count + 0.6) * height


def _parts(textpage: Any, start: int, token: str) -> Iterator[Word]:
    """Yield the words of a token, parted where its letters stand apart."""
    placed = [(letter, _place(textpage, start + index)) for index, letter in enumerate(token)]
    letters = [(letter, place) for letter, place in placed if place is not None]
    begin = 0
    for index, (before, this) in enumerate(pairwise(letters), 1):
        if _apart(before[1], this[1]):
            yield _joined(letters[begin:index])
            begin = index
    if letters:
        yield _joined(letters[begin:])


def _apart(last: _Letter, this: _Letter) -> bool:
    height = max(last.height, this.height, 1.0)
    return (
        _is_raised(last, this)
        or abs(last.y - this.y) > 0.4 * height
        or not -height < this.x0 - last.x1 < _GAP * height
    )


def _is_raised(last: _Letter, this: _Letter) -> bool:
    """Say whether one of them is much smaller: the number of a footnote."""
    return min(last.height, this.height) < 0.8 * max(last.height, this.height)


def _joined(letters: list[tuple[str, _Letter]]) -> Word:
    return _word("".join(letter for letter, _ in letters), letters[0][1], letters[-1][1])


def _word(text: str, first: _Letter, last: _Letter) -> Word:
    return Word(
        # A raised number is a footnote's, not one more digit.
        text=plain(_RAISED.sub("", text)),
        x0=first.x0,
        x1=last.x1,
        y=first.y,
        height=max(first.height, last.height),
    )
