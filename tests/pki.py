"""A small PKI for tests: authorities with fixed keys that issue byte-for-byte reproducible certificates.

Every certificate is put together from DER pieces, so that it can be as odd as a test needs. Knows nothing
of trust, records or audits, and nothing of the code under test.

    root = Authority("Example Root", owner="Example")
    other = Authority("Other Root", owner="Other")
    anchor = root.self_signed(not_before="2010-01-01", not_after="2040-01-01")
    cross = other.issue(root, not_before="2015-01-01", not_after="2030-01-01", aki="issuer")
"""

import base64
import hashlib
import ipaddress
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, TypedDict, Unpack

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
SECURE_EMAIL = "1.3.6.1.5.5.7.3.4"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
ANY_EKU = "2.5.29.37.0"
ANY_POLICY = "2.5.29.32.0"
EV_POLICY = "2.23.140.1.1"
DV_POLICY = "2.23.140.1.2.1"

KEY_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
)
CA_KEY_USAGE = ("keyCertSign", "cRLSign")

Spelling = Literal["utf8", "printable", "loud"]


class Options(TypedDict, total=False):
    """How a certificate departs from a plain version 3 CA certificate of the years 2020 to 2030.

    `aki` is `keyid`, `issuer` (issuer name and serial, no keyid) or `none`. `signer` signs in the issuer's
    place: the name matches, the signature does not. Without `seconds` the two times have none, which is no
    DER. `constraints` are `permitted:dns:example.com` or `excluded:ip:0.0.0.0/0`, the type one of dns,
    email, ip and directory. `names` are subject alternative names, `dns:example.com`, of the same types, an
    ip without a mask. `unknown_critical` are critical extensions that nobody knows, by object identifier.
    `extra` are whole extensions in DER.
    """

    not_before: str
    not_after: str
    serial: int
    ca: bool
    path_len: int
    key_usage: Sequence[str]
    eku: Sequence[str]
    policies: Sequence[str]
    constraints: Sequence[str]
    names: Sequence[str]
    unknown_critical: Sequence[str]
    aki: Literal["keyid", "issuer", "none"]
    ski: bool
    sha1: bool
    version: int
    spelling: Spelling
    issuer_spelling: Spelling
    signer: "Authority"
    seconds: bool
    extra: Sequence[bytes]


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return one DER value: tag, length, contents."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def integer(value: int) -> bytes:
    """Return a DER INTEGER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    """Return a DER OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    body = b""
    for arc in (first * 40 + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | 0x80)
        body += bytes(reversed(digits))
    return tlv(0x06, body)


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    """Return one extension around the DER of its value."""
    return tlv(0x30, oid(dotted), tlv(0x01, b"\xff") if critical else b"", tlv(0x04, value))


def moment(text: str) -> datetime:
    """Read `2024-05-08` (midnight, UTC) or `2024-05-08 23:59:59`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _time(when: datetime, seconds: bool) -> bytes:
    tag, form = (0x17, "%y%m%d%H%M") if when.year < 2050 else (0x18, "%Y%m%d%H%M")
    return tlv(tag, when.strftime(form + ("%SZ" if seconds else "Z")).encode())


def _attribute(dotted: str, text: str, spelling: Spelling) -> bytes:
    if spelling == "loud":
        text = "  ".join(text.upper().split(" "))
    tag = 0x13 if spelling == "printable" or dotted == "2.5.4.6" else 0x0C
    return tlv(0x31, tlv(0x30, oid(dotted), tlv(tag, text.encode())))


def name(common_name: str, organisation: str = "", spelling: Spelling = "utf8") -> bytes:
    """Return a distinguished name: C=ZZ, the organisation if there is one, the common name.

    `printable` differs from `utf8` in the string type only, `loud` in case and inner blanks: RFC 5280 7.1
    calls all three equal.
    """
    pairs = [("2.5.4.6", "ZZ"), ("2.5.4.10", organisation), ("2.5.4.3", common_name)]
    return tlv(0x30, *(_attribute(kind, text, spelling) for kind, text in pairs if text))


def _general_name(kind: str, value: str) -> bytes:
    if kind == "directory":
        return tlv(
            0xA4, tlv(0x30, _attribute("2.5.4.6", "ZZ", "utf8"), _attribute("2.5.4.10", value, "utf8"))
        )
    if kind == "ip":
        network = ipaddress.ip_network(value)
        return tlv(0x87, network.network_address.packed, network.netmask.packed)
    return tlv({"email": 0x81, "dns": 0x82}[kind], value.encode())


def _name_constraints(lines: Sequence[str]) -> bytes:
    trees: dict[str, list[bytes]] = {"permitted": [], "excluded": []}
    for line in lines:
        side, kind, value = line.split(":", 2)
        trees[side].append(tlv(0x30, _general_name(kind, value)))
    tagged = ((0xA0, trees["permitted"]), (0xA1, trees["excluded"]))
    return extension(
        "2.5.29.30", tlv(0x30, *(tlv(tag, *found) for tag, found in tagged if found)), critical=True
    )


def _alternative_names(lines: Sequence[str]) -> bytes:
    pairs = [line.split(":", 1) for line in lines]
    found = [
        tlv(0x87, ipaddress.ip_address(value).packed) if kind == "ip" else _general_name(kind, value)
        for kind, value in pairs
    ]
    return extension("2.5.29.17", tlv(0x30, *found))


def _key_usage(usages: Sequence[str]) -> bytes:
    bits = [KEY_USAGES.index(usage) for usage in usages]
    value = sum(0x80 >> bit for bit in bits)
    return extension("2.5.29.15", tlv(0x03, bytes([7 - max(bits), value])), critical=True)


@dataclass(frozen=True)
class Issued:
    """One certificate: an issuance from one authority to another."""

    subject: "Authority"
    issuer: "Authority"
    der: bytes
    serial: int
    not_before: datetime
    not_after: datetime
    options: Options

    @cached_property
    def sha256(self) -> str:
        """The certificate's fingerprint, 64 lower-case hex digits."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def pem(self) -> str:
        """The certificate in PEM, without a line break at the end."""
        body = "\n".join(textwrap.wrap(base64.b64encode(self.der).decode(), 64))
        return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"


