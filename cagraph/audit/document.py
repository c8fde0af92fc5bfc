"""A document of any format into pages. The format is told by the bytes, never by a name or a header."""

import csv
import io
from collections.abc import Iterator

from cagraph.audit.cells import csv_page, html_page, text_page
from cagraph.audit.docx import is_docx, read_docx
from cagraph.audit.layout import Page
from cagraph.audit.pdf import Unreadable, read_pdf

_HEAD = 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_READ = {
    "zip": "a ZIP archive that holds no Word document",
    "ole": "it needs a password, or is an old Word file: save it as DOCX or PDF",
    "binary": "neither PDF, HTML, CSV nor text, nor a Word document",
}


def format_of(data: bytes) -> str:
    """Return `pdf`, `docx`, `html`, `zip`, `ole`, `csv` or `text`, or `binary` for what is none of them."""
    head = data[:_HEAD]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx" if is_docx(data) else "zip"
    if head.startswith(_OLE):
        return "ole"
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "binary"
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start or b"<table" in start:
        return "html"
    return "csv" if _is_csv(head.decode("utf-8", errors="replace")) else "text"


def _is_csv(head: str) -> bool:
    """Say whether the first rows have several cells each, and all as many."""
    try:
        rows = [len(row) for row in csv.reader(io.StringIO(head)) if row][:6]
    except csv.Error:
        return False
    # The last one may be cut off.
    whole = rows[:-1] if len(head) >= _HEAD - 4 else rows
    return len(whole) > 1 and len(set(whole)) == 1 and whole[0] > 1


def read_document(data: bytes) -> Iterator[Page]:
    """Yield the pages of a document.

    Raises:
        Unreadable: it needs a password, is damaged, or of a format that is not read.
    """
    kind = format_of(data)
    if kind == "pdf":
        yield from read_pdf(data)
    elif kind == "docx":
        yield read_docx(data)
    elif kind in _NOT_READ:
        raise Unreadable(_NOT_READ[kind])
    else:
        text = _decoded(data)
        yield {"html": html_page, "csv": csv_page, "text": text_page}[kind](text)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
