"""Text, CSV and HTML as pages of words: what has no positions of its own gets those of its lines and cells.

A cell is a column far from its neighbours, a line stands under the one before, so that fingerprints are
found as in a PDF, and never across two cells.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from cagraph.audit.layout import Page, Word, plain

_TOKEN = re.compile(r"\S+")
_WIDTH, _HEIGHT, _COLUMN = 6.0, 10.0, 100_000.0
"""Points: of a letter, of a line, between two cells."""
_BREAK = 4
"""Lines between two rows: what stands below is another cell."""

SPAN = 100
"""Rows or columns that one cell may take."""

Row = list[str]


def text_page(text: str) -> Page:
    """Return plain text as one page; a column of text is where its letters stand."""
    words = [
        Word(plain(token[0]), _WIDTH * token.start(), _WIDTH * token.end(), -_HEIGHT * number, _HEIGHT)
        for number, line in enumerate(text.expandtabs(8).splitlines(), 1)
        for token in _TOKEN.finditer(line)
    ]
    return Page(1, text, words)


def csv_page(text: str) -> Page:
    """Return a CSV file as one page, a cell a cell; what turns out to be none is text."""
    try:
        return rows_page(csv.reader(io.StringIO(text)), text)
    except csv.Error:
        return text_page(text)


def rows_page(rows: Iterable[Row], text: str) -> Page:
    """Return rows of cells as one page."""
    words: list[Word] = []
    top = 0
    for row in rows:
        lines = [cell.splitlines() or [""] for cell in row]
        for column, cell in enumerate(lines):
            for offset, line in enumerate(cell):
                words += _line(line, column, top + offset)
        top += max((len(cell) for cell in lines), default=1) + _BREAK
    return Page(1, text, words)


def _line(line: str, column: int, number: int) -> Iterator[Word]:
    for token in _TOKEN.finditer(line):
        left = _COLUMN * column + _WIDTH * token.start()
        yield Word(plain(token[0]), left, left + _WIDTH * len(token[0]), -_HEIGHT * number, _HEIGHT)


def html_page(text: str) -> Page:
    """Return an HTML page as one page; scripts and styles are no text."""
    parser = _Cells()
    parser.feed(text)
    parser.close()
    rows = parser.rows()
    return rows_page(rows, "\n".join("  ".join(cell for cell in row) for row in rows))


class _Cells(HTMLParser):
    """Gathers rows of cells: a table's row is one, and so is any other block of text, with one cell."""

    _BLOCKS = frozenset(
        {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section", "pre", "dt", "dd"}
    )
    _HIDDEN = frozenset({"script", "style", "template", "noscript"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[Row] = []
        self._row: Row = []
        self._cell = ""
        self._hidden = 0
        self._in_row = False
        self._span: tuple[int, int] | None = None
        """Columns and rows of the cell that is open."""
        self._down: dict[int, int] = {}
        """Rows that a cell of a column still reaches down."""
        self._outer: list[tuple[int, dict[int, int]]] = []
        """Of the tables around: the cells of the row so far, and what reaches down."""

    def rows(self) -> list[Row]:
        """Return all rows that say something."""
        self._end_row()
        return [row for row in self._rows if any(cell.strip() for cell in row)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self._cell += "\n"
        elif tag in ("td", "th"):
            self._end_cell()
            said = dict(attrs)
            self._span = _count(said.get("colspan")), _count(said.get("rowspan"))
        elif tag == "table":
            self._end_cell()
            self._outer.append((len(self._row), self._down))
            self._end_row()
            self._down = {}
        elif tag in self._BLOCKS and not (self._in_row and tag != "tr"):
            self._end_row()
            self._in_row = tag == "tr"
        elif tag in self._BLOCKS:
            self._cell += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "table" and self._outer:
            self._end_row()
            cells, self._down = self._outer.pop()
            # A table in a cell: the row around it goes on behind.
            self._row, self._in_row = [""] * cells, cells > 0
        elif tag == "tr" or (tag in self._BLOCKS and not self._in_row):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            # Line ends of the source are blanks; those of the page are <br> and blocks.
            self._cell += re.sub(r"\s+", " ", data)

    def _end_cell(self) -> None:
        if self._span is not None or self._cell.strip():
            wide, deep = self._span or (1, 1)
            self._skip()
            for column in range(len(self._row), len(self._row) + wide):
                self._down[column] = deep - 1
            self._row += [self._cell.strip(), *[""] * (wide - 1)]
        self._cell, self._span = "", None

    def _skip(self) -> None:
        """Leave room for what reaches down from the rows before."""
        while self._down.get(len(self._row), 0) > 0:
            self._down[len(self._row)] -= 1
            self._row.append("")

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            self._skip()
            self._rows.append(self._row)
        self._row = []
        self._in_row = False


def _count(said: str | None) -> int:
    """Return a number of rows or columns that a cell says it takes, as far as it makes sense."""
    return (
        min(max(int(said), 1), SPAN) if said and said.isascii() and said.isdecimal() and len(said) < 6 else 1
    )
