"""Mozilla's report of included roots: trust with its dates, EV policies, and the certificates beside."""

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest

from cagraph.errors import SourceError
from cagraph.sources import mozilla_roots, recognise
from cagraph.sources.rows import CertificateRow, Issue, Item, Truncated, TrustRow
from tests.pki import Authority

# As CCADB serves it.
HEADER = [
    "Owner", "Certificate Issuer Organization", "Certificate Issuer Organizational Unit",
    "Common Name or Certificate Name", "Certificate Serial Number", "SHA-256 Fingerprint",
    "Subject + SPKI SHA256", "Valid From [GMT]", "Valid To [GMT]", "Public Key Algorithm",
    "Signature Hash Algorithm", "Trust Bits", "Distrust for TLS After Date", "Distrust for S/MIME After Date",
    "EV Policy OID(s)", "Approval Bug", "NSS Release When First Included",
    "Firefox Release When First Included", "Test Website - Valid", "Test Website - Expired",
    "Test Website - Revoked", "Mozilla Applied Constraints", "Company Website", "Geographic Focus",
    "Certificate Policy (CP)", "Certification Practice Statement (CPS)",
    "Certificate Practice & Policy Statement (CP/CPS)", "Standard Audit", "BR Audit", "EV Audit", "Auditor",
    "Standard Audit Type", "Standard Audit Statement Dt", "PEM Info",
]  # fmt: skip
ROOT = Authority("Example Root").self_signed()
OTHER = Authority("Other Root").self_signed()
CERTIFICATE = CertificateRow(2, ROOT.der, ROOT.sha256, beside=True)
ROW = {
    "Owner": "Example",
    "SHA-256 Fingerprint": ROOT.sha256.upper(),
    "Trust Bits": "Websites",
    "EV Policy OID(s)": "Not EV",
    "PEM Info": f"'{ROOT.pem}'",
}


def table(*rows: dict[str, str], without: str = "") -> str:
    out = io.StringIO(newline="")
    header = [name for name in HEADER if name != without]
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return out.getvalue()


def read(tmp_path: Path, text: str) -> list[Item]:
    path = tmp_path / "roots.csv"
    path.write_text(text, newline="")
    assert recognise(path) is mozilla_roots
    return list(mozilla_roots.read(path))


def trust(purpose: str, oid: str | None = None, until: datetime | None = None) -> TrustRow:
    return TrustRow(2, "mozilla", ROOT.sha256, purpose, oid, notbefore_until=until)


def only_issue(items: list[Item]) -> Issue:
    (issue,) = (item for item in items if isinstance(item, Issue))
    return issue


def test_a_root_for_both_purposes_with_its_certificate_beside(tmp_path: Path) -> None:
    items = read(tmp_path, table(ROW | {"Trust Bits": "Websites;Email"}))
    assert items == [trust("server_auth"), trust("secure_email"), CERTIFICATE]


@pytest.mark.parametrize("day", ["2024.11.30", "2024-11-30"])
def test_distrust_begins_when_the_day_is_over(tmp_path: Path, day: str) -> None:
    end = datetime(2024, 11, 30, 23, 59, 59)
    dates = {"Trust Bits": "Websites;Email", "Distrust for TLS After Date": day, "EV Policy OID(s)": "1.2.3"}
    assert read(tmp_path, table(ROW | dates)) == [
        trust("server_auth", until=end),
        trust("secure_email"),
        trust("ev_tls", "1.2.3", end),
        CERTIFICATE,
    ]


def test_each_purpose_has_its_own_date(tmp_path: Path) -> None:
    dates = {"Trust Bits": "Email;Websites", "Distrust for S/MIME After Date": "2025.01.02"}
    email, web, _ = read(tmp_path, table(ROW | dates))
    assert (email, web) == (
        trust("secure_email", until=datetime(2025, 1, 2, 23, 59, 59)),
        trust("server_auth"),
    )


@pytest.mark.parametrize("cell", ["1.2.3; 2.23.140.1.1", "1.2.3,2.23.140.1.1", "1.2.3\n2.23.140.1.1;1.2.3"])
def test_every_ev_policy_is_a_row(tmp_path: Path, cell: str) -> None:
    items = read(tmp_path, table(ROW | {"EV Policy OID(s)": cell}))
    assert items[:3] == [trust("server_auth"), trust("ev_tls", "1.2.3"), trust("ev_tls", "2.23.140.1.1")]


