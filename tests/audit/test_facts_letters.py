# ruff: noqa: E501, RUF001 - lines, dashes and quotes are as letters have them
"""Letters of invented firms and owners, in the shapes that real ones have."""

from datetime import date

import pytest

from cagraph.audit.facts import LetterFacts, read_facts
from cagraph.audit.layout import Page
from cagraph.model import AuditKind

BODY = """
Scope
We have been engaged, in a reasonable assurance engagement, to report on {short} management’s assertion that for its
Certification Authority (CA) operations at Salt Lake City, Utah, and Dublin, Ireland, {period} for its CAs as
enumerated in Attachment B, {short} has:
• disclosed its business practices in its Certification Practice Statement, version 4.9 dated March 3, 2021, and its
Certificate Policy (v3.1), effective 2 February 2020
• maintained effective controls to provide reasonable assurance that CA systems are properly authorized
based on the {criteria}.
On 14 May 2021, {short} disclosed an incident that began on 2021-04-02.
Practitioner’s opinion
In our opinion, throughout the period, {short} management’s assertion, as referred to above, is fairly stated, in all
material respects.
This report does not include any representation as to the quality of {short}’s services.
"""
PERIOD = "throughout the period 1 July 2020 to 30 June 2021"
WTCA = "WebTrust Principles and Criteria for Certification Authorities"
ASSERTION = """
{name} MANAGEMENT’S ASSERTION
{name} operates the Certification Authority (CA) services known as Sure.
{period} based on the {criteria}.
Jane Roe
Chief Executive Officer
{name}
Lehi, Utah
October 9, 2021
"""
LISTED = """
ATTACHMENT B – IN-SCOPE CAs
Subject DN SHA-256 Valid From Valid To
CN=Sure Root CA 1/3/2015 1/3/2035
November 1, 2022
"""


def pages(*texts: str) -> list[Page]:
    return [Page(number, text.strip()) for number, text in enumerate(texts, 1)]


def letter(
    head: str, tail: str, *, short: str = "Sure", period: str = PERIOD, criteria: str = f"{WTCA} v2.2.1"
) -> list[Page]:
    body = BODY.format(short=short, period=period, criteria=criteria)
    assertion = ASSERTION.format(name="SURE TRUST, INC.", period=period, criteria=criteria)
    return pages(head + body + tail, LISTED, assertion)


def said(facts: LetterFacts) -> tuple[object, ...]:
    return tuple(
        None if fact is None else fact.value
        for fact in (facts.auditor, facts.auditor_location, facts.owner, facts.statement_date)
    )


DAY = date(2021, 9, 24)


