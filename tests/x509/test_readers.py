"""The strict and the tolerant reader say the same of a sound certificate; the tolerant one goes on."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.x509.certificate import read_certificate
from cagraph.x509.der import cut
from cagraph.x509.facts import NameConstraint
from tests.pki import (
    ANY_POLICY,
    CLIENT_AUTH,
    EV_POLICY,
    KEY_USAGES,
    SERVER_AUTH,
    Authority,
    Options,
    extension,
    integer,
    oid,
    tlv,
)
from tests.x509.readers import differences

ROOT, SUB = Authority("Root", "Example"), Authority("Sub, the \u010cert+ifik\u00e1t", "Example")


def _uri(text: str) -> bytes:
    return tlv(0x86, text.encode())


LOCATIONS = [
    extension(
        "2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, _uri("http://a/1.crl"), _uri("ldap://b")))))
    ),
    extension(
        "1.3.6.1.5.5.7.1.1",
        tlv(
            0x30,
            tlv(0x30, oid("1.3.6.1.5.5.7.48.1"), _uri("http://ocsp")),
            tlv(0x30, oid("1.3.6.1.5.5.7.48.2"), _uri("http://ca")),
            tlv(0x30, oid("1.3.6.1.5.5.7.48.2"), tlv(0x82, b"not.a.uri")),
        ),
    ),
    extension("1.2.3.4.5", b"whatever", critical=True),
    extension("1.2.3.4.6", b"whatever"),
    extension("2.5.29.36", tlv(0x30, tlv(0x80, b"\0")), critical=True),
]

options = st.fixed_dictionaries(
    {},
    optional={
        "not_before": st.sampled_from(["1999-12-31 23:59:59", "2020-02-29 00:00:01", "2049-12-31"]),
        "not_after": st.sampled_from(["2050-01-01", "2049-12-31 23:59:59", "9999-12-31 23:59:59"]),
        "serial": st.integers(-(2**70), 2**160),
        "ca": st.just(True),
        "path_len": st.integers(0, 2**31 - 1),
        "key_usage": st.lists(st.sampled_from(KEY_USAGES), unique=True),
        "eku": st.lists(st.sampled_from([SERVER_AUTH, CLIENT_AUTH, "1.2.3", "2.5.29.37.0"]), min_size=1),
        "policies": st.lists(st.sampled_from([ANY_POLICY, EV_POLICY, "1.2.3"]), min_size=1, unique=True),
        "constraints": st.lists(
            st.sampled_from(
                [
                    "permitted:dns:example.com",
                    "excluded:dns:",
                    "permitted:email:.example.com",
                    "permitted:ip:10.0.0.0/8",
                    "excluded:ip:0.0.0.0/0",
                    "excluded:ip:::/0",
                    "permitted:ip:2001:db8::/33",
                    "permitted:directory:Example, Inc.",
                ]
            ),
            min_size=1,
        ),
        "aki": st.sampled_from(["keyid", "issuer", "none"]),
        "ski": st.booleans(),
        "sha1": st.booleans(),
        "version": st.just(3),
        "spelling": st.sampled_from(["utf8", "loud"]),
        "issuer_spelling": st.sampled_from(["utf8", "printable", "loud"]),
        "extra": st.lists(st.sampled_from(LOCATIONS), unique=True),
    },
)


@given(options)
def test_both_readers_agree(drawn: Options) -> None:
    der = ROOT.issue(SUB, **drawn).der
    assert differences(der) == []
    assert read_certificate(der).read_by == "strict"


def test_everything_at_once() -> None:
    facts = read_certificate(
        ROOT.issue(
            SUB,
            serial=0x0FACE,
            path_len=2,
            key_usage=["digitalSignature", "keyCertSign"],
            eku=[SERVER_AUTH],
            policies=[EV_POLICY],
            constraints=["permitted:ip:10.0.0.0/8", "excluded:directory:Evil"],
            extra=LOCATIONS,
        ).der
    )
    assert facts.serial == "face"
    assert (facts.subject_der, facts.issuer_der) == (SUB.name(), ROOT.name())
    assert facts.issuer == "CN=Root, O=Example, C=ZZ"
    assert facts.subject == "CN=Sub\\, the \u010cert\\+ifik\u00e1t, O=Example, C=ZZ"
    assert (facts.is_ca, facts.has_basic_constraints, facts.path_len) == (True, True, 2)
    assert facts.key_usage == ("digitalSignature", "keyCertSign")
    assert (facts.eku_oids, facts.policy_oids) == ((SERVER_AUTH,), (EV_POLICY,))
    assert facts.name_constraints == (
        NameConstraint(True, "ip", "10.0.0.0/8"),
        NameConstraint(False, "directory", "O=Evil, C=ZZ"),
    )
    assert (facts.subject_key_id, facts.authority_key_id) == (SUB.key_id.hex(), ROOT.key_id.hex())
    assert facts.crl_urls == ("http://a/1.crl", "ldap://b")
    assert (facts.ocsp_urls, facts.ca_issuers_urls) == (("http://ocsp",), ("http://ca",))
    assert facts.unknown_critical == ("1.2.3.4.5",)
    assert (facts.not_before, facts.not_after) == (datetime(2020, 1, 1), datetime(2030, 1, 1))
    assert facts.problems == ()


def test_absent_is_none_and_present_and_empty_is_not() -> None:
    facts = read_certificate(ROOT.issue(SUB, version=1).der)
    assert (facts.key_usage, facts.eku_oids, facts.policy_oids, facts.name_constraints) == (None,) * 4
    assert (facts.is_ca, facts.has_basic_constraints) == (False, False)
    empty = extension("2.5.29.15", tlv(0x03, b"\0"))
    assert read_certificate(ROOT.issue(SUB, key_usage=[], extra=[empty]).der).key_usage == ()


@pytest.mark.parametrize(
    ("bits", "usages"),
    [
        (b"\x03\x08", ("keyAgreement",)),
        (b"\x00\x09", ("keyAgreement", "encipherOnly")),
        (b"\x07\x08\x80", ("keyAgreement", "decipherOnly")),
        (b"\x07\xff\x80", (*KEY_USAGES, "encipherOnly", "decipherOnly")),
    ],
)
def test_every_bit_of_key_usage(bits: bytes, usages: tuple[str, ...]) -> None:
    der = ROOT.issue(SUB, key_usage=[], extra=[extension("2.5.29.15", tlv(0x03, bits))]).der
    assert read_certificate(der).key_usage == usages
    assert differences(der) == []


def test_the_issuer_and_serial_of_an_authority_key_identifier() -> None:
    root = Authority("Serial Root")
    root.self_signed(serial=0x0BAD)
    facts = read_certificate(root.issue(SUB, aki="issuer").der)
    assert (facts.authority_key_id, facts.authority_serial) == (None, "bad")


@pytest.mark.parametrize(("serial", "shown"), [(0, "0"), (-1, "-1"), (-255, "-ff"), (2**160, "1" + "0" * 40)])
def test_serial_numbers(serial: int, shown: str) -> None:
    facts = read_certificate(ROOT.issue(SUB, serial=serial).der)
    assert facts.serial == shown
    assert bool(facts.problems) == (serial <= 0)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("1202010159Z", datetime(2012, 2, 1, 1, 59)),
        ("3912312359Z", datetime(2039, 12, 31, 23, 59)),
        ("120201015907Z", datetime(2012, 2, 1, 1, 59, 7)),
        ("491231235959Z", datetime(2049, 12, 31, 23, 59, 59)),
        ("500101000000Z", datetime(1950, 1, 1)),
        ("5001010000Z", datetime(1950, 1, 1)),
        ("4901010000Z", datetime(2049, 1, 1)),
        ("120201015900+0230", datetime(2012, 1, 31, 23, 29)),
        ("1202010159-0100", datetime(2012, 2, 1, 2, 59)),
        ("120201015900", datetime(2012, 2, 1, 1, 59)),
    ],
)
def test_times_that_are_no_der(text: str, when: datetime) -> None:
    """Two real certificates have no seconds, which `strptime` alone reads as other minutes and seconds."""
    assert _times(tlv(0x17, text.encode())) == (when, datetime(2030, 1, 1))


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("20120201015907Z", datetime(2012, 2, 1, 1, 59, 7)),
        ("201202010159Z", datetime(2012, 2, 1, 1, 59)),
        ("20120201015907.25Z", datetime(2012, 2, 1, 1, 59, 7, 250000)),
        ("20120201015907.5+0100", datetime(2012, 2, 1, 0, 59, 7, 500000)),
    ],
)
def test_generalized_times_that_are_no_der(text: str, when: datetime) -> None:
    assert _times(tlv(0x18, text.encode())) == (when, datetime(2030, 1, 1))


@pytest.mark.parametrize(
    "text", ["", "Z", "12020101Z", "1213010159Z", "120230000000Z", "12020101590Z", "1 2 1 1 1 1 Z"]
)
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library's words or ours
        _times(tlv(0x17, text.encode()))


def _times(not_before: bytes) -> tuple[datetime, datetime]:
    """Read a certificate that begins at a time in this encoding."""
    der = ROOT.issue(SUB, not_before="2020-01-01").der
    slices = cut(der)
    validity = tlv(0x30, not_before, tlv(0x17, b"300101000000Z"))
    odd = tlv(
        0x30,
        tlv(
            0x30,
            tlv(0xA0, integer(2)),
            slices.serial,
            slices.signature_algorithm,
            slices.issuer,
            validity,
            slices.subject,
            slices.spki,
            tlv(0xA3, slices.extensions),
        ),
        slices.signature_algorithm,
        tlv(0x03, b"\0", slices.signature),
    )
    facts = read_certificate(odd)
    assert facts.is_ca
    return facts.not_before, facts.not_after


def test_times_without_seconds_as_the_builder_writes_them() -> None:
    facts = read_certificate(ROOT.issue(SUB, not_before="2012-10-11 12:13:00", seconds=False).der)
    assert facts.read_by == "tolerant"
    assert facts.not_before == datetime(2012, 10, 11, 12, 13)


def test_an_ip_constraint_with_host_bits_or_a_mask_that_is_no_prefix() -> None:
    """A real CA permits 81.27.169.51/24."""

    def permits(address: bytes, mask: bytes) -> str:
        constraints = tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x87, address, mask))))
        facts = read_certificate(ROOT.issue(SUB, extra=[extension("2.5.29.30", constraints)]).der)
        assert facts.name_constraints is not None
        return facts.name_constraints[0].value

    assert permits(b"\x51\x1b\xa9\x33", b"\xff\xff\xff\0") == "81.27.169.51/24"
    assert permits(b"\x0a\0\0\0", b"\xff\0\xff\0") == "10.0.0.0/255.0.255.0"
