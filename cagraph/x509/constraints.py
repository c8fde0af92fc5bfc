"""Name constraints: which names a certificate allows below it, which paths allow none (RFC 5280 4.2.1.10).

`Constraints.forbids` asks of one certificate's names what RFC 5280 6.1.3 (b) and (c) ask; `nothing_left`
asks whether the constraints along a path (6.1.4 g) let any name through. Which certificates are to be asked
(a self-issued one is not, unless it is the last) is for the caller to say.

Where RFC 5280 is silent, verifiers decide: mozilla::pkix (pkixnames.cpp), Go (crypto/x509, constraints.go and
parser.go) and pyca (cryptography-x509-verification). Each such choice is cited where it is made.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cagraph.x509.der import SEQUENCE, children
from cagraph.x509.facts import CertificateFacts
from cagraph.x509.general_names import (
    KINDS,
    GeneralName,
    Names,
    Tree,
    Trees,
    address_text,
    dns_path,
    extension_value,
    general_name,
    mailbox_path,
    names_of,
    sequence,
    short,
    subtree,
    subtree_text,
    uri_path,
)
from cagraph.x509.outline import NAME_CONSTRAINTS

__all__ = ["Constraints", "Names", "constraints_of", "names_of", "nothing_left"]

Network = tuple[int, int, int]
"""Octets of an address, mask, address under the mask."""

_MINIMUM, _PERMITTED, _EXCLUDED = 0x80, 0xA0, 0xA1
_EVERYTHING: Tree = ((), False)
_MOST_TEXTS = 3

# There are 33 masks of IPv4 and 129 of IPv6. Who has more has masks with holes, and each of them costs every
# address a look-up.
_MOST_MASKS = 256


@dataclass(frozen=True)
class Networks:
    """A set of addresses. An IPv4 address is in no IPv6 network, nor the other way round.

    A mask with holes counts bit by bit, as in mozilla::pkix (MatchPresentedIPAddressWithConstraint). Go and
    pyca refuse it, but what one root program's verifier accepts must not be called forbidden.
    """

    subtrees: frozenset[Network]

    def find(self, address: bytes) -> Network | None:
        """Return a network that the address is in."""
        number = int.from_bytes(address)
        for size, mask in self._masks:
            network = (size, mask, number & mask)
            if size == len(address) and network in self.subtrees:
                return network
        return None

    meet = find

    def rounded(self, *, permitted: bool) -> "Networks":
        """Return the set with prefixes only, for `nothing_left`.

        A mask with holes stands for all addresses, if permitted, and for none, if excluded: so it is never
        said that nothing is left where something is.
        """
        kept = {each for each in self.subtrees if not _holes(*each[:2])}
        whole = {(size, 0, 0) for size, _, _ in self.subtrees - kept} if permitted else set()
        return Networks(frozenset(kept | whole))

    @cached_property
    def _masks(self) -> set[tuple[int, int]]:
        return {(size, mask) for size, mask, _ in self.subtrees}


Sets = frozenset[tuple[str, Trees | Networks]]
"""What is permitted, or excluded: a set of names for each kind that is spoken of."""


@dataclass(frozen=True)
class Constraints:
    """What one nameConstraints extension says; equal to another that has the same subtrees.

    `malformed` are subtrees (kind, text) that mean nothing, `other` the kinds of names that cannot be
    compared and are spoken of all the same.
    """

    permitted: Sets = frozenset()
    excluded: Sets = frozenset()
    malformed: frozenset[tuple[str, str]] = frozenset()
    other: frozenset[str] = frozenset()
    unreadable: bool = False

    def forbids(self, names: Names) -> str | None:
        """Return which of these names is not allowed and why, in one line; None if all are."""
        if self.unreadable:
            return "its name constraints cannot be read"
        if names.unreadable and self._kinds:
            return "the subject alternative names cannot be read"
        return next(self._objections(names), None)

    @cached_property
    def _kinds(self) -> frozenset[str]:
        """The kinds that are spoken of; of every other kind all names are allowed."""
        found = {kind for pairs in (self.permitted, self.excluded, self.malformed) for kind, _ in pairs}
        return self.other | found

    def _objections(self, names: Names) -> Iterator[str]:
        """Yield why names are not allowed."""
        for kind in names.other:
            if kind in self._kinds:
                # RFC 5280 4.2.1.10: process the constraint or reject the certificate.
                yield f"{kind} cannot be compared with the constraint on it"
        directory = ((subtree_text("directory", (path, False)), path) for path in names.directory)
        yield from self._judge("directory", directory)
        yield from self._judge("dns", ((text, dns_path(text)) for text in names.dns))
        yield from self._judge("email", ((text, mailbox_path(text)) for text in names.email))
        yield from self._judge("uri", ((text, uri_path(text)) for text in names.uri))
        addresses = ((address_text(ip), ip if len(ip) in (4, 16) else None) for ip in names.ip)
        yield from self._judge("ip", addresses)

    def _judge(self, kind: str, names: Iterable[tuple[str, Any]]) -> Iterator[str]:
        """Yield why names of one kind are not allowed; each is (text, what a set of its kind holds)."""
        if kind not in self._kinds:
            return
        permitted, excluded = dict(self.permitted).get(kind), dict(self.excluded).get(kind)
        malformed = sorted(text for of, text in self.malformed if of == kind)
        for text, name in names:
            what = f"{kind} {short(text)}"
            if malformed:
                # mozilla::pkix and pyca refuse the path when they come to such a constraint.
                yield f"{what} meets a malformed constraint ({_listed(malformed)})"
            elif name is None:
                # mozilla::pkix and pyca: what cannot be compared is not within, and not outside either.
                yield f"{what} is malformed, no constraint can be applied to it"
            # Of a wildcard, all must be permitted and nothing excluded: so Go and pyca. mozilla::pkix takes
            # `*.a.example` for permitted by `b.a.example` too.
            elif permitted and not permitted.find(name):
                texts = [_text(kind, one) for one in permitted.subtrees]
                yield f"{what} is outside what is permitted ({_listed(texts)})"
            # mozilla::pkix refuses every name where a directoryName is excluded; RFC 5280 says which ones.
            elif excluded and (hit := excluded.meet(name)):
                yield f"{what} is excluded ({short(_text(kind, hit))})"


def constraints_of(certificate: CertificateFacts) -> Constraints | None:
    """Return the constraints that a certificate puts on those below it; None if it has no such extension.

    An extension that cannot be read forbids everything, one without any subtree too: RFC 5280 4.2.1.10
    forbids a CA to issue it; mozilla::pkix, Go and pyca refuse it.
    """
    try:
        value = extension_value(certificate.der, NAME_CONSTRAINTS)
        return None if value is None else _read(value)
    except ValueError:
        return Constraints(unreadable=True)


def _read(value: bytes) -> Constraints:
    """Read the value of the extension.

    Raises:
        ValueError: it is not built as RFC 5280 4.2.1.10 says.
    """
    sides = sequence(value)
    if [side[0] for side in sides] not in ([], [_PERMITTED], [_EXCLUDED], [_PERMITTED, _EXCLUDED]):
        raise ValueError("not permittedSubtrees, then excludedSubtrees")
    bases = {
        tag: [_base(value, *each) for each in children(value, start, end)] for tag, _, start, end in sides
    }
    # One list may be empty, as in Buypass Class 2 CA 4; pyca refuses that, Go reads it.
    if not any(bases.values()):
        raise ValueError("no subtree")
    malformed: set[tuple[str, str]] = set()
    return Constraints(
        permitted=_sets(bases.get(_PERMITTED, []), malformed),
        excluded=_sets(bases.get(_EXCLUDED, []), malformed),
        malformed=frozenset(malformed),
        other=frozenset(kind for found in bases.values() for kind, _ in found if kind not in KINDS),
    )


def _base(der: bytes, tag: int, _at: int, start: int, end: int) -> GeneralName:
    """Return the base of one GeneralSubtree.

    Raises:
        ValueError: it cannot be read, or its minimum is not 0, or there is a maximum: RFC 5280 knows no
            meaning of these, and mozilla::pkix refuses them (even a minimum of 0, which DER leaves out).
    """
    (base, _, first, last), *distances = children(der, start, end)
    if tag != SEQUENCE or [(t, der[a:b]) for t, _, a, b in distances] not in ([], [(_MINIMUM, b"\0")]):
        raise ValueError("not a subtree, or one with a distance")
    return general_name(base, der[first:last])


def _sets(bases: Iterable[GeneralName], malformed: set[tuple[str, str]]) -> Sets:
    """Return the sets that these subtrees make; those that mean nothing go to `malformed`."""
    trees: dict[str, set[Tree]] = {}
    networks: set[Network] = set()
    for kind, base in bases:
        if kind not in KINDS:
            continue
        if not isinstance(base, bytes):
            if tree := subtree(kind, base):
                trees.setdefault(kind, set()).add(tree)
            else:
                malformed.add((kind, str(base)))
        elif len(base) in (8, 32):
            size = len(base) // 2
            mask = int.from_bytes(base[size:])
            networks.add((size, mask, int.from_bytes(base[:size]) & mask))
        else:
            malformed.add((kind, base.hex()))
    if (masks := len({mask for _, mask, _ in networks})) > _MOST_MASKS:
        malformed.add(("ip", f"{masks} masks"))
    sets: dict[str, Trees | Networks] = {kind: Trees(frozenset(found)) for kind, found in trees.items()}
    return frozenset((sets | ({"ip": Networks(frozenset(networks))} if networks else {})).items())


def nothing_left(above: Iterable[Constraints]) -> frozenset[str]:
    """Return the kinds of names of which no name at all satisfies all of these constraints."""
    constraints = list(dict.fromkeys(above))
    if any(one.unreadable for one in constraints):
        return frozenset(KINDS)
    dead = {kind for one in constraints for kind, _ in one.malformed}
    for kind in KINDS:
        permitted: list[Any] = [found for one in constraints for of, found in one.permitted if of == kind]
        excluded: list[Any] = [found for one in constraints for of, found in one.excluded if of == kind]
        left = _address_left if kind == "ip" else _name_left
        if not left(permitted, excluded):
            dead.add(kind)
    return frozenset(dead)


def _name_left(permitted: list[Trees], excluded: list[Trees]) -> bool:
    """Say whether a name is in all permitted sets and in no excluded one.

    Of subtrees that are nested or disjoint, those that lie within every set are what the sets share. And
    subtrees within a subtree never use it up: it has a name of its own, or more below it than anyone lists
    (the length of a host's name aside).
    """
    shared = {tree for one in permitted for tree in one.subtrees} if permitted else {_EVERYTHING}
    return any(
        all(one.covers(tree) for one in permitted) and not any(one.covers(tree) for one in excluded)
        for tree in shared
    )


def _address_left(permitted: list[Networks], excluded: list[Networks]) -> bool:
    """Say whether an IPv4 or an IPv6 address is in all permitted sets and in no excluded one.

    The lowest such address is 0, or begins a permitted network, or comes next after an excluded one.
    """
    permitted = [one.rounded(permitted=True) for one in permitted]
    excluded = [one.rounded(permitted=False) for one in excluded]
    lowest = {(size, 0) for size in (4, 16)}
    lowest |= {(size, address) for one in permitted for size, _, address in one.subtrees}
    lowest |= {(size, address + 256**size - mask) for one in excluded for size, mask, address in one.subtrees}
    octets = (number.to_bytes(size) for size, number in lowest if number < 256**size)
    return any(
        all(one.find(address) for one in permitted) and not any(one.find(address) for one in excluded)
        for address in octets
    )


def _holes(size: int, mask: int) -> bool:
    """Say whether the bits that a mask leaves open are not just the last ones."""
    open_bits: int = 256**size - 1 - mask
    return open_bits & (open_bits + 1) != 0


def _text(kind: str, one: Any) -> str:
    """Return a subtree or a network as a person reads it."""
    if kind != "ip":
        return subtree_text(kind, one)
    size, mask, address = one
    bits = address_text(mask.to_bytes(size)) if _holes(size, mask) else mask.bit_count()
    return f"{address_text(address.to_bytes(size))}/{bits}"


def _listed(texts: list[str]) -> str:
    """Return the first of many texts, and how many more there are."""
    shown = [short(text) for text in sorted(texts)[:_MOST_TEXTS]]
    more = [f"and {len(texts) - _MOST_TEXTS} more"] if len(texts) > _MOST_TEXTS else []
    return "; ".join([*shown, *more])
