"""Lists of revoked certificates for tests: CRLs from DER pieces, as odd as a test needs, and OneCRL in JSON.

`crl(ROOT, (6, "2024-01-01"), (7, "2024-01-01", "keyCompromise"), number=12)` is a CRL of two entries,
`onecrl(by_serial(ROOT, 7), by_key(SUB))` OneCRL with two.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.pki import Authority, extension, integer, moment, oid, tlv

REASONS = ("unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded",
           "cessationOfOperation", "certificateHold", "", "removeFromCRL")  # fmt: skip
DELTA = extension("2.5.29.27", integer(1), critical=True)
INDIRECT = extension("2.5.29.28", tlv(0x30, tlv(0x84, b"\xff")), critical=True)
ATTRIBUTES_ONLY = extension("2.5.29.28", tlv(0x30, tlv(0x85, b"\xff")), critical=True)
STRANGE = extension("1.2.3.4", b"\x05\x00", critical=True)

Entry = tuple[int, str] | tuple[int, str, str] | bytes
"""Serial number, day, reason; or a whole entry in DER."""


def crl(
    issuer: Authority,
    *entries: Entry,
    day: str = "2024-01-01",
    next_update: str | None = "2034-01-01",
    number: int | None = None,
    extra: Sequence[bytes] = (),
    version: int = 2,
    sha1: bool = False,
    signer: Authority | None = None,
) -> bytes:
    """Return a CRL of the issuer's name in DER. `extra` are whole extensions, `signer` signs in its place."""
    algorithm = tlv(0x30, oid("1.2.840.10045.4.1" if sha1 else "1.2.840.10045.4.3.2"))
    extensions = [extension("2.5.29.20", integer(number))] if number is not None else []
    listed = [each if isinstance(each, bytes) else entry(*each) for each in entries]
    tbs = tlv(
        0x30,
        integer(1) if version == 2 else b"",
        algorithm,
        issuer.name(),
        time(day),
        time(next_update) if next_update else b"",
        tlv(0x30, *listed) if listed else b"",
        tlv(0xA0, tlv(0x30, *extensions, *extra)) if extensions or extra else b"",
    )
    key = (signer or issuer).key
    hash_ = hashes.SHA1() if sha1 else hashes.SHA256()
    signature = key.sign(tbs, ec.ECDSA(hash_, deterministic_signing=True))
    return tlv(0x30, tbs, algorithm, tlv(0x03, b"\0", signature))


def entry(serial: int, day: str, reason: str = "", *extra: bytes) -> bytes:
    """Return one entry; `extra` are whole extensions."""
    code = [extension("2.5.29.21", tlv(0x0A, bytes([REASONS.index(reason)])))] if reason else []
    extensions = tlv(0x30, *code, *extra) if code or extra else b""
    return tlv(0x30, integer(serial), time(day), extensions)


def of_issuer(issuer: Authority) -> bytes:
    """Return the entry extension that names another issuer (RFC 5280 5.3.3)."""
    return extension("2.5.29.29", tlv(0x30, tlv(0xA4, issuer.name())), critical=True)


def time(text: str) -> bytes:
    """Return a UTCTime."""
    return tlv(0x17, moment(text).strftime("%y%m%d%H%M%SZ").encode())


def onecrl(*entries: Any) -> str:
    """Return OneCRL with these entries, as Remote Settings serve it."""
    return json.dumps({"data": list(entries)})


def by_serial(issuer: Authority, serial: int = 7, /, **more: Any) -> dict[str, Any]:
    """Return an entry by issuer and serial number; `more` takes the place of any of its values."""
    return {
        "schema": 1552492993,
        "details": {"bug": "https://bugs.example/1", "who": ".", "why": ".", "name": "", "created": ""},
        "enabled": False,
        "issuerName": b64(issuer.name()),
        "serialNumber": b64(integer(serial)[2:]),
        "id": "b1ab1ab1",
        "last_modified": 1480349158647,
    } | more


def by_key(subject: Authority, /, **more: Any) -> dict[str, Any]:
    """Return an entry by subject and key."""
    key = {"subject": b64(subject.name()), "pubKeyHash": b64(hashlib.sha256(subject.spki).digest())}
    return by_serial(subject, **{"issuerName": "", "serialNumber": "", **key, **more})


def b64(data: bytes) -> str:
    """Return base64."""
    return base64.b64encode(data).decode()
