"""crt.sh's list of the certificates on a key: what is read, and what is told of the rest."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.errors import SourceError
from cagraph.sources import crtsh_list, recognise
from cagraph.sources.rows import Issue, Item, PeerRow
from cagraph.x509.certificate import read_certificate
from tests.pki import Authority, integer

KEY = "ab" * 32
ENTRY = {
    "issuer_ca_id": 16418,
    "issuer_name": "C=US, O=Internet Security Research Group, CN=ISRG Root X1",
    "name_value": KEY,
    "id": 9314792,
    "entry_timestamp": "2024-01-31T10:11:12.345",
    "not_before": "2015-06-04T11:04:38",
    "not_after": "2035-06-04T11:04:38",
    "serial_number": "008210cfb0d240e3594463e0bb63828b00",
    "result_count": 0,
}
VALUES = {
    "certificate_id": 9314792,
    "spki_sha256": KEY,
    "issuer_ca_id": 16418,
    "issuer_name": "C=US, O=Internet Security Research Group, CN=ISRG Root X1",
    "serial": "8210cfb0d240e3594463e0bb63828b00",
    "not_before": datetime(2015, 6, 4, 11, 4, 38),
    "not_after": datetime(2035, 6, 4, 11, 4, 38),
    "entry_timestamp": datetime(2024, 1, 31, 10, 11, 12, 345_000),
}


def read(tmp_path: Path, *entries: Any) -> list[Item]:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(entries))
    return list(crtsh_list.read(path))


def test_an_entry_is_kept_as_crtsh_says_it(tmp_path: Path) -> None:
    assert read(tmp_path, ENTRY, ENTRY | {"id": 7, "name_value": KEY.upper()}) == [
        PeerRow(1, "crtsh_listed", VALUES),
        PeerRow(2, "crtsh_listed", VALUES | {"certificate_id": 7}),
    ]
    assert recognise(tmp_path / "list.json") is crtsh_list


def test_an_empty_list_is_an_answer_that_nothing_recognises(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    assert recognise(tmp_path / "list.json") is None


def test_a_certificate_in_no_log_has_no_time_of_entry(tmp_path: Path) -> None:
    (row,) = read(tmp_path, ENTRY | {"entry_timestamp": None, "not_after": None})
    assert row == PeerRow(1, "crtsh_listed", VALUES | {"entry_timestamp": None, "not_after": None})


@pytest.mark.parametrize(
    ("name", "value", "column"),
    [
        ("not_after", "infinity", "not_after"),
        ("not_after", "2035-13-04T11:04:38", "not_after"),
        ("not_before", "0044-03-15T00:00:00 BC", "not_before"),
        ("entry_timestamp", 1706695872, "entry_timestamp"),
        ("entry_timestamp", "2024-01-31T10:11:12Z", "entry_timestamp"),
        ("serial_number", "xyz", "serial"),
        ("serial_number", "0", "serial"),
        ("serial_number", "00" * 65, "serial"),
        ("serial_number", None, "serial"),
        ("issuer_ca_id", "16418", "issuer_ca_id"),
        ("issuer_ca_id", True, "issuer_ca_id"),
        ("issuer_ca_id", 2**63, "issuer_ca_id"),
        ("issuer_name", None, "issuer_name"),
    ],
)
def test_a_value_that_cannot_be_read_is_told_beside_the_row(
    tmp_path: Path, name: str, value: Any, column: str
) -> None:
    row, issue = read(tmp_path, ENTRY | {name: value})
    assert row == PeerRow(1, "crtsh_listed", VALUES | {column: None})
    assert isinstance(issue, Issue)
    assert (issue.field, issue.rejected) == (name, False)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("text", None),
        (None, None),
        ([ENTRY], None),
        ({}, "id"),
        (ENTRY | {"id": "9314792"}, "id"),
        (ENTRY | {"id": 1.5}, "id"),
        (ENTRY | {"id": 10**30}, "id"),
        (ENTRY | {"name_value": "example.com\nwww.example.com"}, "name_value"),
        (ENTRY | {"name_value": None}, "name_value"),
    ],
)
def test_an_entry_for_no_certificate_or_no_key_is_rejected(
    tmp_path: Path, entry: Any, field: str | None
) -> None:
    issue, row = read(tmp_path, entry, ENTRY)
    assert isinstance(issue, Issue)
    assert (issue.rejected, issue.field, issue.line) == (True, field, 1)
    assert row == PeerRow(2, "crtsh_listed", VALUES)


@pytest.mark.parametrize("text", ["{}", "7", '[{"id": 1', "[]]", "<html>", ""])
def test_what_is_no_whole_list_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.json"
    path.write_text(text)
    with pytest.raises(SourceError):
        list(crtsh_list.read(path))


@given(serial=st.integers(min_value=-(2**159), max_value=2**159 - 1))
def test_serial_numbers_are_written_as_those_of_certificates(
    tmp_path_factory: pytest.TempPathFactory, serial: int
) -> None:
    facts = read_certificate(Authority("Example Root").self_signed(serial=serial).der)
    folder = tmp_path_factory.mktemp("list")
    row, *_ = read(folder, ENTRY | {"serial_number": integer(serial)[2:].hex()})
    assert isinstance(row, PeerRow)
    assert row.values["serial"] == facts.serial
