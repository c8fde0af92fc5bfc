"""Name constraints, case by case: what names a certificate bears, which ones another forbids.

A constraint is written `permitted:dns:a.example`, a name `dns:www.a.example`; `raw` is a name's whole DER in
hex. What a path leaves, random constraints and hostile ones are in test_constraint_properties.py.
"""

import ipaddress
from collections.abc import Sequence

import pytest

from cagraph.x509.certificate import read_certificate
from cagraph.x509.constraints import Constraints, Names, constraints_of, names_of
from tests.pki import Authority, Spelling, extension, oid, tlv

NAME_CONSTRAINTS, ALTERNATIVE_NAME = "2.5.29.30", "2.5.29.17"
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
ATTRIBUTES = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3", "E": EMAIL_ADDRESS}
UPN = "1.3.6.1.4.1.311.20.2.3"


class Named(Authority):
    """An authority with any name, the empty one too."""

    def __init__(self, der: bytes) -> None:
        super().__init__("Named", key="named")
        self.der = der

    def name(self, spelling: Spelling = "utf8") -> bytes:
        return self.der


ROOT, SUB = Authority("Root", "Example"), Named(tlv(0x30))


def distinguished(text: str, tag: int = 0x0C) -> bytes:
    """Return `C=ZZ/O=Example`, the most general part first, in DER."""
    parts = (part.partition("=") for part in text.split("/") if part)
    return tlv(
        0x30,
        *(tlv(0x31, tlv(0x30, oid(ATTRIBUTES[key]), tlv(tag, value.encode()))) for key, _, value in parts),
    )


def general(name: str) -> bytes:
    """Return a name, or the base of a subtree, in DER."""
    kind, _, value = name.partition(":")
    match kind:
        case "raw":
            return bytes.fromhex(value)
        case "other":
            return tlv(0xA0, oid(value), tlv(0xA0, tlv(0x0C, b"someone")))
        case "directory":
            return tlv(0xA4, distinguished(value))
        case "ip" if "/" in value:
            address, mask = value.split("/")
            return tlv(0x87, *(ipaddress.ip_address(each).packed for each in (address, mask)))
        case "ip":
            return tlv(0x87, ipaddress.ip_address(value).packed)
    return tlv({"email": 0x81, "dns": 0x82, "uri": 0x86}[kind], value.encode("latin-1"))


def subtrees(lines: Sequence[str]) -> bytes:
    """Return the value of a nameConstraints extension."""
    sides: dict[str, list[bytes]] = {"permitted": [], "excluded": []}
    for line in lines:
        side, _, base = line.partition(":")
        sides[side].append(tlv(0x30, general(base)))
    tagged = ((0xA0, sides["permitted"]), (0xA1, sides["excluded"]))
    return tlv(0x30, *(tlv(tag, *found) for tag, found in tagged if found))


def read(value: bytes) -> Constraints:
    """Return what a certificate with this value of the extension says."""
    found = constraints_of(read_certificate(ROOT.issue(SUB, extra=[extension(NAME_CONSTRAINTS, value)]).der))
    assert found is not None
    return found


def constraints(*lines: str) -> Constraints:
    """Return what a certificate with these constraints says."""
    return read(subtrees(lines))


def bearing(*names: str, subject: bytes = tlv(0x30)) -> Names:
    """Return the names of a certificate with these alternative names; without any, it has no extension."""
    extra = [extension(ALTERNATIVE_NAME, tlv(0x30, *map(general, names)))] if names else []
    return names_of(read_certificate(ROOT.issue(Named(subject), ca=False, extra=extra).der))


A, BELOW, ALL = "permitted:dns:a.example", "permitted:dns:.a.example", "permitted:dns:"
NOT_A, NOT_BELOW, NOT_DEEP = "excluded:dns:a.example", "excluded:dns:.a.example", "excluded:dns:b.a.example"
NET, NOT_NET = "permitted:ip:192.0.2.0/255.255.255.0", "excluded:ip:192.0.2.0/255.255.255.0"
NET6, STAR_BOX = "permitted:ip:2001:db8::/ffff:ffff::", "permitted:email:*@a.example"
HOST, DOMAIN, BOX = "permitted:email:a.example", "permitted:email:.a.example", "permitted:email:me@a.example"
U_HOST, U_DOMAIN = "permitted:uri:a.example", "permitted:uri:.a.example"
IN_ZZ, IN_ORG = "permitted:directory:C=ZZ", "permitted:directory:C=ZZ/O=Example"
LONG = "a." * 120 + "a.example"

