"""Whose key signed a CRL: proved by the signature, whatever keys share the issuer's name."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from cagraph.model import SignatureStatus
from cagraph.x509.crl_outline import begins_like_crl, cut_crl
from cagraph.x509.crl_signature import Proof, check_crl_signature, prove
from tests.crls import crl
from tests.pki import Authority, oid, tlv
from tests.x509.signing import PrivateKey, rsa_key, spki

CA = Authority("List CA")
TWIN = Authority("List CA", key="another key of the same name")
OTHER = Authority("Other CA")
OK, WEAK, BAD = ("ok", None), ("weak", None), ("bad", None)
DAY = datetime(2024, 1, 1, tzinfo=UTC)
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


def _signed(
    key: PrivateKey, digest: hashes.HashAlgorithm | None, rsa_padding: padding.PSS | None = None
) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "List CA")])
    builder = x509.CertificateRevocationListBuilder(name, DAY, DAY)
    return builder.sign(key, digest, rsa_padding=rsa_padding).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def test_the_key_that_signed_it() -> None:
    assert check_crl_signature(crl(CA), CA.spki) == OK
    assert check_crl_signature(crl(CA), TWIN.spki) == BAD
    assert check_crl_signature(crl(CA), spki(rsa_key())) == BAD


@pytest.mark.parametrize("rsa_padding", [None, PSS], ids=["pkcs1", "pss"])
def test_rsa(rsa_padding: padding.PSS | None) -> None:
    made = _signed(rsa_key(), hashes.SHA256(), rsa_padding)
    assert check_crl_signature(made, spki(rsa_key())) == OK
    assert check_crl_signature(made, spki(rsa_key(1))) == BAD


def test_ed25519() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    assert check_crl_signature(_signed(key, None), spki(key)) == OK


def test_sha1_is_weak() -> None:
    assert check_crl_signature(crl(CA, sha1=True), CA.spki) == WEAK


def test_one_changed_byte_is_bad() -> None:
    made = bytearray(crl(CA, (7, "2024-01-01")))
    made[made.index(b"240101")] ^= 1
    assert check_crl_signature(bytes(made), CA.spki) == BAD


@pytest.mark.parametrize(
    "der",
    [b"", b"\x30", b"\x30\x00", CA.self_signed().der, crl(CA) + b"\0", crl(CA)[:-1], b"\x30\x82\xff\xff"],
    ids=["nothing", "a tag", "an empty one", "a certificate", "more", "less", "a length"],
)
def test_what_is_no_crl_is_unsupported(der: bytes) -> None:
    status, detail = check_crl_signature(der, CA.spki)
    assert status == "unsupported"
    assert detail


def test_an_unknown_algorithm_is_unsupported() -> None:
    made = crl(CA).replace(oid("1.2.840.10045.4.3.2"), oid("1.2.840.10045.4.3.9"))
    assert check_crl_signature(made, CA.spki) == ("unsupported", "signature algorithm 1.2.840.10045.4.3.9")


def test_the_proof_among_keys_of_one_name() -> None:
    candidates = [("twin", TWIN.self_signed().der), ("own", CA.self_signed().der)]
    assert prove(crl(CA), candidates) == Proof("own", SignatureStatus.OK)
    assert prove(crl(CA), candidates[:1]) == Proof(None, SignatureStatus.BAD)
    assert prove(crl(CA), []) == Proof(None, None)


def test_the_outline_tells_a_crl_from_a_certificate() -> None:
    """A certificate has its validity where a CRL has a time; a version 1 certificate has a number first."""
    for version in (1, 3):
        assert not begins_like_crl(CA.issue(OTHER, version=version).der)
    for made in (crl(CA), crl(CA, version=1), crl(CA, next_update=None)):
        assert begins_like_crl(made)
        assert begins_like_crl(made[:200])
        assert cut_crl(made).issuer == CA.name()
    for other in (b"", b"\x30", tlv(0x30, tlv(0x30)), b"\x30\x80" * 9, b"junk"):
        assert not begins_like_crl(other)