def test_without_websites_there_is_no_ev(tmp_path: Path) -> None:
    items = read(tmp_path, table(ROW | {"Trust Bits": "Email", "EV Policy OID(s)": "1.2.3"}))
    assert items == [trust("secure_email"), CERTIFICATE]


def test_what_is_unknown_is_told_beside_the_row(tmp_path: Path) -> None:
    items = read(tmp_path, table(ROW | {"Trust Bits": "Websites;Quantum", "EV Policy OID(s)": "1.2.3;EV"}))
    issues = [item for item in items if isinstance(item, Issue)]
    assert [(issue.field, issue.value, issue.rejected) for issue in issues] == [
        ("Trust Bits", "Quantum", False),
        ("EV Policy OID(s)", "EV", False),
    ]
    assert trust("server_auth") in items
    assert trust("ev_tls", "1.2.3") in items


def test_a_root_for_nothing_is_told_by_name(tmp_path: Path) -> None:
    items = read(tmp_path, table(ROW | {"Trust Bits": ""}))
    issue = only_issue(items)
    assert (issue.field, issue.rejected, issue.sha256) == (None, False, ROOT.sha256)
    assert CERTIFICATE in items


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("SHA-256 Fingerprint", "123"),
        ("Distrust for TLS After Date", "30.11.2024"),
        ("Distrust for TLS After Date", "2024.11.31"),
        ("Distrust for S/MIME After Date", "2024.11-30"),
        ("Distrust for S/MIME After Date", "٢٠٢٤.11.30"),
    ],
)
def test_a_row_that_would_say_too_much_is_rejected_and_its_certificate_kept(
    tmp_path: Path, field: str, text: str
) -> None:
    items = read(tmp_path, table(ROW | {field: text}))
    issue = only_issue(items)
    assert (issue.rejected, issue.field, issue.value) == (True, field, text)
    assert not any(isinstance(item, TrustRow) for item in items)
    assert [item.der for item in items if isinstance(item, CertificateRow)] == [ROOT.der]


def test_trust_does_not_hang_on_the_certificate(tmp_path: Path) -> None:
    items = read(tmp_path, table(ROW | {"PEM Info": "'-----BEGIN"}))
    issue = only_issue(items)
    assert (issue.rejected, issue.field) == (False, "PEM Info")
    assert trust("server_auth") in items


def test_another_certificate_than_the_fingerprint_says(tmp_path: Path) -> None:
    items = read(tmp_path, table(ROW | {"PEM Info": OTHER.pem}))
    assert items[:2] == [
        trust("server_auth"),
        CertificateRow(2, OTHER.der, ROOT.sha256, beside=True),
    ]
    assert (only_issue(items).rejected, only_issue(items).sha256) == (False, OTHER.sha256)


def test_a_constraint_that_is_not_applied_is_told(tmp_path: Path) -> None:
    issue = only_issue(read(tmp_path, table(ROW | {"Mozilla Applied Constraints": "*.tr"})))
    assert (issue.rejected, issue.value) == (False, "*.tr")


def test_a_file_that_breaks_off_says_so(tmp_path: Path) -> None:
    items = read(tmp_path, table(ROW, ROW)[:-40])
    assert isinstance(items[-1], Truncated)
    assert items[-1].sure


@pytest.mark.parametrize(
    "lost", ["SHA-256 Fingerprint", "Distrust for S/MIME After Date", "EV Policy OID(s)", "PEM Info"]
)
def test_a_missing_column_refuses_the_file(tmp_path: Path, lost: str) -> None:
    with pytest.raises(SourceError, match="has no column"):
        read(tmp_path, table(ROW, without=lost))


def test_the_shorter_reports_state_no_trust_and_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "IncludedRootsDistrustTLSSSLPEMCSV.csv"
    path.write_text(
        f'"PEM","Distrust for TLS After Date","Mozilla Applied Constraints"\n"\'{ROOT.pem}\'","",""\n'
    )
    assert recognise(path) is None
