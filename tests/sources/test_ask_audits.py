"""Audit statements: the URLs in a cell, and any document behind them."""

from pathlib import Path

from cagraph.sources import ask_audits
from cagraph.sources.asking import MEBIBYTE, Asked
from tests.sources.answers import MAINTENANCE, answer, refusal

A, B = "https://audit.example/a.pdf", "https://audit.example/b.pdf"

asked: Asked = ask_audits


def urls(*cells: str) -> list[str]:
    return [request.url for request in ask_audits.requests(cells)]


def test_a_cell_may_hold_several_urls() -> None:
    for between in ("; ", ";", ",", ", ", " ", "\n", "\r\n", " ;\n"):
        assert urls(f"{A}{between}{B}") == [A, B]
    assert urls(A, f" {B};", A, "") == [A, B]


def test_a_comma_or_semicolon_may_be_part_of_a_url() -> None:
    odd = ["https://audit.example/a,b;c.pdf", "https://audit.example/view;id=7?x=1,2"]
    assert urls(*odd) == odd
    assert urls(", ".join(odd)) == odd


def test_what_is_no_url_is_left_to_be_refused() -> None:
    cell = f"{A} (page 2) ftp://audit.example/b.pdf"
    assert urls(cell) == [A, "(page", "2)", "ftp://audit.example/b.pdf"]


def test_documents_are_untrusted_and_kept_unread() -> None:
    (request,) = ask_audits.requests(["https://audit.example/Größe%20A.pdf?download=1#page=2"])
    assert request.url == "https://audit.example/Gr%C3%B6%C3%9Fe%20A.pdf?download=1"
    assert (request.name, request.kind, request.untrusted) == ("Größe A.pdf", None, True)
    assert request.limit == 64 * MEBIBYTE


def test_any_document_is_taken_but_an_empty_one(tmp_path: Path) -> None:
    (request,) = ask_audits.requests([A])
    for body in (b"%PDF-1.7", MAINTENANCE, b"\0"):
        given = answer(tmp_path, body)
        asked.check(request, given)
    assert refusal(asked, request, answer(tmp_path, b"")).again
