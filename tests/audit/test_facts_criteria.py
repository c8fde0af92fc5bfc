# ruff: noqa: E501, RUF001 - lines, dashes and quotes are as letters have them
"""Which criteria, and which kinds of statement that makes."""

import time

import pytest

from cagraph.audit.facts import LetterFacts, read_facts
from cagraph.audit.layout import Page

HEAD = "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure Ltd. (“Sure”):\n"
CAS = "WebTrust Principles and Criteria for Certification Authorities"


def read(text: str) -> LetterFacts:
    return read_facts([Page(1, HEAD + text)])


def kinds(facts: LetterFacts) -> list[str]:
    return [fact.value.value for fact in facts.kinds]


def criteria(facts: LetterFacts) -> list[str]:
    return [fact.value for fact in facts.criteria]


@pytest.mark.parametrize(
    ("printed", "expected", "version"),
    [
        (f"{CAS} v2.2.2", ["Standard"], "2.2.2"),
        (f"{CAS} Version 2.1", ["Standard"], "2.1"),
        (f"{CAS} - Version 2.1", ["Standard"], "2.1"),
        (f"{CAS}, Version 2.2.1", ["Standard"], "2.2.1"),
        (f"{CAS}", ["Standard"], None),
        ("WebTrust® Principles and Criteria for Certification Authorities v2.2", ["Standard"], "2.2"),
        ("WebTrust for Certification Authorities Criteria v2.0", ["Standard"], "2.0"),
        ("WebTrust for Certification Authorities Principles and Criteria Version 2.0", ["Standard"], "2.0"),
        ("AICPA/CICA WebTrust for Certification Authorities Criteria", ["Standard"], None),
        ("CPA Canada WebTrust Principles and Criteria for CAs v2.2", ["Standard"], "2.2"),
        (
            "AICPA/CPA Canada Trust Services Principles and Criteria for Certification Authorities Version 2.0",
            ["Standard"],
            "2.0",
        ),
        (f"{CAS} – SSL Baseline with Network Security – Version 2.4.1", ["TLS BR", "NetSec"], "2.4.1"),
        (f"{CAS} – SSL Baseline with Network Security v2.7", ["TLS BR", "NetSec"], "2.7"),
        (f"{CAS} - SSL Baseline - Version 2.8", ["TLS BR"], "2.8"),
        (f"{CAS} – TLS Baseline v2.9", ["TLS BR"], "2.9"),
        (
            "WebTrust for Certification Authorities – SSL Baseline Requirements Audit Criteria V1.1",
            ["TLS BR"],
            "1.1",
        ),
        (f"{CAS} – Network Security – Version 1.0", ["NetSec"], "1.0"),
        (f"{CAS} - Network Security v2.0.5", ["NetSec"], "2.0.5"),
        (f"{CAS} – Extended Validation SSL v1.6.2", ["TLS EVG"], "1.6.2"),
        (f"{CAS} – Extended Validation SSL – Version 1.8", ["TLS EVG"], "1.8"),
        (
            "WebTrust for Certification Authorities – Extended Validation Audit Criteria v1.4",
            ["TLS EVG"],
            "1.4",
        ),
        (f"{CAS} – Extended Validation Code Signing v1.4.1", ["Code Signing"], "1.4.1"),
        (f"{CAS} – Code Signing Baseline Requirements v2.7", ["Code Signing"], "2.7"),
        (f"{CAS} – Publicly Trusted Code Signing Certificates v1.0.1", ["Code Signing"], "1.0.1"),
        (f"{CAS} – S/MIME Certificates v1.0.3", ["S/MIME BR"], "1.0.3"),
        (f"{CAS} – S/MIME Baseline Requirements v1.0", ["S/MIME BR"], "1.0"),
        (f"{CAS} – Verified Mark Certificates v1.5", ["VMC"], "1.5"),
        (f"{CAS} – Registration Authorities v1.0", [], "1.0"),
    ],
)
def test_criteria_of_webtrust(printed: str, expected: list[str], version: str | None) -> None:
    broken = printed.replace(" – ", " –\n")
    for text in (f"Sure has … based on the {printed}.", f"in accordance with the {broken}."):
        facts = read(text)
        assert kinds(facts) == expected
        assert criteria(facts) == [printed]
        assert [fact.value for fact in facts.criteria_versions] == ([version] if version else [])
        assert facts.scheme is not None
        assert facts.scheme.value == "WebTrust"


def test_capitals_do_not_matter() -> None:
    facts = read(
        "BASED ON THE WEBTRUST PRINCIPLES AND CRITERIA FOR CERTIFICATION AUTHORITIES – EXTENDED VALIDATION SSL V1.8"
    )
    assert kinds(facts) == ["TLS EVG"]


def test_versions_of_other_things() -> None:
    facts = read(
        "Sure disclosed its practices in its Certification Practice Statement (v2.4) and Certificate Policy v3.1,\n"
        f"by TLS 1.2 and RFC 3647, based on the {CAS} – SSL Baseline with Network Security – Version 2.4.1 for "
        "certificates that assert 2.23.140.1.2.1, as in section 3.2.2.4.20 of the Baseline Requirements v1.8."
    )
    assert [fact.value for fact in facts.criteria_versions] == ["2.4.1"]


