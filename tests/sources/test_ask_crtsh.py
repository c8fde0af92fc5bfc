"""crt.sh over HTTP: what is asked, and the many answers that look like one and are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from cagraph.errors import UsageProblem
from cagraph.model import sha256_hex
from cagraph.sources import ask_crtsh
from cagraph.sources.asking import Asked
from tests.pki import Authority
from tests.sources.answers import answer, refusal
from tests.sources.test_crtsh_list import ENTRY, KEY

BASE = "https://crt.example"
JSON, HTML, PKIX = "application/json", "text/html", "application/pkix-cert"
ROOT = Authority("Example Root").self_signed()
OTHER = Authority("Other Root").self_signed()
ENTRIES = [ENTRY, ENTRY | {"id": 7}]

asked: Asked = ask_crtsh


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


(BY_KEY,) = ask_crtsh.key_requests(f"{BASE}/", [KEY.upper(), KEY])
(BY_ID,) = ask_crtsh.certificate_requests(BASE, {9314792: sha256_hex(ROOT.subject.spki)})
(BY_SHA256,) = ask_crtsh.fingerprint_requests(BASE, [ROOT.sha256])


def test_what_is_asked() -> None:
    assert (BY_KEY.url, BY_KEY.kind) == (f"{BASE}/?spkisha256={KEY}&output=json", "crtsh_list")
    assert (BY_ID.url, BY_ID.kind, BY_ID.sha256) == (f"{BASE}/?d=9314792", "certificates", None)
    assert (BY_SHA256.url, BY_SHA256.sha256) == (f"{BASE}/?d={ROOT.sha256}", ROOT.sha256)
    assert not BY_KEY.immutable
    assert all(each.immutable and each.may_be_absent for each in (BY_ID, BY_SHA256))


def test_nothing_but_hashes_and_a_service_goes_into_a_url() -> None:
    for text in ("", "1&output=html", "ab" * 31, "%61b" + KEY[3:]):
        with pytest.raises(ValueError, match="SHA-256"):
            ask_crtsh.key_requests(BASE, [text])
        with pytest.raises(ValueError, match="SHA-256"):
            ask_crtsh.fingerprint_requests(BASE, [text])
    for address in (f"{BASE}/?q=1", "crt.sh", "https://me:secret@crt.example", f"{BASE}#x"):
        with pytest.raises(UsageProblem):
            ask_crtsh.key_requests(address, [KEY])


@pytest.mark.parametrize("entries", [[], ENTRIES])
def test_a_whole_list_of_the_key_is_taken(tmp_path: Path, entries: list[Any]) -> None:
    given = answer(tmp_path, body(entries), JSON)
    asked.check(BY_KEY, given)


def test_wherever_a_list_breaks_off_it_is_asked_for_again(tmp_path: Path) -> None:
    whole = body(ENTRIES)
    for end in range(len(whole)):
        assert refusal(asked, BY_KEY, answer(tmp_path, whole[:end], JSON)).again


@pytest.mark.parametrize(
    ("given", "content_type"),
    [
        (body(ENTRIES), HTML),
        (body(ENTRIES), None),
        (b"[]", "text/plain"),
        (b"ERROR", "text/plain"),
        (b"<html><head><title>502 Bad Gateway</title></head></html>", HTML),
        (b"<HTML>canceling statement due to conflict with recovery</HTML>", HTML),
        (b"[BEGIN_HEADERS]\nContent-Type: application/json\n[END_HEADERS]\n" + body(ENTRIES)[:-1], HTML),
        (b"[BEGIN_HEADERS]\nContent-Type: application/json\n[END_HEADERS]\nInvalid value: 'x'", HTML),
        (body(ENTRIES)[:-1].replace(b"Research", b"Invalid value"), JSON),
        (body(ENTRIES) + body(ENTRIES), JSON),
    ],
)
def test_failures_that_look_like_answers_are_asked_for_again(
    tmp_path: Path, given: bytes, content_type: str | None
) -> None:
    refused = refusal(asked, BY_KEY, answer(tmp_path, given, content_type))
    assert (refused.again, refused.gone) == (True, False)


@pytest.mark.parametrize("status", [206, 404, 503])
def test_only_200_is_an_answer(tmp_path: Path, status: int) -> None:
    assert refusal(asked, BY_KEY, answer(tmp_path, b"[]", JSON, status)).again


@pytest.mark.parametrize("said", ask_crtsh.SOFT_ERRORS)
def test_what_crtsh_says_to_a_wrong_question_is_final(tmp_path: Path, said: str) -> None:
    page = f"<HTML><BODY><P>{said}: 'x' </BODY></HTML>".encode()
    for request in (BY_KEY, BY_ID):
        refused = refusal(asked, request, answer(tmp_path, page, HTML))
        assert not refused.again
        assert said in str(refused)


def test_a_list_of_another_key_is_asked_for_again(tmp_path: Path) -> None:
    entries = [*ENTRIES, ENTRY | {"name_value": "cd" * 32}]
    assert refusal(asked, BY_KEY, answer(tmp_path, body(entries), JSON)).again


@pytest.mark.parametrize(
    "value",
    [
        {"elements": {}},
        [1],
        [{key: value for key, value in ENTRY.items() if key != "serial_number"}],
        [ENTRY | {"id": "7"}],
        [ENTRY | {"name_value": "example.com"}],
    ],
)
def test_json_of_another_shape_is_refused_for_good(tmp_path: Path, value: Any) -> None:
    assert not refusal(asked, BY_KEY, answer(tmp_path, body(value), JSON)).again


@pytest.mark.parametrize("given", [ROOT.pem.encode(), ROOT.pem.encode() + b"\n", ROOT.der])
def test_the_certificate_asked_for_is_taken(tmp_path: Path, given: bytes) -> None:
    for request in (BY_ID, BY_SHA256):
        asked.check(request, answer(tmp_path, given, PKIX))


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        ROOT.der[:-1],
        ROOT.pem.encode()[:-10],
        ROOT.pem.encode() + b"\n" + ROOT.pem.encode() + b"\n",
        ROOT.der + b"trailing",
    ],
)
def test_anything_but_one_certificate_is_asked_for_again(tmp_path: Path, given: bytes) -> None:
    for request in (BY_ID, BY_SHA256):
        assert refusal(asked, request, answer(tmp_path, given, PKIX)).again


def test_another_certificate_than_the_one_asked_for(tmp_path: Path) -> None:
    refused = refusal(asked, BY_SHA256, answer(tmp_path, OTHER.pem.encode(), PKIX))
    assert refused.again
    assert "another certificate" in str(refused)


def test_a_certificate_of_another_key_than_listed_is_refused(tmp_path: Path) -> None:
    other = Authority("Other Root").self_signed()
    refused = refusal(asked, BY_ID, answer(tmp_path, other.pem.encode(), "application/pkix-cert"))
    assert refused.again
    assert "another key" in str(refused)