@pytest.mark.parametrize(
    ("head", "tail", "expected"),
    [
        pytest.param(
            "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure Trust Limited (“Sure”):",
            "North & Dale LLP\nChartered Professional Accountants\nLicensed Public Accountants\n"
            "Toronto, Ontario, Canada\nSeptember 24, 2021",
            ("North & Dale LLP", "Toronto, Ontario", "Sure Trust Limited", DAY),
            id="town, province, country above the date",
        ),
        pytest.param(
            "Report of Independent Accountants\nTo the Management of Sure Trust Services, LLC:",
            "/s/ Quill & Marsh LLP\nSan Jose, California\nSeptember 24, 2021",
            ("Quill & Marsh LLP", "San Jose, California", "Sure Trust Services, LLC", DAY),
            id="signed with /s/",
        ),
        pytest.param(
            "Quill & Marsh LLP Tel: +1 408 555 0100\n303 Some Boulevard Fax: +1 408 555 0101\nSan Jose, CA 95110\n"
            "Report of Independent Accountants\nTo the Management of Sure Trust Services, LLC:",
            "24 September 2021",
            ("Quill & Marsh LLP", "San Jose, California", "Sure Trust Services, LLC", DAY),
            id="the signature is a picture, the letterhead is not",
        ),
        pytest.param(
            "Independent Practitioner’s Assurance Report\nTo the Directors of Sure nv-sa (“Sure”):",
            "Marl LLP\nChartered Accountants\n15 Some Square\nLondon E14 5GL\n24th September 2021",
            ("Marl LLP", "London", "Sure nv-sa", DAY),
            id="a post code shows the town",
        ),
        pytest.param(
            "INDEPENDENT AUDITOR’S REPORT\nTo the management of Sure Trust Sdn. Bhd.:",
            "HOLT PLT\nLLP0012345-LCA & AF 0206\nChartered Accountants\n24 SEPTEMBER 2021\nKuala Lumpur, Malaysia",
            ("HOLT PLT", "Kuala Lumpur, Malaysia", "Sure Trust Sdn. Bhd.", DAY),
            id="place under the date, capitals",
        ),
        pytest.param(
            "Independent Assurance Report\nTo the Management of Sure Co., Ltd.:",
            "Wong Mei Lin\nPartner\nHarbour Wong & Associates Ltd.\nCertified Public Accountants (Practising)\n"
            "Unit 1201, 12/F, Some Centre\nHong Kong\nDate: 24 September 2021",
            ("Harbour Wong & Associates Ltd.", "Hong Kong", "Sure Co., Ltd.", DAY),
            id="a partner signs",
        ),
        pytest.param(
            "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure AS",
            "Oslo, 24 September 2021\nNORD & SYD AS\n\nKari Nordmann\nState Authorised Public Accountant (Norway)",
            ("NORD & SYD AS", "Oslo", "Sure AS", DAY),
            id="town and date on one line",
        ),
        pytest.param(
            "Independent Assurance Report\nTo the Management of Sure Trust Network Co., Ltd.",
            "Lotus Zhong Tian LLP Beijing Branch\nBeijing, the People’s Republic of China\nSeptember 24, 2021",
            (
                "Lotus Zhong Tian LLP",
                "Beijing, the People’s Republic of China",
                "Sure Trust Network Co., Ltd.",
                DAY,
            ),
            id="a branch",
        ),
        pytest.param(
            "REPORT OF THE INDEPENDENT ACCOUNTANT\nTo the management of\nSure Trust, Inc. (“Sure”):",
            "Stone Hill\nCertified Public Accountants\n1000 Elm Street, Suite 3000\nManchester, NH 03101-1234\n2021-09-24",
            ("Stone Hill", "Manchester, New Hampshire", "Sure Trust, Inc.", DAY),
            id="a firm without a form, over two lines the owner",
        ),
        pytest.param(
            "www.stone.example\n8001 Elm Blvd, Suite 900\nManchester, NH 03101\nStone US refers to Stone Hill, P.C., a Maine "
            "professional corporation, also doing\nbusiness as Corp. Stone Hill, P.C. is the U.S. member of Stone International "
            "Limited, a UK company limited by guarantee.\nREPORT OF THE INDEPENDENT ACCOUNTANT\n"
            "To the management of Sure Group (“Sure Enough”):",
            "September 24, 2021",
            ("Stone Hill, P.C.", "Manchester, New Hampshire", "Sure Group", DAY),
            id="small print only",
        ),
        pytest.param(
            "Independent Assurance Report\nTo the Board of Directors and Management of Sure S.A.:",
            "On behalf of Rive Gauche S.A.S.\nParis\n24 September 2021\nAnne Martin\nAssociée",
            ("Rive Gauche S.A.S.", "Paris", "Sure S.A.", DAY),
            id="a lone word beside the date",
        ),
        pytest.param(
            "North & Dale LLP\nLehi, Utah\nSeptember 24, 2021\nReference 5\nIndependent Assurance Report\n"
            "To the management of Sure Trust:",
            "We thank Sure Trust.\nSURE TRUST\nKari Roe\nChief Executive Officer\nOctober 9, 2021",
            ("North & Dale LLP", "Lehi, Utah", "Sure Trust", DAY),
            id="the owner's signature on the report",
        ),
        pytest.param(
            "Independent Assurance Report\nTo the management of Sure Trust",
            "Anne Martin\n24 September 2021",
            (None, None, "Sure Trust", DAY),
            id="a person is no firm and no town",
        ),
        pytest.param(
            "Independent Assurance Report\nTo the management of Sure Trust",
            "Sure Trust Ltd.\n24 September 2021\nLehi, UT 84043",
            (None, None, "Sure Trust", None),
            id="signed by the owner",
        ),
        pytest.param(
            "September 24, 2021\nINDEPENDENT ASSURANCE REPORT\nTo the management of Sure B.V.:",
            "Polder Accountants N.V.\nAmsterdam, the Netherlands",
            ("Polder Accountants N.V.", "Amsterdam, the Netherlands", "Sure B.V.", DAY),
            id="dated at its head",
        ),
        pytest.param(
            "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure B.V.:",
            "",
            (None, None, "Sure B.V.", None),
            id="nothing is signed: the assertion's date and place do not stand in",
        ),
        pytest.param(
            "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure B.V.:",
            "Polder N.V.\nDigitally signed by J. Jansen\nDate: 2021.09.30 14:22:01 +02'00'",
            ("Polder N.V.", None, "Sure B.V.", None),
            id="the clock of a signature is not the date of the report",
        ),
        pytest.param(
            "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure B.V.:",
            "Polder N.V.\nMay 1, 2021",
            ("Polder N.V.", None, "Sure B.V.", None),
            id="no report is older than its period's end",
        ),
    ],
)
def test_signature_and_addressee(head: str, tail: str, expected: tuple[object, ...]) -> None:
    facts = read_facts(letter(head, tail))
    assert said(facts) == expected
    assert facts.period_start is not None
    assert facts.period_start.value == date(2020, 7, 1)
    assert facts.criteria_versions[0].value == "2.2.1"


