"""What letters list, once they are read: step 7g, and what of it is no verdict. The cases: `listed.py`."""

from collections.abc import Iterator

import pytest

from tests.policy.lab import DAY, ROOT_CERT, SAME, Lab, ago, audits, child, open_lab, record
from tests.policy.listed import CASES, FORGOTTEN, HEIR, Case, open_listed, report, short, slipped, strict, url


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """All cases at once."""
    with open_listed(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_read_letter_decides(lab: Lab, case: Case) -> None:
    """Root ─► the CA, with a letter of its own."""
    assert lab.verdict(case.certificate, case.kind) == case.said
    also = set(lab.coverage(case.certificate, case.kind).also)
    told = {"bad_format", "not_listed", "letter_other_period", "letter_other_date"}
    assert also & told == case.also


def test_what_stands_beside_a_listing_is_a_warning(lab: Lab) -> None:
    """A letter that lists it in its own way, or is dated otherwise than its record, is told of."""
    for case in CASES:
        if case.said.startswith("listed"):
            found = [each for each in lab.findings(case.certificate) if each.audit_kind == case.kind]
            assert {each.reason for each in found} == case.also
            assert {each.severity for each in found} <= {"warning"}


def test_an_inherited_audit_lists_or_does_not(lab: Lab) -> None:
    """The root's letter serves two kinds and three records; it lists the root and one of the two below.

    Root (letter: Root, Heir) ─► Heir
                              └► Forgotten: both have the audits of their parent
    """
    for kind in ("Standard", "TLS BR"):
        assert lab.verdict(ROOT_CERT, kind) == "listed listed_own"
        assert lab.verdict(HEIR, kind) == "listed listed_inherited"
        assert lab.verdict(FORGOTTEN, kind) == "gap not_listed"


def test_a_gap_has_its_letter_as_evidence(lab: Lab) -> None:
    """The finding names the letter that was read, and since when the gap stands."""
    [(evidence, since, detail)] = lab.query(
        "SELECT evidence, since, detail FROM finding"
        f" WHERE sha256 = '{FORGOTTEN.sha256}' AND audit_kind = 'TLS BR'"
    )
    assert str(since) == "2024-05-01"
    assert detail == "none of the 2 fingerprints on 1 page is it"
    letter = evidence[-1]
    assert (letter["source"], letter["field"]) == (url("root"), "SHA-256 of the letter")


def test_a_listing_has_page_and_line(lab: Lab) -> None:
    """The coverage of what is listed says where."""
    [(found,)] = lab.query(
        f"SELECT letter FROM coverage WHERE sha256 = '{HEIR.sha256}' AND audit_kind = 'TLS BR'"
    )
    assert (found["url"], found["page"], found["printed"]) == (url("root"), 1, strict(HEIR))
    assert found["line"] > 10


def test_a_misprint_says_what_is_printed(lab: Lab) -> None:
    """One digit off, one missing, SHA-1 in place of SHA-256: the page stands in the detail."""
    certificates = {case.name: case.certificate for case in CASES}
    for name, spell in (("a digit off", slipped), ("a digit missing", short)):
        certificate = certificates[name]
        detail = lab.coverage(certificate, "TLS BR").detail
        assert f"page 1 prints {spell(certificate).lower()}" in detail
    detail = lab.coverage(certificates["by SHA-1 alone"], "TLS BR").detail
    assert "its SHA-1 thumbprint stands on page 1" in detail


def test_the_letter_of_the_day_counts(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A letter issued again closes the gap from the day it was had; before, it is open."""
    with open_lab(tmp_path_factory.mktemp("again")) as lab:
        _, late = child("late")
        lab.certificates(ROOT_CERT, late)
        lab.trust("mozilla", ROOT_CERT)
        lab.report(ago(20), record(ROOT_CERT, "R", **audits(url=url("root"))), record(late, "L", "R", **SAME))
        assert lab.verdict(late) == "claimed inherited"
        lab.letter(url("root"), report(strict(ROOT_CERT)), ago(10))
        lab.letter(url("root"), report(strict(ROOT_CERT), strict(late)), ago(3))
        assert lab.verdict(late, day=ago(5)) == "gap not_listed"
        assert lab.verdict(late, day=DAY) == "listed listed_inherited"
        # Before anybody had any, the first one stands in.
        [(body,)] = lab.query("SELECT pages FROM letter", ago(15))
        assert body == 1


def test_last_years_letter_lists_nothing_for_this_year(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One address for every year: the old letter tells nothing of the new period, whatever it lists.

    Beside it in the cell, this year's letter decides, or is still to be read.
    """
    with open_lab(tmp_path_factory.mktemp("years")) as lab:
        alone, beside, unread = (child(name)[1] for name in ("alone", "beside", "unread"))
        lab.certificates(ROOT_CERT, alone, beside, unread)
        lab.trust("mozilla", ROOT_CERT)
        cells = (f"{url('last')}", f"{url('last')}; {url('this')}", f"{url('last')}; {url('next')}")
        lab.report(
            ago(20),
            record(ROOT_CERT, "R", **audits(url=url("root"))),
            *(
                record(each, f"R{number}", "R", **audits(url=cell))
                for number, (each, cell) in enumerate(zip((alone, beside, unread), cells, strict=True))
            ),
        )
        listed = [strict(each) for each in (alone, beside, unread)]
        lab.letter(url("last"), report(*listed, period="April 1, 2022 to March 31, 2023"))
        lab.letter(url("this"), report(strict(ROOT_CERT)))
        assert lab.verdict(alone) == "unknown letter_other_year"
        assert "letter_other_period" in lab.reasons(alone)
        assert lab.verdict(beside) == "gap not_listed"
        assert lab.verdict(unread) == "claimed own"
        # Once the new letter stands there, it decides.
        lab.letter(url("last"), report(strict(alone)))
        assert lab.verdict(alone) == "listed listed_own"


def test_one_record_claims_and_another_lists(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two records of one certificate, one letter read, one not: listed, and the difference is told."""
    with open_lab(tmp_path_factory.mktemp("two")) as lab:
        _, twice = child("twice")
        lab.certificates(ROOT_CERT, twice)
        lab.trust("mozilla", ROOT_CERT)
        lab.report(
            ago(20),
            record(ROOT_CERT, "R", **audits(url=url("root"))),
            record(twice, "A", "R", **audits(url=url("unread"))),
            record(twice, "B", "R", **audits(url=url("root"))),
        )
        lab.letter(url("root"), report(strict(twice)))
        assert lab.verdict(twice) == "listed listed_own"
        assert "records_disagree" in lab.reasons(twice)
