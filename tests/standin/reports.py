"""Writes CCADB's and Mozilla's reports as CSV, from certificates and rows of root trust.

Bytes only: knows the columns of the reports, not where they are served.
"""

import base64
import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cagraph.model import sha256_hex

INCLUDED_ROOTS = (
    "CA Owner",
    "Certificate Name",
    "Apple Status",
    "Apple Trust Bits",
    "Chrome Status",
    "Microsoft Status",
    "Microsoft EKUs",
    "Mozilla Status",
    "Mozilla Trust Bits",
    "SHA-256",
)
MOZILLA_ROOTS = (
    "Owner",
    "Certificate Issuer Organization",
    "Certificate Issuer Organizational Unit",
    "Common Name or Certificate Name",
    "Certificate Serial Number",
    "SHA-256 Fingerprint",
    "Subject + SPKI SHA256",
    "Valid From [GMT]",
    "Valid To [GMT]",
    "Public Key Algorithm",
    "Signature Hash Algorithm",
    "Trust Bits",
    "Distrust for TLS After Date",
    "Distrust for S/MIME After Date",
    "EV Policy OID(s)",
    "Approval Bug",
    "NSS Release When First Included",
    "Firefox Release When First Included",
    "Test Website - Valid",
    "Test Website - Expired",
    "Test Website - Revoked",
    "Mozilla Applied Constraints",
    "Company Website",
    "Geographic Focus",
    "Certificate Policy (CP)",
    "Certification Practice Statement (CPS)",
    "Standard Audit",
    "BR Audit",
    "EV Audit",
    "Auditor",
    "Standard Audit Type",
    "Standard Audit Statement Dt",
    "PEM Info",
)
DISTRUST = {"server_auth": "Distrust for TLS After Date", "secure_email": "Distrust for S/MIME After Date"}
MOZILLA_BITS = {"server_auth": "Websites", "secure_email": "Email"}
BITS = {
    "server_auth": "Server Authentication",
    "client_auth": "Client Authentication",
    "secure_email": "Secure Email",
    "code_signing": "Code Signing",
    "time_stamping": "Time Stamping",
    "ocsp_signing": "OCSP Signing",
}

TrustRows = Sequence[Mapping[str, str]]
"""Rows of the project's own table of root trust."""


def table(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def pem(der: bytes) -> str:
    """Return a certificate in PEM."""
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n"


def pem_table(ders: Iterable[bytes]) -> bytes:
    """Return CCADB's report of certificates."""
    header = ("SHA-256 Fingerprint", "X.509 Certificate (PEM)")
    return table([header, *((sha256_hex(der).upper(), pem(der)) for der in ders)])


def certificates(path: Path) -> dict[str, bytes]:
    """Return the certificates of a report by their SHA-256."""
    found = {}
    with path.open(newline="", encoding="utf-8") as file:
        for _, text in list(csv.reader(file))[1:]:
            der = base64.b64decode("".join(line for line in text.splitlines() if "-----" not in line))
            found[sha256_hex(der)] = der
    return found


def trust_rows(path: Path) -> TrustRows:
    """Return the rows that trust a root still: what was disabled, no report of included roots tells."""
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if not row["disabled_from"]]


def ccadb_roots(rows: TrustRows) -> bytes:
    """Return CCADB's report of the roots that any program includes."""
    trusted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row["purpose"] in BITS:
            trusted[row["sha256"]][row["root_program"]].add(row["purpose"])

    def cells(sha256: str) -> list[str]:
        found = ["An owner", sha256[:8]]
        for program in ("apple", "chrome", "microsoft", "mozilla"):
            purposes = trusted[sha256].get(program, set())
            found.append("Included" if purposes else "Not Included")
            if program != "chrome":
                found.append(_bits(purposes, MOZILLA_BITS if program == "mozilla" else BITS))
        return [*found, sha256.upper()]

    return table([INCLUDED_ROOTS, *map(cells, sorted(trusted))])


def mozilla_roots(rows: TrustRows, ders: Mapping[str, bytes]) -> bytes:
    """Return Mozilla's report of the roots that it includes, as far as their certificates are known."""
    purposes: dict[str, set[str]] = defaultdict(set)
    policies: dict[str, set[str]] = defaultdict(set)
    distrust: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        sha256, purpose = row["sha256"], row["purpose"]
        if row["root_program"] != "mozilla":
            continue
        if purpose == "ev_tls":
            policies[sha256].add(row["ev_policy_oid"])
        elif purpose in MOZILLA_BITS:
            purposes[sha256].add(purpose)
            distrust[sha256][DISTRUST[purpose]] = row["notbefore_until"][:10].replace("-", ".")

    def cells(sha256: str) -> list[str]:
        told = {
            "Owner": "An owner",
            "Common Name or Certificate Name": sha256[:8],
            "SHA-256 Fingerprint": sha256.upper(),
            "Trust Bits": _bits(purposes[sha256], MOZILLA_BITS),
            "EV Policy OID(s)": "; ".join(sorted(policies[sha256])) or "Not EV",
            "PEM Info": f"'{pem(ders[sha256]).strip()}'",
            **distrust[sha256],
        }
        return [told.get(column, "") for column in MOZILLA_ROOTS]

    return table([MOZILLA_ROOTS, *(cells(sha256) for sha256 in sorted(purposes) if sha256 in ders)])


def _bits(purposes: set[str], names: Mapping[str, str]) -> str:
    return ";".join(names[purpose] for purpose in sorted(purposes) if purpose in names)


def halves(body: bytes) -> tuple[bytes, bytes]:
    """Return V4a and V4b of a V5 report: every other record, under the older name of one column."""
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    header = ["Auditor" if name == "Audit Firm" else name for name in rows[0]]
    return table([header, *rows[1::2]]), table([header, *rows[2::2]])
