"""Documents made to break who reads them, each in a process of its own: each costs one statement, no more."""

import zlib
from collections.abc import Callable

import pytest

from cagraph.audit.statement import Statement, read_statement
from cagraph.audit.worker import ANSWER

MEGABYTES = 300
_CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
    b"/Resources<</Font<</F 5 0 R>>/XObject<</X 4 0 R>>>>>>"
)
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_SHOWN = b"BT /F 9 Tf (hi) Tj ET"


def pdf(contents: bytes, pages: bytes = _PAGES) -> bytes:
    """Return a PDF of these objects, all of one page; PDFium finds them without a table."""
    objects = [_CATALOGUE, pages, _PAGE, contents, _FONT]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<</Size 6/Root 1 0 R>>\n%%EOF"


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(data), data)


def deflated(chunk: bytes, times: int) -> bytes:
    """Return a stream that grows a thousand times."""
    press = zlib.compressobj()
    data = b"".join(press.compress(chunk) for _ in range(times)) + press.flush()
    return stream(data, b"/Filter/FlateDecode")


def blank_bomb() -> bytes:
    return pdf(deflated(b" " * 1_000_000, 1000))


def text_bomb() -> bytes:
    return pdf(deflated(b"BT /F 9 Tf 1 0 0 1 9 9 Tm (abcdef0123) Tj ET\n" * 20_000, 400))


def words() -> bytes:
    return b"word " * 10_000_000


def form_that_draws_itself() -> bytes:
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X 4 0 R>>>>"
    return pdf(stream(b"/X Do /X Do " + _SHOWN, form))


def pages_without_end() -> bytes:
    return pdf(stream(_SHOWN), b"<</Type/Pages/Kids[" + b"3 0 R " * 1_000_000 + b"]/Count 1000000>>")


def pages_declared() -> bytes:
    return pdf(stream(_SHOWN), b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>")


def brackets() -> bytes:
    return pdf(stream(b"[" * 3_000_000))


def elements() -> bytes:
    return b"<html>" + b"<table><tr><td>" * 200_000


def fingerprints() -> bytes:
    """More of them than an answer may hold."""
    return b"\n".join(b"%064X" % (number * 0x123456789ABCDEF123456789) for number in range(50_000))


@pytest.mark.parametrize("bomb", [blank_bomb, text_bomb, words, fingerprints])
def test_what_grows_is_stopped(bomb: Callable[[], bytes]) -> None:
    statement = read_statement(bomb(), megabytes=1024 if bomb is fingerprints else MEGABYTES)
    assert statement.unreadable is not None
    limit = f"is more than {ANSWER >> 20} MB" if bomb is fingerprints else f"more than {MEGABYTES} MB"
    assert limit in statement.unreadable


def test_what_is_larger_than_the_limit_is_not_begun() -> None:
    statement = read_statement(bytes(2 << 20), megabytes=1)
    assert statement.unreadable == "reading it took more than 1 MB"


def test_what_does_not_end_is_ended() -> None:
    statement = read_statement(pages_without_end(), seconds=2)
    assert statement.unreadable == "reading it took longer than 2 seconds"


@pytest.mark.parametrize("bomb", [form_that_draws_itself, pages_declared, brackets, elements])
def test_what_goes_deep_comes_back(bomb: Callable[[], bytes]) -> None:
    """Whether the library has a limit of its own or falls over: nothing is made up, and an answer comes."""
    statement: Statement = read_statement(bomb(), megabytes=MEGABYTES, seconds=60)
    assert statement.fingerprints == ()
    assert statement.state in ("unreadable", "no_list")
