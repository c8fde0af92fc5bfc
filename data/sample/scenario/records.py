"""Writes the owners' records as CCADB's report AllCertificateRecordsCSVFormatV5.

CCADB's own columns of capability and status follow from the declared answers, so that a disagreement is one
that a record declares in its `cells`.
"""

import base64
import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date

from data.sample.scenario.model import PROGRAMS, Audit, Audits, Entry, Owner, Record

AUDIT_KINDS = ("Standard", "NetSec", "TLS BR", "TLS EVG", "Code Signing", "S/MIME BR", "VMC")
AUDIT_CELLS = ("URL", "Type", "Statement Date", "Period Start Date", "Period End Date")
COLUMNS = [
    "CA Owner", "Salesforce Record ID", "Certificate Name", "Parent Salesforce Record ID",
    "Parent Certificate Name", "Certificate Record Type", "Subordinate CA Owner", "Apple Status",
    "Chrome Status", "Microsoft Status", "Mozilla Status", "Status of Root Cert", "Revocation Status",
    "SHA-256 Fingerprint", "Parent SHA-256 Fingerprint", "Valid From (GMT)", "Valid To (GMT)",
    "Authority Key Identifier", "Subject Key Identifier", "Technically Constrained",
    "Trust Bits for Root Cert", "EV OIDs for Root Cert", "Derived Trust Bits",
    "JSON Array of All Full CRL URLs", "JSON Array of Partitioned CRLs", "DV ACME Directory URL(s)",
    "OV ACME Directory URL(s)", "EV ACME Directory URL(s)", "IV ACME Directory URL(s)", "Audit Firm",
    "Audit Firm Location", "Audits Same as Parent",
    *(f"{kind} Audit {cell}" for kind in AUDIT_KINDS for cell in AUDIT_CELLS),
    "Policy Documentation", "CA Document Repository", "CP Same as Parent", "Certificate Policy (CP) URL",
    "CP Effective Date", "CPS Same as Parent", "Certificate Practice Statement (CPS) URL",
    "CPS Effective Date", "CP/CPS Same as Parent", "Certificate Practice & Policy Statement",
    "CP/CPS Effective Date", "MD/AsciiDoc CP/CPS Same as Parent", "MD/AsciiDoc CP/CPS URL",
    "MD/AsciiDoc CP/CPS Effective Date", "Test Website URL - Valid", "Test Website URL - Expired",
    "Test Website URL - Revoked", "TLS Capable", "TLS EV Capable", "Code Signing Capable", "S/MIME Capable",
    "Country",
]  # fmt: skip
TRUST_BITS = {
    "server_auth": "Server Authentication",
    "client_auth": "Client Authentication",
    "code_signing": "Code Signing",
    "secure_email": "Secure Email",
}
CAPABLE = {
    "server_auth": "TLS Capable",
    "ev_tls": "TLS EV Capable",
    "code_signing": "Code Signing Capable",
    "secure_email": "S/MIME Capable",
}
INCAPABLE = {"not_ca", "expired", "not_yet_valid", "revoked", "no_trusted_path", "not_capable"}
ROOT_TITLES = {"apple": "Apple", "chrome": "Google Chrome", "microsoft": "Microsoft", "mozilla": "Mozilla"}


def report(owners: Iterable[Owner], *, older: date | None, trailing_comma: bool, bom: bool) -> bytes:
    """Return the report in CSV, complete: of today, or of the day `older` with the audits known then."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=",\n" if trailing_comma else "\n")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(COLUMNS)
    for owner in owners:
        for row in _rows(owner, older):
            writer.writerow([row.get(column, "") for column in COLUMNS])
    return (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode()


def _rows(owner: Owner, older: date | None) -> Iterator[dict[str, str]]:
    entries = {entry.label: entry for entry in owner.entries}
    for entry in owner.entries:
        if older and entry.certificate.not_before.date() > older:
            continue
        for number, record in enumerate(entry.records):
            row = {
                "CA Owner": owner.name,
                "Salesforce Record ID": record_id(owner, entry.label, number),
                **_parent(owner, entries, record),
                **_certificate(entry),
                **_trusted(owner, entries, entry, record),
                **_audits(owner, record.older_audits() if older else record.audits),
                "Certificate Record Type": f"{'Root' if record.root else 'Intermediate'} Certificate",
                "Subordinate CA Owner": record.operator,
                "Revocation Status": "" if record.root else "Not Revoked" if older else record.revocation,
                "Audits Same as Parent": "true" if record.same else "false",
                "Country": owner.country,
                **(_policies(owner) if record.root else {}),
                **record.cells,
            }
            yield row


def record_id(owner: Owner, label: str, number: int = 0) -> str:
    """Return the id of a certificate's record; a label that is told nowhere has one that no record bears."""
    labels = [entry.label for entry in owner.entries]
    return (
        f"{owner.letter}{labels.index(label) + 1:03d}{number}" if label in labels else f"{owner.letter}9990"
    )


