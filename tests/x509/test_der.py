"""The cutting of a certificate into its fields, byte for byte."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from cagraph.x509.der import children, cut, dotted, element, first_oid
from tests.pki import ANY_POLICY, SERVER_AUTH, Authority, oid, tlv

ROOT, SUB = Authority("Root", "Example"), Authority("Sub", "Example")


def test_the_fields_as_they_stand() -> None:
    der = ROOT.issue(SUB, eku=[SERVER_AUTH], policies=[ANY_POLICY], path_len=1).der
    slices = cut(der)
    certificate = x509.load_der_x509_certificate(der)
    assert slices.tbs == certificate.tbs_certificate_bytes
    assert slices.subject == SUB.name() == certificate.subject.public_bytes()
    assert slices.issuer == ROOT.name()
    assert slices.spki == SUB.spki
    assert slices.signature == certificate.signature
    assert slices.version == 3
    assert slices.validity == tlv(0x30, tlv(0x17, b"200101000000Z"), tlv(0x17, b"300101000000Z"))
    assert first_oid(slices.signature_algorithm) == certificate.signature_algorithm_oid.dotted_string
    public = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert slices.spki == public


def test_version_1_has_no_extensions() -> None:
    slices = cut(ROOT.self_signed(version=1).der)
    assert (slices.version, slices.extensions) == (1, b"")


def test_unique_identifiers_are_passed_over() -> None:
    """RFC 5280 4.1.2.8: between the key and the extensions, in old certificates."""
    der = ROOT.issue(SUB).der
    plain = cut(der)
    tbs = der[4:] if der[1] == 0x82 else der[3:]
    _, start, end = element(tbs, 0, len(tbs))
    at = tbs.index(SUB.spki) + len(SUB.spki)
    with_ids = tlv(0x30, tbs[start:at], tlv(0x81, b"\0abc"), tlv(0x82, b"\0def"), tbs[at:end])
    odd = tlv(0x30, with_ids, plain.signature_algorithm, tlv(0x03, b"\0", plain.signature))
    slices = cut(odd)
    assert (slices.spki, slices.extensions) == (plain.spki, plain.extensions)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "ends inside"),
        (b"\x30", "ends inside"),
        (b"\x30\x05abc", "ends inside"),
        (b"\x30\x80\x00\x00", "length"),
        (b"\x30\x85\0\0\0\0\0", "length"),
        (b"\x30\x82\x01", "length"),
        (b"\x3f\x01\x01a", "tag"),
    ],
)
def test_elements_that_are_none(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        element(data, 0, len(data))


@given(st.lists(st.tuples(st.sampled_from([0x02, 0x04, 0x30, 0xA0]), st.binary(max_size=200)), max_size=6))
def test_children_are_what_was_put_in(parts: list[tuple[int, bytes]]) -> None:
    data = b"".join(tlv(tag, body) for tag, body in parts)
    found = children(data, 0, len(data))
    assert [(tag, data[start:end]) for tag, _, start, end in found] == parts
    assert b"".join(data[at:end] for _, at, _, end in found) == data


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**64), max_size=8))
def test_object_identifiers(first: int, second: int, rest: list[int]) -> None:
    text = ".".join(map(str, [first, second, *rest]))
    assert dotted(oid(text)[2:]) == text


def test_object_identifier_with_a_great_second_arc() -> None:
    assert dotted(bytes([0x88, 0x37])) == "2.999"  # X.690 8.19.5's own example


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x55\x84", b"\x2a" + b"\x83" * 300 + b"\x01"])
def test_object_identifiers_that_are_none(content: bytes) -> None:
    """An arc that does not end must not pass for the identifier without it."""
    with pytest.raises(ValueError, match="not an object identifier"):
        dotted(content)
