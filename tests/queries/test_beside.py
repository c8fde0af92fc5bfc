"""What a letter prints beside a fingerprint against the certificate: what agrees is no difference."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.resources import queries_dir

R3 = "CN=R3, O=Let's Encrypt, C=US"
DIGICERT = "CN=DigiCert Global Root CA, OU=www.digicert.com, O=DigiCert Inc, C=US"
RSA = r"OU=Secure Server Certification Authority, O=RSA Data Security\, Inc., C=US"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for name in ("56_digits.sql", "57_beside.sql"):
            opened.execute((queries_dir() / "views" / name).read_text(encoding="utf-8"))
        yield opened


def ask(connection: duckdb.DuckDBPyConnection, question: str, *values: object) -> object:
    row = connection.execute(question, list(values)).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("R3", R3),
        ("r3", R3),
        ("CN = R3,O=Let's Encrypt,C=US", R3),
        ("C = US, O = Let's Encrypt, CN = R3", R3),
        ("/C=US/O=Let's Encrypt/CN=R3", R3),
        ("Common Name: R3", R3),
        ("Let\u2019s Encrypt R3", R3),
        ("Let's Encrypt", R3),
        ("CN=DigiCert Global Root CA OU=www.digicert.com", DIGICERT),
        ("DigiCert Glo bal Root CA", DIGICERT),
        ("DigiCert Global Root CA 2006 root", DIGICERT),
        ("SOCIETE CA", "CN=Société CA, C=FR"),
        (r"Soci\C3\A9t\C3\A9 CA", "CN=Société CA, C=FR"),
        ("Certi\ufb01cation CA", "CN=Certification CA"),
        ("THE GLOSTEN ASSOCIATES, INC. CA", r"CN=THE GLOSTEN ASSOCIATES\, INC. CA, O=Example"),
        ("Secure Server Certification Authority", RSA),
        ("RSA Data Security, Inc.", RSA),
        ("CN=X CA, 2.5.4.97=VATES-1, O=Y", "CN=X CA, 2.5.4.97=VATES-1, O=Y"),
        ("InfoNotary CSP Root", "C=BG+O=InfoNotary PLC+DC=root-ca+CN=InfoNotary CSP Root"),
        ("\u65e5\u672c CA", "CN=\u65e5\u672c CA"),
        # A column that was too narrow.
        ("CN=DigiCert Global Ro", DIGICERT),
        ("CN=DigiCert Global Root CA, OU", DIGICERT),
        ("--", R3),
        ("", R3),
    ],
)
def test_names_that_agree(connection: duckdb.DuckDBPyConnection, printed: str, name: str) -> None:
    assert ask(connection, "SELECT name_differs(?, ?)", printed, name) is False


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("R10", R3),
        ("CN=R10, O=Let's Encrypt", R3),
        ("Let's Encrypt R30", R3),
        ("DigiCert Global Root CA G2", DIGICERT),
        ("CN=DigiCert Global Root CA G2, O=DigiCert Inc", DIGICERT),
        ("DigiCert Global Root CA", "CN=DigiCert Global Root CA G2, O=DigiCert Inc, C=US"),
        ("CN=DigiCert Global Root", DIGICERT),
        ("CN=R1", "CN=R10, C=US"),
        ("a" * 100_000, "CN=" + "b" * 100_000),
    ],
)
def test_names_that_differ(connection: duckdb.DuckDBPyConnection, printed: str, name: str) -> None:
    assert ask(connection, "SELECT name_differs(?, ?)", printed, name) is True


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_the_comparison(
    connection: duckdb.DuckDBPyConnection, printed: str, name: str
) -> None:
    assert ask(connection, "SELECT name_differs(?, ?)", printed, f"CN={name}") in (True, False)


@given(st.integers(min_value=0, max_value=2**160 - 1), st.integers(min_value=1, max_value=2**160 - 1))
def test_serials_of_any_length(connection: duckdb.DuckDBPyConnection, serial: int, off: int) -> None:
    differs = "SELECT serial_differs(?, ?, ?)"
    own, other = f"{serial:x}", serial ^ off
    assert ask(connection, differs, f"00{own.upper()}", None, own) is False
    assert ask(connection, differs, None, str(serial), own) is False
    assert ask(connection, differs, f"{other:x}", str(serial), own) is False
    assert ask(connection, differs, f"{other:x}", str(other), own) is True


def test_nothing_printed_is_no_difference(connection: duckdb.DuckDBPyConnection) -> None:
    assert ask(connection, "SELECT serial_differs(NULL, NULL, '1')") is False
    assert ask(connection, "SELECT day_differs(NULL, TIMESTAMP '2024-01-01')") is False
    assert ask(connection, "SELECT day_differs('soon', TIMESTAMP '2024-01-01')") is False


@pytest.mark.parametrize(
    ("printed", "differs"), [("2024-01-02", False), ("2023-12-31", False), ("2024-01-03", True)]
)
def test_a_letter_may_print_the_local_day(
    connection: duckdb.DuckDBPyConnection, printed: str, differs: bool
) -> None:
    assert ask(connection, "SELECT day_differs(?, TIMESTAMP '2024-01-01 23:00')", printed) is differs
