"""Bytes to facts: reads one certificate, strictly if that goes, else tolerantly, and says which.

`read_certificate` is the only way in. Nothing a stranger's certificate holds raises anything but
ValueError, and that only where not even names, dates and key can be found.
"""

from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from cagraph.model import sha256_hex
from cagraph.x509 import strict, tolerant
from cagraph.x509.der import Slices, cut, element, first_oid
from cagraph.x509.facts import CertificateFacts
from cagraph.x509.names import ca_id, name_id, show
from cagraph.x509.outline import Extensions, Outline, first_line, signed_hex
from cagraph.x509.signature import algorithm_name

LONGEST_PATH = 2**31 - 1
"""A greater pathLenConstraint says no more than this one, and no database column has to hold it."""


def read_certificate(der: bytes) -> CertificateFacts:
    """Return everything that the certificate `der` says of itself.

    Raises:
        ValueError: the bytes are no certificate, even for the tolerant reader; one line says why.
    """
    try:
        slices = cut(der)
        outline, extensions, read_by = _read(der, slices)
        return _facts(der, slices, outline, extensions, read_by)
    except (IndexError, OverflowError, TypeError, UnicodeError, RecursionError) as problem:
        raise ValueError(f"not a certificate: {first_line(problem)}") from problem


def _read(der: bytes, slices: Slices) -> tuple[Outline, Extensions, str]:
    """Read strictly; where that is refused, tolerantly, with the refusal as the first problem."""
    try:
        return *strict.read(der), "strict"
    except Exception as refusal:  # InvalidVersion, DuplicateExtension and others share no narrower root
        outline, extensions = tolerant.read(slices)
        extensions.problems.insert(0, f"pyca/cryptography: {first_line(refusal)}")
        return outline, extensions, "tolerant"


def _facts(
    der: bytes, slices: Slices, outline: Outline, extensions: Extensions, read_by: str
) -> CertificateFacts:
    """Put together what was read, with the identities that follow from it."""
    subject_name_id = name_id(outline.subject)
    spki_sha256 = sha256_hex(slices.spki)
    key_algorithm, key_bits = _describe_key(slices.spki)
    problems = [*extensions.problems]
    path_len = extensions.path_len
    if path_len is not None and path_len > LONGEST_PATH:
        problems.append(f"pathLenConstraint of {path_len.bit_length()} bits: read as {LONGEST_PATH}")
        path_len = LONGEST_PATH
    if outline.serial <= 0:
        problems.append("serial number is not positive (RFC 5280 4.1.2.2)")
    return CertificateFacts(
        sha256=sha256_hex(der),
        der=der,
        version=slices.version,
        serial=signed_hex(outline.serial),
        subject=show(outline.subject),
        issuer=show(outline.issuer),
        subject_der=slices.subject,
        issuer_der=slices.issuer,
        subject_name_id=subject_name_id,
        issuer_name_id=name_id(outline.issuer),
        ca_id=ca_id(subject_name_id, spki_sha256),
        spki_sha256=spki_sha256,
        key_algorithm=key_algorithm,
        key_bits=key_bits,
        signature_algorithm=algorithm_name(first_oid(slices.signature_algorithm)),
        not_before=outline.not_before,
        not_after=outline.not_after,
        is_ca=extensions.is_ca,
        has_basic_constraints=extensions.has_basic_constraints,
        path_len=path_len,
        key_usage=extensions.key_usage,
        eku_oids=extensions.eku_oids,
        policy_oids=extensions.policy_oids,
        subject_key_id=extensions.subject_key_id,
        authority_key_id=extensions.authority_key_id,
        authority_serial=extensions.authority_serial,
        unknown_critical=tuple(extensions.unknown_critical),
        ca_issuers_urls=tuple(extensions.ca_issuers_urls),
        ocsp_urls=tuple(extensions.ocsp_urls),
        crl_urls=tuple(extensions.crl_urls),
        name_constraints=extensions.name_constraints,
        read_by=read_by,
        problems=tuple(problems),
    )


@lru_cache(maxsize=4096)
def _describe_key(spki: bytes) -> tuple[str, int | None]:
    """Return a key's algorithm and size in bits; one that is not known, by its object identifier."""
    try:
        key = serialization.load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        _, start, end = element(spki, 0, len(spki))
        return first_oid(spki[start:end]), None
    match key:
        case rsa.RSAPublicKey():
            return "rsa", key.key_size
        case ec.EllipticCurvePublicKey():
            return key.curve.name, key.key_size
        case dsa.DSAPublicKey():
            return "dsa", key.key_size
        case ed25519.Ed25519PublicKey():
            return "ed25519", 256
        case ed448.Ed448PublicKey():
            return "ed448", 448
        case _:
            _, start, end = element(spki, 0, len(spki))
            return first_oid(spki[start:end]), None