class Authority:
    """A name and a key. The key follows from its own name by hash, so the same arguments give the same CA.

    Two authorities with the same `key` and different names are key twins.
    """

    def __init__(self, common_name: str, owner: str = "", *, key: str | None = None) -> None:
        self.common_name = common_name
        self.owner = owner
        seed = hashlib.sha512(f"cagraph test key {key or f'{owner}/{common_name}'}".encode()).digest()
        self.key = ec.derive_private_key(int.from_bytes(seed, "big") % (P256_ORDER - 1) + 1, ec.SECP256R1())
        public = self.key.public_key()
        self.spki = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        self.key_id = hashlib.sha1(point, usedforsecurity=False).digest()
        self._own_serial: int | None = None

    def name(self, spelling: Spelling = "utf8") -> bytes:
        """Return the authority's distinguished name in DER."""
        return name(self.common_name, self.owner, spelling)

    def self_signed(self, **options: Unpack[Options]) -> Issued:
        """Issue to itself. A self-signed certificate has no AKI unless asked for."""
        options.setdefault("aki", "none")
        options.setdefault("issuer_spelling", options.get("spelling", "utf8"))
        issued = self.issue(self, **options)
        self._own_serial = issued.serial if self._own_serial is None else self._own_serial
        return issued

    def issue(self, subject: "Authority", **options: Unpack[Options]) -> Issued:
        """Issue a certificate to `subject`; see `Options`."""
        begin = moment(options.get("not_before", "2020-01-01"))
        end = moment(options.get("not_after", "2030-01-01"))
        serial = options.get("serial", _serial(self, subject, begin, end))
        hash_ = hashes.SHA1() if options.get("sha1") else hashes.SHA256()
        algorithm = tlv(0x30, oid("1.2.840.10045.4.1" if options.get("sha1") else "1.2.840.10045.4.3.2"))
        version = options.get("version", 3)
        tbs = tlv(
            0x30,
            b"" if version == 1 else tlv(0xA0, integer(version - 1)),
            integer(serial),
            algorithm,
            self.name(options.get("issuer_spelling", "utf8")),
            tlv(0x30, *(_time(when, options.get("seconds", True)) for when in (begin, end))),
            subject.name(options.get("spelling", "utf8")),
            subject.spki,
            b"" if version == 1 else tlv(0xA3, tlv(0x30, *self._extensions(subject, options))),
        )
        signer = options.get("signer", self)
        signature = signer.key.sign(tbs, ec.ECDSA(hash_, deterministic_signing=True))
        der = tlv(0x30, tbs, algorithm, tlv(0x03, b"\0", signature))
        return Issued(subject, self, der, serial, begin, end, options)

    def _extensions(self, subject: "Authority", options: Options) -> list[bytes]:
        path_len = integer(options["path_len"]) if "path_len" in options else b""
        ca = tlv(0x30, tlv(0x01, b"\xff"), path_len) if options.get("ca", True) else tlv(0x30)
        found = [extension("2.5.29.19", ca, critical=True)]
        if usages := options.get("key_usage", CA_KEY_USAGE if options.get("ca", True) else KEY_USAGES[:1]):
            found.append(_key_usage(usages))
        if "eku" in options:
            found.append(extension("2.5.29.37", tlv(0x30, *map(oid, options["eku"]))))
        if "policies" in options:
            found.append(
                extension("2.5.29.32", tlv(0x30, *(tlv(0x30, oid(each)) for each in options["policies"])))
            )
        if "constraints" in options:
            found.append(_name_constraints(options["constraints"]))
        if "names" in options:
            found.append(_alternative_names(options["names"]))
        found += [extension(each, tlv(0x05), critical=True) for each in options.get("unknown_critical", ())]
        if options.get("ski", True):
            found.append(extension("2.5.29.14", tlv(0x04, subject.key_id)))
        if (aki := options.get("aki", "keyid")) != "none":
            found.append(extension("2.5.29.35", tlv(0x30, self._authority_key(aki))))
        return [*found, *options.get("extra", ())]

    def _authority_key(self, aki: str) -> bytes:
        if aki == "keyid":
            return tlv(0x80, self.key_id)
        serial = 1 if self._own_serial is None else self._own_serial
        return tlv(0xA1, tlv(0xA4, self.name())) + tlv(0x82, integer(serial)[2:])


def _serial(issuer: Authority, subject: Authority, begin: datetime, end: datetime) -> int:
    seed = f"{issuer.owner}/{issuer.common_name}/{subject.owner}/{subject.common_name}/{begin}/{end}"
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:15], "big") | 1
