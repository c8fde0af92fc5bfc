"""Name constraints as sets: what a path leaves, compared with brute force; and what strangers may write.

The brute force lists every name over a few labels, and takes a subtree for what its text says.
"""

import time
from collections.abc import Callable, Iterable
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.x509.certificate import read_certificate
from cagraph.x509.constraints import Constraints, Names, constraints_of, names_of, nothing_left
from tests.pki import extension, oid, tlv
from tests.real_certificates import real_facts
from tests.x509.test_constraints import (
    ALTERNATIVE_NAME,
    NAME_CONSTRAINTS,
    NET,
    NOT_A,
    NOT_NET,
    ROOT,
    SUB,
    A,
    bearing,
    constraints,
    general,
    read,
    subtrees,
)


@pytest.mark.parametrize(
    ("above", "left_nothing"),
    [
        ([[A]], []),
        ([[A], ["permitted:dns:b.example"]], ["dns"]),
        ([[A, NOT_A]], ["dns"]),
        ([[A], [NOT_A]], ["dns"]),
        ([[A], ["excluded:dns:.a.example"]], []),
        ([["permitted:dns:.a.example"], ["excluded:dns:.a.example"]], ["dns"]),
        ([[A], ["permitted:email:a.example"]], []),
        ([["excluded:dns:", "excluded:email:"]], ["dns", "email"]),
        ([["excluded:uri:", "excluded:directory:"]], ["uri", "directory"]),
        ([["excluded:ip:0.0.0.0/0.0.0.0"]], []),
        ([["excluded:ip:0.0.0.0/0.0.0.0"], ["excluded:ip:::/::"]], ["ip"]),
        ([["excluded:ip:0.0.0.0/128.0.0.0", "excluded:ip:128.0.0.0/128.0.0.0", "excluded:ip:::/::"]], ["ip"]),
        ([[NET], [NOT_NET]], ["ip"]),
        ([[NET], ["excluded:ip:192.0.2.0/255.255.255.128"]], []),
        ([[NET], ["permitted:ip:2001:db8::/ffff:ffff::"]], ["ip"]),
        ([["permitted:ip:192.0.2.0/255.0.255.0"], ["excluded:ip:192.0.2.0/255.0.255.0"]], []),
        ([["permitted:ip:192.0.2.0/255.0.255.0"], ["excluded:ip:0.0.0.0/0.0.0.0"]], ["ip"]),
        ([["permitted:email:a.example"], ["permitted:email:.a.example"]], ["email"]),
        ([["permitted:email:me@b.a.example"], ["permitted:email:.a.example"]], []),
        ([["permitted:uri:a.example"], ["excluded:uri:a.example"]], ["uri"]),
        ([["permitted:directory:C=ZZ"], ["permitted:directory:C=ZZ/O=a", "excluded:directory:C=YY"]], []),
        ([["excluded:dns:*.a.example"]], ["dns"]),
        ([["excluded:other:1.2.3"]], []),
        ([], []),
    ],
)
def test_what_a_path_leaves(above: list[list[str]], left_nothing: list[str]) -> None:
    """Each list is one certificate of the path."""
    assert nothing_left(constraints(*lines) for lines in above) == frozenset(left_nothing)


def hosts(labels: str, depth: int) -> list[str]:
    """Return every name of up to `depth` of these labels."""
    return [".".join(name) for length in range(1, depth + 1) for name in product(labels, repeat=length)]


def in_domain(name: str, base: str) -> bool:
    return base in ("", name) or name.endswith(base if base.startswith(".") else f".{base}")


def at_host(name: str, base: str) -> bool:
    host = name.rpartition("@")[2].removeprefix("s://")
    return base in ("", name, host) or (base.startswith(".") and host.endswith(base))


def begins(name: str, base: str) -> bool:
    return f"{name}/".startswith(f"{base}/" if base else "")


def in_network(name: str, base: str) -> bool:
    """Compare bit by bit, of 192.0.2.x only."""
    address, mask = (int(part.rpartition(".")[2]) for part in base.split("/"))
    return (int(name.rpartition(".")[2]) ^ address) & mask == 0


