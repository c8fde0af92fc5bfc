"""The one table of what CCADB calls its columns, over all versions of its certificate reports.

Names are compared by `csvfile.normal`, so `Audits Same as Parent?` needs no line of its own. Says which
column a name means; how a cell is read stands in `ccadb_records`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cagraph.model import AuditKind
from cagraph.sources.csvfile import normal

COLUMNS: dict[str, tuple[str, ...]] = {
    "ca_owner": ("CA Owner",),
    "salesforce_id": ("Salesforce Record ID",),
    "certificate_name": ("Certificate Name",),
    "parent_salesforce_id": ("Parent Salesforce Record ID",),
    "parent_name": ("Parent Certificate Name",),
    "record_type": ("Certificate Record Type",),
    "subordinate_ca_owner": ("Subordinate CA Owner",),
    "apple_status": ("Apple Status",),
    "chrome_status": ("Chrome Status", "Google Chrome Status"),
    "microsoft_status": ("Microsoft Status",),
    "mozilla_status": ("Mozilla Status",),
    "status_of_root": ("Status of Root Cert",),
    "revocation_status": ("Revocation Status",),
    "sha256": ("SHA-256 Fingerprint",),
    "parent_sha256": ("Parent SHA-256 Fingerprint",),
    "valid_from": ("Valid From (GMT)", "Valid From [GMT]"),
    "valid_to": ("Valid To (GMT)", "Valid To [GMT]"),
    "authority_key_id": ("Authority Key Identifier",),
    "subject_key_id": ("Subject Key Identifier",),
    "technically_constrained": ("Technically Constrained",),
    "root_trust_bits": ("Trust Bits for Root Cert",),
    "root_ev_oids": ("EV OIDs for Root Cert",),
    "derived_trust_bits": ("Derived Trust Bits",),
    "audit_firm": ("Audit Firm", "Auditor"),
    "audit_firm_location": ("Audit Firm Location",),
    "audits_same_as_parent": ("Audits Same as Parent",),
    "tls_capable": ("TLS Capable",),
    "tls_ev_capable": ("TLS EV Capable",),
    "code_signing_capable": ("Code Signing Capable",),
    "smime_capable": ("S/MIME Capable",),
    "country": ("Country",),
}
"""Field of `RecordRow` → its names, the current one first."""

RETIRED_EV_CODE_SIGNING = "EV Code Signing"
AUDIT_KINDS: dict[str, tuple[str, ...]] = {
    AuditKind.STANDARD: ("Standard Audit",),
    AuditKind.NETSEC: ("NetSec Audit",),
    AuditKind.TLS_BR: ("TLS BR Audit", "BR Audit"),
    AuditKind.TLS_EVG: ("TLS EVG Audit", "EV SSL Audit"),
    AuditKind.CODE_SIGNING: ("Code Signing Audit",),
    AuditKind.SMIME_BR: ("S/MIME BR Audit",),
    AuditKind.VMC: ("VMC Audit",),
    RETIRED_EV_CODE_SIGNING: ("EV Code Signing Audit",),
}
"""Audit kind → what its five columns begin with; the second name is version 1's."""
AUDIT_CELLS = {
    "url": "URL",
    "type": "Type",
    "statement_date": "Statement Date",
    "period_start": "Period Start Date",
    "period_end": "Period End Date",
}

