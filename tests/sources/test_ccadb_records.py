"""CCADB record reports of every version, with the quirks that real ones have."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from cagraph.errors import SourceError
from cagraph.sources import ccadb_records, recognise
from cagraph.sources.rows import AuditCells, Issue, Item, RecordRow
from tests.sources.ccadb_files import FINGERPRINT, RECORD, V1, V2, V4, V5, table

VERSIONS = {"V1": V1, "V2": V2, "V4": V4, "V5": V5}
SHA256 = FINGERPRINT.lower()


def read(tmp_path: Path, text: str) -> list[Item]:
    path = tmp_path / "records.csv"
    path.write_text(text, encoding="utf-8", newline="")
    source = recognise(path)
    assert source is ccadb_records
    return list(ccadb_records.read(path))


def only_record(items: list[Item]) -> RecordRow:
    (record,) = [item for item in items if isinstance(item, RecordRow)]
    return record


def with_cells(tmp_path: Path, **cells: str) -> list[Item]:
    named = {name.replace("_", " "): value for name, value in cells.items()}
    return read(tmp_path, table(V5, {**RECORD, **named}))


@pytest.mark.parametrize("header", VERSIONS.values(), ids=VERSIONS)
@pytest.mark.parametrize("quoted", [False, True])
def test_every_version_is_read_by_the_names_of_its_columns(
    tmp_path: Path, header: list[str], quoted: bool
) -> None:
    same = next(name for name in header if name.startswith("Audits Same as Parent"))
    cells = {**RECORD, same: "true", "Subordinate CA Owner": "Sub", "Standard Audit URL": "https://a.example"}
    record = only_record(read(tmp_path, table(header, cells, quoted=quoted)))
    assert (record.line, record.ca_owner, record.salesforce_id) == (2, "Example Trust", "A000001")
    assert (record.sha256, record.record_type) == (SHA256, "Intermediate Certificate")
    assert (record.audits_same_as_parent, record.subordinate_ca_owner) == (True, "Sub")
    assert record.audits == (AuditCells("Standard", "https://a.example", None, None, None, None),)
    assert record.other == {}


@pytest.mark.parametrize(("header", "firm"), [(V5, "Audit Firm"), (V2, "Auditor"), (V4, "Auditor")])
def test_the_auditor_has_had_two_names(tmp_path: Path, header: list[str], firm: str) -> None:
    assert only_record(read(tmp_path, table(header, {**RECORD, firm: "BDO"}))).audit_firm == "BDO"


def test_audit_kinds_of_version_1_get_todays_names(tmp_path: Path) -> None:
    urls = {
        f"{kind} Audit URL": f"https://{at}" for at, kind in enumerate(("BR", "EV SSL", "EV Code Signing"))
    }
    record = only_record(read(tmp_path, table(V1, {**RECORD, **urls})))
    assert [(audit.kind, audit.url) for audit in record.audits] == [
        ("TLS BR", "https://0"),
        ("TLS EVG", "https://1"),
        ("EV Code Signing", "https://2"),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_case_blanks_question_marks_and_order_of_columns_do_not_count(tmp_path: Path, order: int) -> None:
    header = [name.upper().replace(" ", "  ") + "?" for name in V5][::order]
    cells = {name.upper().replace(" ", "  ") + "?": value for name, value in RECORD.items()}
    assert only_record(read(tmp_path, table(header, cells))).sha256 == SHA256


@pytest.mark.parametrize("tail", ["", ",", ",,"])
def test_trailing_commas_in_rows_only_and_in_all_lines(tmp_path: Path, tail: str) -> None:
    everywhere = table(V5, RECORD, tail=tail)
    header, rows = everywhere.split("\n", 1)
    for text in (everywhere, header.rstrip(",") + "\n" + rows):
        assert only_record(read(tmp_path, text)).sha256 == SHA256


def test_byte_order_mark_crlf_and_embedded_newlines(tmp_path: Path) -> None:
    text = table(V5, {**RECORD, "Policy Documentation": "CP\nCPS", "Country": "Österreich"})
    lf = only_record(read(tmp_path, text))
    crlf = only_record(read(tmp_path, "\ufeff" + text.replace("\n", "\r\n")))
    assert lf == crlf
    assert lf.other == {"Policy Documentation": "CP\nCPS"}
    assert lf.country == "Österreich"


@pytest.mark.parametrize("text", ["2026.04.27", "2026-04-27"])
def test_both_spellings_of_a_day(tmp_path: Path, text: str) -> None:
    record = only_record(with_cells(tmp_path, Standard_Audit_Statement_Date=text))
    assert record.audits[0].statement_date == date(2026, 4, 27)


@pytest.mark.parametrize(
    "text", ["4/27/2026", "27.04.2026", "2026-04.27", "2026-02-30", "soon", "2026-04-27 10:00"]
)
def test_other_days_are_not_guessed(tmp_path: Path, text: str) -> None:
    items = with_cells(tmp_path, Standard_Audit_Statement_Date=text, Standard_Audit_Type="WebTrust")
    assert only_record(items).audits[0].statement_date is None
    (issue,) = [item for item in items if isinstance(item, Issue)]
    assert (issue.field, issue.value, issue.rejected) == ("Standard Audit Statement Date", text, False)
    assert issue.sha256 == SHA256


@pytest.mark.parametrize(
    ("text", "value"),
    [("True", True), ("true", True), ("TRUE", True), ("1", True), ("False", False), ("false", False),
     ("0", False), ("", None), (" ", None)],
)  # fmt: skip
def test_booleans(tmp_path: Path, text: str, value: bool | None) -> None:
    items = with_cells(tmp_path, TLS_Capable=text)
    assert only_record(items).tls_capable is value
    assert not [item for item in items if isinstance(item, Issue)]


def test_cells_that_cannot_be_read_leave_the_record_without_them(tmp_path: Path) -> None:
    named = {
        **RECORD,
        "TLS Capable": "perhaps",
        "Subject Key Identifier": "not base64!",
        "Parent SHA-256 Fingerprint": "1234",
        "Valid To (GMT)": "31/12/2030",
    }
    items = read(tmp_path, table(V5, named))
    record = only_record(items)
    assert (record.tls_capable, record.subject_key_id, record.parent_sha256, record.valid_to) == (None,) * 4
    issues = [item for item in items if isinstance(item, Issue)]
    assert {issue.field for issue in issues} == set(named) - set(RECORD)
    assert not any(issue.rejected for issue in issues)


def test_key_identifiers_and_lists(tmp_path: Path) -> None:
    named = {
        "Authority Key Identifier": "CHbNywf/JPbFze27kLzihDdGdfc=",
        "EV OIDs for Root Cert": "1.2.3; 2.23.140.1.1;",
        "Trust Bits for Root Cert": "Server Authentication;Secure Email",
    }
    record = only_record(read(tmp_path, table(V5, {**RECORD, **named})))
    assert record.authority_key_id == "0876cdcb07ff24f6c5cdedbb90bce284374675f7"
    assert record.root_ev_oids == ("1.2.3", "2.23.140.1.1")
    assert record.root_trust_bits == ("Server Authentication", "Secure Email")


@pytest.mark.parametrize(
    ("cells", "field", "sha256"),
    [
        ({"CA Owner": "Example CA"}, "CA Owner", SHA256),
        ({"SHA-256 Fingerprint": "12:34"}, "SHA-256 Fingerprint", None),
        ({"SHA-256 Fingerprint": ""}, "SHA-256 Fingerprint", None),
        ({"Salesforce Record ID": ""}, "Salesforce Record ID", SHA256),
        ({"CA Owner": " "}, "CA Owner", SHA256),
    ],
)
def test_rows_that_are_no_records(
    tmp_path: Path, cells: Mapping[str, str], field: str, sha256: str | None
) -> None:
    (issue,) = read(tmp_path, table(V5, {**RECORD, **cells}))
    assert isinstance(issue, Issue)
    assert (issue.rejected, issue.field, issue.sha256, issue.line) == (True, field, sha256, 2)


@pytest.mark.parametrize(
    "column",
    ["SHA-256 Fingerprint", "Audits Same as Parent", "Standard Audit URL", "TLS BR Audit Period End Date"],
)
def test_a_renamed_column_refuses_the_file_by_name(tmp_path: Path, column: str) -> None:
    header = ["A New Name" if name == column else name for name in V5]
    with pytest.raises(SourceError, match=f"has no column {column}") as refusal:
        read(tmp_path, table(header, RECORD))
    assert "\n" not in str(refusal.value)


def test_new_columns_are_kept_and_named_once(tmp_path: Path) -> None:
    cells = {**RECORD, "Quantum Capable": "True"}
    items = read(tmp_path, table([*V5, "Quantum Capable"], cells, cells))
    (issue,) = [item for item in items if isinstance(item, Issue)]
    assert (issue.line, issue.rejected) == (1, False)
    assert "Quantum Capable" in issue.reason
    assert {record.other["Quantum Capable"] for record in items if isinstance(record, RecordRow)} == {"True"}


def test_what_an_old_version_does_not_say_is_told_once(tmp_path: Path) -> None:
    (issue, _) = read(tmp_path, table(V2, RECORD))
    assert isinstance(issue, Issue)
    assert (
        issue.reason == "no column for: Trust Bits for Root Cert, EV OIDs for Root Cert, Audit Firm Location"
    )


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "records"), [("asseco_v5.csv", 235), ("isrg_v5.csv", 40)])
def test_real_records(real_dir: Path, name: str, records: int) -> None:
    path = real_dir / "ccadb_records" / name
    assert recognise(path) is ccadb_records
    items = list(ccadb_records.read(path))
    assert len(items) == records
    assert all(isinstance(item, RecordRow) for item in items)
