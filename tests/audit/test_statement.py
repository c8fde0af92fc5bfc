"""Reading in a process of its own: whatever a document is, a statement comes back."""

import io
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from cagraph.audit.statement import from_json, read_statement, read_statements, to_json
from cagraph.model import AuditKind, sha256_hex

LETTER = f"""To the Management of Example Trust:
We have examined the assertion throughout the period January 1, 2024 to December 31, 2024
based on the WebTrust Principles and Criteria for Certification Authorities - Version 2.2.2
Root CA {sha256_hex(b"root").upper()}
"""


def pdf(*lines: str) -> bytes:
    """Return a letter of one page."""
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=True)
    for number, line in enumerate(lines):
        canvas.drawString(40, 780 - 14 * number, line)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def test_a_letter() -> None:
    body = pdf(*LETTER.splitlines())
    statement = read_statement(body)
    assert (statement.state, statement.format, statement.pages) == ("read", "pdf", 1)
    assert [each.sha256 for each in statement.fingerprints] == [sha256_hex(b"root")]
    assert statement.body_sha256 == sha256_hex(body)
    assert statement.facts is not None
    assert [fact.value for fact in statement.facts.kinds] == [AuditKind.STANDARD]
    assert statement.facts.period_end is not None
    assert statement.facts.period_end.value.isoformat() == "2024-12-31"


def test_a_letter_that_lists_nothing_is_no_unreadable_one() -> None:
    statement = read_statement(LETTER.rsplit("Root CA", 1)[0].encode())
    assert (statement.state, statement.unreadable) == ("no_list", None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "it has no text"),
        (pdf(), "it has no text: a scan"),
        (b"%PDF-1.4\nbroken", "no PDF, or a damaged one"),
        (b"PK\x03\x04", "ZIP archive"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str) -> None:
    statement = read_statement(body)
    assert statement.state == "unreadable"
    assert statement.unreadable is not None
    assert reason in statement.unreadable
    assert statement.fingerprints == ()


def test_one_that_takes_too_long_costs_itself_alone() -> None:
    statement = read_statement(b"word " * 500_000, seconds=0.05)
    assert statement.unreadable == "reading it took longer than 0.05 seconds"


def test_one_that_takes_too_much_memory_costs_itself_alone() -> None:
    statement = read_statement(b"word " * 20_000_000, megabytes=300)
    assert statement.state == "unreadable"
    assert statement.unreadable is not None


def test_many_come_in_their_order() -> None:
    bodies = [pdf("one"), b"%PDF-", LETTER.encode()]
    states = [each.state for each in read_statements(bodies)]
    assert states == ["no_list", "unreadable", "read"]


def test_json_and_back() -> None:
    statement = read_statement(LETTER.encode())
    found: dict[str, Any] = to_json(statement)
    assert found["state"] == "read"
    assert from_json(found) == statement


def test_json_and_back_with_all_that_may_be_printed() -> None:
    root = sha256_hex(b"root").upper()
    text = (
        f"Subject: CN=Root\nSHA-256: {root}\nValid to: 2035-06-04\n\n\n"
        f"SHA-1: {root[:40]}\n\n\nSHA-256: {root[:63]}\n"
    )
    statement = read_statement(text.encode())
    [printed] = statement.fingerprints
    assert printed.beside == {"subject": "CN=Root", "not_after": "2035-06-04"}
    assert [each.sha1.upper() for each in statement.thumbprints] == [root[:40]]
    assert [each.digits.upper() for each in statement.nearly] == [root[:63]]
    assert from_json(to_json(statement)) == statement
    assert to_json(statement)["fingerprints"][0]["beside"] == printed.beside