@pytest.mark.parametrize(
    "sentence",
    [
        f"The relevant criteria are part of {CAS} - Network Security, which are reported on under separate cover.",
        f"We report on the {CAS} – Network Security v1.7 in a separate report.",
        f"We have issued a separate report on the {CAS} – Network Security v1.7.",
        f"Our examination did not extend to the {CAS} – Network Security v1.7.",
        f"The {CAS} – Network Security v1.7 are separately reported.",
        f"The {CAS} – Network Security v1.7 are excluded.",
        "Sure meets the Network and Certificate System Security Requirements of the CA/Browser Forum.",
    ],
)
def test_network_security_that_is_reported_on_elsewhere(sentence: str) -> None:
    facts = read(f"Sure has … based on the {CAS} - SSL Baseline - Version 2.8.\n{sentence}")
    assert kinds(facts) == ["TLS BR"]
    assert [fact.value for fact in facts.criteria_versions] == ["2.8"]


@pytest.mark.parametrize("joined", [" and the ", ", and the ", " (“WebTrust for CAs”) and the ", ";\n• "])
def test_several_criteria(joined: str) -> None:
    facts = read(f"Sure has … based on the {CAS} v2.2.2{joined}{CAS} – Network Security v1.7.")
    assert kinds(facts) == ["Standard", "NetSec"]
    assert [fact.value for fact in facts.criteria_versions] == ["2.2.2", "1.7"]


def test_short_names_seals_and_titles_are_no_criteria() -> None:
    facts = read(
        f"Sure has … based on the {CAS} v2.2.2 (“WebTrust for Certification Authorities Criteria”).\n"
        "The use of the WebTrust for Certification Authorities – SSL Baseline Seal is a symbol of this report.\n"
        f"Its services were provided in accordance with the {CAS} v2.2.2."
    )
    assert kinds(facts) == ["Standard"]
    assert criteria(facts) == [f"{CAS} v2.2.2"]


def test_criteria_of_the_assertion_alone_are_not_reported_on() -> None:
    asserted = Page(
        2, f"SURE MANAGEMENT’S ASSERTION\nSure … based on the {CAS} – Extended Validation SSL v1.8."
    )
    facts = read_facts([Page(1, f"{HEAD}Sure has … based on the {CAS} v2.2.2."), asserted])
    assert kinds(facts) == ["Standard"]


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("ETSI EN 319 411-1 V1.4.1 (2023-10)", "1.4.1"),
        ("ETSI EN 319 411-1, V1.4.1 (2023-10)", "1.4.1"),
        ("ETSI EN 319 411-1 v1.4.1", "1.4.1"),
        ("EN 319 411-2 (V2.5.1)", "2.5.1"),
        ("ETSI EN 319 411-1", None),
    ],
)
def test_standards(printed: str, version: str | None) -> None:
    facts = read(f"The audit was done against {printed} and by ETSI EN 319 403-1 V2.3.1, LCP.")
    assert kinds(facts) == ["Standard"]
    assert criteria(facts) == [printed]
    assert [fact.value for fact in facts.criteria_versions] == ([version] if version else [])
    assert facts.scheme is not None
    assert facts.scheme.value == "ETSI EN 319 411"


def test_words_are_not_policies() -> None:
    assert kinds(read("By ETSI EN 319 411-1 V1.4.1: LCP, NCP. Excluded is DVCPx, xOVCP, evcp.")) == [
        "Standard"
    ]


def test_criteria_of_two_schemes() -> None:
    both = f"based on the {CAS} v2.2.2. Sure was audited under ETSI EN 319 411-1 by others as well."
    assert read(both).scheme is not None
    assert kinds(read(both)) == ["Standard"]
    assert criteria(read(both)) == [f"{CAS} v2.2.2"]


@pytest.mark.parametrize(
    "piece",
    [
        "1 ", "1/1/", "January ", "January 1 ", "1 January 2021 to ", "period ", "as of ", "To the management of ",
        "WebTrust for Certification Authorities ", "WebTrust for Certification Authorities - SSL - ", "- ", "A", "A & ",
        "A, ", "EN 319 411-1 ", "☐", "☐ ", "(", "“", "confirm that ", "confirm that “", ". A", "....", "a\n", "A\n",
        "management of A", "Assertion\n", "Appendix A\n", "2021-01-01\n", "opinion\n2021-01-01\n", "LCP ", " ", "\n",
        "identification of the conformity assessment body:", "audit attestation", "KPMG LLP\n2021-01-01\n", "Audit LLP ",
    ],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    long = [Page(number, HEAD + piece * (60_000 // len(piece))) for number in range(1, 3)]
    before = time.process_time()
    read_facts(long)
    # A twentieth of this, as a rule; a pattern that backtracks takes minutes.
    assert time.process_time() - before < 10
