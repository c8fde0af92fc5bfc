"""Whether a key made a signature, a certificate's first of all: ok, weak, bad or unsupported.

The key's own verification is used, not `verify_directly_issued_by`, which refuses SHA-1: old
certificates were issued all the same, and their paths count. RSA with PKCS #1 v1.5 compares the
recovered DigestInfo, because some real CAs left out the NULL that RFC 8017 B.1 asks for.
Knows nothing of names, dates or trust.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from Crypto.Hash import MD2
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from cagraph.model import SignatureStatus
from cagraph.x509.der import cut, first_oid
from cagraph.x509.outline import first_line

RSA_PSS = "1.2.840.113549.1.1.10"

_RSA = {
    "1.2.840.113549.1.1.2": ("md2WithRSAEncryption", "md2"),
    "1.2.840.113549.1.1.4": ("md5WithRSAEncryption", "md5"),
    "1.2.840.113549.1.1.5": ("sha1WithRSAEncryption", "sha1"),
    "1.3.14.3.2.29": ("sha1WithRSASignature", "sha1"),
    "1.2.840.113549.1.1.14": ("sha224WithRSAEncryption", "sha224"),
    "1.2.840.113549.1.1.11": ("sha256WithRSAEncryption", "sha256"),
    "1.2.840.113549.1.1.12": ("sha384WithRSAEncryption", "sha384"),
    "1.2.840.113549.1.1.13": ("sha512WithRSAEncryption", "sha512"),
}
_ECDSA = {
    "1.2.840.10045.4.1": ("ecdsa-with-SHA1", hashes.SHA1()),
    "1.2.840.10045.4.3.1": ("ecdsa-with-SHA224", hashes.SHA224()),
    "1.2.840.10045.4.3.2": ("ecdsa-with-SHA256", hashes.SHA256()),
    "1.2.840.10045.4.3.3": ("ecdsa-with-SHA384", hashes.SHA384()),
    "1.2.840.10045.4.3.4": ("ecdsa-with-SHA512", hashes.SHA512()),
}
_DSA = {
    "1.2.840.10040.4.3": ("dsa-with-SHA1", hashes.SHA1()),
    "2.16.840.1.101.3.4.3.1": ("dsa-with-SHA224", hashes.SHA224()),
    "2.16.840.1.101.3.4.3.2": ("dsa-with-SHA256", hashes.SHA256()),
}
_EDWARDS = {"1.3.101.112": "ed25519", "1.3.101.113": "ed448"}
_NAMES = {
    **{oid: name for oid, (name, _) in _RSA.items()},
    **{oid: name for oid, (name, _) in _ECDSA.items()},
    **{oid: name for oid, (name, _) in _DSA.items()},
    **_EDWARDS,
    RSA_PSS: "rsassaPss",
}
# DigestInfo's AlgorithmIdentifier without parameters: the OBJECT IDENTIFIER of the hash alone (RFC 8017 B.1).
_HASH_OID = {
    "md2": bytes.fromhex("06082a864886f70d0202"),
    "md5": bytes.fromhex("06082a864886f70d0205"),
    "sha1": bytes.fromhex("06052b0e03021a"),
    "sha224": bytes.fromhex("0609608648016503040204"),
    "sha256": bytes.fromhex("0609608648016503040201"),
    "sha384": bytes.fromhex("0609608648016503040202"),
    "sha512": bytes.fromhex("0609608648016503040203"),
}
_WEAK = ("md2", "md5", "sha1")


class Signed(Protocol):
    """The three fields of anything signed as X.509 signs, as they stand in its DER."""

    @property
    def tbs(self) -> bytes:
        """What is signed, tag and length included."""

    @property
    def signature_algorithm(self) -> bytes:
        """The AlgorithmIdentifier, tag and length included."""

    @property
    def signature(self) -> bytes:
        """The content of the BIT STRING."""


Loaded = x509.Certificate | x509.CertificateRevocationList


class _Unsupported(Exception):
    """A signature algorithm or key that cannot be tried; the text says which."""


def algorithm_name(oid: str) -> str:
    """Return the usual name of a signature algorithm, or the identifier itself where it has none here."""
    return _NAMES.get(oid, oid)


def check_signature(der: bytes, spki: bytes) -> tuple[SignatureStatus, str | None]:
    """Say whether the key `spki` (a DER SubjectPublicKeyInfo) made the signature of the certificate `der`.

    Returns the status and, for `UNSUPPORTED`, what is not supported. Never raises for what a stranger's
    certificate holds.
    """
    return check_signed(der, spki, cut, x509.load_der_x509_certificate)


def check_signed(
    der: bytes, spki: bytes, cut_up: Callable[[bytes], Signed], load: Callable[[bytes], Loaded]
) -> tuple[SignatureStatus, str | None]:
    """Say the same of anything signed: `cut_up` finds its three fields, `load` is asked for PSS alone."""
    try:
        signed = cut_up(der)
        oid = first_oid(signed.signature_algorithm)
        digest = _verify(signed, oid, _key(spki), lambda: load(der))
    except InvalidSignature:
        return SignatureStatus.BAD, None
    except _Unsupported as problem:
        return SignatureStatus.UNSUPPORTED, str(problem)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as problem:
        return SignatureStatus.UNSUPPORTED, first_line(problem)
    return (SignatureStatus.WEAK if digest in _WEAK else SignatureStatus.OK), None


@lru_cache(maxsize=4096)
def _key(spki: bytes) -> PublicKeyTypes:
    """Return the key object of a SubjectPublicKeyInfo; the same CA key is tried for many certificates."""
    return serialization.load_der_public_key(spki)


def _verify(signed: Signed, oid: str, key: PublicKeyTypes, load: Callable[[], Loaded]) -> str:
    """Verify with the scheme that `oid` names; return the name of the hash.

    Raises:
        InvalidSignature: the key did not make it, or is of another kind than the signature.
        _Unsupported: the algorithm is not known here.
    """
    signature, tbs = signed.signature, signed.tbs
    match key:
        case rsa.RSAPublicKey() if oid in _RSA:
            _verify_pkcs1(key, signed, _RSA[oid][1])
            return _RSA[oid][1]
        case rsa.RSAPublicKey() if oid == RSA_PSS:
            return _verify_pss(key, signed, load())
        case ec.EllipticCurvePublicKey() if oid in _ECDSA:
            key.verify(signature, tbs, ec.ECDSA(_ECDSA[oid][1]))
            return _ECDSA[oid][1].name
        case dsa.DSAPublicKey() if oid in _DSA:
            key.verify(signature, tbs, _DSA[oid][1])
            return _DSA[oid][1].name
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() if oid in _EDWARDS:
            key.verify(signature, tbs)  # one of the two with the other's signature is simply wrong
            return _EDWARDS[oid]
    if oid in _NAMES:
        raise InvalidSignature  # a key of another kind did not make it
    raise _Unsupported(f"signature algorithm {oid}")


def _verify_pkcs1(key: rsa.RSAPublicKey, signed: Signed, digest: str) -> None:
    """Verify RSASSA-PKCS1-v1_5 (RFC 8017 8.2.2), the NULL in the DigestInfo present or absent."""
    if len(signed.signature) > (key.key_size + 7) // 8:
        raise InvalidSignature
    found = key.recover_data_from_signature(signed.signature, padding.PKCS1v15(), None)
    value = MD2.new(signed.tbs).digest() if digest == "md2" else hashlib.new(digest, signed.tbs).digest()
    for parameters in (b"\x05\x00", b""):
        algorithm = _HASH_OID[digest] + parameters
        info = bytes([0x30, len(algorithm)]) + algorithm + bytes([0x04, len(value)]) + value
        if found == bytes([0x30, len(info)]) + info:
            return
    raise InvalidSignature


def _verify_pss(key: rsa.RSAPublicKey, signed: Signed, loaded: Loaded) -> str:
    """Verify RSASSA-PSS with the parameters that the certificate or CRL states."""
    scheme, algorithm = loaded.signature_algorithm_parameters, loaded.signature_hash_algorithm
    if not isinstance(scheme, padding.PSS) or algorithm is None:
        raise _Unsupported("RSASSA-PSS with parameters that cannot be read")
    key.verify(signed.signature, signed.tbs, scheme, algorithm)
    return algorithm.name
