"""Bytes of a stranger: whatever they hold, `read_certificate` returns facts or raises ValueError."""

import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.x509.certificate import LONGEST_PATH, read_certificate
from cagraph.x509.der import LONGEST_OID, cut
from cagraph.x509.facts import CertificateFacts
from cagraph.x509.signature import check_signature
from tests.pki import ANY_POLICY, CODE_SIGNING, SERVER_AUTH, Authority, Issued, extension, oid, tlv

ROOT, SUB = Authority("Hostile Root", "Example"), Authority("Hostile Sub", "Example")
ALTERNATIVE_NAME = extension("2.5.29.17", tlv(0x30, tlv(0x82, b"example.com"), tlv(0x87, b"\x7f\0\0\1")))


@cache
def specimens() -> dict[str, Issued]:
    """Three certificates that hold most of what a CA certificate can hold."""
    return {
        "version 1": ROOT.self_signed(version=1),
        "plain": ROOT.issue(SUB),
        "full": ROOT.issue(
            SUB,
            path_len=0,
            eku=[SERVER_AUTH, CODE_SIGNING],
            policies=[ANY_POLICY],
            constraints=["permitted:dns:example.com", "permitted:directory:Example", "excluded:ip:0.0.0.0/0"],
            aki="issuer",
            extra=[ALTERNATIVE_NAME],
        ),
    }


def _try(der: bytes) -> CertificateFacts | None:
    """Read, and try the signature of, bytes that may be anything."""
    try:
        facts = read_certificate(der)
    except ValueError:
        return None
    assert 1 <= len(facts.sha256) <= 64
    assert facts.path_len is None or facts.path_len <= LONGEST_PATH
    assert abs(facts.version) < 2**31
    return facts


@pytest.mark.parametrize("kind", ["version 1", "plain", "full"])
def test_no_beginning_of_a_certificate_is_one(kind: str) -> None:
    der = specimens()[kind].der
    assert _try(der) is not None
    for length in range(len(der)):
        assert _try(der[:length]) is None


@pytest.mark.parametrize("kind", ["version 1", "plain", "full"])
def test_what_follows_a_certificate_is_not_passed_over(kind: str) -> None:
    der = specimens()[kind].der
    for tail in (b"\0", b"\n", der):
        with pytest.raises(ValueError, match="follow the certificate"):
            read_certificate(der + tail)


