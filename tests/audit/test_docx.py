"""Word documents: paragraphs and tables in their order, and what is none says why."""

import hashlib
import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document

from cagraph.audit.document import format_of, read_document
from cagraph.audit.fingerprints import Printed, find_fingerprints
from cagraph.audit.pdf import Unreadable
from cagraph.audit.statement import read_statement


def digits(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest().upper()


A, B, C, D = digits("a"), digits("b"), digits("c"), digits("d")


def made(draw: Callable[[Document], None]) -> bytes:
    document = docx.Document()
    draw(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def found(data: bytes) -> list[Printed]:
    return find_fingerprints(list(read_document(data)))


def table(document: Document, *rows: tuple[str, ...]) -> None:
    drawn = document.add_table(rows=len(rows), cols=len(rows[0]))
    for line, texts in zip(drawn.rows, rows, strict=True):
        for cell, text in zip(line.cells, texts, strict=True):
            cell.text = text


def test_paragraphs_and_tables_in_their_order() -> None:
    def draw(document: Document) -> None:
        document.add_paragraph(f"The certificate {A} of the root.")
        table(document, ("Subject", "SHA-256", "Valid to"), ("CN=Root", f"{B[:40]}\n{B[40:]}", "2035-06-04"))
        document.add_paragraph(C)

    data = made(draw)
    assert format_of(data) == "docx"
    assert [(each.sha256.upper(), each.strict) for each in found(data)] == [(A, True), (B, False), (C, True)]
    assert found(data)[1].beside == {"subject": "CN=Root", "not_after": "2035-06-04"}


def test_nested_tables_headers_and_footers() -> None:
    def draw(document: Document) -> None:
        outer = document.add_table(rows=1, cols=2)
        inner = outer.cell(0, 0).add_table(1, 1)
        inner.cell(0, 0).text = A
        outer.cell(0, 1).text = B
        document.sections[0].header.paragraphs[0].text = C
        document.sections[0].footer.paragraphs[0].text = D

    assert sorted(each.sha256.upper() for each in found(made(draw))) == sorted([A, B, C, D])


def test_merged_cells_count_once_and_shift_nothing() -> None:
    def draw(document: Document) -> None:
        rows = [("Subject", "Key", "SHA-256", "Valid to")]
        rows += [(f"CN=Root {n}", "RSA", digits(f"m{n}"), f"203{n}-01-01") for n in range(4)]
        table(document, *rows)
        drawn = document.tables[0]
        drawn.cell(1, 1).merge(drawn.cell(3, 1)).text = "RSA"
        drawn.cell(4, 0).merge(drawn.cell(4, 1)).text = "CN=Both"

    printed = found(made(draw))
    assert [each.sha256.upper() for each in printed] == [digits(f"m{n}") for n in range(4)]
    assert [each.beside["not_after"] for each in printed] == [f"203{n}-01-01" for n in range(4)]
    assert [each.beside.get("subject") for each in printed[:3]] == ["CN=Root 0", "CN=Root 1", "CN=Root 2"]


def test_halves_in_two_cells_are_none() -> None:
    assert found(made(lambda document: table(document, (A[:32], A[32:])))) == []
    assert found(made(lambda document: table(document, (A[:32],), (A[32:],)))) == []


def test_in_a_process_of_its_own() -> None:
    statement = read_statement(made(lambda document: table(document, ("Root", A))))
    assert (statement.state, statement.format, len(statement.fingerprints)) == ("read", "docx", 1)


def archive(**parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return stream.getvalue()


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", bytes(201 << 20))
    return stream.getvalue()


def locked() -> bytes:
    """A document whose directory says that its parts are encrypted."""
    data = bytearray(made(lambda document: None))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: archive(**{"a.txt": "text"}), "a ZIP archive that holds no Word document"),
        (lambda: archive(**{"word/document.xml": "<broken"}), "no Word document, or a damaged one"),
        (lambda: made(lambda document: table(document, ("Root", A)))[:-300], "a ZIP archive"),
        (
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "needs a password, or is an old Word file",
        ),
        (locked, "needs a password"),
        (bomb, "unpacks into more than 200 MB"),
    ],
)
def test_what_is_not_read_says_why(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        list(read_document(make()))


def test_a_document_with_a_part_damaged_says_why() -> None:
    data = made(lambda document: table(document, ("Root", A)))
    for at in range(60, len(data), len(data) // 60):
        broken = bytearray(data)
        broken[at : at + 20] = bytes(20)
        try:
            pages = list(read_document(bytes(broken)))
        except Unreadable:
            continue
        assert {each.sha256.upper() for each in find_fingerprints(pages)} <= {A}
