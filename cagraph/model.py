"""The vocabulary that every other room speaks: programs, purposes, audit kinds, fingerprints.

Imports nothing of ours and holds no rule: what a program asks of a purpose stands in data/.
"""

import hashlib
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol


class RootProgram(StrEnum):
    """The root programs whose policies have rules in data/."""

    APPLE = "apple"
    CHROME = "chrome"
    MICROSOFT = "microsoft"
    MOZILLA = "mozilla"


class Purpose(StrEnum):
    """What a root is trusted for, in the words of the trust data.

    `EV_TLS` has no extended key usage of its own: it is `SERVER_AUTH` under an EV policy.
    """

    SERVER_AUTH = "server_auth"
    CLIENT_AUTH = "client_auth"
    SECURE_EMAIL = "secure_email"
    CODE_SIGNING = "code_signing"
    TIME_STAMPING = "time_stamping"
    OCSP_SIGNING = "ocsp_signing"
    MARK_CERTIFICATE = "mark_certificate"
    EV_TLS = "ev_tls"


class AuditKind(StrEnum):
    """The kinds of audit statement that CCADB keeps (CCADB, fields.md, "Audit Information")."""

    STANDARD = "Standard"
    NETSEC = "NetSec"
    TLS_BR = "TLS BR"
    TLS_EVG = "TLS EVG"
    CODE_SIGNING = "Code Signing"
    SMIME_BR = "S/MIME BR"
    VMC = "VMC"


class SignatureStatus(StrEnum):
    """What trying a certificate's signature with a candidate issuer's key showed.

    `WEAK` is proved, with MD2, MD5 or SHA-1. `BAD` and `UNSUPPORTED` prove nothing.
    """

    OK = "ok"
    WEAK = "weak"
    BAD = "bad"
    UNSUPPORTED = "unsupported"


PROVED = frozenset({SignatureStatus.OK, SignatureStatus.WEAK})

_SEPARATORS = re.compile(r"[\s:]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def utc_now() -> datetime:
    """Return the time as every table and journal has it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def parse_fingerprint(text: str) -> str:
    """Return a SHA-256 fingerprint as 64 lower-case hex digits; upper case, colons and blanks are read.

    Raises:
        ValueError: `text` is not the fingerprint of anything.
    """
    plain = _SEPARATORS.sub("", text).lower()
    if not _SHA256.fullmatch(plain):
        raise ValueError(f"not a SHA-256 fingerprint (64 hex digits): {text[:80]!r}")
    return plain


class Progress(Protocol):
    """What long work calls as it goes; `total` is None where nobody knows it."""

    def __call__(self, step: str, done: int, total: int | None, detail: str = "") -> None:
        """Take note that `done` of `total` parts of `step` are done; `detail` says more in a few words."""