# z is a label and a mailbox of which no constraint speaks: there is always one.
DEEP, SHALLOW = hosts("abz", 3), hosts("ab", 2)
DOMAINS = ["", *SHALLOW, *(f".{host}" for host in SHALLOW)]
BOXES = [f"{local}@{host}" for local in "xyz" for host in DEEP]
SLASHED = ["/".join(f"O={part}" for part in host.split(".")) for host in DEEP]
# Each kind: all names, the bases that constraints are made of, and what a base has in it.
ALL_NAMES: dict[str, tuple[list[str], list[str], Callable[[str, str], bool]]] = {
    "dns": (DEEP, DOMAINS, in_domain),
    "uri": ([f"s://{host}" for host in DEEP], DOMAINS, at_host),
    "email": (BOXES, [*DOMAINS, *(box for box in BOXES if "z" not in box and box.count(".") < 2)], at_host),
    "directory": (
        SLASHED,
        ["", *(name for name in SLASHED if "z" not in name and name.count("/") < 2)],
        begins,
    ),
    "ip": (
        [f"192.0.2.{last}" for last in range(16)],
        [f"192.0.2.{last}/255.255.255.{mask}" for last in range(16) for mask in (240, 248, 252, 254, 255)],
        in_network,
    ),
}
SIDES = ("permitted", "excluded")
EVERY_ADDRESS = "permitted:ip:192.0.2.0/255.255.255.240"


def allowed(name: str, lines: Iterable[str], within: Callable[[str, str], bool]) -> bool:
    """Say whether a certificate that says `lines` allows a name."""
    sides: dict[str, list[bool]] = {"permitted": [], "excluded": []}
    for line in lines:
        side, _, base = line.split(":", 2)
        sides[side].append(within(name, base))
    return (any(sides["permitted"]) or not sides["permitted"]) and not any(sides["excluded"])


@pytest.mark.parametrize("kind", sorted(ALL_NAMES))
@given(st.data())
def test_forbids_and_leaves_what_brute_force_does(kind: str, data: st.DataObject) -> None:
    side = st.sampled_from(SIDES)
    line = st.builds("{}:{}:{}".format, side, st.just(kind), st.sampled_from(ALL_NAMES[kind][1]))
    above = data.draw(st.lists(st.lists(line, min_size=1, max_size=5), min_size=1, max_size=3))
    above = [[EVERY_ADDRESS], *above] if kind == "ip" else above
    names, _, within = ALL_NAMES[kind]
    read_ones = [constraints(*lines) for lines in above]
    borne = {name: _borne(kind, name) for name in names}
    left = set(names)
    for lines, one in zip(above, read_ones, strict=True):
        by_text = {name for name in names if allowed(name, lines, within)}
        assert {name for name in names if one.forbids(borne[name]) is None} == by_text
        left &= by_text
    assert nothing_left(read_ones) == (frozenset() if left else {kind})


@cache
def _borne(kind: str, name: str) -> Names:
    """Return the names of a certificate that bears one."""
    return bearing(f"{kind}:{name}")


@given(st.lists(st.sampled_from([f"{side}:dns:{base}" for side in SIDES for base in DOMAINS]), max_size=6))
def test_a_wildcard_is_every_name_it_can_stand_for(lines: list[str]) -> None:
    one = constraints(*lines)
    for host in hosts("abz", 2):
        each = [one.forbids(_borne("dns", f"{label}.{host}")) for label in "abz"]
        assert (one.forbids(_borne("dns", f"*.{host}")) is None) is (each == [None] * 3)


@given(st.integers(0, 15), st.integers(0, 255), st.integers(0, 255))
def test_a_mask_with_holes_counts_bit_by_bit(last: int, base: int, mask: int) -> None:
    one = constraints(f"permitted:ip:192.0.2.{base}/255.255.255.{mask}")
    assert (one.forbids(_borne("ip", f"192.0.2.{last}")) is None) is ((last ^ base) & mask == 0)


