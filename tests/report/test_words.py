"""Values in short, for the eye."""

import pytest

from cagraph.report.words import by_program, counted, file_name, short_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("CN=Birch Root CA, O=Birch, C=ZZ", "CN=Birch Root CA"),
        (r"CN=THE GLOSTEN ASSOCIATES\, INC. CA, O=Example, C=US", r"CN=THE GLOSTEN ASSOCIATES\, INC. CA"),
        (r"CN=ends in a backslash\\, O=Example", r"CN=ends in a backslash\\"),
        ("OU=no common name+O=two at once, C=ZZ", "OU=no common name+O=two at once"),
        ("CN=one\nline, C=ZZ", "CN=one\nline"),
        ("", ""),
    ],
)
def test_short_name(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("file:///srv/reports/2024-05-08/a%20b.csv", "a b.csv"),
        ("file:records.csv", "records.csv"),
        ("https://example.org/x/all.csv", "all.csv"),
    ],
)
def test_file_name(url: str, name: str) -> None:
    assert file_name(url) == name


def test_counted() -> None:
    assert [counted(number, "gap") for number in (0, 1, 2)] == ["0 gaps", "1 gap", "2 gaps"]
    assert counted(2, "entry", "entries") == "2 entries"


def test_scopes_are_gathered_by_the_programs_that_share_them() -> None:
    scopes = ["apple:secure_email", "apple:server_auth", "mozilla:secure_email", "mozilla:server_auth"]
    assert by_program(scopes) == "secure_email, server_auth in apple, mozilla"
    assert by_program([*scopes, "chrome:server_auth"]) == (
        "secure_email in apple, mozilla; server_auth in apple, mozilla, chrome"
    )
    assert by_program([]) == ""