def _parent(owner: Owner, entries: dict[str, Entry], record: Record) -> dict[str, str]:
    if record.root:
        return {"Parent Salesforce Record ID": f"{owner.letter}0000", "Parent Certificate Name": owner.name}
    parent = entries.get(record.parent)
    return {
        "Parent Salesforce Record ID": record_id(owner, record.parent),
        "Parent Certificate Name": parent.certificate.subject.common_name if parent else "Withdrawn CA",
        "Parent SHA-256 Fingerprint": parent.certificate.sha256.upper() if parent else "",
    }


def _certificate(entry: Entry) -> dict[str, str]:
    issued = entry.certificate
    version_1 = issued.options.get("version") == 1
    has_ski = issued.options.get("ski", True) and not version_1
    has_keyid = issued.options.get("aki", "keyid") == "keyid" and not version_1
    return {
        "Certificate Name": issued.subject.common_name,
        "SHA-256 Fingerprint": issued.sha256.upper(),
        "Valid From (GMT)": _day(issued.not_before.date()),
        "Valid To (GMT)": _day(issued.not_after.date()),
        "Authority Key Identifier": base64.b64encode(issued.issuer.key_id).decode() if has_keyid else "",
        "Subject Key Identifier": base64.b64encode(issued.subject.key_id).decode() if has_ski else "",
    }


def _trusted(owner: Owner, entries: dict[str, Entry], entry: Entry, record: Record) -> dict[str, str]:
    capable = {purpose: _programs(entry, purpose) for purpose in CAPABLE}
    statuses = _root_statuses(owner, _root_of(entries, entry, record))
    row = {
        "Status of Root Cert": "; ".join(f"{ROOT_TITLES[each]}: {statuses[each]}" for each in statuses),
        "Technically Constrained": str(any("technically_constrained" in each for each in _all(entry))),
        **{column: str(bool(capable[purpose])) for purpose, column in CAPABLE.items()},
    }
    if record.root:
        mine = [trust for trust in owner.trusts if trust.label == entry.label]
        bits = {TRUST_BITS[trust.purpose] for trust in mine if trust.purpose in TRUST_BITS}
        row["Trust Bits for Root Cert"] = ";".join(sorted(bits))
        row["EV OIDs for Root Cert"] = "; ".join(sorted({trust.ev_policy for trust in mine} - {""}))
    else:
        derived = [bit for purpose, bit in TRUST_BITS.items() if capable.get(purpose)]
        row["Derived Trust Bits"] = ";".join(derived)
    for program in PROGRAMS.values():
        trusted = any(program in programs for programs in capable.values())
        own = "Trusted" if trusted else "Not Trusted"
        row[f"{program.title()} Status"] = statuses[program] if record.root else own
    return row


def _all(entry: Entry) -> Iterator[set[str]]:
    for purpose in CAPABLE:
        yield from entry.reasons(purpose).values()


def _programs(entry: Entry, purpose: str) -> set[str]:
    """Return the programs for which the answers call a certificate capable, constrained or not."""
    return {program for program, reasons in entry.reasons(purpose).items() if not reasons & INCAPABLE}


def _root_of(entries: dict[str, Entry], entry: Entry, record: Record) -> str:
    """Return the label of the root record that the parents lead to, or blank."""
    label, seen = entry.label, set[str]()
    while not record.root:
        label = record.parent
        if label in seen or label not in entries:
            return ""
        seen.add(label)
        record = entries[label].records[0]
    return label


def _root_statuses(owner: Owner, label: str) -> dict[str, str]:
    included = {trust.program for trust in owner.trusts if trust.label == label}
    return {each: "Included" if each in included else "Not Included" for each in PROGRAMS.values()}


def _audits(owner: Owner, audits: Audits) -> dict[str, str]:
    row = {
        f"{kind} Audit {cell}": value
        for kind, audit in audits.items()
        for cell, value in zip(AUDIT_CELLS, _audit(audit), strict=True)
    }
    return {**row, "Audit Firm": "Quince & Rowan, LLP", "Audit Firm Location": owner.country} if row else row


def _audit(audit: Audit) -> tuple[str, ...]:
    return audit.url, "WebTrust", _day(audit.statement), _day(audit.start), _day(audit.end)


def _policies(owner: Owner) -> dict[str, str]:
    slug = owner.name.split()[0].lower()
    urls = (f"https://{slug}.example/cps/2.0.pdf", f"https://{slug}.example/cps/1.9.pdf")
    return {
        "Certificate Practice & Policy Statement": ";\n".join(urls),
        "CP/CPS Effective Date": "2023.09.01",
        "JSON Array of All Full CRL URLs": f'["http://crl.{slug}.example/root.crl"]',
    }


def _day(when: date | None) -> str:
    return when.strftime("%Y.%m.%d") if when else ""
