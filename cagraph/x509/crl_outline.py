"""Tells a CRL by its first bytes and cuts it into its fields, byte for byte.

Knows the outline of a CRL (RFC 5280 5.1) as `der` knows that of a certificate, and nothing of what it lists.
"""

from dataclasses import dataclass

from cagraph.x509.der import BIT_STRING, INTEGER, SEQUENCE, children, element

_TIMES = (0x17, 0x18)
_ANYWHERE = 1 << 40
"""The end of a file of which only the beginning is at hand."""


@dataclass(frozen=True, slots=True)
class CrlSlices:
    """The fields of one CRL as they stand in its DER, as far as its signature and its name need them.

    `signature` is the content of the BIT STRING, the others have their tags and lengths.
    """

    tbs: bytes
    issuer: bytes
    signature_algorithm: bytes
    signature: bytes


def begins_like_crl(head: bytes) -> bool:
    """Whether a CRL begins here: where a certificate has its validity, a CRL has a time."""
    try:
        outer, at, _ = element(head, 0, _ANYWHERE)
        inner, at, _ = element(head, at, _ANYWHERE)
        version, _, after = element(head, at, _ANYWHERE)
        at = after if version == INTEGER else at
        algorithm, _, at = element(head, at, _ANYWHERE)
        issuer, _, at = element(head, at, _ANYWHERE)
        this_update, _, _ = element(head, at, _ANYWHERE)
    except (ValueError, IndexError):
        return False
    return {outer, inner, algorithm, issuer} == {SEQUENCE} and this_update in _TIMES


def length_of(head: bytes) -> int:
    """Return how long the CRL is that begins here, of which the end may be missing."""
    return element(head, 0, _ANYWHERE)[2]


def cut_crl(der: bytes) -> CrlSlices:
    """Cut a CRL into its fields.

    Raises:
        ValueError: `der` has not the outline of a CRL, or something follows it.
    """
    tag, start, end = element(der, 0, len(der))
    parts = children(der, start, end) if tag == SEQUENCE and end == len(der) else []
    if [part[0] for part in parts] != [SEQUENCE, SEQUENCE, BIT_STRING]:
        raise ValueError("not a CRL (RFC 5280 5.1: tbsCertList, algorithm, signature)")
    (_, tbs_at, tbs_start, tbs_end), (_, algorithm_at, _, algorithm_end), (_, _, bits, bits_end) = parts
    fields = children(der, tbs_start, tbs_end)
    if fields and fields[0][0] == INTEGER:
        fields = fields[1:]
    if len(fields) < 3 or {fields[0][0], fields[1][0]} != {SEQUENCE} or fields[2][0] not in _TIMES:
        raise ValueError("not a CRL (RFC 5280 5.1.2: the fields of tbsCertList)")
    return CrlSlices(
        tbs=der[tbs_at:tbs_end],
        issuer=der[fields[1][1] : fields[1][3]],
        signature_algorithm=der[algorithm_at:algorithm_end],
        signature=der[bits + 1 : bits_end],
    )
