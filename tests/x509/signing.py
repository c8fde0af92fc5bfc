"""Certificates signed in any way a test needs: any algorithm identifier, any signature bytes.

RSA signatures are made by hand (RFC 8017 8.2.1), so that MD2, MD5 and an odd DigestInfo can be had.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from Crypto.Hash import MD2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from tests.pki import Authority, integer, name, oid, tlv

PrivateKey: TypeAlias = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | dsa.DSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)
NULL = b"\x05\x00"
HASH_OIDS = {
    "md2": "1.2.840.113549.2.2",
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}


def algorithm(dotted: str, parameters: bytes = b"") -> bytes:
    """Return an AlgorithmIdentifier."""
    return tlv(0x30, oid(dotted), parameters)


def certificate(
    signature_algorithm: bytes, sign: Callable[[bytes], bytes], *, version: int = 3, unused: int = 0
) -> bytes:
    """Return a certificate for `Subject` with this algorithm and whatever `sign` returns for its TBS."""
    tbs = tlv(
        0x30,
        tlv(0xA0, integer(version - 1)),
        integer(1),
        signature_algorithm,
        name("Issuer"),
        tlv(0x30, tlv(0x17, b"200101000000Z"), tlv(0x17, b"300101000000Z")),
        name("Subject"),
        Authority("Subject").spki,
    )
    return tlv(0x30, tbs, signature_algorithm, tlv(0x03, bytes([unused]), sign(tbs)))


def spki(key: PrivateKey) -> bytes:
    """Return a key's DER SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """Return one of several RSA keys."""
    del number
    return rsa.generate_private_key(65537, 2048)


def digest_info(digest: str, data: bytes, parameters: bytes = NULL) -> bytes:
    """Return the DigestInfo of RFC 8017 9.2 over data."""
    value = MD2.new(data).digest() if digest == "md2" else hashlib.new(digest, data).digest()
    return tlv(0x30, algorithm(HASH_OIDS[digest], parameters), tlv(0x04, value))


def rsa_sign(key: rsa.RSAPrivateKey, info: bytes) -> bytes:
    """Return the RSASSA-PKCS1-v1_5 signature around a DigestInfo."""
    numbers = key.private_numbers()
    size = key.key_size // 8
    block = b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info
    return pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n).to_bytes(size)


def pss_parameters(digest: str, salt: int, mask_digest: str | None = None) -> bytes:
    """Return RSASSA-PSS-params (RFC 4055 3.1)."""
    hash_ = algorithm(HASH_OIDS[digest], NULL)
    mask = algorithm("1.2.840.113549.1.1.8", algorithm(HASH_OIDS[mask_digest or digest], NULL))
    return tlv(0x30, tlv(0xA0, hash_), tlv(0xA1, mask), tlv(0xA2, integer(salt)))
