"""Letters that the tests draw themselves, each with the fingerprints a person would read in it.

A `Case` draws on a `Letter`: text at places, tables whose cells are lines already. The letter keeps what was
drawn until its end, so that one drawing can be put into the file in another order, with another pen, on
turned paper. Every drawing is the same in every run.
"""

import hashlib
import io
import random
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

PORTRAIT = (612.0, 792.0)
LANDSCAPE = (792.0, 612.0)
MARGIN = 50.0


def digest(name: str) -> str:
    """Return a fingerprint: 64 upper-case digits that depend on the name alone."""
    return hashlib.sha256(name.encode()).hexdigest().upper()


def number(name: str, count: int) -> str:
    """Return another number in hex digits: a serial number, a key's name, a SHA-1."""
    return hashlib.sha512(b"other" + name.encode()).hexdigest().upper()[:count]


def grouped(digits: str, size: int, separator: str) -> str:
    """Part digits into groups: `AB:CD`."""
    return separator.join(digits[index : index + size] for index in range(0, len(digits), size))


@dataclass(frozen=True)
class Look:
    """How a letter is set and put into the file."""

    font: str = "Helvetica"
    size: float = 9.0
    paper: tuple[float, float] = PORTRAIT
    rotate: int = 0
    """The page's /Rotate."""
    turn: float = 0.0
    """Degrees by which the drawing itself is turned about the middle of the page."""
    order: str = "written"
    """Of the content stream: written, reversed, columns, rows, shuffled."""
    pen: str = "lines"
    """What one operator writes, see `_PENS`."""
    password: str | None = None
    """Of the user; None: the file is not encrypted."""
    strength: int = 128
    origin: tuple[float, float] = (0.0, 0.0)
    """Lower left corner of the paper."""


@dataclass(frozen=True)
class Text:
    """A line of text where it stands."""

    x: float
    y: float
    text: str
    font: str
    size: float


@dataclass(frozen=True, order=True)
class Wanted:
    """What is to be found."""

    page: int
    sha256: str
    strict: bool


@dataclass(frozen=True)
class Cell:
    """Lines of a table's cell; with the fingerprint they print, if they do."""

    lines: tuple[str, ...]
    sha256: str = ""

    @property
    def strict(self) -> bool:
        """One upper-case run."""
        return self.lines == (self.sha256,)


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    x: float
    heading: str = ""
    align: str = "left"
    """left, right or centre of `width`."""
    width: float = 0.0


def prose(text: str, width: int = 16) -> Cell:
    """Return a cell of words, so many letters wide."""
    return Cell(tuple(textwrap.wrap(text, width)) or ("",))


def mark(sha256: str, written: str = "", *breaks: int, every: int = 0) -> Cell:
    """Return a cell with a fingerprint, as `written`, broken where said."""
    text = written or sha256
    places = [0, *(breaks or range(every, len(text), every) if every or breaks else ()), len(text)]
    lines = [text[start:stop].strip(" ") for start, stop in pairwise(places)]
    return Cell(tuple(line for line in lines if line), sha256)


def other(text: str, *, every: int = 0) -> Cell:
    """Return a cell with another number."""
    return Cell(mark(text, every=every).lines)


