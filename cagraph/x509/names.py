"""Distinguished names: how one is shown, and which ones are the same name.

RFC 5280 7.1 compares names attribute by attribute, without regard to case, blanks or string type. Two CAs
in the real data are spelled in two ways by their own certificates, so a name's identity is its normal form.
Knows nothing of certificates.
"""

import unicodedata
from collections.abc import Iterable

from cagraph.model import sha256_hex

Attribute = tuple[str, str | bytes]
"""(dotted object identifier, text; bytes where the value is no string)."""
Name = tuple[tuple[Attribute, ...], ...]
"""Relative distinguished names in the order of the DER, each one or more attributes."""

_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.13": "description",
    "2.5.4.15": "businessCategory",
    "2.5.4.17": "postalCode",
    "2.5.4.42": "GN",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}

# RFC 4518 2.2: these are mapped to nothing before names are compared.
_MAPPED_TO_NOTHING = dict.fromkeys(
    [0x00AD, 0x034F, 0x1806, 0x200B, 0x2060, 0xFEFF, 0xFFFC, *range(0x180B, 0x180E), *range(0xFE00, 0xFE10)]
)


def show(name: Name) -> str:
    """Return a name as RFC 4514 writes it, most specific part first: `CN=…, O=…, C=…`."""
    return ", ".join(
        "+".join(f"{_SHORT.get(oid, oid)}={_escaped(value)}" for oid, value in rdn) for rdn in reversed(name)
    )


def name_id(name: Name) -> str:
    """Return the identity of a name: the SHA-256 of its normal form, the same for equal names."""
    return sha256_hex("\n".join(normal_form(name)).encode())


def normal_form(name: Name) -> tuple[str, ...]:
    """Return a name's relative distinguished names in normal form, in the order of the DER."""
    return tuple(_normal_rdn(rdn) for rdn in name)


def ca_id(subject_name_id: str, spki_sha256: str) -> str:
    """Return the identity of a CA, which is a subject name with a public key."""
    return sha256_hex(f"{subject_name_id} {spki_sha256}".encode())


def _normal_rdn(rdn: Iterable[Attribute]) -> str:
    """Return one relative distinguished name in normal form; the order within it means nothing."""
    return "+".join(sorted(f"{oid}={_normal_value(value)!r}" for oid, value in rdn))


def _normal_value(value: str | bytes) -> str | bytes:
    """Return a value as RFC 5280 7.1 and RFC 4518 2 prepare it for comparison."""
    if isinstance(value, bytes):
        return value
    text = unicodedata.normalize("NFKC", value.translate(_MAPPED_TO_NOTHING).casefold())
    return " ".join(text.split())


def _escaped(value: str | bytes) -> str:
    """Return a value with RFC 4514's special characters escaped."""
    if isinstance(value, bytes):
        return "#" + value.hex()
    escaped = "".join("\\" + c if c in '\\",+;<>' else c for c in value)
    if escaped[:1] in (" ", "#"):
        escaped = "\\" + escaped
    return escaped[:-1] + "\\ " if escaped.endswith(" ") and len(value) > 1 else escaped