KEPT_AS_THEY_ARE = (
    "JSON Array of All Full CRL URLs",
    "Full CRL Issued By This CA",
    "JSON Array of Partitioned CRLs",
    "DV ACME Directory URL(s)",
    "OV ACME Directory URL(s)",
    "EV ACME Directory URL(s)",
    "IV ACME Directory URL(s)",
    "Policy Documentation",
    "CA Document Repository",
    "CP Same as Parent",
    "Certificate Policy (CP) URL",
    "CP Effective Date",
    "CP Last Update Date",
    "CPS Same as Parent",
    "Certificate Practice Statement (CPS) URL",
    "CPS Effective Date",
    "CPS Last Update Date",
    "CP/CPS Same as Parent",
    "Certificate Practice & Policy Statement",
    "CP/CPS Effective Date",
    "CP/CPS Last Updated Date",
    "MD/AsciiDoc CP/CPS Same as Parent",
    "MD/AsciiDoc CP/CPS URL",
    "MD/AsciiDoc CP/CPS Effective Date",
    "MD/AsciiDoc CP/CPS Last Updated Date",
    "Test Website URL - Valid",
    "Test Website URL - Expired",
    "Test Website URL - Revoked",
)
"""Columns that CCADB documents and no rule reads: they go to `RecordRow.other`."""

IDENTITY = ("ca_owner", "salesforce_id", "record_type", "sha256")
"""Without these there is no record."""
REQUIRED = (*IDENTITY, "parent_salesforce_id", "revocation_status", "audits_same_as_parent")
"""In every version since the first. Without the last three every record would look unaudited."""
_TELLING = 8
"""A header with this many of the known columns is meant as a CCADB record report."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a file keeps what. Positions count from 0."""

    fields: dict[str, int]
    audits: dict[str, dict[str, int]]
    other: dict[str, int]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


def audit_names(kind: str, cell: str) -> tuple[str, ...]:
    """Return every name that the column of one audit cell has had."""
    return tuple(f"{prefix} {AUDIT_CELLS[cell]}" for prefix in AUDIT_KINDS[kind])


def bind(header: Sequence[str]) -> Binding:
    """Say which column holds what, which are unknown, and which of the required ones are missing.

    An audit kind is there with all its five columns or not at all: one that lost a column to a new
    name would make every record look as if that cell were blank.
    """
    position: dict[str, int] = {}
    for index, name in enumerate(header):
        position.setdefault(normal(name), index)
    fields = {field: at for field, names in COLUMNS.items() if (at := _find(position, names)) is not None}
    audits, lost = {}, [COLUMNS[field][0] for field in REQUIRED if field not in fields]
    for kind in AUDIT_KINDS:
        found = {c: at for c in AUDIT_CELLS if (at := _find(position, audit_names(kind, c))) is not None}
        if found or kind == AuditKind.STANDARD:
            lost.extend(audit_names(kind, cell)[0] for cell in AUDIT_CELLS if cell not in found)
        if found:
            audits[kind] = found
    bound = {*fields.values(), *(at for cells in audits.values() for at in cells.values())}
    documented = set(map(normal, KEPT_AS_THEY_ARE))
    rest = {name: index for index, name in enumerate(header) if index not in bound and name.strip()}
    unknown = tuple(name for name in rest if normal(name) not in documented)
    return Binding(fields, audits, rest, unknown, tuple(lost))


def looks_like_records(header: Sequence[str]) -> bool:
    """Whether the header is meant as a CCADB record report, even if a column has a new name."""
    names = set(map(normal, header))
    if {"ca owner", "salesforce record id"} <= names:
        return True
    return sum(name in names for name in _all_names()) >= _TELLING


def absent(binding: Binding) -> list[str]:
    """Return what the file's version does not say at all: fields and audit kinds without a column."""
    fields = [names[0] for field, names in COLUMNS.items() if field not in binding.fields]
    kinds = [kind for kind in AUDIT_KINDS if kind not in binding.audits and kind != RETIRED_EV_CODE_SIGNING]
    return [*fields, *(f"{kind} Audit" for kind in kinds)]


def _find(position: dict[str, int], names: Sequence[str]) -> int | None:
    return next((position[normal(name)] for name in names if normal(name) in position), None)


def _all_names() -> Iterator[str]:
    for names in COLUMNS.values():
        yield from map(normal, names)
    for kind in AUDIT_KINDS:
        for cell in AUDIT_CELLS:
            yield from map(normal, audit_names(kind, cell))