ONE = general("dns:a.example")
BAD = {
    "nothing": b"", "null": tlv(0x05), "a set": tlv(0x31, tlv(0xA0)), "no side": tlv(0x30, tlv(0xA2)),
    "more": subtrees([A]) + b"\0", "less": subtrees([A])[:-1], "turned": tlv(0x30, tlv(0xA1), tlv(0xA0)),
    "twice": tlv(0x30, tlv(0xA0), tlv(0xA0)), "an empty subtree": tlv(0x30, tlv(0xA0, tlv(0x30))),
    "a bare name": tlv(0x30, tlv(0xA0, ONE)), "no kind": tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x89)))),
    "a minimum": tlv(0x30, tlv(0xA0, tlv(0x30, ONE, tlv(0x80, b"\1")))),
    "a maximum": tlv(0x30, tlv(0xA0, tlv(0x30, ONE, tlv(0x81, b"\5")))),
    "no type": tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0xA0)))),
    "no name": tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0xA4, tlv(0x30, tlv(0x30)))))),
}  # fmt: skip
THERE_BADLY = {
    "twice": [extension(NAME_CONSTRAINTS, subtrees([A]))] * 2,
    "no value": [tlv(0x30, oid(NAME_CONSTRAINTS))],
    "another type": [tlv(0x30, oid(NAME_CONSTRAINTS), tlv(0x03, subtrees([A])))],
    "a null": [tlv(0x30, oid(NAME_CONSTRAINTS), tlv(0x05))],
    "cut short": [tlv(0x30, oid(NAME_CONSTRAINTS), b"\x04\x7f")],
} | {f"with {what}": [extension(NAME_CONSTRAINTS, value)] for what, value in BAD.items()}


@pytest.mark.parametrize("what", THERE_BADLY)
def test_an_extension_that_cannot_be_read_forbids_everything(what: str) -> None:
    """A minimum other than 0 and a maximum too, as in mozilla::pkix."""
    one = constraints_of(read_certificate(ROOT.issue(SUB, extra=THERE_BADLY[what]).der))
    assert one is not None
    assert one.forbids(bearing()) == "its name constraints cannot be read"
    assert nothing_left([constraints(A), one]) == {"dns", "ip", "email", "directory", "uri"}


def test_alternative_names_that_cannot_be_read() -> None:
    """They may be any names, so whatever is constrained may be forbidden."""
    names = bearing("dns:a.example", "raw:8902abcd")
    assert names.unreadable
    assert constraints(NOT_NET).forbids(names) == "the subject alternative names cannot be read"
    assert Constraints().forbids(names) is None


@given(st.binary(max_size=80))
def test_any_bytes_in_the_extension(value: bytes) -> None:
    one = read(value)
    assert nothing_left([one]) <= nothing_left([one, constraints(A)])
    assert one.forbids(_borne("dns", "a.example")) is None or one != Constraints()


TAGS = st.sampled_from([0xA0, 0xA4, 0x81, 0x82, 0x86, 0x87, 0x88])


@given(st.lists(st.tuples(TAGS, st.binary(max_size=20))))
def test_any_names_and_any_subtrees(parts: list[tuple[int, bytes]]) -> None:
    """The same octets as names and as constraints: where nothing is left of a kind, none is allowed."""
    made = [tlv(tag, content) for tag, content in parts]
    extra = [extension(ALTERNATIVE_NAME, tlv(0x30, *made))]
    names = names_of(read_certificate(ROOT.issue(SUB, ca=False, extra=extra).der))
    for tag in (0xA0, 0xA1):
        one = read(tlv(0x30, tlv(tag, *(tlv(0x30, each) for each in made))))
        why = one.forbids(names)
        assert why is None or (why.isprintable() and len(why) < 500)
        if why is None:
            borne = {kind for kind in ("dns", "ip", "email", "directory", "uri") if getattr(names, kind)}
            assert not borne & nothing_left([one])


