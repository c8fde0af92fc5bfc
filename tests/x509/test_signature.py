"""Whether a key made a signature: ok, weak, bad or unsupported, and never an exception."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding

from cagraph.x509.certificate import read_certificate
from cagraph.x509.signature import algorithm_name, check_signature
from tests.pki import Authority, oid, tlv
from tests.x509.signing import (
    NULL,
    algorithm,
    certificate,
    digest_info,
    pss_parameters,
    rsa_key,
    rsa_sign,
    spki,
)

RSA_OIDS = {
    "md2": "1.2.840.113549.1.1.2",
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha224": "1.2.840.113549.1.1.14",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
RSA_PSS = "1.2.840.113549.1.1.10"
OK, WEAK, BAD = ("ok", None), ("weak", None), ("bad", None)


def _rsa(digest: str, parameters: bytes = NULL, spoil: Callable[[bytes], bytes] = bytes) -> bytes:
    """Return a certificate that the first RSA key signed by hand, the signature then spoilt."""
    return certificate(
        algorithm(RSA_OIDS[digest], NULL),
        lambda tbs: spoil(rsa_sign(rsa_key(), digest_info(digest, tbs, parameters))),
    )


@pytest.mark.parametrize("parameters", [NULL, b""], ids=["null", "no null"])
@pytest.mark.parametrize("digest", RSA_OIDS)
def test_rsa(digest: str, parameters: bytes) -> None:
    """With the DigestInfo's NULL and without: six real edges lack it."""
    expected = WEAK if digest in ("md2", "md5", "sha1") else OK
    assert check_signature(_rsa(digest, parameters), spki(rsa_key())) == expected
    assert check_signature(_rsa(digest, parameters), spki(rsa_key(1))) == BAD


def test_rsa_sha1_under_its_old_identifier() -> None:
    """1.3.14.3.2.29, of OIW."""
    der = certificate(algorithm("1.3.14.3.2.29", NULL), lambda t: rsa_sign(rsa_key(), digest_info("sha1", t)))
    assert check_signature(der, spki(rsa_key())) == WEAK


@pytest.mark.parametrize("parameters", [b"\x05", b"\x04\x00", NULL + NULL, oid("1.2.3")])
def test_rsa_with_another_digest_info_is_bad(parameters: bytes) -> None:
    assert check_signature(_rsa("sha256", parameters), spki(rsa_key())) == BAD


def test_rsa_with_bytes_after_the_digest_info_is_bad() -> None:
    """Bleichenbacher's forgery of 2006 hides its work there."""
    der = certificate(
        algorithm(RSA_OIDS["sha256"], NULL),
        lambda t: rsa_sign(rsa_key(), digest_info("sha256", t) + b"\0" * 8),
    )
    assert check_signature(der, spki(rsa_key())) == BAD


def test_rsa_with_the_hash_of_another_algorithm_is_bad() -> None:
    der = certificate(
        algorithm(RSA_OIDS["sha256"], NULL), lambda t: rsa_sign(rsa_key(), digest_info("sha512", t))
    )
    assert check_signature(der, spki(rsa_key())) == BAD


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s[:-1] + bytes([s[-1] ^ 1]),
        lambda s: bytes([s[0] ^ 0x80]) + s[1:],
        lambda s: s[1:],
        lambda s: s + b"\0",
        lambda _: b"",
        lambda _: b"\0" * 256,
        lambda _: b"\xff" * 256,
        lambda _: b"\1" * 10,
    ],
    ids=["last bit", "first bit", "short", "long", "empty", "zeros", "ones", "ten bytes"],
)
def test_spoilt_rsa_signatures(spoil: Callable[[bytes], bytes]) -> None:
    assert check_signature(_rsa("sha256", spoil=spoil), spki(rsa_key())) == BAD


def _pss(digest: hashes.HashAlgorithm, salt: int) -> Callable[[bytes], bytes]:
    return lambda tbs: rsa_key().sign(tbs, padding.PSS(padding.MGF1(digest), salt), digest)


@pytest.mark.parametrize(
    ("parameters", "sign", "expected"),
    [
        (pss_parameters("sha256", 32), _pss(hashes.SHA256(), 32), "ok"),
        (pss_parameters("sha512", 64), _pss(hashes.SHA512(), 64), "ok"),
        (tlv(0x30), _pss(hashes.SHA1(), 20), "weak"),
        (pss_parameters("sha256", 32), _pss(hashes.SHA256(), 20), "bad"),
        (pss_parameters("sha256", 32), _pss(hashes.SHA512(), 32), "bad"),
        (pss_parameters("sha256", 32), lambda _: b"\0" * 256, "bad"),
        (b"", _pss(hashes.SHA256(), 32), "unsupported"),
        (tlv(0x30, tlv(0xA0, b"xx")), _pss(hashes.SHA256(), 32), "unsupported"),
        (pss_parameters("sha256", 2**70), _pss(hashes.SHA256(), 32), "unsupported"),
    ],
)
def test_rsa_pss(parameters: bytes, sign: Callable[[bytes], bytes], expected: str) -> None:
    status, why = check_signature(certificate(algorithm(RSA_PSS, parameters), sign), spki(rsa_key()))
    assert status == expected
    assert bool(why) == (expected == "unsupported")