def test_every_fact_has_its_words_and_page() -> None:
    facts = read_facts(
        letter(
            "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure Ltd. (“Sure”):",
            "North LLP\nToronto, Canada\nSeptember 24, 2021",
        )
    )
    assert facts.statement_date is not None
    assert facts.statement_date.text == "Toronto, Canada September 24, 2021"
    assert facts.period_end is not None
    assert facts.period_end.text == "period 1 July 2020 to 30 June 2021"
    assert {facts.statement_date.page, facts.period_end.page, facts.kinds[0].page} == {1}


def test_two_reports_in_one_file() -> None:
    head = "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure Ltd.:"
    tail = "North LLP\nToronto, Canada\n{}"
    first = letter(head, tail.format("September 24, 2021"))
    second = letter(
        head, tail.format("September 24, 2021"), criteria=f"{WTCA} – Extended Validation SSL v1.7.8"
    )
    other = letter(head, tail.format("September 25, 2021"))
    both = pages(*(page.text for page in [*first, *second]))
    facts = read_facts(both)
    assert [fact.value for fact in facts.kinds] == [AuditKind.STANDARD, AuditKind.TLS_EVG]
    assert [fact.page for fact in facts.kinds] == [1, 4]
    assert facts.statement_date is not None
    assert facts.statement_date.value == DAY
    assert read_facts(pages(*(page.text for page in [*first, *other]))).statement_date is None


def test_assertion_first() -> None:
    asserted = ASSERTION.format(name="SURE TRUST, INC.", period=PERIOD, criteria=f"{WTCA} v2.2.1")
    report = letter(
        "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure Ltd.:",
        "North LLP\nToronto, Canada\n24 September 2021",
    )[0]
    facts = read_facts(pages(asserted, report.text))
    assert said(facts) == ("North LLP", "Toronto, Canada", "Sure Ltd.", DAY)


ATTESTATION = """
{title} for
Sure Trust GmbH
Reference: AA2021092401
Essen, 2021-09-24
To whom it may concern,
This is to confirm that “Prüfwerk Informationstechnik GmbH” has audited the CAs of the “Sure Trust GmbH” without
critical findings.
This present Audit Attestation Letter is registered under the unique identifier number “AA2021092401” and consist of 9
pages.
Kindly find here below the details accordingly. In case of any question, please contact:
Prüfwerk Informationstechnik GmbH
Certification Body
Am Werk 1
45141 Essen, Germany
E-Mail: body@pruefwerk.example
"""
DETAILS = """
Identification of the conformity assessment body (CAB) and assessment organization acting as ETSI auditor:
• Prüfwerk Informationstechnik GmbH, Am Werk 1, 45141 Essen, Germany, registered under HRB 1
• Accredited by DAkkS under D-ZE-1 for the certification of trust services according to “EN ISO/IEC 17065:2012” and
“ETSI EN 319 403-1 V2.3.1 (2020-06)”.
Identification of the trust service provider (TSP): Sure Trust GmbH, Weg 5, 10969 Berlin, Germany, registered under 2
Audit Period covered for all policies: 2020-07-01 to 2021-06-30
Audit dates: 2021-08-02 to 2021-08-06 (on site)
Standards considered:
European Standards:
☒ ETSI EN 319 411-1, V1.3.1 (2021-05)
{second} ETSI EN 319 411-2, V2.4.1 (2021-11)
☒ ETSI EN 319 401, V2.3.1 (2021-05)
CA Browser Forum Requirements:
{netsec} Network and Certificate System Security Requirements, version 1.7
The audit was based on the following policy documents: Certificate Policy, version 3.2 as of 2021-02-11
"""
TABLE = """
Distinguished Name SHA-256 fingerprint Applied policy
CN=Sure CA 1 ETSI EN 319 411-1 V1.3.1, {policies}
Modifications record
Version Issuing Date Changes
Version 1 2021-09-24 Initial attestation
"""


def attestation(
    policies: str, *, title: str = "Audit Attestation", second: str = "☐", netsec: str = "☐", extra: str = ""
) -> list[Page]:
    return pages(
        ATTESTATION.format(title=title),
        DETAILS.format(second=second, netsec=netsec) + extra,
        TABLE.format(policies=policies),
    )