def test_every_beginning_and_every_changed_byte() -> None:
    """A whole extension cut short anywhere, or with a byte turned around: read or refused, never raised."""
    value = subtrees([A, "permitted:directory:C=ZZ/O=a", NOT_NET, "excluded:email:a@b", "excluded:other:1.2"])
    names = bearing("dns:b.example", "ip:192.0.2.1", "other:1.2", "directory:C=YY")
    assert read(value).forbids(names) is not None
    for length in range(len(value)):
        assert read(value[:length]).forbids(names) is not None
        changed = bytearray(value)
        changed[length] ^= 0xFF
        read(bytes(changed)).forbids(names)


MANY = 10_000


@pytest.mark.parametrize("kind", ["dns", "ip", "email", "uri", "directory", "deep", "holes"])
def test_many_subtrees_and_many_names_take_no_long_time(kind: str) -> None:
    """10,000 of both, of which none is forbidden, so that all are looked at."""
    many = {
        "dns": (f"dns:{n}.a.b.c.d.e.f.g.h.example" for n in range(MANY)),
        "ip": (f"ip:10.{n >> 8}.{n & 255}.0" for n in range(MANY)),
        "email": (f"email:{n}@a.example" for n in range(MANY)),
        "uri": (f"uri:s://{n}.a.example" for n in range(MANY)),
        "directory": (f"directory:O=a/O=b/O={n}" for n in range(MANY)),
        "deep": ("directory:" + "/".join(["O=a"] * n) for n in range(1, 300)),
        "holes": (f"ip:10.{n >> 8}.{n & 255}.0" for n in range(MANY)),
    }[kind]
    names = list(many)
    mask = {"ip": "/255.255.255.0", "holes": "/255.255.255.1"}.get(kind, "")
    lines = [f"permitted:{name.replace('s://', '')}{mask}" for name in names]
    one, borne = constraints(*lines), bearing(*names)
    none = constraints(*(line.replace("permitted", "excluded") for line in lines))
    began = time.perf_counter()
    assert one.forbids(borne) is None
    assert none.forbids(borne) is not None
    assert nothing_left([one]) == frozenset()
    assert nothing_left([one, none]) == (frozenset() if kind == "holes" else {names[0].partition(":")[0]})
    assert time.perf_counter() - began < 10


def test_more_masks_than_there_are_prefixes_are_not_looked_at() -> None:
    lines = [f"permitted:ip:0.0.0.0/{mask >> 8}.{mask & 255}.0.1" for mask in range(MANY)]
    why = constraints(*lines).forbids(bearing(*(f"ip:10.{n >> 8}.{n & 255}.0" for n in range(MANY))))
    assert why == "ip 10.0.0.0 meets a malformed constraint (10000 masks)"


@pytest.mark.realdata
def test_real_certificates(real_dir: Path) -> None:
    """Every extension and every alternative name is read, and what real CAs issued is allowed.

    By name alone, five pairs do not fit: the editions of one policy CA permit different names.
    """
    facts = real_facts(real_dir)
    found = {sha256: one for sha256, each in facts.items() if (one := constraints_of(each)) is not None}
    assert found.keys() == {sha256 for sha256, each in facts.items() if each.name_constraints is not None}
    assert not any(names_of(each).unreadable for each in facts.values())
    for sha256, one in found.items():
        assert not one.unreadable
        told = facts[sha256].name_constraints or ()
        said = {(each.permitted, each.name_type, each.value.lower()) for each in told}
        sets = [each.subtrees for _, each in (*one.permitted, *one.excluded)]
        assert sum(map(len, [*sets, one.malformed, one.other])) == len(said)
    pairs = [(sha256, each) for sha256 in found for each in facts.values()
             if each.issuer_name_id == facts[sha256].subject_name_id != each.subject_name_id]  # fmt: skip
    forbidden = [pair for pair in pairs if found[pair[0]].forbids(names_of(pair[1]))]
    assert (len(pairs), len(forbidden)) == (140, 5)
    assert not any(each.authority_key_id == facts[sha256].subject_key_id for sha256, each in forbidden)
