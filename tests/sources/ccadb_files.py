"""Headers of CCADB's record reports, version by version, and files made of them. Knows no parser."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Literal

AUDIT_CELLS = ("URL", "Type", "Statement Date", "Period Start Date", "Period End Date")
KINDS = ("Standard", "NetSec", "TLS BR", "TLS EVG", "Code Signing", "S/MIME BR", "VMC")
FINGERPRINT = "0123456789ABCDEF" * 4


def audits(*kinds: str) -> list[str]:
    return [f"{kind} Audit {cell}" for kind in kinds for cell in AUDIT_CELLS]


_BEGIN = [
    "CA Owner", "Salesforce Record ID", "Certificate Name", "Parent Salesforce Record ID",
    "Parent Certificate Name", "Certificate Record Type", "Subordinate CA Owner", "Apple Status",
    "Chrome Status", "Microsoft Status", "Mozilla Status", "Status of Root Cert", "Revocation Status",
    "SHA-256 Fingerprint", "Parent SHA-256 Fingerprint", "Valid From (GMT)", "Valid To (GMT)",
    "Authority Key Identifier", "Subject Key Identifier", "Technically Constrained",
]  # fmt: skip
_CAPABLE = ["TLS Capable", "TLS EV Capable", "Code Signing Capable", "S/MIME Capable", "Country"]
_TESTS = ["Test Website URL - Valid", "Test Website URL - Expired", "Test Website URL - Revoked"]
_ROOTS = ["Trust Bits for Root Cert", "EV OIDs for Root Cert"]

V5 = [
    *_BEGIN, *_ROOTS, "Derived Trust Bits", "JSON Array of All Full CRL URLs",
    "JSON Array of Partitioned CRLs", "DV ACME Directory URL(s)", "OV ACME Directory URL(s)",
    "EV ACME Directory URL(s)", "IV ACME Directory URL(s)", "Audit Firm", "Audit Firm Location",
    "Audits Same as Parent", *audits(*KINDS), "Policy Documentation", "CA Document Repository",
    "CP Same as Parent", "Certificate Policy (CP) URL", "CP Effective Date", "CPS Same as Parent",
    "Certificate Practice Statement (CPS) URL", "CPS Effective Date", "CP/CPS Same as Parent",
    "Certificate Practice & Policy Statement", "CP/CPS Effective Date",
    "MD/AsciiDoc CP/CPS Same as Parent", "MD/AsciiDoc CP/CPS URL", "MD/AsciiDoc CP/CPS Effective Date",
    *_TESTS, *_CAPABLE,
]  # fmt: skip
V2 = [
    *_BEGIN, "Derived Trust Bits", "Full CRL Issued By This CA", "JSON Array of Partitioned CRLs",
    "Auditor", "Audits Same as Parent?", *audits(*KINDS), "Policy Documentation",
    "CA Document Repository", "CP Same as Parent?", "Certificate Policy (CP) URL", "CP Last Update Date",
    "CPS Same as Parent?", "Certificate Practice Statement (CPS) URL", "CPS Last Update Date",
    "CP/CPS Same as Parent?", "Certificate Practice & Policy Statement", "CP/CPS Last Updated Date",
    *_TESTS, *_CAPABLE,
]  # fmt: skip
V4 = [*V2, *_ROOTS]
V1 = [
    "CA Owner", "Salesforce Record ID", "Certificate Name", "Parent Salesforce Record ID",
    "Parent Certificate Name", "Certificate Record Type", "Revocation Status", "SHA-256 Fingerprint",
    "Parent SHA-256 Fingerprint", "Audits Same as Parent?", "Auditor",
    *audits("Standard", "BR", "EV SSL", "EV Code Signing"), "CP/CPS Same as Parent?",
    "Certificate Policy (CP) URL", "Certificate Practice Statement (CPS) URL", "CP/CPS Last Updated Date",
    *_TESTS, "Technically Constrained", "Mozilla Status", "Microsoft Status", "Subordinate CA Owner",
]  # fmt: skip

RECORD = {
    "CA Owner": "Example Trust",
    "Salesforce Record ID": "A000001",
    "Certificate Record Type": "Intermediate Certificate",
    "SHA-256 Fingerprint": FINGERPRINT,
}


def table(header: Sequence[str], *rows: Mapping[str, str], tail: str = "", quoted: bool = False) -> str:
    """Return a file of a header and rows given by column; cells not given are blank."""
    out = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(out, lineterminator=tail + "\n", quoting=quoting)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return out.getvalue()