def test_rsa_pss_in_a_certificate_of_no_version() -> None:
    """pyca raises InvalidVersion, which is no ValueError."""
    der = certificate(algorithm(RSA_PSS, pss_parameters("sha256", 32)), _pss(hashes.SHA256(), 32), version=9)
    assert check_signature(der, spki(rsa_key()))[0] == "unsupported"


ECDSA: dict[str, tuple[hashes.HashAlgorithm, str]] = {
    "1.2.840.10045.4.1": (hashes.SHA1(), "weak"),
    "1.2.840.10045.4.3.1": (hashes.SHA224(), "ok"),
    "1.2.840.10045.4.3.2": (hashes.SHA256(), "ok"),
    "1.2.840.10045.4.3.3": (hashes.SHA384(), "ok"),
    "1.2.840.10045.4.3.4": (hashes.SHA512(), "ok"),
}


@pytest.mark.parametrize("dotted", ECDSA)
def test_ecdsa(dotted: str) -> None:
    digest, expected = ECDSA[dotted]
    key = Authority("Elliptic")
    der = certificate(algorithm(dotted), lambda tbs: key.key.sign(tbs, ec.ECDSA(digest)))
    assert check_signature(der, key.spki) == (expected, None)
    assert check_signature(der, Authority("Another").spki) == BAD


@pytest.mark.parametrize("signature", [b"", b"junk", tlv(0x30), tlv(0x30, tlv(2, b"\0"), tlv(2, b"\0"))])
def test_ecdsa_signatures_that_are_none(signature: bytes) -> None:
    der = certificate(algorithm("1.2.840.10045.4.3.2"), lambda _: signature)
    assert check_signature(der, Authority("Elliptic").spki) == BAD


def test_edwards_curves() -> None:
    small, large = ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32), ed448.Ed448PrivateKey.generate()
    one = certificate(algorithm("1.3.101.112"), small.sign)
    other = certificate(algorithm("1.3.101.113"), large.sign)
    assert check_signature(one, spki(small)) == check_signature(other, spki(large)) == OK
    assert check_signature(one, spki(large)) == check_signature(other, spki(small)) == BAD


def test_dsa() -> None:
    key = dsa.generate_private_key(1024)
    old = certificate(algorithm("1.2.840.10040.4.3"), lambda tbs: key.sign(tbs, hashes.SHA1()))
    new = certificate(algorithm("2.16.840.1.101.3.4.3.2"), lambda tbs: key.sign(tbs, hashes.SHA256()))
    assert check_signature(old, spki(key)) == WEAK
    assert check_signature(new, spki(key)) == OK


@pytest.mark.parametrize("dotted", [*RSA_OIDS.values(), RSA_PSS, *ECDSA, "1.3.101.112", "1.2.840.10040.4.3"])
def test_a_key_of_another_kind_did_not_make_it(dotted: str) -> None:
    der = certificate(algorithm(dotted, NULL), lambda _: b"\1" * 64)
    elliptic = Authority("Elliptic").spki
    other = spki(rsa_key()) if dotted in ECDSA or not dotted.startswith("1.2.840.113549") else elliptic
    assert check_signature(der, other) == BAD


@pytest.mark.parametrize(
    ("der", "key"),
    [
        (certificate(algorithm("1.2.3.4"), lambda _: b""), Authority("A").spki),
        (certificate(tlv(0x30), lambda _: b""), Authority("A").spki),
        (b"", Authority("A").spki),
        (b"\x30\x03abc", Authority("A").spki),
        (_rsa("sha256"), b""),
        (_rsa("sha256"), tlv(0x30, algorithm("1.2.3.4"), tlv(0x03, b"\0abc"))),
    ],
    ids=["algorithm", "no algorithm", "no bytes", "no certificate", "no key", "unknown key"],
)
def test_what_cannot_be_tried_is_unsupported_and_says_why(der: bytes, key: bytes) -> None:
    status, why = check_signature(der, key)
    assert status == "unsupported"
    assert why
    assert "\n" not in why


@pytest.mark.parametrize(
    ("dotted", "shown"),
    [(RSA_OIDS["sha256"], "sha256WithRSAEncryption"), (RSA_PSS, "rsassaPss"), ("1.2.3.4", "1.2.3.4")],
)
def test_the_name_of_an_algorithm(dotted: str, shown: str) -> None:
    assert algorithm_name(dotted) == shown
    assert read_certificate(certificate(algorithm(dotted), lambda _: b"")).signature_algorithm == shown


@pytest.mark.parametrize(
    ("key", "kind", "bits"),
    [
        (spki(rsa_key()), "rsa", 2048),
        (Authority("A").spki, "secp256r1", 256),
        (spki(ec.generate_private_key(ec.SECP384R1())), "secp384r1", 384),
        (spki(ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32)), "ed25519", 256),
        (tlv(0x30, algorithm("1.2.3.4"), tlv(0x03, b"\0abc")), "1.2.3.4", None),
    ],
)
def test_the_key_of_a_certificate(key: bytes, kind: str, bits: int | None) -> None:
    authority = Authority("Keyed")
    authority.spki = key
    facts = read_certificate(Authority("Root").issue(authority).der)
    assert (facts.key_algorithm, facts.key_bits) == (kind, bits)
