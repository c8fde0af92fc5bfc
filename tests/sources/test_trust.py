"""Root trust: the project's own table, and CCADB's report of included roots."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from cagraph.errors import SourceError
from cagraph.sources import ccadb_roots, recognise, root_trust
from cagraph.sources.rows import Issue, Item, TrustRow

SHA256 = "cd" * 32
OWN = "root_program,sha256,purpose,ev_policy_oid,disabled_from,notbefore_until,as_of\n"
ROOTS = (
    "CA Owner,Certificate Name,Apple Status,Apple Trust Bits,Chrome Status,Microsoft Status,"
    "Microsoft EKUs,Mozilla Status,Mozilla Trust Bits,SHA-256\n"
)


def read_own(tmp_path: Path, text: str) -> list[Item]:
    path = tmp_path / "trust.csv"
    path.write_text(text)
    assert recognise(path) is root_trust
    return list(root_trust.read(path))


def read_roots(tmp_path: Path, text: str) -> list[Item]:
    path = tmp_path / "roots.csv"
    path.write_text(text)
    assert recognise(path) is ccadb_roots
    return list(ccadb_roots.read(path))


@pytest.mark.parametrize(
    ("disabled", "value"),
    [
        ("", None),
        ("-infinity", datetime.min),
        ("2019-10-01T02:03:04Z", datetime(2019, 10, 1, 2, 3, 4)),
        ("2019-10-01 02:03:04", datetime(2019, 10, 1, 2, 3, 4)),
        ("2019-10-01T02:03:04+02:00", datetime(2019, 10, 1, 0, 3, 4)),
    ],
)
def test_times_of_distrust(tmp_path: Path, disabled: str, value: datetime | None) -> None:
    (row,) = read_own(tmp_path, f"{OWN}microsoft,{SHA256},server_auth,,{disabled},,2025-08-28\n")
    assert row == TrustRow(
        2, "microsoft", SHA256, "server_auth", disabled_from=value, trust_date=date(2025, 8, 28)
    )


def test_a_program_nobody_knows_and_no_day_of_its_own(tmp_path: Path) -> None:
    text = f"root_program,sha256,purpose\nnew_store,{SHA256.upper()},mark_certificate\n"
    assert read_own(tmp_path, text) == [TrustRow(2, "new_store", SHA256, "mark_certificate")]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("Mozilla,{},server_auth,,,,", "root_program"),
        ("mozilla,{},tls,,,,", "purpose"),
        ("mozilla,{},ev_tls,,,,", "ev_policy_oid"),
        ("mozilla,{},server_auth,1.2.3,,,", "ev_policy_oid"),
        ("mozilla,{},server_auth,,1 May 2020,,", "disabled_from"),
        ("mozilla,{},server_auth,,,infinity,", "notbefore_until"),
        ("mozilla,{},server_auth,,,,1.5.2020", "as_of"),
    ],
)
def test_a_row_that_would_say_too_much_is_rejected(tmp_path: Path, row: str, field: str) -> None:
    (issue,) = read_own(tmp_path, OWN + row.format(SHA256) + "\n")
    assert isinstance(issue, Issue)
    assert (issue.rejected, issue.field, issue.sha256) == (True, field, SHA256)


def test_a_row_for_no_certificate_is_rejected(tmp_path: Path) -> None:
    (issue,) = read_own(tmp_path, f"{OWN}mozilla,123,server_auth,,,,\n")
    assert isinstance(issue, Issue)
    assert (issue.field, issue.value, issue.sha256) == ("sha256", "123", None)


def test_a_missing_column_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no column purpose"):
        read_own(tmp_path, f"root_program,sha256,disabled_from\nmozilla,{SHA256},x\n")


def test_bits_of_all_programs_are_mapped(tmp_path: Path) -> None:
    bits = (
        "Included,serverAuth; emailProtection,Included,Included,"
        "Server Authentication;Encrypting File System,Included,Websites;Email"
    )
    items = read_roots(tmp_path, f"{ROOTS}Owner,Root,{bits},{SHA256.upper()}\n")
    found = {(item.root_program, item.purpose) for item in items if isinstance(item, TrustRow)}
    assert len(items) == len(found)
    assert found == {
        ("apple", "server_auth"),
        ("apple", "secure_email"),
        ("chrome", "server_auth"),
        ("microsoft", "server_auth"),
        ("mozilla", "server_auth"),
        ("mozilla", "secure_email"),
    }


def test_only_included_gives_trust_and_unknown_bits_are_told(tmp_path: Path) -> None:
    bits = "Removed,serverAuth,Not Included,Included,Quantum;Code Signing,Blocked,Websites"
    issue, row = read_roots(tmp_path, f"{ROOTS}Owner,Root,{bits},{SHA256}\n")
    assert isinstance(issue, Issue)
    assert (issue.field, issue.value, issue.rejected) == ("Microsoft EKUs", "Quantum", False)
    assert row == TrustRow(2, "microsoft", SHA256, "code_signing")


def test_a_root_that_nobody_trusts_is_told_by_name(tmp_path: Path) -> None:
    (issue,) = read_roots(tmp_path, f"{ROOTS}Owner,Root,,,,,,,,{SHA256}\n")
    assert isinstance(issue, Issue)
    assert (issue.rejected, issue.sha256, issue.field) == (False, SHA256, None)


def test_ccadbs_other_spelling_of_the_columns(tmp_path: Path) -> None:
    header = ROOTS.replace("Chrome Status", "Google Chrome Status").replace("SHA-256", "SHA-256 Fingerprint")
    (row,) = read_roots(tmp_path, f"{header}Owner,Root,,,Included,,,,,{SHA256}\n")
    assert row == TrustRow(2, "chrome", SHA256, "server_auth")


def test_a_program_without_its_column_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no column Mozilla Trust Bits"):
        read_roots(
            tmp_path, f"{ROOTS.replace('Mozilla Trust Bits', 'Mozilla Bits')}Owner,Root,,,,,,,,{SHA256}\n"
        )


@pytest.mark.realdata
def test_real_trust(real_dir: Path) -> None:
    items = list(root_trust.read(real_dir / "root_trust.csv"))
    rows = [item for item in items if isinstance(item, TrustRow)]
    assert len(items) == len(rows) == 3_230
    assert len({row.sha256 for row in rows}) == 520
    assert sum(row.disabled_from == datetime.min for row in rows) == 13
    assert sum(row.disabled_from is not None for row in rows) == 880
    assert sum(row.notbefore_until is not None for row in rows) == 949
    assert Counter(row.root_program for row in rows if row.purpose == "ev_tls") == {
        "microsoft": 256,
        "chrome": 64,
    }


def test_a_table_of_findings_is_not_trust(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("as_of,sha256,root_program,purpose,audit_kind,verdict,reason\n")
    assert recognise(path) is None
