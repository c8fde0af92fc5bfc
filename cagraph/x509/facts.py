"""What is known of one certificate from its bytes alone: one field per column of the warehouse table.

Holds data only. `cagraph.x509.certificate` fills it; nothing here knows of trust, records or dates.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NameConstraint:
    """One subtree of a nameConstraints extension (RFC 5280 4.2.1.10).

    `name_type` is dns, ip, email, directory, uri or other. `value` is text: an IP subtree is
    `address/mask bits` (or `address/mask` where the mask is not a prefix), a directory name RFC 4514.
    """

    permitted: bool
    name_type: str
    value: str


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything a certificate says of itself. Times are UTC, naive; hex is lower case.

    A `None` list means that the extension is absent or could not be read (then `problems` says so);
    an empty one that it is present and empty.
    """

    sha256: str
    der: bytes
    version: int
    serial: str
    subject: str
    issuer: str
    subject_der: bytes
    issuer_der: bytes
    subject_name_id: str
    issuer_name_id: str
    ca_id: str
    spki_sha256: str
    key_algorithm: str
    key_bits: int | None
    signature_algorithm: str
    not_before: datetime
    not_after: datetime
    is_ca: bool
    has_basic_constraints: bool
    path_len: int | None
    key_usage: tuple[str, ...] | None
    eku_oids: tuple[str, ...] | None
    policy_oids: tuple[str, ...] | None
    subject_key_id: str | None
    authority_key_id: str | None
    authority_serial: str | None
    unknown_critical: tuple[str, ...]
    ca_issuers_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]
    crl_urls: tuple[str, ...]
    name_constraints: tuple[NameConstraint, ...] | None
    read_by: str
    problems: tuple[str, ...]
