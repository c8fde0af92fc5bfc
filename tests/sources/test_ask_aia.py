"""caIssuers URLs: which are asked, and what is taken for the certificate of an issuer."""

from pathlib import Path

import pytest

from cagraph.crawl.addresses import ForbiddenAddress, askable
from cagraph.sources import ask_aia
from cagraph.sources.asking import Asked
from tests.pki import Authority
from tests.sources.answers import MAINTENANCE, answer, refusal

ROOT = Authority("Example Root").self_signed()
URL = "http://aia.example/root.crt"

asked: Asked = ask_aia


def test_what_is_no_url_is_left_to_be_refused() -> None:
    urls = [
        URL,
        "HTTP://AIA.example/root.crt#x",
        "ldap://ldap.example/cn=Root?cACertificate",
        "http://user:secret@aia.example/",
        "http:///nothing",
        "http://aia.example:99999/",
        "http://aia.example/a\nb",
        f"http://aia.example/{'a' * 3000}",
        "http://[aia.example/",
    ]
    requests = ask_aia.requests([*urls, "", " "])
    assert [each.url for each in requests] == [URL, *urls[2:]]
    assert all(each.untrusted and each.kind == "certificates" for each in requests)
    for each in requests[1:]:
        with pytest.raises(ForbiddenAddress):
            askable(each.url, guarded=True)


def test_names_come_from_the_url_and_hold_no_control_characters() -> None:
    urls = [URL, "http://aia.example/", "http://aia.example/a%0ab%1b.crt", "http://aia.example/..%2f..%2fx"]
    assert [each.name for each in ask_aia.requests(urls)] == ["root.crt", "issuer", "a_b_.crt", "x"]


@pytest.mark.parametrize("body", [ROOT.der, ROOT.pem.encode(), b"Root:\n" + ROOT.pem.encode() + b"\n"])
def test_a_certificate_is_taken_whatever_its_type_says(tmp_path: Path, body: bytes) -> None:
    (request,) = ask_aia.requests([URL])
    given = answer(tmp_path, body, "text/plain")
    asked.check(request, given)


@pytest.mark.parametrize(
    "body",
    [
        MAINTENANCE,
        b"not found",
        b"-----BEGIN CERTIFICATE-----\nMA*=\n-----END CERTIFICATE-----\n",
        b"-----BEGIN RSA PUBLIC KEY-----\nMAA=\n-----END RSA PUBLIC KEY-----\n",
    ],
)
def test_what_has_no_certificate_is_refused_for_good(tmp_path: Path, body: bytes) -> None:
    (request,) = ask_aia.requests([URL])
    assert not refusal(asked, request, answer(tmp_path, body, "text/html")).again


@pytest.mark.parametrize("body", [b"", ROOT.der[:-1], ROOT.der + ROOT.der[:50], ROOT.pem.encode()[:-30]])
def test_what_breaks_off_is_asked_for_again(tmp_path: Path, body: bytes) -> None:
    (request,) = ask_aia.requests([URL])
    assert refusal(asked, request, answer(tmp_path, body)).again