class Letter:
    """A letter as it is being drawn."""

    def __init__(self, look: Look) -> None:
        self.look = look
        font(look.font)
        self.pages: list[list[Text]] = [[]]
        self.wanted: list[Wanted] = []
        self.beside: dict[str, dict[str, str]] = {}
        """By fingerprint what stands beside it, under which heading."""
        self.y = look.paper[1] - MARGIN
        self.on_page: Callable[[Letter], None] = lambda _: None

    @property
    def lead(self) -> float:
        """From line to line."""
        return 1.2 * self.look.size

    def start(self, on_page: "Callable[[Letter], None]") -> None:
        """Draw headers and footers on this page and every later one."""
        self.on_page = on_page
        on_page(self)

    def next_page(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append([])
        self.y = self.look.paper[1] - MARGIN
        self.on_page(self)

    def text(self, x: float, y: float, text: str, *, font: str = "", size: float = 0.0) -> None:
        """Put a line of text at a place."""
        self.pages[-1].append(Text(x, y, text, font or self.look.font, size or self.look.size))

    def say(self, *paragraphs: str, x: float = MARGIN) -> None:
        """Write paragraphs over the width of the page."""
        width = self.look.paper[0] - MARGIN - x
        for paragraph in paragraphs:
            for line in self.fit(paragraph, width, " "):
                self.line(line, x)
            self.y -= self.lead / 2

    def line(self, text: str, x: float = MARGIN) -> None:
        """Write one line and go to the next."""
        self.text(x, self.y, text)
        self.y -= self.lead

    def want(self, sha256: str, *, strict: bool = False) -> None:
        """Say that a fingerprint begins on this page."""
        self.wanted.append(Wanted(len(self.pages), sha256.lower(), strict))

    def width(self, text: str) -> float:
        """Return how wide text is."""
        apart = {"spaced": 0.1, "spaced-wide": 0.25, "tight": -0.06}.get(self.look.pen, 0.0) * self.look.size
        broad = float(pdfmetrics.stringWidth(text, self.look.font, self.look.size))
        return broad * (0.7 if self.look.pen == "narrow" else 1.0) + apart * len(text)

    def fit(self, text: str, width: float, after: str = "") -> list[str]:
        """Break text into lines no wider than `width`: anywhere, or only after a letter of `after`."""
        lines = [""]
        begin = 0
        for index, letter in enumerate(text, 1):
            if after and letter not in after and index < len(text):
                continue
            part = text[begin:index]
            begin = index
            if lines[-1] and self.width((lines[-1] + part).rstrip()) > width:
                lines.append("")
            lines[-1] += part
        return [line.strip(" ") for line in lines]

    def cell(self, sha256: str, width: float, written: str = "", after: str = "") -> Cell:
        """Return a fingerprint's cell, broken where it is full."""
        return Cell(tuple(self.fit(written or sha256, width, after)), sha256)

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Cell]],
        *,
        gap: float = 0.5,
        bottom: float = 60.0,
        split: bool = False,
        valign: str = "top",
        repeat: bool = True,
    ) -> None:
        """Draw a table, on as many pages as it needs; with `split`, a row may go on overleaf.

        Args:
            columns: where they stand.
            rows: the cells.
            gap: between two rows, in lines.
            bottom: where the page is full.
            split: whether a row is broken where the page is full.
            valign: top, middle or bottom: where a lower cell stands in its row.
            repeat: whether each page has the headings again.
        """
        self._headings(columns)
        for row in rows:
            self._note(columns, row)
            deep = max(len(cell.lines) for cell in row)
            if not split and self.y - (deep - 1) * self.lead < bottom:
                self._overleaf(columns, repeat)
            skip = [
                {"top": 0, "middle": (deep - len(cell.lines)) // 2}.get(valign, deep - len(cell.lines))
                for cell in row
            ]
            for number in range(deep):
                if self.y < bottom:
                    self._overleaf(columns, repeat)
                for column, cell, above in zip(columns, row, skip, strict=True):
                    if 0 <= number - above < len(cell.lines):
                        if number == above and cell.sha256:
                            self.want(cell.sha256, strict=cell.strict)
                        self._aligned(column, cell.lines[number - above])
                self.y -= self.lead
            self.y -= gap * self.lead

    def _note(self, columns: Sequence[Column], row: Sequence[Cell]) -> None:
        """Keep what stands beside a fingerprint; beside two, nobody knows."""
        marks = [cell.sha256 for cell in row if cell.sha256]
        if len(marks) == 1:
            beside = self.beside.setdefault(marks[0].lower(), {})
            for column, cell in zip(columns, row, strict=True):
                beside[column.heading] = " ".join(" ".join(cell.lines).split())

    def _overleaf(self, columns: Sequence[Column], repeat: bool) -> None:
        self.next_page()
        if repeat:
            self._headings(columns)

    def _headings(self, columns: Sequence[Column]) -> None:
        if any(column.heading for column in columns):
            for column in columns:
                self._aligned(column, column.heading)
            self.y -= 1.5 * self.lead

    def _aligned(self, column: Column, text: str) -> None:
        room = column.width - self.width(text)
        self.text(column.x + {"right": room, "centre": room / 2}.get(column.align, 0.0), self.y, text)

    # ------------------------------------------------------------------------------ into the file

    def pdf(self) -> bytes:
        """Return the file."""
        look = self.look
        file = io.BytesIO()
        lock = None
        if look.password is not None:
            lock = StandardEncryption(look.password, ownerPassword="owner", strength=look.strength)
        canvas = Canvas(file, pagesize=look.paper, encrypt=lock, invariant=1, pageCompression=1)
        for texts in self.pages:
            self._draw(canvas, texts)
        canvas.save()
        return file.getvalue()

    def _draw(self, canvas: Canvas, texts: list[Text]) -> None:
        look = self.look
        if look.rotate:
            canvas.setPageRotation(look.rotate)
        if look.origin != (0.0, 0.0):
            left, low = look.origin
            canvas.setCropBox((left, low, left + look.paper[0], low + look.paper[1]))
            canvas.translate(left, low)
        if look.turn:
            middle = look.paper[0] / 2, look.paper[1] / 2
            canvas.translate(*middle)
            canvas.rotate(look.turn)
            canvas.translate(-middle[0], -middle[1])
        for text in _ordered(texts, look.order):
            _PENS[look.pen](canvas, text, look)
        canvas.showPage()


def _ordered(texts: list[Text], order: str) -> list[Text]:
    if order == "reversed":
        return texts[::-1]
    if order == "columns":
        return sorted(texts, key=lambda text: (text.x, -text.y))
    if order == "rows":
        return sorted(texts, key=lambda text: (-text.y, text.x))
    if order == "shuffled":
        return random.Random(7).sample(texts, len(texts))
    return texts


# ------------------------------------------------------------------------------------------ pens


def _lines(canvas: Canvas, text: Text, look: Look) -> None:
    _write(canvas, text, text.x, text.text)


def _write(canvas: Canvas, text: Text, x: float, letters: str, **settings: float) -> None:
    """Write letters of a text at a place; settings are of the text object."""
    writing = canvas.beginText()
    writing.setFont(font(text.font), text.size)
    writing.setTextOrigin(x, text.y)
    for name, value in settings.items():
        getattr(writing, name)(value)
    writing.textOut(letters)
    canvas.drawText(writing)


def _words(canvas: Canvas, text: Text, look: Look) -> None:
    x, blank = text.x, pdfmetrics.stringWidth(" ", text.font, text.size)
    for word in text.text.split(" "):
        if word:
            _write(canvas, text, x, word)
        x += pdfmetrics.stringWidth(word, text.font, text.size) + blank


def _letters(canvas: Canvas, text: Text, look: Look) -> None:
    for index, letter in enumerate(text.text):
        if letter != " ":
            _write(
                canvas, text, text.x + pdfmetrics.stringWidth(text.text[:index], text.font, text.size), letter
            )


def _letters_backward(canvas: Canvas, text: Text, look: Look) -> None:
    for index, letter in reversed(list(enumerate(text.text))):
        if letter != " ":
            _write(
                canvas, text, text.x + pdfmetrics.stringWidth(text.text[:index], text.font, text.size), letter
            )


def _spaced(canvas: Canvas, text: Text, look: Look) -> None:
    _write(canvas, text, text.x, text.text, setCharSpace=0.1 * text.size)


def _spaced_wide(canvas: Canvas, text: Text, look: Look) -> None:
    _write(canvas, text, text.x, text.text, setCharSpace=0.25 * text.size)


def _tight(canvas: Canvas, text: Text, look: Look) -> None:
    _write(canvas, text, text.x, text.text, setCharSpace=-0.06 * text.size)


def _narrow(canvas: Canvas, text: Text, look: Look) -> None:
    _write(canvas, text, text.x, text.text, setHorizScale=70)


def _hidden(canvas: Canvas, text: Text, look: Look) -> None:
    """As behind a scan."""
    _write(canvas, text, text.x, text.text, setTextRenderMode=3)


def _twice(canvas: Canvas, text: Text, look: Look) -> None:
    """Bold made by writing twice."""
    _write(canvas, text, text.x, text.text)
    _write(canvas, text, text.x + 0.3, text.text)


def _flipped(canvas: Canvas, text: Text, look: Look) -> None:
    """With y downwards, as browsers print."""
    canvas.saveState()
    canvas.transform(1, 0, 0, -1, 0, look.paper[1])
    writing = canvas.beginText()
    writing.setFont(font(text.font), text.size)
    writing.setTextTransform(1, 0, 0, -1, text.x, look.paper[1] - text.y)
    writing.textOut(text.text)
    canvas.drawText(writing)
    canvas.restoreState()


def _unit(canvas: Canvas, text: Text, look: Look) -> None:
    """With a font of size 1 and a matrix that makes it larger."""
    writing = canvas.beginText()
    writing.setFont(font(text.font), 1)
    writing.setTextTransform(text.size, 0, 0, text.size, text.x, text.y)
    writing.textOut(text.text)
    canvas.drawText(writing)


_PENS: dict[str, Callable[[Canvas, Text, Look], None]] = {
    "lines": _lines,
    "words": _words,
    "letters": _letters,
    "letters-backward": _letters_backward,
    "spaced": _spaced,
    "spaced-wide": _spaced_wide,
    "tight": _tight,
    "narrow": _narrow,
    "hidden": _hidden,
    "twice": _twice,
    "flipped": _flipped,
    "unit": _unit,
}


@cache
def font(name: str) -> str:
    """Make a TrueType font known that comes with the library; every other one is a PDF's own."""
    if name.startswith("Vera"):
        pdfmetrics.registerFont(TTFont(name, Path(reportlab.__file__).parent / "fonts" / f"{name}.ttf"))
    return name


# ----------------------------------------------------------------------------------------- cases


@dataclass(frozen=True)
class Case:
    """A letter by name."""

    name: str
    draw: Callable[[Letter], None]
    look: Look = field(default_factory=Look)

    def letter(self) -> Letter:
        """Return it drawn."""
        letter = Letter(self.look)
        self.draw(letter)
        return letter


def look(**settings: Any) -> Look:
    """Return a look; what is not said is usual."""
    return Look(**settings)


REPORT = (
    "To the management of Example Trust Services: we have examined the assertion by the management of "
    "Example Trust Services that in providing its Certification Authority services at Faded Bead and Decade, "
    "throughout the period 1 February 2025 to 31 January 2026, it has maintained effective controls, based "
    "on the WebTrust Principles and Criteria for Certification Authorities, Version 2.2.2."
)
ETSI = (
    "This audit attestation was issued by an accredited body (No. D-ZE-12345-01) for the trust service "
    "provider Beispiel GmbH, against ETSI EN 319 411-1 V1.4.1 (2023-10), policies NCP, DVCP, OVCP. Audit "
    "period: from 2025-02-01 to 2026-01-31. CA/Browser Forum OID 2.23.140.1.2.2."
)
