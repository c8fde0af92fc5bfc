"""Text, CSV and HTML: fingerprints in lines and cells, never across two cells."""

import hashlib

import pytest

from cagraph.audit.document import format_of, read_document
from cagraph.audit.fingerprints import find_fingerprints
from cagraph.audit.pdf import Unreadable


def digits(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest().upper()


A, B = digits("a"), digits("b")
COLONS = ":".join(A[index : index + 2] for index in range(0, 64, 2))


def found(text: str | bytes) -> list[tuple[str, bool]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(each.sha256.upper(), each.strict) for each in find_fingerprints(list(read_document(data)))]


@pytest.mark.parametrize(
    ("text", "strict"),
    [
        (f"Root X1   {A}  2035-06-04\n", True),
        (f"SHA-256: {A}.\n", True),
        (f"({A})\n", True),
        (A.lower() + "\n", False),
        (COLONS + "\n", False),
        (COLONS.replace(":", " ") + "\n", False),
        (f"Root E5   {A[:40]}\nAn Issuer {A[40:]}\n", False),
        (f"Root E5   {COLONS[:60]}\nAn Issuer {COLONS[60:]}\n", False),
        (f"\ufeff{A}\n", True),
    ],
)
def test_in_plain_text(text: str, strict: bool) -> None:
    assert found("A letter.\n" + text + "The end.\n") == [(A, strict)]


@pytest.mark.parametrize(
    "text",
    [
        A[:63],
        A + "0",
        f"{A[:32]}\n\n\n\n\n{A[32:]}",
        f"{A[:32]}                {A[32:]}",
        "x" + A,
        f"Docusign Envelope ID: {A[:8]}-{A[8:12]}-{A[12:16]}-{A[16:20]}-{A[20:32]}\n" * 2,
        f"Serial number\n{A[:32]}\n{A[32:]}\n",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(f"A letter.\n{text}\nThe end.\n") == []


def test_two_on_one_line() -> None:
    assert found(f"{A} {B}\n") == [(A, True), (B, True)]


def test_csv_cell_by_cell() -> None:
    text = f'name,fingerprint,valid to\n"Root, E5",{A},2035\nRoot X1,"{B[:40]}\n{B[40:]}",2036\n'
    assert format_of(text.encode()) == "csv"
    assert found(text) == [(A, True), (B, False)]


def test_html_cell_by_cell() -> None:
    page = f"""<!DOCTYPE html><html><head><style>{A}</style><script>var x = "{A}"</script></head>
    <body><p>Scope</p><table>
    <tr><td>Root E5</td><td>{A[:40]}<br>{A[40:]}</td><td>2035</td></tr>
    <tr><td>Root X1</td><td>
      {B}
    </td></tr></table></body></html>"""
    assert format_of(page.encode()) == "html"
    assert found(page) == [(A, False), (B, True)]


def test_halves_in_two_cells_are_none() -> None:
    assert found(f"<html><table><tr><td>{A[:32]}<td>{A[32:]}</table></html>") == []
    assert found(f"<html><table><tr><td>{A[:32]}<tr><td>{A[32:]}</table></html>") == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04" + b"\0" * 30, "a ZIP archive"),
        (b"\x7fELF\0\0\0", "neither PDF, HTML, CSV nor text"),
        (b"%PDF-1.7 and nothing else", "no PDF, or a damaged one"),
    ],
)
def test_what_is_not_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        list(read_document(data))
