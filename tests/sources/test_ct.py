"""Certificate Transparency: the list of logs, which of them are asked, and the roots they give."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from cagraph.errors import SourceError, UsageProblem
from cagraph.sources import ask_ct, ct_roots, recognise
from cagraph.sources.asking import Request
from cagraph.sources.rows import CertificateRow, Issue
from tests.pki import Authority
from tests.sources.answers import MAINTENANCE, answer, refusal

ROOT = Authority("Example Root").self_signed()
OTHER = Authority("Other Root").self_signed()

asked = ask_ct


def encoded(der: bytes) -> str:
    return base64.b64encode(der).decode()


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


ROOTS = body({"certificates": [encoded(ROOT.der), encoded(OTHER.der)]})


def log(url: Any, state: str, **more: Any) -> dict[str, Any]:
    return {
        "description": f"log {url}",
        "log_id": "aWQ=",
        "url": url,
        "state": {state: {"timestamp": "2026-01-01T00:00:00Z"}},
        **more,
    }


def tiled(url: str, state: str) -> dict[str, Any]:
    found = log(url, state, submission_url=url, monitoring_url="https://mon.example/")
    del found["url"]
    return found


LIST = {
    "version": "72.1",
    "operators": [
        {
            "name": "One",
            "logs": [
                log("https://one.example/2026/", "usable"),
                log("https://one.example/2025/", "readonly"),
                log("https://one.example/2024/", "retired"),
                log("https://one.example/2027/", "qualified"),
                log("https://one.example/2028/", "pending"),
                log("https://one.example/bad/", "rejected"),
            ],
        },
        {"name": "Two", "logs": [], "tiled_logs": [tiled("https://two.example/2026h1/", "usable")]},
        {"name": "None"},
    ],
}


def read(tmp_path: Path, data: bytes) -> list[Any]:
    path = tmp_path / "get-roots.json"
    path.write_bytes(data)
    assert recognise(path) is ct_roots
    return list(ct_roots.read(path))


def list_request() -> Request:
    (request,) = ask_ct.requests(ask_ct.LOG_LIST)
    return request


def roots_request() -> Request:
    (request,) = ask_ct.log_requests(["https://one.example/2026/"])
    return request


def test_roots_are_numbered_certificates(tmp_path: Path) -> None:
    assert read(tmp_path, ROOTS) == [CertificateRow(1, ROOT.der), CertificateRow(2, OTHER.der)]
    assert read(tmp_path, b' {\n "certificates" : [ ] }\n') == []


@pytest.mark.parametrize("broken", ["", "MA*=", "MAA", "é", 7, None, ["MAA="], {}])
def test_what_is_no_certificate_is_rejected_in_its_place(tmp_path: Path, broken: Any) -> None:
    issue, row = read(tmp_path, body({"certificates": [broken, encoded(ROOT.der)]}))
    assert isinstance(issue, Issue)
    assert (issue.line, issue.rejected, issue.field) == (1, True, "certificates")
    assert row == CertificateRow(2, ROOT.der)


@pytest.mark.parametrize(
    "data",
    [
        ROOTS[:-1],
        ROOTS + b"x",
        b'{"certificates": [NaN]}',
        b'{"certificates": ["\xff"]}',
        b'{"certificates": ["\\ud800"]}',
        b'{"certificates": ' + b"[" * 200_000,
        b'{"certificates": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"certificates": ["MAA="], "certificates": 7}',
    ],
)
def test_what_is_not_whole_is_refused_as_a_whole(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SourceError):
        read(tmp_path, data)


def test_the_list_is_googles_unless_the_user_has_another() -> None:
    assert list_request().url == "https://www.gstatic.com/ct/log_list/v3/log_list.json"
    assert [each.url for each in ask_ct.requests("http://127.0.0.1:8080/list.json")] == [
        "http://127.0.0.1:8080/list.json"
    ]
    with pytest.raises(UsageProblem):
        ask_ct.requests("file:///etc/passwd")


def test_logs_that_the_user_names_are_asked_as_they_stand() -> None:
    requests = ask_ct.log_requests(["http://127.0.0.1:8080/log/", "https://two.example"])
    assert [(each.url, each.untrusted) for each in requests] == [
        ("http://127.0.0.1:8080/log/ct/v1/get-roots", False),
        ("https://two.example/ct/v1/get-roots", False),
    ]


def test_logs_that_should_answer_follow_from_the_list(tmp_path: Path) -> None:
    given = answer(tmp_path, body(LIST), "application/json")
    asked.check(list_request(), given)
    following = asked.follow(list_request(), given.path)
    assert [(each.url, each.may_be_absent) for each in following] == [
        ("https://one.example/2026/ct/v1/get-roots", False),
        ("https://one.example/2025/ct/v1/get-roots", True),
        ("https://one.example/2027/ct/v1/get-roots", False),
        ("https://two.example/2026h1/ct/v1/get-roots", False),
    ]
    assert all(each.untrusted and each.kind == "ct_roots" for each in following)


def test_an_odd_entry_costs_no_other_log(tmp_path: Path) -> None:
    odd: list[Any] = [
        log("gopher://x/", "usable"),
        log(7, "usable"),
        {"url": "https://stateless.example/"},
        "text",
        None,
        log("https://fine.example/", "usable"),
    ]
    given = answer(tmp_path, body({"operators": [None, {"logs": odd, "tiled_logs": "none"}]}))
    asked.check(list_request(), given)
    following = asked.follow(list_request(), given.path)
    # What is no address is refused by whoever asks, and told.
    assert [each.url for each in following] == [
        "gopher://x/ct/v1/get-roots",
        "https://fine.example/ct/v1/get-roots",
    ]


@pytest.mark.parametrize("data", [MAINTENANCE, b"", body(LIST)[:-1], ROOTS[:-3], b"[" * 100_000])
def test_what_is_not_whole_json_is_asked_for_again(tmp_path: Path, data: bytes) -> None:
    for request in (list_request(), roots_request()):
        assert refusal(asked, request, answer(tmp_path, data, "text/html")).again


@pytest.mark.parametrize("value", [[], {}, 7, {"certificates": "none"}, {"operators": []}])
def test_json_of_another_shape_is_refused_for_good(tmp_path: Path, value: Any) -> None:
    for request in (list_request(), roots_request()):
        assert not refusal(asked, request, answer(tmp_path, body(value))).again


def test_a_log_that_accepts_no_root_has_answered(tmp_path: Path) -> None:
    given = answer(tmp_path, body({"certificates": []}), "application/json")
    asked.check(roots_request(), given)
    assert asked.follow(roots_request(), given.path) == ()