def test_attestation() -> None:
    facts = read_facts(attestation("OVCP"))
    assert said(facts) == ("Prüfwerk Informationstechnik GmbH", "Essen, Germany", "Sure Trust GmbH", DAY)
    assert facts.scheme is not None
    assert facts.scheme.value == "ETSI EN 319 411"
    assert facts.period_start is not None
    assert facts.period_end is not None
    assert (facts.period_start.value, facts.period_end.value) == (date(2020, 7, 1), date(2021, 6, 30))
    assert [fact.value for fact in facts.criteria] == [
        "ETSI EN 319 411-1, V1.3.1 (2021-05)",
        "ETSI EN 319 401, V2.3.1 (2021-05)",
    ]
    assert [fact.value for fact in facts.criteria_versions] == ["1.3.1", "2.3.1"]


STANDARD, BR, EV = AuditKind.STANDARD, AuditKind.TLS_BR, AuditKind.TLS_EVG


@pytest.mark.parametrize(
    ("policies", "options", "kinds"),
    [
        ("LCP", {}, [STANDARD]),
        ("NCP; NCP+", {}, [STANDARD]),
        ("DVCP", {}, [STANDARD, BR]),
        ("OVCP, EVCP", {}, [STANDARD, BR, EV]),
        ("NCP, PTC-BR", {}, [STANDARD, BR]),
        ("QCP-n, QCP-l, QCP-l-qscd", {"second": "☒"}, [STANDARD]),
        ("QCP-w", {"second": "☒"}, [STANDARD, BR]),
        ("QEVCP-w", {"second": "☒"}, [STANDARD, EV]),
        ("QNCP-w", {"second": "☒"}, [STANDARD, BR]),
        ("LCP", {"netsec": "☒"}, [STANDARD, AuditKind.NETSEC]),
        ("NCP", {"extra": "☒ ETSI TS 119 411-6 V1.1.1 (2023-08)"}, [STANDARD, AuditKind.SMIME_BR]),
        ("NCP", {"extra": "☐ ETSI TS 119 411-6 V1.1.1 (2023-08)"}, [STANDARD]),
        ("OVCP", {"title": "Standard Audit Attestation"}, [STANDARD]),
        ("OVCP", {"title": "TLS BR Audit Attestation"}, [BR]),
        ("EVCP", {"title": "TLS EV Audit Attestation"}, [EV]),
        ("LCP", {"title": "S/MIME BR Audit Attestation"}, [AuditKind.SMIME_BR]),
    ],
)
def test_kinds_of_an_attestation(policies: str, options: dict[str, str], kinds: list[AuditKind]) -> None:
    assert [fact.value for fact in read_facts(attestation(policies, **options)).kinds] == kinds


def test_attestation_of_a_day_with_dots() -> None:
    texts = [page.text for page in attestation("LCP")]
    texts[0] = texts[0].replace("Essen, 2021-09-24", "Essen, 24.09.2021")
    texts[1] = (
        texts[1]
        .replace(
            "Audit Period covered for all policies: 2020-07-01 to 2021-06-30",
            "Point in time date: 30.06.2021",
        )
        .replace(
            "Audit dates: 2021-08-02 to 2021-08-06 (on site)",
            "The audit took place from 2021-08-02 to 2021-08-06",
        )
    )
    facts = read_facts(pages(*texts))
    assert facts.statement_date is not None
    assert facts.statement_date.value == DAY
    assert facts.point_in_time is not None
    assert facts.point_in_time.value == date(2021, 6, 30)
    assert facts.period_start is None


def test_period_in_a_sentence_about_days_on_site() -> None:
    texts = [page.text for page in attestation("LCP")]
    texts[1] = (
        texts[1]
        .replace("Audit Period covered for all policies: 2020-07-01 to 2021-06-30", "")
        .replace(
            "Audit dates: 2021-08-02 to 2021-08-06 (on site)",
            "The audit was performed as full period of time audit at the TSP location in Berlin, Germany. It took place from\n"
            "2021-08-02 until 2021-08-06 and covered the period from July 1st, 2020 until June 30th, 2021.",
        )
    )
    facts = read_facts(pages(*texts))
    assert facts.period_start is not None
    assert facts.period_start.value == date(2020, 7, 1)


def test_pages_without_text_say_nothing() -> None:
    facts = read_facts([Page(1, ""), Page(2, "  \n ")])
    assert {getattr(facts, name) for name in LetterFacts.__slots__} == {None, ()}
    assert read_facts([]) == facts


def test_text_that_is_no_letter_says_nothing() -> None:
    facts = read_facts(
        pages("Certification Practice Statement\nVersion 3.2\nMarch 3, 2021\nWe follow RFC 3647.")
    )
    assert (facts.kinds, facts.criteria, facts.auditor, facts.owner, facts.period_end) == (
        (),
        (),
        None,
        None,
        None,
    )
