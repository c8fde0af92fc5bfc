"""What ended belongs in one statement more (CCADB Policy 5.1); a revocation belongs in its record."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cagraph.ingest import ingest
from tests import crls
from tests.pki import Issued
from tests.policy.lab import DAY, REVOKED, ROOT, ROOT_CERT, SAME, Lab, ago, audits, child, open_lab, record

# The audit period of the lab is 2023-04-01 to 2024-03-31.
_, IN_PERIOD = child("Ended in the period", not_after="2024-03-01")
_, AFTER = child("Ended after it", not_after="2024-04-20")
_, BEFORE = child("Ended before it", not_after="2023-03-20")
_, LONG_AGO = child("Ended long ago", not_after="2020-01-01")
_, ALIVE = child("Alive")
_, BY_CCADB = child("Revoked, CCADB says")
_, BY_CRL = child("Revoked, the CRL says")
_, LATELY = child("Revoked lately, the CRL says")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Lab Root and eight subordinates, each of which ended another way."""
    folder = tmp_path_factory.mktemp("tail")
    with open_lab(folder) as opened:
        issued = (IN_PERIOD, AFTER, BEFORE, LONG_AGO, ALIVE, BY_CCADB, BY_CRL, LATELY)
        opened.certificates(ROOT_CERT, *issued)
        opened.trust("mozilla", ROOT_CERT)
        rows = [record(ROOT_CERT, "R", **audits())]
        rows += [
            record(each, f"S{index}", "R", **SAME | (REVOKED if each is BY_CCADB else {}))
            for index, each in enumerate(issued)
        ]
        opened.report(DAY, *rows)
        take_crl(opened, folder, (BY_CRL.serial, "2024-03-01"), (LATELY.serial, ago(3)))
        yield opened


def take_crl(lab: Lab, folder: Path, *entries: tuple[int, str]) -> None:
    path = folder / "root.crl"
    path.write_bytes(crls.crl(ROOT, *entries))
    ingest(lab.connection, [path], dated=date.fromisoformat(DAY))
    lab.forget()


def states(lab: Lab, certificate: Issued) -> set[str]:
    rows = lab.query(
        f"SELECT DISTINCT state FROM tail WHERE sha256 = '{certificate.sha256}' AND purpose = 'server_auth'"
    )
    return {state for (state,) in rows}


def tails(lab: Lab, certificate: Issued) -> list[tuple[str, str, date]]:
    return lab.query(
        "SELECT severity, verdict, since FROM finding WHERE reason = 'tail_open'"
        f" AND sha256 = '{certificate.sha256}'"
    )


def test_an_audit_that_covers_its_last_day_is_enough(lab: Lab) -> None:
    assert states(lab, IN_PERIOD) == {"claimed"}
    assert "tail_open" not in lab.reasons(IN_PERIOD)


def test_one_that_ended_after_the_period_must_stand_in_the_next(lab: Lab) -> None:
    assert states(lab, AFTER) == {"open"}
    assert set(tails(lab, AFTER)) == {("note", "pending", date(2024, 4, 20))}


def test_one_whose_statement_has_been_replaced_is_unknown(lab: Lab) -> None:
    assert states(lab, BEFORE) == {"unknown"}
    assert tails(lab, BEFORE) == []


def test_nobody_asks_about_what_ended_long_ago_or_lives(lab: Lab) -> None:
    assert states(lab, LONG_AGO) == states(lab, ALIVE) == set()


def test_what_was_revoked_has_a_tail_too(lab: Lab) -> None:
    # CCADB does not say when: by the report's day at the latest, which is after the period.
    assert states(lab, BY_CCADB) == {"open"}
    assert states(lab, BY_CRL) == {"claimed"}


def test_a_revocation_must_be_in_its_record_within_seven_days(lab: Lab) -> None:
    [finding] = [each for each in lab.findings(BY_CRL) if each.reason == "revocation_not_in_ccadb"]
    assert (finding.severity, finding.verdict) == ("warning", "warning")
    assert "record S6 of 2024-05-08 says Not Revoked" in finding.detail
    assert "revocation_not_in_ccadb" not in lab.reasons(LATELY)
    assert "revocation_not_in_ccadb" not in lab.reasons(BY_CCADB)