CASES: dict[str, tuple[list[str], list[str], list[str]]] = {
    # what it is about: constraints, names that are allowed, names that are not
    "itself and what is below": (
        [A],
        ["dns:a.example", "dns:WWW.A.Example", "dns:c.b.a.example"],
        ["dns:ba.example", "dns:example", "dns:b.example"],
    ),
    "no other kind is spoken of": (
        [A],
        ["email:me@b.example", "uri:urn:x:y", "ip:192.0.2.1", "raw:8703c00002", "directory:C=ZZ", "raw:a300"],
        [],
    ),
    "one of two": ([A, "permitted:dns:b.example"], ["dns:a.example", "dns:b.example"], ["dns:c.example"]),
    "excluded wins": ([A, NOT_DEEP], ["dns:a.example", "dns:c.a.example"], ["dns:b.a.example"]),
    "everything excluded": (["excluded:dns:"], ["ip:192.0.2.1"], ["dns:a.example"]),
    "A-labels": (["permitted:dns:xn--bcher-kva.example"], ["dns:w.xn--bcher-kva.example"], ["dns:w.example"]),
    "a leading dot is what is below": ([BELOW], ["dns:b.a.example", "dns:*.a.example"], ["dns:a.example"]),
    "a leading dot, excluded": ([NOT_BELOW], ["dns:a.example"], ["dns:b.a.example", "dns:*.a.example"]),
    "all of a wildcard": ([A], ["dns:*.a.example", "dns:*.b.a.example"], ["dns:*.example"]),
    "some of a wildcard is not enough": (["permitted:dns:b.a.example"], [], ["dns:*.a.example"]),
    "nothing of a wildcard": ([NOT_DEEP], ["dns:*.example"], ["dns:*.a.example", "dns:*.b.a.example"]),
    "one label": (["excluded:dns:c.b.a.example", "excluded:dns:.b.a.example"], ["dns:*.a.example"], []),
    "no DNS name": (
        [ALL],
        [f"dns:{LONG}", "dns:_a.example", "dns:1.a--b"],
        [
            "dns:", "dns:*", "dns:a..example", "dns:a.example.", "dns:.a.example", "dns:a b.example",
            "dns:-a.example", "dns:a-.example", "dns:a*.example", "dns:*.*.example", "dns:b\xfccher.example",
            "dns:192.0.2.1", f"dns:{'a' * 64}.example", f"dns:{'b' * 9}.{LONG}", "dns:a.example\n",
        ],
    ),
    "no DNS name, none permitted": (["excluded:dns:b.example"], ["dns:a.example"], ["dns:a..example"]),
    "a malformed constraint beside": ([A, "permitted:dns:b.example "], ["email:a@b"], ["dns:a.example"]),
    "a wildcard as constraint": (["excluded:dns:*.b.example"], ["ip:192.0.2.1"], ["dns:a.example"]),
    "a dot alone": (["excluded:dns:."], [], ["dns:a.example"]),
    "a network": ([NET], ["ip:192.0.2.0", "ip:192.0.2.255"], ["ip:192.0.3.0", "ip:2001:db8::1", "raw:8700"]),
    "bits of the host": (["permitted:ip:192.0.2.77/255.255.255.0"], ["ip:192.0.2.1"], ["ip:192.0.3.77"]),
    "no network of IPv4": ([NOT_NET], ["ip:192.0.3.0", "ip:2001:db8::1"], ["ip:192.0.2.1", "raw:8703c00002"]),
    "IPv6": ([NET6], ["ip:2001:db8:1::"], ["ip:2001:db9::", "ip:32.1.13.1"]),
    "no IPv6": (["excluded:ip:::/::"], ["ip:0.0.0.0"], ["ip:::"]),
    "a mask with holes": (["permitted:ip:192.0.2.0/255.0.255.0"], ["ip:192.7.2.9"], ["ip:192.0.3.0"]),
    "no network": (["excluded:raw:8704c0000201"], ["dns:a.example"], ["ip:198.51.100.1"]),
    "a host's mailboxes": (
        [HOST], ["email:me@A.example"], ["email:me@b.a.example", "email:a.example", "email:me@you@a.example"]
    ),
    "mailboxes below": ([DOMAIN], ["email:me@b.a.example"], ["email:me@a.example"]),
    "one mailbox": ([BOX], ["email:me@A.Example"], ["email:Me@a.example", "email:you@a.example"]),
    "an asterisk is no wildcard": ([STAR_BOX], ["email:*@a.example"], ["email:me@a.example"]),
    "an asterisk, excluded": (["excluded:email:me@a.example"], ["email:*@a.example"], ["email:me@a.example"]),
    "no mailbox": (
        ["permitted:email:"],
        ["email:a.b+c@a.example"],
        ["email:a@", "email:a..b@c", 'email:"a"@b.example', "email:m\xe9@b.example", "email:a@[::1]"],
    ),
    "half a mailbox": (["permitted:email:@a.example"], [], ["email:me@a.example"]),
    "a dot before a mailbox": (["permitted:email:.me@a.example"], [], ["email:me@a.example"]),
    "a URI's host": (
        [U_HOST], ["uri:https://A.example", "uri:https://me:pw@a.example:443/x?y#z"], ["uri:https://b.a.example/"]
    ),
    "URIs below": ([U_DOMAIN], ["uri:ldap://b.a.example"], ["uri:https://a.example/"]),
    "a URI's host, excluded": (
        ["excluded:uri:a.example"],
        ["uri:https://b.example/@a.example", "uri:x://b.a.example"],
        [
            # RFC 5280 4.2.1.10: where there is no host's name, reject
            "uri:https://a.example/", "uri:urn:x:y", "uri:https://192.0.2.1/", "uri:https://[2001:db8::1]/",
            "uri:https:///x", "uri:https://b.example\\@a.example/", "uri:https://b.example /",
        ],
    ),
    "a URI as constraint": (["excluded:uri:http://a.example"], [], ["uri:https://b.example/"]),
    "any URI with a host": (["permitted:uri:"], ["uri:https://b.example/"], ["uri:urn:x:y"]),
    "a name's beginning": (
        [IN_ORG],
        ["directory:C=ZZ/O=Example", "directory:C=zz/O=  EXAMPLE /CN=x"],
        ["directory:C=ZZ/O=Examples", "directory:O=Example/C=ZZ", "directory:C=ZZ"],
    ),
    "any name": (["permitted:directory:"], ["directory:C=ZZ"], []),
    "no name at all": (["excluded:directory:"], ["dns:a.example"], ["directory:C=ZZ"]),
    "less a beginning": (
        [IN_ZZ, "excluded:directory:C=ZZ/O=Example"],
        ["directory:C=ZZ", "directory:C=ZZ/O=Other"],
        ["directory:C=ZZ/O=Example/CN=x", "directory:O=Example"],
    ),
    "what cannot be compared": (
        [f"permitted:other:{UPN}", "excluded:raw:a500"],
        ["other:1.2.3", "raw:a300", "raw:88022a03"],
        [f"other:{UPN}", "raw:a500"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_allowed(case: str) -> None:
    """RFC 5280 4.2.1.10 and 6.1.3 (b), (c), one name a certificate, the subject empty."""
    lines, allowed, forbidden = CASES[case]
    found = constraints(*lines)
    assert {name: found.forbids(bearing(name)) for name in allowed} == dict.fromkeys(allowed)
    assert [name for name in forbidden if found.forbids(bearing(name)) is None] == []
    if allowed and forbidden:
        assert found.forbids(bearing(*allowed)) is None
        assert found.forbids(bearing(*allowed, forbidden[0])) is not None


def test_a_subject_is_compared_as_rfc_5280_7_1_says() -> None:
    """permitted C=ZZ/O=Example, in UTF8String: the subject in PrintableString, with other case and blanks."""
    for subject, fits in (("C=zz/O= EXAMPLE/CN=x", True), ("C=ZZ/O=Example1", False)):
        names = bearing(subject=distinguished(subject, 0x13))
        assert (constraints(IN_ORG).forbids(names) is None) is fits


def test_an_empty_subject_is_no_name() -> None:
    assert bearing().directory == ()
    assert constraints("excluded:directory:").forbids(bearing()) is None


def test_subject_and_alternative_name_must_both_be_permitted() -> None:
    """permitted C=ZZ: subject C=YY, directoryName C=ZZ."""
    names = bearing("directory:C=ZZ", subject=distinguished("C=YY"))
    assert constraints(IN_ZZ).forbids(names) == "directory C='yy' is outside what is permitted (C='zz')"


def test_mailboxes_of_the_subject_count_where_there_are_no_alternative_names() -> None:
    """RFC 5280 4.2.1.10: not where the extension is there without a mailbox."""
    subject = distinguished("C=ZZ/E=me@b.example", 0x16)
    assert bearing(subject=subject).email == ("me@b.example",)
    assert constraints(HOST).forbids(bearing(subject=subject)) is not None
    assert constraints(HOST).forbids(bearing("dns:b.example", subject=subject)) is None


def test_names_of_each_kind() -> None:
    """Every kind of general name in one certificate."""
    names = bearing(
        "dns:a.example", "ip:192.0.2.1", "email:me@a.example", "uri:urn:x", "directory:C=ZZ",
        f"other:{UPN}", "raw:a300", "raw:a500", "raw:88022a03", "raw:88022a04",
        subject=distinguished("CN=x"),
    )  # fmt: skip
    assert names == Names(
        directory=(("2.5.4.3='x'",), ("2.5.4.6='zz'",)),
        dns=("a.example",),
        ip=(bytes([192, 0, 2, 1]),),
        email=("me@a.example",),
        uri=("urn:x",),
        other=(f"otherName:{UPN}", "x400Address", "ediPartyName", "registeredID"),
        unreadable=False,
    )


@pytest.mark.parametrize(
    ("line", "name", "why"),
    [
        (A, "dns:www.b.example", "dns www.b.example is outside what is permitted (a.example)"),
        (NOT_A, "dns:b.a.example", "dns b.a.example is excluded (a.example)"),
        (NOT_DEEP, "dns:*.a.example", "dns *.a.example is excluded (b.a.example)"),
        (NOT_NET, "ip:192.0.2.1", "ip 192.0.2.1 is excluded (192.0.2.0/24)"),
        ("excluded:email:.example", "email:me@b.example", "email me@b.example is excluded (.example)"),
        (
            f"excluded:other:{UPN}",
            f"other:{UPN}",
            f"otherName:{UPN} cannot be compared with the constraint on it",
        ),
        (BOX, "email:a@a.example", "email a@a.example is outside what is permitted (me@a.example)"),
        ("excluded:uri:", "uri:a://b", "uri a://b is excluded (everything)"),
        ("excluded:dns:a\n.", "dns:b", "dns b meets a malformed constraint (a\\n.)"),
    ],
)
def test_says_which_name_and_why(line: str, name: str, why: str) -> None:
    assert constraints(line).forbids(bearing(name)) == why


def test_says_it_in_one_short_line_whatever_a_stranger_wrote() -> None:
    lines = [f"permitted:dns:{'a' * 60}.{'b' * 60}.{n:04}.example" for n in range(1000)]
    why = constraints(*lines).forbids(bearing("dns:" + "\x1b[2J\n\x85\xe9" * 100))
    assert why is not None
    assert why.isprintable()
    assert len(why) < 200
    outside = constraints(*lines).forbids(bearing("dns:b.example"))
    assert outside is not None
    assert outside.endswith("; and 997 more)")
    assert len(outside) < 400


def test_an_extension_of_no_use() -> None:
    """None without the extension; without subtrees it forbids everything; a minimum of 0 is the default."""
    assert constraints_of(read_certificate(ROOT.issue(SUB).der)) is None
    for empty in (tlv(0x30), tlv(0x30, tlv(0xA0)), tlv(0x30, tlv(0xA0), tlv(0xA1))):
        assert read(empty) == Constraints(unreadable=True)
        assert read(empty).forbids(bearing("dns:a.example")) is not None
    zero = tlv(0x30, tlv(0xA0, tlv(0x30, general("dns:a.example"), tlv(0x80, b"\0"))))
    assert read(zero) == constraints(A)


def test_equal_if_they_say_the_same() -> None:
    """Order, case, repetition and bits of the host say nothing."""
    one = constraints(A, NOT_DEEP, "permitted:ip:192.0.2.1/255.255.255.0", IN_ORG)
    two = constraints("permitted:directory:C=zz/O=EXAMPLE", NET, NOT_DEEP, "permitted:dns:A.EXAMPLE", A)
    assert one == two
    assert len({one, two, constraints(A)}) == 2
