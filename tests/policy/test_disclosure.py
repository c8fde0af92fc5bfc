"""A certificate without a record: undisclosed only where the reports can know, a question everywhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pki import Issued
from tests.policy.lab import DAY, ROOT_CERT, SAME, TRUST, Lab, ago, audits, child, open_lab, record

ROOT_RECORD = record(ROOT_CERT, "R", **audits())
_, OLD = child("Old", not_before="2015-01-01")
_, MARCH = child("March", not_before="2024-03-01")
_, NEW = child("New", not_before="2024-04-20")
_, LATE = child("Late", not_before="2024-04-28")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lab that is copied: Lab Root → Old (2015), March (2024-03-01), New and Late."""
    folder = tmp_path_factory.mktemp("disclosure")
    with open_lab(folder) as lab:
        lab.certificates(ROOT_CERT, OLD, MARCH, NEW, LATE)
        lab.trust("mozilla", ROOT_CERT)
        lab.query("SELECT 1")
    return folder


@pytest.fixture
def lab(begun: Path, tmp_path: Path) -> Iterator[Lab]:
    """The certificates, and nothing loaded that says anything of them."""
    with open_lab(tmp_path, begun) as opened:
        yield opened


@pytest.fixture(scope="module")
def reports(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Four complete reports that know the root alone."""
    with open_lab(tmp_path_factory.mktemp("reports"), begun) as opened:
        for day in ("2024-01-01", "2024-04-27", "2024-05-06", "2024-05-07"):
            opened.report(day, ROOT_RECORD)
        yield opened


@pytest.mark.parametrize(
    ("certificate", "day", "verdict"),
    [
        (OLD, DAY, "gap undisclosed"),
        (NEW, "2024-04-20", "pending newly_issued"),
        (NEW, "2024-04-27", "pending newly_issued"),
        # Day 8, but the report is of day 7: the record may have come since.
        (NEW, "2024-04-28", "unknown report_too_old"),
        (NEW, "2024-05-05", "unknown report_too_old"),
        (NEW, "2024-05-06", "gap undisclosed"),
        (LATE, "2024-05-05", "pending newly_issued"),
        (LATE, "2024-05-06", "gap undisclosed"),
    ],
)
def test_seven_days_and_a_report_younger_than_they_are(
    reports: Lab, certificate: Issued, day: str, verdict: str
) -> None:
    assert reports.verdict(certificate, None, day=day) == verdict


def test_the_day_on_which_it_became_a_gap_is_said(reports: Lab) -> None:
    row = reports.coverage(LATE, None, day="2024-05-06")
    assert str(row.since) == "2024-05-05"
    assert "2024-05-06 has no record of it" in row.detail
    assert "valid from 2024-04-28" in row.detail


def test_a_report_older_than_the_certificate_knows_nothing_of_it(lab: Lab) -> None:
    """Certificate of 2024-03-01, the only complete report of 2024-01-01, asked on 2024-05-08."""
    lab.report("2024-01-01", ROOT_RECORD)
    assert lab.verdict(MARCH, None) == "unknown report_too_old"
    assert "2024-01-01" in lab.coverage(MARCH, None).detail
    assert lab.verdict(OLD, None) == "gap undisclosed"


def test_a_slice_cannot_know_what_is_absent(lab: Lab) -> None:
    assert lab.verdict(OLD, None) == "unknown not_in_records"
    assert "no records are loaded" in lab.coverage(OLD, None).detail
    lab.report("2024-05-01", ROOT_RECORD, complete=False)
    assert lab.verdict(OLD, None) == "unknown not_in_records"
    assert "slice" in lab.coverage(OLD, None).detail


def test_a_rejected_row_of_the_report_may_be_the_record(lab: Lab) -> None:
    """The complete report of the day has a row with Old's fingerprint and no record id."""
    lab.report("2024-05-01", ROOT_RECORD, record(OLD, "", "R", **SAME))
    assert lab.verdict(OLD, None) == "unknown row_rejected"


def test_a_rejected_row_of_a_slice_since_the_report_may_be_the_record(lab: Lab) -> None:
    lab.report("2024-05-01", ROOT_RECORD)
    lab.report("2024-05-10", record(OLD, "", "R", **SAME), complete=False)
    assert lab.verdict(OLD, None) == "gap undisclosed"
    assert lab.verdict(OLD, None, day="2024-05-10") == "unknown row_rejected"


def test_a_rejected_row_of_a_report_long_superseded_excuses_nothing(lab: Lab) -> None:
    """2023: a row that could not be stored. 2024: a complete report without any."""
    lab.report("2023-05-01", ROOT_RECORD, record(OLD, "", "R", **SAME))
    lab.report("2024-05-01", ROOT_RECORD)
    assert lab.verdict(OLD, None, day="2023-06-01") == "unknown row_rejected"
    assert lab.verdict(OLD, None) == "gap undisclosed"


def test_a_rejected_row_of_a_trust_file_is_no_record(lab: Lab) -> None:
    """A trust file names Old for a purpose that does not exist: its row is rejected."""
    lab.file(f"{TRUST}apple,{OLD.sha256},document_signing,,,,2024-05-02\n", "2024-05-02")
    lab.report("2024-05-01", ROOT_RECORD)
    [(rejected,)] = lab.query(f"SELECT count(*) FROM ingest_issue WHERE rejected AND sha256 = '{OLD.sha256}'")
    assert rejected == 1
    assert lab.verdict(OLD, None) == "gap undisclosed"


def test_a_report_that_is_mostly_unreadable_tells_nothing(lab: Lab) -> None:
    """Two of the report's three rows name no certificate: what it lacks is not known to be absent."""
    cut = [record(OLD.sha256[:60], number, "R", **SAME) for number in ("1", "2")]
    lab.report("2024-05-01", ROOT_RECORD, *cut)
    assert lab.verdict(OLD, None) == "unknown not_in_records"


def test_rows_that_nobody_could_read_are_mentioned(lab: Lab) -> None:
    """The report has two rows with a fingerprint cut short: they name no certificate, and may be Old's."""
    cut = [record(OLD.sha256[:60], number, "R", **SAME) for number in ("1", "2")]
    others = [record(f"{number:064x}", f"F{number}", "R", **SAME) for number in range(300)]
    lab.report("2024-05-01", ROOT_RECORD, *others, *cut)
    assert lab.verdict(OLD, None) == "gap undisclosed"
    assert "2 rows that could not be read may be it" in lab.coverage(OLD, None).detail
    lab.report("2024-05-07", ROOT_RECORD)
    assert "could not be read" not in lab.coverage(OLD, None).detail


def test_ccadbs_own_pem_report_is_mentioned(lab: Lab) -> None:
    _, listed = child("Listed")
    lab.pem_report("2024-05-01", listed)
    lab.report("2024-05-01", ROOT_RECORD)
    assert lab.verdict(listed, None) == "gap undisclosed"
    assert "CCADB's PEM report has it" in lab.coverage(listed, None).detail
    assert "PEM" not in lab.coverage(OLD, None).detail


def test_a_record_that_a_later_complete_report_lacks_is_gone(lab: Lab) -> None:
    lab.report("2023-05-01", ROOT_RECORD, record(OLD, "O", "R", **SAME))
    lab.report("2024-05-01", ROOT_RECORD)
    # Nine months before the audit of 2024 existed, the record was there and said that it would be covered.
    assert lab.verdict(OLD, day=ago(300)) == "unknown audit_after_the_day"
    assert lab.verdict(OLD, None) == "gap undisclosed"


def test_seven_days_begin_with_the_first_sight(lab: Lab) -> None:
    """Its notBefore is of 2015; a log took it in on 2024-05-05, and the report of the day after lacks it."""
    [(spki, serial)] = lab.query(f"SELECT spki_sha256, serial FROM certificate WHERE sha256 = '{OLD.sha256}'")
    lab.report("2024-05-06", ROOT_RECORD)
    lab.connection.execute(
        "INSERT INTO crtsh_listed SELECT max(snapshot_id), 1, 7, ?, NULL, NULL, ?, NULL, NULL,"
        " TIMESTAMP '2024-05-05 10:00:00' FROM snapshot",
        [spki, serial],
    )
    lab.forget()
    assert lab.verdict(OLD, None) == "pending newly_issued"
    lab.report("2024-05-20", ROOT_RECORD)
    row = lab.coverage(OLD, None, day="2024-05-21")
    assert (row.reason, str(row.since)) == ("undisclosed", "2024-05-12")
    assert "first seen 2024-05-05" in row.detail
