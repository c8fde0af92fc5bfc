"""OneCRL as Remote Settings serve it: entries by issuer and serial or subject and key, and hostile shapes."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cagraph.errors import SourceError
from cagraph.sources import ask_onecrl, onecrl, recognise
from cagraph.sources.asking import Answer, Refused
from cagraph.sources.rows import Issue, Item, RevocationRow
from cagraph.x509.certificate import read_certificate
from tests import crls
from tests.crls import b64
from tests.pki import Authority

ROOT = Authority("OneCRL Root", owner="Owner")
SUB = Authority("OneCRL Sub", owner="Owner")
CERTIFICATE = read_certificate(ROOT.issue(SUB).der)
URL = "https://settings.example/v1/buckets/security-state/collections/onecrl/records"


def by_serial(serial: int = 7, **more: Any) -> dict[str, Any]:
    return crls.by_serial(ROOT, serial, **more)


def by_key(**more: Any) -> dict[str, Any]:
    return crls.by_key(SUB, **more)


def read(tmp_path: Path, *entries: Any) -> list[Item]:
    path = tmp_path / "onecrl.json"
    path.write_text(crls.onecrl(*entries), encoding="utf-8")
    return list(onecrl.read(path))


def only_row(items: list[Item]) -> RevocationRow:
    (row,) = items
    assert isinstance(row, RevocationRow)
    return row


def test_an_entry_by_issuer_and_serial_number(tmp_path: Path) -> None:
    assert read(tmp_path, by_serial(int(CERTIFICATE.serial, 16))) == [
        RevocationRow(
            line=1,
            listed_by="onecrl",
            issuer_name_id=CERTIFICATE.issuer_name_id,
            serial=CERTIFICATE.serial,
            reference="https://bugs.example/1",
        )
    ]


def test_an_entry_by_subject_and_key(tmp_path: Path) -> None:
    row = only_row(read(tmp_path, by_key(details={"bug": " ", "created": "2018-05-10T18:01:00Z"})))
    assert row == RevocationRow(
        line=1,
        listed_by="onecrl",
        subject_name_id=CERTIFICATE.subject_name_id,
        spki_sha256=CERTIFICATE.spki_sha256,
        revoked_at=datetime(2018, 5, 10, 18, 1),
        reference="b1ab1ab1",
    )


def test_issuer_and_serial_number_come_first(tmp_path: Path) -> None:
    row = only_row(read(tmp_path, by_key() | by_serial()))
    assert (row.serial, row.subject_name_id) == ("7", None)


@pytest.mark.parametrize("enabled", [True, False, None, "no"])
def test_enabled_is_not_looked_at(tmp_path: Path, enabled: object) -> None:
    """Firefox does not look at it, and Mozilla's tool enters new entries with false."""
    assert only_row(read(tmp_path, by_serial(enabled=enabled))).serial == "7"


@pytest.mark.parametrize("serial", [0, 1, 0x7F, 0x80, -1, -127, 2**159])
def test_serials_are_written_as_certificates_have_them(tmp_path: Path, serial: int) -> None:
    row = only_row(read(tmp_path, by_serial(serial)))
    assert row.serial == read_certificate(ROOT.issue(SUB, serial=serial).der).serial


def test_base64_as_real_entries_have_it(tmp_path: Path) -> None:
    """Without its padding, with a blank at the end."""
    row = only_row(read(tmp_path, by_serial(serialNumber="Bw", issuerName=b64(ROOT.name()) + " ")))
    assert (row.serial, row.issuer_name_id) == ("7", CERTIFICATE.issuer_name_id)


@pytest.mark.parametrize(
    ("created", "moment"),
    [
        ("", None),
        (None, None),
        ("2015-03-04", datetime(2015, 3, 4)),
        ("2015-03-04T05:06:07+02:00", datetime(2015, 3, 4, 3, 6, 7)),
        (" 2015-03-04T05:06:07.5Z ", datetime(2015, 3, 4, 5, 6, 7, 500000)),
    ],
)
def test_days_of_entry(tmp_path: Path, created: str | None, moment: datetime | None) -> None:
    assert only_row(read(tmp_path, by_serial(details={"created": created}))).revoked_at == moment


