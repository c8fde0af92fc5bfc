"""What every source yields: one value per row of the source, stored or rejected, nothing in between.

A parser yields exactly one `CertificateRow`, `RecordRow`, `TrustRow` or rejecting `Issue` for each row
(or certificate, in a bundle) that it read, so that rows in = stored + rejected. An `Issue` that does not
reject comes *beside* a row: the row is kept, one field of it could not be used. One without a field is
itself the row, where that says that there is nothing to store (a root that nobody trusts).
"""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One certificate as the source gave it. `claimed_sha256` is what the source says its hash is."""

    line: int
    der: bytes
    claimed_sha256: str | None = None
    beside: bool = False
    """Comes beside another row of the same line, which is counted; this one is not."""


@dataclass(frozen=True, slots=True)
class AuditCells:
    """The five cells of one audit kind in a CCADB record."""

    kind: str
    url: str | None
    type: str | None
    statement_date: date | None
    period_start: date | None
    period_end: date | None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One CCADB record. Key identifiers are lower hex; blank cells are None; lists are tuples."""

    line: int
    salesforce_id: str
    record_type: str
    ca_owner: str
    sha256: str
    subordinate_ca_owner: str | None = None
    certificate_name: str | None = None
    parent_salesforce_id: str | None = None
    parent_name: str | None = None
    parent_sha256: str | None = None
    apple_status: str | None = None
    chrome_status: str | None = None
    microsoft_status: str | None = None
    mozilla_status: str | None = None
    status_of_root: str | None = None
    revocation_status: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    authority_key_id: str | None = None
    subject_key_id: str | None = None
    technically_constrained: bool | None = None
    root_trust_bits: tuple[str, ...] = ()
    root_ev_oids: tuple[str, ...] = ()
    derived_trust_bits: tuple[str, ...] = ()
    audit_firm: str | None = None
    audit_firm_location: str | None = None
    audits_same_as_parent: bool | None = None
    tls_capable: bool | None = None
    tls_ev_capable: bool | None = None
    code_signing_capable: bool | None = None
    smime_capable: bool | None = None
    country: str | None = None
    audits: tuple[AuditCells, ...] = ()
    other: dict[str, str] = field(default_factory=dict)
    """Every other cell that is not blank, by the header the file gave it."""


@dataclass(frozen=True, slots=True)
class TrustRow:
    """One root, trusted by one program for one purpose, as of one day.

    `disabled_from` is `datetime.min` for a root that was disabled with no date (`-infinity`).
    `trust_date` is None where the source does not say as of when it speaks.
    """

    line: int
    root_program: str
    sha256: str
    purpose: str
    ev_policy_oid: str | None = None
    disabled_from: datetime | None = None
    notbefore_until: datetime | None = None
    trust_date: date | None = None


@dataclass(frozen=True, slots=True)
class RevocationRow:
    """One entry of a list of revoked certificates.

    It names them by `sha256`; by `issuer_name_id` and `serial` (a CRL, OneCRL); or by `subject_name_id` and
    `spki_sha256` (OneCRL's other form). `listed_by` is the list: `onecrl`, `crl`.
    """

    line: int
    listed_by: str
    sha256: str | None = None
    issuer_name_id: str | None = None
    serial: str | None = None
    subject_name_id: str | None = None
    spki_sha256: str | None = None
    revoked_at: datetime | None = None
    reason: str | None = None
    reference: str | None = None
    """A bug, an entry number: where a person can look it up."""


@dataclass(frozen=True, slots=True)
class CrlRow:
    """The head of one CRL, before its entries; a row by itself. `der`: the whole list, for its signature."""

    line: int
    der: bytes
    issuer_name_id: str
    this_update: datetime
    next_update: datetime | None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class PeerRow:
    """What a peer says of the ecosystem, kept as it says it: `values` are the columns of `table`."""

    line: int
    table: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that could not be used, and why. `rejected`: the whole row was lost to it."""

    line: int
    field: str | None
    reason: str
    value: str | None = None
    rejected: bool = True
    sha256: str | None = None
    """The certificate that the row speaks of, where the row still says so."""


@dataclass(frozen=True, slots=True)
class Truncated:
    """The source ended in the middle of a row: whatever it lists, it is not complete.

    Not `sure` where the last row looks whole but has no line end: its last cell may have been cut.
    """

    line: int
    sure: bool = True


Item = CertificateRow | RecordRow | TrustRow | RevocationRow | CrlRow | PeerRow | Issue | Truncated
