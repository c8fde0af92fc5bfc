"""Answers of crt.sh's database read into rows: each stored or rejected, whatever it holds."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.errors import SourceError
from cagraph.sources.crtsh_rows import SHAPES, read, recognise
from cagraph.sources.lines import LINE_LIMIT
from cagraph.sources.rows import CertificateRow, Issue, Item, PeerRow, Truncated
from cagraph.sources.sql_body import end_line, head_line, row_line
from tests.pki import Authority

ISSUED = Authority("Root", "Owner").self_signed()
CERTIFICATES = head_line("certificates", ["certificate_id", "ca_id", "issuer_ca_id", "certificate"])
REVOCATIONS = list(SHAPES["revocations"].cells)


def items(path: Path, *lines: bytes) -> list[Item]:
    path.write_bytes(b"".join(lines))
    return list(read(path))


def test_a_certificate_comes_beside_its_row(tmp_path: Path) -> None:
    found = items(tmp_path / "x", CERTIFICATES, row_line([7, None, -1, ISSUED.der]), end_line(1))
    values: dict[str, object] = {
        "certificate_id": 7,
        "ca_id": None,
        "issuer_ca_id": -1,
        "sha256": ISSUED.sha256,
    }
    assert found == [
        PeerRow(2, "crtsh_certificate", values),
        CertificateRow(2, ISSUED.der, beside=True),
    ]


def test_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    head = head_line("buckets", ["sum_there", "bucket", "rows_there"])
    assert items(tmp_path / "x", head, row_line(["123", 4, 5]), end_line(1)) == [
        PeerRow(2, "crtsh_bucket", {"bucket": 4, "rows_there": 5, "sum_there": 123})
    ]


def test_times_bytes_and_nothing(tmp_path: Path) -> None:
    row = [1, True, "Revoked via CRLSet", b"\xab\xcd", "2024-01-31T10:11:12.345", None, "-infinity"]
    (found,) = items(tmp_path / "x", head_line("revocations", REVOCATIONS), row_line(row), end_line(1))
    assert isinstance(found, PeerRow)
    assert found.values == {
        "certificate_id": 1,
        "onecrl": True,
        "crlset_entry": "Revoked via CRLSet",
        "disallowed_hash": "abcd",
        "crl_revoked_at": datetime(2024, 1, 31, 10, 11, 12, 345000),
        "crl_reason": None,
        "crl_last_seen": datetime.min,
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["1", False, None, None, None, None, None], "certificate_id"),
        ([True, False, None, None, None, None, None], "certificate_id"),
        ([2**63, False, None, None, None, None, None], "certificate_id"),
        ([None, False, None, None, None, None, None], "certificate_id"),
        ([1.5, False, None, None, None, None, None], "certificate_id"),
        ([1, None, None, None, None, None, None], "onecrl"),
        ([1, False, ["x"], None, None, None, None], "crlset_entry"),
        ([1, False, None, "?", None, None, None], "disallowed_hash"),
        ([1, False, None, None, "yesterday", None, None], "crl_revoked_at"),
        ([1, False, None, None, "2024-13-01T00:00:00", None, None], "crl_revoked_at"),
        ([1, False, None, None, {"a": 1}, None, None], "crl_revoked_at"),
        ([1, False, None, None, None, 2**31, None], "crl_reason"),
    ],
)
def test_a_value_that_cannot_be_used_costs_its_row(tmp_path: Path, values: list[object], field: str) -> None:
    good = [2, False, None, None, None, None, None]
    head = head_line("revocations", REVOCATIONS)
    rejected, kept = items(tmp_path / "x", head, row_line(values), row_line(good), end_line(2))
    assert isinstance(rejected, Issue)
    assert (rejected.line, rejected.field, rejected.rejected) == (2, field, True)
    assert isinstance(kept, PeerRow)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1, 2\n", "not JSON"),
        (b"\xff\n", "not JSON"),
        (b"[NaN, 1, 1, 1]\n", "NaN is no number"),
        (b"[" * 100_000 + b"\n", "nested too deeply"),
        (b"7\n", "no JSON array"),
        (b"[1]\n", "1 values where there are 4 columns"),
        (b'[1, 2, 3, "' + b"A" * LINE_LIMIT + b'"]\n', "longer than"),
    ],
)
def test_what_is_no_row_is_rejected_alone(tmp_path: Path, line: bytes, reason: str) -> None:
    good = row_line([7, 1, 1, ISSUED.der])
    first, *rest = items(tmp_path / "x", CERTIFICATES, line, good, end_line(2))
    assert isinstance(first, Issue)
    assert reason in first.reason
    assert [type(item) for item in rest] == [PeerRow, CertificateRow]


def test_wherever_it_is_cut_it_is_not_whole(tmp_path: Path) -> None:
    row = row_line([7, 1, 1, ISSUED.der])
    body = CERTIFICATES + row + row + end_line(2)
    for length in range(len(CERTIFICATES), len(body)):
        found = items(tmp_path / "x", body[:length])
        assert isinstance(found[-1], Truncated)
        assert found[-1].sure
    assert not isinstance(items(tmp_path / "x", body)[-1], Truncated)


def test_it_is_told_by_its_first_line() -> None:
    assert recognise(CERTIFICATES + b"whatever")
    assert recognise(head_line("ca_trust", []))
    assert not recognise(head_line("schema", ["table_name"]))
    assert not recognise(head_line("certificates", ["certificate_id"]))
    assert not recognise(CERTIFICATES[:-20])
    assert not recognise(b'{"query":["certificates"],"columns":{}}\n')
    assert not recognise(b"")


@pytest.mark.parametrize("head", [b"", b"{}\n", head_line("schema", []), b'{"query":"x"}'])
def test_another_file_is_no_answer(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(SourceError):
        items(tmp_path / "x", head)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(query=st.sampled_from(sorted(SHAPES)), rows=st.lists(st.lists(JSON, max_size=14), max_size=5))
def test_rows_in_are_rows_stored_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, query: str, rows: list[list[object]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ndjson"
    head = head_line(query, list(SHAPES[query].cells))
    found = items(path, head, *map(row_line, rows), end_line(len(rows)))
    counted = [item for item in found if not (isinstance(item, CertificateRow) and item.beside)]
    assert len(counted) == len(rows)
    assert all(isinstance(item, PeerRow | Issue) for item in counted)
