"""What the two readers of a certificate, the strict and the tolerant one, both fill in.

Holds data only: the certificate's own fields (`Outline`) and what its extensions say (`Extensions`).
"""

from dataclasses import dataclass, field
from datetime import datetime

from cagraph.x509.facts import NameConstraint
from cagraph.x509.names import Name

BASIC_CONSTRAINTS = "2.5.29.19"
KEY_USAGE = "2.5.29.15"
EXTENDED_KEY_USAGE = "2.5.29.37"
CERTIFICATE_POLICIES = "2.5.29.32"
SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
NAME_CONSTRAINTS = "2.5.29.30"
CRL_DISTRIBUTION_POINTS = "2.5.29.31"
AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1"
OCSP = "1.3.6.1.5.5.7.48.1"
CA_ISSUERS = "1.3.6.1.5.5.7.48.2"

# RFC 5280 4.2: what an application that validates paths must or may process. Any other extension, if it
# is critical, makes the certificate unusable to it.
PROCESSED = frozenset(
    {
        BASIC_CONSTRAINTS,
        KEY_USAGE,
        EXTENDED_KEY_USAGE,
        CERTIFICATE_POLICIES,
        SUBJECT_KEY_IDENTIFIER,
        AUTHORITY_KEY_IDENTIFIER,
        NAME_CONSTRAINTS,
        CRL_DISTRIBUTION_POINTS,
        AUTHORITY_INFO_ACCESS,
        "2.5.29.9",  # subjectDirectoryAttributes
        "2.5.29.17",  # subjectAltName
        "2.5.29.18",  # issuerAltName
        "2.5.29.33",  # policyMappings
        "2.5.29.36",  # policyConstraints
        "2.5.29.46",  # freshestCRL
        "2.5.29.54",  # inhibitAnyPolicy
        "1.3.6.1.5.5.7.1.11",  # subjectInfoAccess
    }
)
# RFC 5280 4.2.1.3, in the order of the bits.
KEY_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)


@dataclass(frozen=True, slots=True)
class Outline:
    """A certificate's own fields; times are UTC, naive."""

    serial: int
    issuer: Name
    subject: Name
    not_before: datetime
    not_after: datetime


@dataclass(slots=True)
class Extensions:
    """What the extensions say; a list is None where its extension is absent or cannot be read."""

    is_ca: bool = False
    has_basic_constraints: bool = False
    path_len: int | None = None
    key_usage: tuple[str, ...] | None = None
    eku_oids: tuple[str, ...] | None = None
    policy_oids: tuple[str, ...] | None = None
    subject_key_id: str | None = None
    authority_key_id: str | None = None
    authority_serial: str | None = None
    unknown_critical: list[str] = field(default_factory=list)
    ca_issuers_urls: list[str] = field(default_factory=list)
    ocsp_urls: list[str] = field(default_factory=list)
    crl_urls: list[str] = field(default_factory=list)
    name_constraints: tuple[NameConstraint, ...] | None = None
    problems: list[str] = field(default_factory=list)


def signed_hex(number: int) -> str:
    """Return a serial number as lower-case hex, with its sign where it is negative."""
    return f"{number:x}"


def first_line(problem: Exception) -> str:
    """Return what an exception says as one line of bounded length; its kind where it says nothing."""
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:240]
