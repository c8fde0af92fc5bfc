# ruff: noqa: E501, RUF001 - lines, dashes and quotes are as letters have them
"""Attestations of invented bodies in the forms that ETSI's auditors use: every fact, or none that is wrong."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from cagraph.audit.facts import LetterFacts, read_facts
from cagraph.audit.layout import Page
from cagraph.model import AuditKind

STANDARD, BR, EVG, SMIME, NETSEC = (
    AuditKind.STANDARD, AuditKind.TLS_BR, AuditKind.TLS_EVG, AuditKind.SMIME_BR, AuditKind.NETSEC,
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A letter and what it says."""

    name: str
    pages: tuple[str, ...]
    kinds: tuple[AuditKind, ...]
    criteria: tuple[str, ...]
    versions: tuple[str, ...]
    statement: date | None
    period: tuple[date, date] | None
    auditor: str
    place: str | None
    owner: str
    point: date | None = None
    other: dict[str, str] = field(default_factory=dict)


LETTERS = (
    Said(
        "a full period, with the template's number",
        (
            """
Audit Attestation for
Birkenpfad Trust GmbH
Reference: No. AA-2024-017-STD
Hannover, 2024-05-14
To whom it may concern,
This is to confirm that “Nordprüf Zertifizierungsstelle GmbH” has audited the CAs of “Birkenpfad Trust GmbH” without critical findings.
This present Audit Attestation Letter is registered under the unique identifier number “No. AA-2024-017-STD” and
covers multiple Root-CAs and consists of 14 pages.
Kindly find here below the details accordingly.
In case of any question, please contact:
Nordprüf Zertifizierungsstelle GmbH
Certification Body
Langer Weg 9
30159 Hannover, Germany
E-Mail: cab@nordpruef.example
Phone: +49 511 0000
With best regards,
""",
            """
This attestation is based on the template version 3.2 as of 2023-09-01, that was approved for use by ACAB-c.
General audit information
Identification of the conformity assessment body (CAB) and assessment organization acting as ETSI auditor
• Nordprüf Zertifizierungsstelle GmbH, Langer Weg 9, 30159 Hannover, Germany, registered under HRB 4711, Amtsgericht Hannover
• Accredited by DAkkS under registration D-ZE-99999-01-00 for the certification of trust services according to “EN ISO/IEC 17065:2012” and “ETSI EN 319 403-1 V2.3.1 (2020-06)”.
• Insurance Carrier (BRG section 8.2): Beispiel Versicherung AG
• Third-party affiliate audit firms involved in the audit: None.
Identification and qualification of the audit team
• Number of team members: 3
Identification of the CA / Trust Service Provider (TSP):
Birkenpfad Trust GmbH, Am Wald 2, 38100 Braunschweig, Germany, registered under HRB 12345, Amtsgericht Braunschweig
Type of audit: ☐ Point in time audit
☒ Period of time, full audit
☐ Period of time, surveillance audit
Audit period covered for all policies: 2023-04-01 to 2024-03-31
Point in time date: none, as audit was a period of time audit
Audit dates: 2024-04-08 to 2024-04-12 (on site)
Audit location: 38100 Braunschweig, Germany
""",
            """
Root 1: Birkenpfad Root CA 1
Standards considered:
European Standards:
☒ ETSI EN 319 411-2 V2.5.1 (2023-10)
☒ ETSI EN 319 411-1 V1.4.1 (2023-10)
☒ ETSI EN 319 401 V2.3.1 (2021-05)
CA Browser Forum Requirements:
☐ EV SSL Certificate Guidelines, version 1.8.0
☒ Baseline Requirements, version 2.0.0
For the Trust Service Provider Conformity Assessment:
☒ ETSI EN 319 403-1 V2.3.1 (2020-06)
☒ ETSI TS 119 403-2 V1.3.1 (2023-03)
The audit was based on the following policy and practice statement documents of the CA / TSP:
Birkenpfad CP, version 3.2, as of 2023-11-02
Birkenpfad CPS, version 4.1, as of 2024-01-15
No major or minor non-conformities have been identified during the audit.
Distinguished Name SHA-256 fingerprint Applied policy
CN=Birkenpfad Root CA 1,O=Birkenpfad Trust GmbH,C=DE ETSI EN 319 411-1 V1.4.1, LCP, DVCP, OVCP
Table 1: Root-CA 1 in scope of the audit
""",
            """
Modifications record
Version Issuing Date Changes
Version 1 2024-05-14 Initial attestation
End of the audit attestation letter.
""",
        ),
        (STANDARD, BR),
        (
            "ETSI EN 319 411-2 V2.5.1 (2023-10)",
            "ETSI EN 319 411-1 V1.4.1 (2023-10)",
            "ETSI EN 319 401 V2.3.1 (2021-05)",
        ),
        ("2.5.1", "1.4.1", "2.3.1"),
        date(2024, 5, 14),
        (date(2023, 4, 1), date(2024, 3, 31)),
        "Nordprüf Zertifizierungsstelle GmbH",
        "Hannover, Germany",
        "Birkenpfad Trust GmbH",
    ),
    Said(
        "S/MIME by its title",
        (
            """
S/MIME BR Audit Attestation for
Ulmenhof CA S.A.
Reference: No. 2024/SM/08
Luxembourg, 2024-09-30
To whom it may concern,
This is to confirm that “Lynx Assess S.à r.l.” has audited the CAs of the “Ulmenhof CA S.A.” without critical findings.
This present Audit Attestation Letter is registered under the unique identifier number “2024/SM/08” and consists of 8 pages.
In case of any question, please contact:
Lynx Assess S.à r.l.
5, rue du Marché
1728 Luxembourg, Luxembourg
""",
            """
Identification of the conformity assessment body (CAB) and assessment organization acting as ETSI auditor:
• Lynx Assess S.à r.l., 5, rue du Marché, 1728 Luxembourg, Luxembourg, registered under B 12345
• Accredited by OLAS under registration 1/099 for the certification of trust services according to “EN ISO/IEC 17065:2012” and “ETSI EN 319 403-1 V2.3.1 (2020-06)”.
Identification of the CA / Trust Service Provider (TSP): Ulmenhof CA S.A., 1, rue Haute, 1450 Luxembourg, Luxembourg
Type of audit: ☒ Period of time, full audit
Audit period covered for all policies: 2023-08-01 until 2024-07-31
Audit dates: 2024-08-19 – 2024-08-23
Standards considered:
☒ ETSI TS 119 411-6 V1.1.1 (2023-08)
☒ ETSI EN 319 411-1 V1.4.1 (2023-10)
☒ Baseline Requirements for the Issuance and Management of Publicly-Trusted S/MIME Certificates, version 1.0.5
""",
        ),
        (SMIME,),
        ("ETSI TS 119 411-6 V1.1.1 (2023-08)", "ETSI EN 319 411-1 V1.4.1 (2023-10)"),
        ("1.1.1", "1.4.1"),
        date(2024, 9, 30),
        (date(2023, 8, 1), date(2024, 7, 31)),
        "Lynx Assess S.à r.l.",
        "Luxembourg, Luxembourg",
        "Ulmenhof CA S.A.",
    ),
    Said(
        "a point in time",
        (
            """
TLS BR Audit Attestation for
Weidenkorb Digital, s.r.o.
Reference: No. WK-2025-03
Praha, 2025-02-03
To whom it may concern,
This is to confirm that “Cesta Audit s.r.o.” has audited the CAs of “Weidenkorb Digital, s.r.o.” without critical findings.
""",
            """
Identification of the conformity assessment body (CAB) and assessment organization acting as ETSI auditor:
• Cesta Audit s.r.o., Dlouhá 12, 110 00 Praha, Czech Republic, registered under C 1
• Accredited by CIA under registration 3999 for the certification of trust services according to “EN ISO/IEC 17065:2012” and “ETSI EN 319 403-1 V2.3.1 (2020-06)”.
Identification of the CA / Trust Service Provider (TSP): Weidenkorb Digital, s.r.o., Krátká 1, 602 00 Brno, Czech Republic
Type of audit:
☒ Point in time audit
☐ Period of time, full audit
Point in time date: 2025-01-20
Audit dates: 2025-01-13 to 2025-01-17
Standards considered:
☒ ETSI EN 319 411-1 V1.4.1 (2023-10)
☒ Baseline Requirements, version 2.1.2
☒ Network and Certificate System Security Requirements, version 2.0.2
Applied policy: DVCP, OVCP
""",
        ),
        (BR,),
        ("ETSI EN 319 411-1 V1.4.1 (2023-10)",),
        ("1.4.1",),
        date(2025, 2, 3),
        None,
        "Cesta Audit s.r.o.",
        "Praha, Czech Republic",
        "Weidenkorb Digital, s.r.o.",
        point=date(2025, 1, 20),
    ),
    Said(
        "EV by its title, dates in words",
        (
            """
TLS EV Audit Attestation for
Eschenbach Sign AG
Reference: EB-EV-2023
Zürich, 12 December 2023
To whom it may concern,
This is to confirm that “Limmat Prüfdienst AG” has successfully audited the CAs of “Eschenbach Sign AG”.
In case of any question, please contact:
Limmat Prüfdienst AG
Seestrasse 1
8002 Zürich, Switzerland
""",
            """
Identification of the conformity assessment body (CAB) and assessment organization acting as ETSI auditor
Limmat Prüfdienst AG, Seestrasse 1, 8002 Zürich, Switzerland, registered under CHE-1
Identification of the trust service provider (TSP): Eschenbach Sign AG, Dorf 3, 3000 Bern, Switzerland
The audit was performed as full period of time audit at the TSP location in Bern, Switzerland. It took place from 6 November 2023 until 10 November 2023 and covered the period from 1 October 2022 until 30 September 2023.
Standards considered: ETSI EN 319 411-1 V1.3.1 (2021-05), ETSI EN 319 401 V2.3.1 (2021-05)
CA Browser Forum Requirements: EV SSL Certificate Guidelines, version 1.8.0
Applied policy: EVCP
""",
        ),
        (EVG,),
        ("ETSI EN 319 411-1 V1.3.1 (2021-05)", "ETSI EN 319 401 V2.3.1 (2021-05)"),
        ("1.3.1", "2.3.1"),
        date(2023, 12, 12),
        (date(2022, 10, 1), date(2023, 9, 30)),
        "Limmat Prüfdienst AG",
        "Zürich, Switzerland",
        "Eschenbach Sign AG",
    ),
    Said(
        "a label above what it labels",
        (
            """
Standard Audit Attestation for
Fundacja Lipa
Reference: L/2023/44
Warszawa, 2023-06-28
To whom it may concern,
This is to confirm that “Sosna Ocena Sp. z o.o.” has audited the CAs of the “Fundacja Lipa” without critical findings.
In case of any question, please contact:
Sosna Ocena Sp. z o.o.
ul. Prosta 4
00-850 Warszawa, Poland
""",
            """
Type of audit
Period of time, full audit
Audit period covered for all policies
2022-04-01 to 2023-03-31
Audit dates
2023-04-17 to 2023-04-21 (on site)
2023-05-08 to 2023-05-09 (remote)
Standards considered
☒ ETSI EN 319 411-1 V1.3.1 (2021-05)
☒ ETSI EN 319 411-2 V2.4.1 (2021-11)
Applied policy
NCP, NCP+, QCP-n, QCP-l-qscd, DVCP
""",
        ),
        (STANDARD,),
        ("ETSI EN 319 411-1 V1.3.1 (2021-05)", "ETSI EN 319 411-2 V2.4.1 (2021-11)"),
        ("1.3.1", "2.4.1"),
        date(2023, 6, 28),
        (date(2022, 4, 1), date(2023, 3, 31)),
        "Sosna Ocena Sp. z o.o.",
        "Warszawa, Poland",
        "Fundacja Lipa",
    ),
    Said(
        "a period in words and the criteria in a sentence",
        (
            """
AUDIT ATTESTATION FOR
ROBLE FIRMA, S.A.U.
Reference: No. RF/24
Madrid, June 14, 2024
To whom it may concern,
This is to confirm that "Encina Evaluación, S.L." has audited the Certification Authorities of "Roble Firma, S.A.U."
without critical findings.
Our audit covered the period from April 1st, 2023 to March 31st, 2024 and was a full audit.
The audit took place on site from May 6th, 2024 to May 10th, 2024.
It was done against ETSI EN 319 401 V2.3.1, ETSI EN 319 411-1 V1.4.1, policies NCP, OVCP and EVCP, and ETSI EN
319 411-2 V2.5.1, policies QCP-w and QEVCP-w.
Encina Evaluación, S.L.
Calle Larga 7
28001 Madrid, Spain
""",
        ),
        (STANDARD, BR, EVG),
        ("ETSI EN 319 401 V2.3.1", "ETSI EN 319 411-1 V1.4.1", "ETSI EN 319 411-2 V2.5.1"),
        ("2.3.1", "1.4.1", "2.5.1"),
        date(2024, 6, 14),
        (date(2023, 4, 1), date(2024, 3, 31)),
        "Encina Evaluación, S.L.",
        "Madrid, Spain",
        "Roble Firma, S.A.U.",
    ),
    Said(
        "days with dots, a dash between",
        (
            """
Audit Attestation for
stejar CERT S.A.
Reference: No. 55/2022
București, 20.07.2022
To whom it may concern,
This is to confirm that “FAG Certificare SRL” has audited the CAs of the “stejar CERT S.A.” without critical findings.
Audit period: 15.04.2021 – 14.04.2022
Audit dates: 16.05.2022 – 27.05.2022
""",
            """
Identification of the conformity assessment body (CAB):
• FAG Certificare SRL, Str. Lungă 3, 010101 București, Romania
Identification of the CA / TSP: stejar CERT S.A., Bd. Nou 2, 020202 București, Romania
Standards considered: ETSI EN 319 411-1 v1.3.1 (2021-05), ETSI EN 319 401 v2.3.1 (2021-05)
Applied policies: LCP, NCP, OVCP
Distinguished Name: CN=stejar Root CA,O=stejar CERT S.A.,C=RO
Valid from 2017-02-06 to 2042-02-06
""",
        ),
        (STANDARD, BR),
        ("ETSI EN 319 411-1 v1.3.1 (2021-05)", "ETSI EN 319 401 v2.3.1 (2021-05)"),
        ("1.3.1", "2.3.1"),
        date(2022, 7, 20),
        (date(2021, 4, 15), date(2022, 4, 14)),
        "FAG Certificare SRL",
        "București, Romania",
        "stejar CERT S.A.",
    ),
    Said(
        "issued again, with what has changed",
        (
            """
Audit Attestation for
Akasie Trust Services AS
Reference: No. AK-2023-02, version 2
Oslo, 2023-11-15
To whom it may concern,
This is to confirm that “Fjordkontroll AS” has audited the CAs of the “Akasie Trust Services AS” without critical findings.
This attestation replaces the one of 2023-10-20.
""",
            """
This attestation is based on the template version 2.11 as of 2022-09-23.
Identification of the conformity assessment body (CAB) and assessment organization acting as ETSI auditor:
• Fjordkontroll AS, Havnegata 1, 0150 Oslo, Norway, registered under 999 999 999
Identification of the CA / Trust Service Provider (TSP):
• Akasie Trust Services AS, Skogveien 5, 0375 Oslo, Norway, registered under 888 888 888
Type of audit: ☐ Point in time audit ☒ Period of time, full audit
Audit period covered for all policies: 2022-08-16 to 2023-08-15
Point in time date: none
Standards considered:
☒ ETSI EN 319 411-1 V1.3.1 (2021-05)
☐ ETSI EN 319 411-2 V2.4.1 (2021-11)
☒ ETSI EN 319 401 V2.3.1 (2021-05)
☐ Network and Certificate System Security Requirements, version 1.7
Applied policy: NCP
""",
            """
Modifications record
Version Issuing Date Changes
Version 1 2023-10-20 Initial attestation
Version 2 2023-11-15 Fingerprint of a CA corrected
""",
        ),
        (STANDARD,),
        ("ETSI EN 319 411-1 V1.3.1 (2021-05)", "ETSI EN 319 401 V2.3.1 (2021-05)"),
        ("1.3.1", "2.3.1"),
        date(2023, 11, 15),
        (date(2022, 8, 16), date(2023, 8, 15)),
        "Fjordkontroll AS",
        "Oslo, Norway",
        "Akasie Trust Services AS",
    ),
    Said(
        "several roots, each with its standards",
        (
            """
TLS-BR Audit Attestation for
Platane eID SAS
Reference: No. PL-TLS-24
Paris, 2024-07-11
To whom it may concern,
This is to confirm that “Bureau Tilleul SAS” has audited the CAs of the “Platane eID SAS” without critical findings.
In case of any question, please contact:
Bureau Tilleul SAS
10 rue Basse
75002 Paris, France
""",
            """
Audit Period: 2023-05-01 to 2024-04-30
Type of audit: Period of time, full audit
Root 1: Platane Root A
Standards considered:
☒ ETSI EN 319 411-1 V1.4.1 (2023-10)
☒ ETSI EN 319 401 V2.3.1 (2021-05)
Root 2: Platane Root B
Standards considered:
☒ ETSI EN 319 411-1 V1.4.1 (2023-10)
☒ ETSI EN 319 401 V2.3.1 (2021-05)
Major incidents: Bug 1890001, 2024-03-02, Platane: late revocation. The remediation was closed on 2024-04-30.
CN=Platane Root A,O=Platane eID SAS,C=FR ETSI EN 319 411-1 V1.4.1, OVCP; EVCP
""",
        ),
        (BR,),
        ("ETSI EN 319 411-1 V1.4.1 (2023-10)", "ETSI EN 319 401 V2.3.1 (2021-05)"),
        ("1.4.1", "2.3.1"),
        date(2024, 7, 11),
        (date(2023, 5, 1), date(2024, 4, 30)),
        "Bureau Tilleul SAS",
        "Paris, France",
        "Platane eID SAS",
    ),
    Said(
        "an older one, of TS 102 042",
        (
            """
Audit Attestation
for
Hainbuche Root Services GmbH
Reference: HB-2016
Wien, 2016-09-05
This is to confirm that “Donau Prüfstelle Ges.m.b.H.” has performed an audit of the CAs of the trust service provider
“Hainbuche Root Services GmbH”, Ring 1, 1010 Wien, Austria.
Audit period: 2015-08-01 to 2016-07-31
The audit was performed as a full period of time audit.
Standards considered: ETSI EN 319 411-1, V1.1.1 (2016-02) and ETSI TS 102 042 V2.4.1 (2013-02), NCP+, DVCP
Donau Prüfstelle Ges.m.b.H.
Kai 2
1020 Wien, Austria
""",
        ),
        (STANDARD, BR),
        ("ETSI EN 319 411-1, V1.1.1 (2016-02)", "ETSI TS 102 042 V2.4.1 (2013-02)"),
        ("1.1.1", "2.4.1"),
        date(2016, 9, 5),
        (date(2015, 8, 1), date(2016, 7, 31)),
        "Donau Prüfstelle Ges.m.b.H.",
        "Wien, Austria",
        "Hainbuche Root Services GmbH",
    ),
    Said(
        "lines broken anywhere",
        (
            """
Audit Attestation for
Magyar Fűzfa Zrt.
Reference: No. MF-25-
01
Budapest, 2025-03-31
To whom it may concern,
This is to confirm that “Duna Hitelesítő
Kft.” has audited the CAs of the “Magyar Fűzfa
Zrt.” without critical findings.
""",
            """
Identification of the
conformity assessment body
(CAB) and assessment
organization acting as ETSI
auditor:
• Duna Hitelesítő Kft., Fő utca
1, 1011 Budapest, Hungary,
registered under 01-09-000001
Audit period covered for all
policies: 2024-01-01 to
2024-12-31
Audit dates: 2025-01-13 to
2025-01-24
Standards considered:
☒ ETSI EN 319 411-1 V1.4.1
(2023-10)
☒ ETSI EN 319 401 V3.1.1
(2024-06)
☒ ETSI TS 119 411-6 V1.1.1
(2023-08)
Applied policy: LCP, NCP
""",
        ),
        (STANDARD, SMIME),
        (
            "ETSI EN 319 411-1 V1.4.1 (2023-10)",
            "ETSI EN 319 401 V3.1.1 (2024-06)",
            "ETSI TS 119 411-6 V1.1.1 (2023-08)",
        ),
        ("1.4.1", "3.1.1", "1.1.1"),
        date(2025, 3, 31),
        (date(2024, 1, 1), date(2024, 12, 31)),
        "Duna Hitelesítő Kft.",
        "Budapest, Hungary",
        "Magyar Fűzfa Zrt.",
    ),
    Said(
        "the network's requirements ticked, the auditor's office abroad",
        (
            """
Standard Audit Attestation for
Buche & Söhne Trust KG
Reference: No. BS-2024
Düsseldorf, 2024-12-02
To whom it may concern,
This is to confirm that “Rheinaudit GmbH” has audited the CAs of the “Buche & Söhne Trust KG” without critical findings.
""",
            """
Identification of the conformity assessment body (CAB) and assessment organization acting as ETSI auditor:
• Rheinaudit GmbH, Ufer 8, 40213 Düsseldorf, Germany, registered under HRB 1
Identification of the CA / Trust Service Provider (TSP): Buche & Söhne Trust KG, Markt 1, 50667 Köln, Germany
Audit period covered for all policies: 2023-10-01 to 2024-09-30
The audit period is the one of the last attestation, 2022-10-01 to 2023-09-30, and one year.
Audit period covered for all policies: 2023-10-01 to 2024-09-30
Standards considered:
☒ ETSI EN 319 411-1 V1.4.1 (2023-10)
☒ Network and Certificate System Security Requirements, version 2.0.2
Applied policy: LCP
The S/MIME certificates, ETSI TS 119 411-6 V1.1.1 (2023-08), are reported on separately.
""",
        ),
        (STANDARD,),
        ("ETSI EN 319 411-1 V1.4.1 (2023-10)",),
        ("1.4.1",),
        date(2024, 12, 2),
        (date(2023, 10, 1), date(2024, 9, 30)),
        "Rheinaudit GmbH",
        "Düsseldorf, Germany",
        "Buche & Söhne Trust KG",
    ),
    Said(
        "nothing but the body's own section",
        (
            """
Audit Attestation Letter
Reference number: 2024-771
Issue date: 2024-10-21
1 General audit information
Identification of the conformity assessment body (CAB) and assessment organization acting as ETSI auditor: Kiefer & Co Assessments B.V., Gracht 3, 1017 AB Amsterdam, The Netherlands, registered under 1234
Identification of the trust service provider (TSP): Treurwilg PKI B.V., Kade 9, 3011 XX Rotterdam, The Netherlands
Type of audit: period of time, full audit
Audit period: 2023-09-01 until and including 2024-08-31
Audit dates: 2024-09-16 to 2024-09-20
Standards considered: ETSI EN 319 411-1 V1.4.1 (2023-10), ETSI EN 319 411-2 V2.5.1 (2023-10)
Applied policies: NCP+, OVCP, QCP-n-qscd
""",
        ),
        (STANDARD, BR),
        ("ETSI EN 319 411-1 V1.4.1 (2023-10)", "ETSI EN 319 411-2 V2.5.1 (2023-10)"),
        ("1.4.1", "2.5.1"),
        date(2024, 10, 21),
        (date(2023, 9, 1), date(2024, 8, 31)),
        "Kiefer & Co Assessments B.V.",
        "Amsterdam, The Netherlands",
        "Treurwilg PKI B.V.",
    ),
)


def texts(letter: Said) -> list[Page]:
    return [Page(number, text) for number, text in enumerate(letter.pages, 1)]


def day(facts: LetterFacts, name: str) -> date | None:
    fact = getattr(facts, name)
    return None if fact is None else fact.value


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_every_fact_of_an_attestation(letter: Said) -> None:
    facts = read_facts(texts(letter))
    assert tuple(fact.value for fact in facts.kinds) == letter.kinds
    assert tuple(fact.value for fact in facts.criteria) == letter.criteria
    assert tuple(fact.value for fact in facts.criteria_versions) == letter.versions
    assert day(facts, "statement_date") == letter.statement
    assert (day(facts, "period_start"), day(facts, "period_end")) == (letter.period or (None, None))
    assert day(facts, "point_in_time") == letter.point
    assert facts.scheme is not None
    assert facts.scheme.value == "ETSI EN 319 411"
    said = [fact and fact.value for fact in (facts.auditor, facts.auditor_location, facts.owner)]
    assert said == [letter.auditor, letter.place, letter.owner]
