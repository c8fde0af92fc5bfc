"""The sample ecosystem is what its generator writes, and its answers are complete."""

import csv
import io
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from data.sample import generate, scenario
from data.sample.scenario.days import DAYS
from data.sample.scenario.model import NOT_INSISTED_ON, PROGRAMS, REASONS, REQUIRED, VERDICT, WHOLE, Entry
from data.sample.scenario.records import COLUMNS

SAMPLE = Path(generate.__file__).parent
NEWER = SAMPLE / "2024-05-08"


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def records(day: str) -> list[list[str]]:
    text = (SAMPLE / day / generate.RECORDS).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [entry for owner in scenario.owners() for entry in owner.entries]


@pytest.fixture(scope="module")
def answers() -> list[dict[str, str]]:
    return rows(SAMPLE / "ANSWERS.csv")


def cells(answers: Iterable[dict[str, str]]) -> Counter[tuple[str, ...]]:
    """Count the answers for each day, certificate, program and purpose."""
    return Counter((row["as_of"], row["sha256"], row["root_program"], row["purpose"]) for row in answers)


def test_generating_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SAMPLE / "generate.py", tmp_path], check=True, cwd=tmp_path)
    written = {
        path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    committed = {
        path.relative_to(SAMPLE): path.read_bytes()
        for path in [
            *SAMPLE.glob("*.csv"),
            *SAMPLE.glob("*.md"),
            *SAMPLE.glob("*-*-*/*"),
            *SAMPLE.glob("drafts/*"),
        ]
    }
    assert written == committed


def test_every_reason_occurs_and_agrees_with_its_verdict(answers: list[dict[str, str]]) -> None:
    assert {row["reason"] for row in answers} == {reason for group in REASONS.values() for reason in group}
    for row in answers:
        warned = row["audit_kind"] == NOT_INSISTED_ON
        assert row["verdict"] == ("warning" if warned else VERDICT[row["reason"]])


def test_every_warning_occurs_and_is_of_an_audit_that_is_asked_for(answers: list[dict[str, str]]) -> None:
    warnings = rows(SAMPLE / "WARNINGS.csv")
    asked = {(row["as_of"], row["sha256"], row["audit_kind"]) for row in answers}
    assert {row["reason"] for row in warnings if row["audit_kind"] != NOT_INSISTED_ON} == {
        "late_statement",
        "audit_due",
        "inconsistent_sibling",
        "records_disagree",
    }
    assert {(row["as_of"], row["sha256"], row["audit_kind"]) for row in warnings} <= asked


def test_answers_are_exhaustive_on_every_day(entries: list[Entry], answers: list[dict[str, str]]) -> None:
    found = cells(answers)
    for day in map(str, (each.date for each in DAYS)):
        for entry in (entry for entry in entries if entry.pem):
            for program in PROGRAMS.values():
                for purpose in REQUIRED:
                    nothing_required = purpose == "code_signing" and program == "apple"
                    key = (day, entry.certificate.sha256, program, purpose)
                    assert found[key] or nothing_required, (day, entry.label, program, purpose)


def test_every_day_tells_something_of_its_own(answers: list[dict[str, str]]) -> None:
    by_day = {
        str(each.date): {tuple(row.values())[1:] for row in answers if row["as_of"] == str(each.date)}
        for each in DAYS
    }
    assert set(by_day) == {row["as_of"] for row in answers}
    assert all(mine != other for day, mine in by_day.items() for at, other in by_day.items() if day != at)


def test_what_is_told_of_another_day_is_of_one_that_is_asked_about(entries: list[Entry]) -> None:
    days = {str(each.date) for each in DAYS} - {str(generate.AS_OF)}
    told = {day for entry in entries for day in entry.told.get("on", {})}
    assert told == days


def test_an_answer_names_a_required_kind_or_speaks_of_the_whole_certificate(
    answers: list[dict[str, str]],
) -> None:
    for row in answers:
        assert (row["audit_kind"] == "") == (row["reason"] in WHOLE)
        assert row["audit_kind"] in ("", *REQUIRED[row["purpose"]], NOT_INSISTED_ON)
    keys = [tuple(row.values())[:6] for row in answers]
    assert len(set(keys)) == len(keys)
    found = cells(answers)
    alone = [row for row in answers if not row["audit_kind"]]
    assert set(cells(alone).values()) == {1}
    assert all(found[key] == 1 for key in cells(alone))


def test_every_certificate_can_be_read_but_the_odd_ones(entries: list[Entry]) -> None:
    refused = set()
    for entry in entries:
        try:
            certificate = x509.load_der_x509_certificate(entry.certificate.der)
            list(certificate.extensions)
        except ValueError:
            refused.add(entry.label)
            continue
        assert certificate.subject
        assert certificate.issuer
    assert refused == {entry.label for entry in entries if entry.odd}


def test_every_signature_but_the_forged_one_is_the_issuers(entries: list[Entry]) -> None:
    forged = set()
    for entry in (entry for entry in entries if entry.label != "gorse-short-time"):
        certificate = x509.load_der_x509_certificate(entry.certificate.der)
        assert certificate.signature_hash_algorithm is not None
        key = entry.certificate.issuer.key.public_key()
        try:
            key.verify(
                certificate.signature,
                certificate.tbs_certificate_bytes,
                ec.ECDSA(certificate.signature_hash_algorithm),
            )
        except Exception:
            forged.add(entry.label)
    assert forged == {"fern-forged"}


def test_labels_and_fingerprints_are_unique(entries: list[Entry]) -> None:
    assert len({entry.label for entry in entries}) == len(entries)
    assert len({entry.certificate.sha256 for entry in entries}) == len(entries)


def test_the_reports_are_whole_and_spelled_as_upstream() -> None:
    older, newer = records("2023-05-08"), records("2024-05-08")
    assert older[0] == newer[0] == COLUMNS
    assert len(COLUMNS) == 89
    assert {len(row) for row in older} == {89}
    assert {len(row) for row in newer[1:]} == {90}  # the comma at the end of each line
    assert (SAMPLE / "2023-05-08" / generate.RECORDS).read_bytes().startswith(b"\xef\xbb\xbf")
    assert any("\n" in cell for row in newer for cell in row)


def test_records_and_certificates_each_lack_one_of_the_other(entries: list[Entry]) -> None:
    with_record = {row[13].lower() for row in records("2024-05-08")[1:]}
    with_pem = {row["SHA-256 Fingerprint"].lower() for path in NEWER.glob("*PEM*") for row in rows(path)}
    labels = {entry.certificate.sha256: entry.label for entry in entries}
    assert {labels[each] for each in with_record - with_pem} == {"damson-paper-lost"}
    assert {labels[each] for each in with_pem - with_record} == {
        *("fern-silent", "fern-young", "fern-leaf", "fern-forged", "gorse-v1-orphan")
    }


def test_a_record_without_a_keyid_has_a_blank_aki() -> None:
    cross = next(row for row in records("2024-05-08") if row[1] == "B0030")
    assert (cross[2], cross[COLUMNS.index("Authority Key Identifier")]) == ("Birch Network CA", "")
    assert (cross[COLUMNS.index("Audits Same as Parent")], cross[3]) == ("true", "B0010")
