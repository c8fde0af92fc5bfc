"""A Word document (DOCX) into one page: paragraphs and tables in their order, cell by cell.

Word has pages only once it is laid out, so that the whole document is one, as a web page is. What is to be
unpacked is told from the archive's directory before anything is.
"""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cagraph.audit.cells import SPAN, Row, rows_page
from cagraph.audit.layout import Page
from cagraph.audit.pdf import Unreadable

if TYPE_CHECKING:
    from docx.blkcntnr import BlockItemContainer
    from docx.section import Section
    from docx.table import Table

_BODY = "word/document.xml"
_MOST = 200 << 20
"""Bytes that a document may take unpacked, and each of its parts."""
_PARTS = 10_000
_DEEP = 20
"""Tables within tables."""


def is_docx(data: bytes) -> bool:
    """Say whether a ZIP archive holds a Word document; one without a directory holds nothing."""
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _BODY in archive.NameToInfo
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError):
        return False


def read_docx(data: bytes) -> Page:
    """Return a Word document as one page.

    Raises:
        Unreadable: it is damaged, needs a password, or unpacks into more than a letter can be.
    """
    import zipfile
    import zlib

    import docx
    from docx.opc.exceptions import PackageNotFoundError

    _check(data)
    try:
        document = docx.Document(io.BytesIO(data))
        rows = [*_rows_of(document), *_margins(document.sections)]
    except (
        PackageNotFoundError, SyntaxError, zipfile.BadZipFile, zlib.error, LookupError, ValueError,
        AttributeError, TypeError, EOFError, NotImplementedError,
    ):  # fmt: skip
        raise Unreadable("it is no Word document, or a damaged one") from None
    return rows_page(rows, "\n".join("  ".join(row) for row in rows))


def _check(data: bytes) -> None:
    """Refuse what is encrypted, and what is absurdly large once it is unpacked."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("it needs a password")
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > _MOST:
        raise Unreadable(f"it unpacks into more than {_MOST >> 20} MB or {_PARTS:,} parts")


def _margins(sections: Any) -> Iterator[Row]:
    """Yield the headers and footers, each once."""
    seen: set[int] = set()
    section: Section
    for section in sections:
        for part in (
            section.header, section.first_page_header, section.even_page_header,
            section.footer, section.first_page_footer, section.even_page_footer,
        ):  # fmt: skip
            if not part.is_linked_to_previous and id(part.part) not in seen:
                seen.add(id(part.part))
                yield from _rows_of(part)


def _rows_of(container: "BlockItemContainer | Any", deep: int = 0) -> Iterator[Row]:
    """Yield a row for each paragraph and each row of a table."""
    from docx.table import Table

    for item in container.iter_inner_content():
        if isinstance(item, Table):
            yield from _rows_of_table(item, deep)
        elif item.text.strip():
            yield [_plain(item.text)]


def _rows_of_table(table: "Table", deep: int) -> Iterator[Row]:
    """Yield a table's rows, and those of the tables in its cells below, in columns of their own.

    A cell over several columns or rows stands in the first of them.
    """
    from docx.table import Table, _Cell

    for line in table._tbl.tr_lst:
        row: Row = [""] * min(line.grid_before, SPAN)
        inner: list[Table] = []
        for tc in line.tc_lst:
            texts = []
            if tc.vMerge != "continue":
                for item in _Cell(tc, table).iter_inner_content():
                    if isinstance(item, Table):
                        inner.append(item)
                    else:
                        texts.append(_plain(item.text))
            row += ["\n".join(texts).strip("\n"), *[""] * (min(tc.grid_span, SPAN) - 1)]
        if any(row):
            yield row
        if deep < _DEEP:
            for each in inner:
                for within in _rows_of_table(each, deep + 1):
                    yield [""] * len(row) + within


def _plain(text: str) -> str:
    """Return text with tabs as room between words, and the line ends that Word knows."""
    return re.sub(r"[\v\f\r]", "\n", text.expandtabs(8))