@pytest.mark.parametrize("created", ["soon", 12, ["2015"], "0001-01-01T00:00:00+23:00"])
def test_a_day_that_is_none_costs_the_day(tmp_path: Path, created: object) -> None:
    issue, row = read(tmp_path, by_serial(details={"created": created}))
    assert isinstance(issue, Issue)
    assert (issue.rejected, issue.field, issue.line) == (False, "created", 1)
    assert isinstance(row, RevocationRow)
    assert row.revoked_at is None


@pytest.mark.parametrize("details", [None, 7, [], {"bug": 12}, {"bug": "a\x1b[2Jb"}, {"bug": "x" * 99999}])
def test_details_that_are_none(tmp_path: Path, details: object) -> None:
    assert only_row(read(tmp_path, by_serial(details=details))).reference == "b1ab1ab1"
    assert only_row(read(tmp_path, by_serial(details=details, id=4))).reference is None


NESTED: list[Any] = []
for _ in range(200):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (None, "data"),
        ("entry", "data"),
        (NESTED, "data"),
        ({}, "data"),
        (by_serial(serialNumber=""), "data"),
        (by_serial(serialNumber=None), "data"),
        (by_serial(serialNumber=7), "serialNumber"),
        (by_serial(serialNumber="%%%"), "serialNumber"),
        (by_serial(serialNumber="A"), "serialNumber"),
        (by_serial(serialNumber=" "), "serialNumber"),
        (by_serial(serialNumber="A" * 20_000), "serialNumber"),
        (by_serial(issuerName=NESTED), "issuerName"),
        (by_serial(issuerName={"a": 1}), "issuerName"),
        (by_serial(issuerName="Some nonsense in issuer"), "issuerName"),
        (by_serial(issuerName=b64(ROOT.name() + b"\0")), "issuerName"),
        (by_serial(issuerName=b64(ROOT.name()[:-1])), "issuerName"),
        (by_serial(issuerName=b64(b"\x30\x03\x02\x01\x01")), "issuerName"),
        (by_serial(issuerName=b64(b"\x04\x00")), "issuerName"),
        (by_key(pubKeyHash=b64(b"\0" * 20)), "pubKeyHash"),
        (by_key(subject="MAA=\u00e9"), "subject"),
    ],
)
def test_an_entry_that_cannot_be_used_costs_itself(tmp_path: Path, entry: Any, field: str) -> None:
    first, issue, last = read(tmp_path, by_serial(1), entry, by_serial(3))
    assert isinstance(first, RevocationRow)
    assert isinstance(last, RevocationRow)
    assert isinstance(issue, Issue)
    assert (issue.line, issue.field, issue.rejected) == (2, field, True)
    assert len(issue.value or "") <= 200


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"data": {}}', '{"data": null}', '{"records": []}', '{"data": [' + "[" * 99999],
)
def test_a_file_that_is_no_whole_list(tmp_path: Path, text: str) -> None:
    path = tmp_path / "onecrl.json"
    path.write_text(text)
    with pytest.raises(SourceError):
        list(onecrl.read(path))


def test_the_file_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for text in (crls.onecrl(by_serial()), json.dumps({"data": [by_key()]}, indent=2)):
        path.write_text(text)
        assert recognise(path) is onecrl
    for text in ('{"data": []}', '{"data": [{"id": 1}]}', '[{"issuerName": ""}]', '{"certificates": []}'):
        path.write_text(text)
        assert recognise(path) is not onecrl


def answer(tmp_path: Path, text: str) -> Answer:
    path = tmp_path / "body"
    path.write_text(text)
    return Answer(path, "00" * 32, len(text))


def test_the_request_and_an_answer_that_is_taken(tmp_path: Path) -> None:
    (request,) = ask_onecrl.requests(URL)
    assert (request.source, request.url, request.kind, request.untrusted) == ("onecrl", URL, "onecrl", False)
    ask_onecrl.check(request, answer(tmp_path, crls.onecrl(7, by_serial())))


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("", True),
        ("<html>down</html>", True),
        (crls.onecrl(by_serial())[:-2], True),
        ('{"data": []}', True),
        ('{"code": 503}', False),
        ('{"data": [{}]}', False),
    ],
)
def test_answers_that_are_not_taken(tmp_path: Path, text: str, again: bool) -> None:
    (request,) = ask_onecrl.requests(URL)
    with pytest.raises(Refused) as refused:
        ask_onecrl.check(request, answer(tmp_path, text))
    assert refused.value.again is again
