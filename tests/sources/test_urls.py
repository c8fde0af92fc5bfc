"""URLs: what users may set as the address of a service, and how one found in data is written."""

import pytest

from cagraph.errors import UsageProblem
from cagraph.sources.urls import base_url, found_url, host_of


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://crt.sh/ ", "https://crt.sh"),
        ("HTTPS://CRT.sh//", "https://crt.sh"),
        ("http://127.0.0.1:8080/a/b/", "http://127.0.0.1:8080/a/b"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert base_url(text) == address
    assert base_url(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "crt.sh",
        "//crt.sh",
        "ftp://crt.sh",
        "https://",
        "https:///x",
        "https://me@crt.sh",
        "https://me:secret@crt.sh",
        "https://crt.sh?",
        "https://crt.sh/?q=1",
        "https://crt.sh/#x",
        "https://crt.sh:0x50",
        "https://crt.sh:65536",
        "https://crt sh",
        "https://crt.sh/a b",
        "https://crt.sh/a\nb",
        "https://[::1",
    ],
)
def test_what_is_no_address_of_a_service_is_said(text: str) -> None:
    with pytest.raises(UsageProblem, match="cannot be the address of a service"):
        base_url(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://CA.example", "http://ca.example/"),
        ("http://ca.example/a b.crt", "http://ca.example/a%20b.crt"),
        ("http://ca.example/a%20b.crt?x=%2F#part", "http://ca.example/a%20b.crt?x=%2F"),
        ('http://ca.example/"><script>', "http://ca.example/%22%3E%3Cscript%3E"),
        ("http://ca.example/ü", "http://ca.example/%C3%BC"),
    ],
)
def test_a_url_in_data_is_escaped_once(text: str, url: str) -> None:
    assert found_url(text) == url
    assert found_url(url) == url


@pytest.mark.parametrize(
    "text", ["http://b\u00fccher.example/", "http://a%20b/", "http://x\x00/", "http://\ud800/"]
)
def test_hosts_that_dns_cannot_know_are_not_asked(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        found_url(text)


def test_hosts() -> None:
    assert host_of("https://CRT.sh:443/x") == "crt.sh"
    assert host_of("crtsh-sql:certificates?after=1") == ""
    assert host_of("http://[::1") == ""
