"""Cuts a binary file into the DER certificates it holds, one after the other or in a PKCS #7.

Reads tags and lengths of the outer shell only; what a certificate says is not its business.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cagraph.sources.lines import LINE_LIMIT, too_long
from cagraph.sources.rows import CertificateRow, Issue, Item, Truncated
from cagraph.x509.der import SEQUENCE, children, element

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_CERTIFICATES = 0xA0
_PADDING = b"\0\r\n\t "
_INDEFINITE = -1


def begins_like_der(head: bytes) -> bool:
    """Whether the bytes begin a SEQUENCE that holds a SEQUENCE (a certificate) or PKCS #7's identifier."""
    try:
        start, _ = _header(head)
    except ValueError:
        return False
    inside = head[start : start + len(_SIGNED_DATA)]
    return inside[:1] == bytes([SEQUENCE]) or inside == _SIGNED_DATA


def der_certificates(path: Path) -> Iterator[Item]:
    """Yield each certificate of a DER file in turn; what follows the last whole one is an issue."""
    with path.open("rb") as file:
        number = 0
        while head := _padded_head(file):
            number += 1
            try:
                start, length = _header(head)
            except ValueError as problem:
                yield Issue(number, None, f"after {number - 1} certificates: {problem}", head[:16].hex())
                return
            if length == _INDEFINITE:
                file.seek(-len(head), 1)
                yield from _unpacked(number, file.read(LINE_LIMIT))
                return
            file.seek(start - len(head), 1)
            body = file.read(min(length, LINE_LIMIT))
            if length > LINE_LIMIT:
                file.seek(length - LINE_LIMIT, 1)
                yield Issue(number, None, too_long(LINE_LIMIT))
            elif len(body) < length:
                yield Issue(number, None, f"cut off: {len(body)} of {length} bytes are there")
                yield Truncated(number)
            elif body.startswith(_SIGNED_DATA):
                yield from _unpacked(number, head[:start] + body)
            else:
                yield CertificateRow(number, head[:start] + body)


def _padded_head(file: BinaryIO) -> bytes:
    """Return the next bytes that are not padding, enough for a tag and a length; empty at the end."""
    while byte := file.read(1):
        if byte not in _PADDING:
            return byte + file.read(5)
    return b""


def _unpacked(number: int, der: bytes) -> Iterator[Item]:
    try:
        for offset, certificate in enumerate(pkcs7_certificates(der)):
            yield CertificateRow(number + offset, certificate)
    except ValueError as problem:
        yield Issue(number, None, str(problem))


def pkcs7_certificates(der: bytes) -> list[bytes]:
    """Return the certificates of a PKCS #7 SignedData, byte for byte as they stand in it.

    Raises:
        ValueError: it is none, or cannot be read.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    try:
        return _certificates_of_signed_data(der)
    except (ValueError, IndexError):
        # Not plain DER: BER with indefinite lengths, which real .p7b files also use.
        try:
            with warnings.catch_warnings():
                # It warns of the very thing it is asked for.
                warnings.simplefilter("ignore", UserWarning)
                loaded = pkcs7.load_der_pkcs7_certificates(der)
        except (ValueError, UnsupportedAlgorithm) as problem:
            raise ValueError(f"not a readable PKCS #7: {str(problem).splitlines()[0]}") from None
        return [certificate.public_bytes(Encoding.DER) for certificate in loaded]


def _certificates_of_signed_data(der: bytes) -> list[bytes]:
    """ContentInfo { signedData, [0] SignedData { version, digests, content, [0] certificates, … } }."""
    content = _elements(_elements(_elements(whole_element(der))[1])[0])
    found: list[bytes] = []
    for field in content[3:]:
        if field[0] == _CERTIFICATES:
            found.extend(_elements(field))
    return found


def whole_element(data: bytes) -> bytes:
    """Return the SEQUENCE that `data` begins with, tag and length included.

    Raises:
        ValueError: it begins with none, or with one that does not fit.
    """
    tag, _, end = element(data, 0, len(data))
    if tag != SEQUENCE:
        raise ValueError("bytes that are no certificate")
    return data[:end]


def _elements(constructed: bytes) -> list[bytes]:
    """Return the elements inside a constructed element."""
    _, start, end = element(constructed, 0, len(constructed))
    return [constructed[at:stop] for _, at, _, stop in children(constructed, start, end)]


def _header(head: bytes) -> tuple[int, int]:
    """Return where the content of a SEQUENCE begins and how long it is, from its first bytes alone.

    `element` wants the whole element before it and refuses a length left open, which BER has; here a file
    of any size is read piece by piece, and one that breaks off is told from one that is no DER.
    """
    if len(head) < 2 or head[0] != SEQUENCE:
        raise ValueError("bytes that are no certificate")
    if head[1] < 0x80:
        return 2, head[1]
    size = head[1] & 0x7F
    if size == 0:
        return 2, _INDEFINITE
    if size > 4 or len(head) < 2 + size:
        raise ValueError("a length that is no DER")
    return 2 + size, int.from_bytes(head[2 : 2 + size])
