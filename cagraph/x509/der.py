"""Cuts a certificate into its fields, byte for byte.

The libraries re-encode what they read, and an identity (name, key) needs the bytes as they were signed.
Knows the outline of a certificate (RFC 5280 4.1) and nothing of what the fields mean.
"""

from dataclasses import dataclass

SEQUENCE = 0x30
INTEGER = 0x02
BIT_STRING = 0x03
OBJECT_IDENTIFIER = 0x06
SET = 0x31
OCTET_STRING = 0x04
BOOLEAN = 0x01
EXPLICIT_VERSION = 0xA0
EXPLICIT_EXTENSIONS = 0xA3
LONGEST_OID = 256


@dataclass(frozen=True, slots=True)
class Slices:
    """The fields of one certificate as they stand in its DER, tags and lengths included.

    `signature` is the content of the BIT STRING; `extensions` is empty where there are none.
    """

    tbs: bytes
    version: int
    serial: bytes
    issuer: bytes
    validity: bytes
    subject: bytes
    spki: bytes
    extensions: bytes
    signature_algorithm: bytes
    signature: bytes


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return (tag, start of content, end of content) of the element that begins at `at`.

    Raises:
        ValueError: it does not fit into `data[at:end]`, or its length is indefinite.
    """
    if at + 2 > end:
        raise ValueError("DER ends inside a field")
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise ValueError("DER has a tag of several bytes where a certificate has none")
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > end:
            raise ValueError("DER has a length that cannot be read")
        length = int.from_bytes(data[start : start + count])
        start += count
    if start + length > end:
        raise ValueError("DER ends inside a field")
    return tag, start, start + length


def children(data: bytes, start: int, end: int) -> list[tuple[int, int, int, int]]:
    """Return (tag, at, start of content, end) of each element in `data[start:end]`, in order.

    Raises:
        ValueError: an element does not fit.
    """
    found = []
    while start < end:
        tag, content, stop = element(data, start, end)
        found.append((tag, start, content, stop))
        start = stop
    return found


def cut(der: bytes) -> Slices:
    """Cut a certificate into its fields.

    Raises:
        ValueError: `der` has not the outline of a certificate, or something follows it.
    """
    tag, start, end = element(der, 0, len(der))
    if tag != SEQUENCE:
        raise ValueError("not a DER certificate (no SEQUENCE)")
    if end != len(der):
        raise ValueError(f"{len(der) - end} bytes follow the certificate")
    parts = children(der, start, end)
    if len(parts) != 3 or parts[0][0] != SEQUENCE or parts[1][0] != SEQUENCE or parts[2][0] != BIT_STRING:
        raise ValueError("not a certificate (RFC 5280 4.1: tbsCertificate, algorithm, signature)")
    (_, tbs_at, tbs_start, tbs_end), (_, algorithm_at, _, algorithm_end), (_, _, bits, bits_end) = parts
    fields = children(der, tbs_start, tbs_end)
    version = 1
    if fields and fields[0][0] == EXPLICIT_VERSION:
        tag, start, end = element(der, fields[0][2], fields[0][3])
        if tag != INTEGER or not 1 <= end - start <= 3:
            raise ValueError("not a certificate (RFC 5280 4.1.2.1: the version)")
        version = 1 + int.from_bytes(der[start:end], signed=True)
        fields = fields[1:]
    if len(fields) < 6 or fields[0][0] != INTEGER or any(f[0] != SEQUENCE for f in fields[1:6]):
        raise ValueError("not a certificate (RFC 5280 4.1: the fields of tbsCertificate)")
    serial, _, issuer, validity, subject, spki = (der[at:stop] for _, at, _, stop in fields[:6])
    return Slices(
        tbs=der[tbs_at:tbs_end],
        version=version,
        serial=serial,
        issuer=issuer,
        validity=validity,
        subject=subject,
        spki=spki,
        extensions=b"".join(
            der[start:stop] for tag, _, start, stop in fields[6:] if tag == EXPLICIT_EXTENSIONS
        ),
        signature_algorithm=der[algorithm_at:algorithm_end],
        signature=der[bits + 1 : bits_end],
    )


def first_oid(sequence: bytes) -> str:
    """Return the OBJECT IDENTIFIER that an AlgorithmIdentifier begins with, dotted.

    Raises:
        ValueError: it does not begin with one.
    """
    _, start, end = element(sequence, 0, len(sequence))
    tag, start, end = element(sequence, start, end)
    if tag != OBJECT_IDENTIFIER or start == end:
        raise ValueError("algorithm without an object identifier")
    return dotted(sequence[start:end])


def dotted(content: bytes) -> str:
    """Return an OBJECT IDENTIFIER's content bytes in dotted form (X.690 8.19).

    Raises:
        ValueError: it is empty, ends inside an arc or is absurdly long.
    """
    if not content or content[-1] & 0x80 or len(content) > LONGEST_OID:
        raise ValueError(f"not an object identifier: {content[:20].hex()}")
    arcs, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))