@pytest.mark.parametrize("kind", ["version 1", "plain", "full"])
def test_one_flipped_bit(kind: str) -> None:
    """Every bit in turn: facts or ValueError, and never the same fingerprint."""
    der = specimens()[kind].der
    whole = read_certificate(der)
    for bit in range(8 * len(der)):
        flipped = bytearray(der)
        flipped[bit // 8] ^= 1 << bit % 8
        facts = _try(bytes(flipped))
        assert facts is None or facts.sha256 != whole.sha256


def test_one_flipped_bit_never_keeps_the_signature() -> None:
    """Any bit of what is signed, any bit of the signature: nothing is proved any more."""
    der = specimens()["version 1"].der
    slices = cut(der)
    assert check_signature(der, ROOT.spki) == ("ok", None)
    signed = range(der.index(slices.tbs), der.index(slices.tbs) + len(slices.tbs))
    for at in (*signed, *range(len(der) - len(slices.signature), len(der))):
        for bit in range(8):
            flipped = bytearray(der)
            flipped[at] ^= 1 << bit
            status, _ = check_signature(bytes(flipped), ROOT.spki)
            assert status in ("bad", "unsupported"), (at, bit)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    _try(data)


@given(st.data())
def test_several_bytes_changed(data: st.DataObject) -> None:
    der = bytearray(data.draw(st.sampled_from(list(specimens().values()))).der)
    for _ in range(data.draw(st.integers(1, 6))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    _try(bytes(der))
    status, _ = check_signature(bytes(der), ROOT.spki)
    assert status in ("ok", "weak", "bad", "unsupported")


@given(
    st.binary(max_size=60), st.sampled_from(["2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.30", "2.5.29.31"])
)
def test_an_extension_of_any_bytes_costs_that_extension_only(value: bytes, which: str) -> None:
    facts = read_certificate(ROOT.issue(SUB, eku=[SERVER_AUTH], extra=[extension(which, value)]).der)
    assert facts.eku_oids == (SERVER_AUTH,)
    assert facts.subject == "CN=Hostile Sub, O=Example, C=ZZ"


@pytest.mark.parametrize(
    "odd",
    [
        tlv(0x30, tlv(0x06), tlv(0x04, b"")),
        tlv(0x30, tlv(0x06, b"\x55\x9d"), tlv(0x04, b"")),
        tlv(0x30, tlv(0x06, b"\x2a" + b"\xff" * LONGEST_OID), tlv(0x04, b"")),
        tlv(0x30, b"\x04\xff"),
        tlv(0x30, oid("1.2.3")),
        tlv(0x30),
        tlv(0x05),
    ],
    ids=["no identifier", "unfinished", "endless", "cut short", "no value", "empty", "null"],
)
def test_an_extension_that_is_none_costs_nothing_else(odd: bytes) -> None:
    facts = read_certificate(ROOT.issue(SUB, eku=[SERVER_AUTH], path_len=3, extra=[odd]).der)
    assert (facts.is_ca, facts.path_len, facts.eku_oids) == (True, 3, (SERVER_AUTH,))
    assert facts.read_by == "tolerant"
    assert any(problem.startswith("an extension that is none") for problem in facts.problems)


@pytest.mark.parametrize("version", [0, 2, 4, 200, -5])
def test_a_version_that_is_none(version: int) -> None:
    facts = read_certificate(ROOT.issue(SUB, version=version).der)
    assert (facts.version, facts.is_ca, facts.read_by) == (version, True, "tolerant")
    assert facts.problems[0].startswith("pyca/cryptography: ")


def test_a_version_too_great_for_any_column() -> None:
    with pytest.raises(ValueError, match="version"):
        read_certificate(ROOT.issue(SUB, version=2**40).der)


@pytest.mark.parametrize("length", [2**31 - 1, 2**31, 2**63, 2**64, 2**200])
def test_a_path_length_too_great_for_any_column(length: int) -> None:
    facts = read_certificate(ROOT.issue(SUB, path_len=length).der)
    assert facts.path_len == LONGEST_PATH
    assert facts.is_ca
    assert any("pathLenConstraint" in problem for problem in facts.problems) == (length > LONGEST_PATH)


def test_an_extension_twice() -> None:
    """RFC 5280 4.2 forbids it: said so, and the certificate is kept."""
    again = extension("2.5.29.37", tlv(0x30, oid(CODE_SIGNING)))
    facts = read_certificate(ROOT.issue(SUB, eku=[SERVER_AUTH], extra=[again]).der)
    assert facts.read_by == "tolerant"
    assert facts.problems[0].startswith("pyca/cryptography: Duplicate 2.5.29.37")


def test_a_general_name_that_the_library_does_not_know() -> None:
    """x400Address in a name constraint: pyca raises what is no ValueError."""
    constraints = tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0xA3, b""))))
    facts = read_certificate(ROOT.issue(SUB, extra=[extension("2.5.29.30", constraints, critical=True)]).der)
    assert facts.read_by == "tolerant"
    assert facts.is_ca


def test_nested_and_endless_values_take_no_time() -> None:
    nested = tlv(0x04, b"x")
    for _ in range(3000):
        nested = tlv(0x24, nested)
    endless = b"\x24\x80" * 20_000
    long_oid = tlv(0x30, tlv(0x06, b"\x2a" + b"\xff" * 300_000 + b"\x01"))
    long_extension = tlv(0x30, tlv(0x06, b"\x2a" + b"\xff" * 300_000 + b"\x01"), tlv(0x04, b""))
    begun = time.monotonic()
    for odd in (
        extension("2.5.29.14", nested),
        extension("2.5.29.14", endless),
        extension("2.5.29.37", long_oid),
        long_extension,
    ):
        assert read_certificate(ROOT.issue(SUB, ski=False, extra=[odd]).der).is_ca
    assert time.monotonic() - begun < 5
