"""What every certificate can issue for, exactly, without enumerating paths.

A claim is something an anchor may be trusted for: a program's purpose, for EV under one policy. From the
anchors down, each CA collects the claims that some path brings to it, told apart by the room that the path
leaves (path length, name constraints). What brings nothing beyond a shorter path that leaves as much is
dropped, and what arrives with the same room at the same length is one, so there is little to go on with,
however many paths there are.

For a CA that is exact: a path that visits a CA twice leaves no more than the same without the loop. For a
certificate u → v it need not be where v may lie on the way to u, which is within one strongly connected
component: then the claims of u are collected again without v. Rooms, purposes and policies are those of
`rules`. Knows no program and no day but what it is told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Generic, NamedTuple

from cagraph.collector import collector_paused
from cagraph.graph.claims import Claim, Claims, Key
from cagraph.graph.labels import UNLIMITED, Capable, Label, Source, leaves_as_much, room_after
from cagraph.graph.rules import Certificate, Room, begin
from cagraph.graph.steps import Steps, Walkable, below, steps_of

DEFAULT_ROOMS = 1_000
"""Rooms told apart at one CA."""


def capability(
    graph: Walkable,
    trust: Mapping[str, Iterable[Claim[Key]]],
    *,
    at: datetime | None = None,
    without: Collection[str] = (),
    bare: bool = False,
    rooms: int = DEFAULT_ROOMS,
) -> dict[str, Capable[Key]]:
    """Return what every certificate can issue for, by SHA-256; those that can nothing are left out.

    `trust` says what each anchor (SHA-256) is trusted for. `at`: only with certificates valid at that
    instant; without it, dates are not looked at. `without`: none of these certificates, anchors apart
    (those that are revoked, say). `bare`: anchors are a name and a key alone (RFC 5280 6.1.1 d).
    `rooms` bounds the work at one CA; where it is reached, `Capable.complete` is False below.
    """
    steps = steps_of(graph)
    usable = {
        each for each in steps.certificates.values() if each.sha256 not in without and each.is_valid(at)
    }
    with collector_paused():
        return _Capability(steps, Claims(steps, trust), usable, _Anchors(bare, at), rooms).of_all()


class _Anchors(NamedTuple):
    """How anchors are read."""

    bare: bool
    at: datetime | None

    def room(self, anchor: Certificate) -> Room | None:
        """Return the room that an anchor leaves, or None if it is none."""
        if not anchor.is_valid(self.at):
            return None
        if self.bare:
            return Room()
        reading, _ = begin(anchor)
        return reading.room if reading.sound else None


class _Capability(Generic[Key]):
    """One computation over one graph."""

    def __init__(
        self, steps: Steps, claims: Claims[Key], usable: set[Certificate], anchors: _Anchors, most: int
    ) -> None:
        self._steps = steps
        self._claims = claims
        self._most = most
        self._crowded: set[str] = set()
        # What each CA issued that can be used at all, with the claims that it lets through.
        self._issued = {
            ca: [
                (each, permitted)
                for each in issued
                if each in usable and not each.unfit and (permitted := claims.permitted(each))
            ]
            for ca, issued in steps.issued.items()
        }
        self._usable = usable
        self._starts = self._begin(anchors)
        self._labels = self._spread(self._starts.values(), None, None)
        self._without: dict[str, tuple[int, dict[str, list[Label]]]] = {}

    def of_all(self) -> dict[str, Capable[Key]]:
        """Return what every certificate can issue for."""
        found = {each: self._sources_of(each) for each in self._steps.certificates.values()}
        unsure = below(self._steps, self._crowded)
        capable = {}
        for each, sources in found.items():
            complete = self._steps.issuer.get(each.sha256) not in unsure
            if sources or not complete:
                capable[each.sha256] = Capable(self._claims, sources, complete)
        return capable

    def _begin(self, anchors: _Anchors) -> dict[Certificate, Label]:
        """Return the label of each anchor alone."""
        starts = {}
        for sha256, claims in self._claims.of_anchor.items():
            anchor = self._steps.certificates[sha256]
            if not anchors.bare:
                claims &= self._claims.permitted(anchor, policies=False)  # noqa: PLW2901
            room = anchors.room(anchor)
            if claims and room is not None:
                starts[anchor] = Label(anchor.ca, room, 1)
                starts[anchor].add(claims, None, anchor)
        return starts

    def _spread(
        self, seeds: Iterable[Label], within: int | None, avoiding: str | None
    ) -> dict[str, list[Label]]:
        """Return the labels of every CA by paths that go on from the seeds, shorter ones first.

        `within`: only through the CAs of one strongly connected component. `avoiding`: not through this CA.
        """
        kept: dict[str, list[Label]] = defaultdict(list)
        unlimited: dict[str, int] = defaultdict(int)
        waiting: dict[int, dict[tuple[str, Room], Label]] = defaultdict(dict)
        for seed in seeds:
            if seed.ca != avoiding:
                for source in seed.sources:
                    _arrive(waiting[seed.length], seed.ca, seed.room).add(*source)
        while waiting:
            length = min(waiting)
            new = [label for label in waiting.pop(length).values() if self._keep(label, kept[label.ca])]
            for label in new:
                label.length = length
                if avoiding is None and label.ca in self._steps.component:
                    label.by_way_of = self._ways(label)
                if label.room == UNLIMITED:
                    unlimited[label.ca] |= label.claims
            level: dict[tuple[str, Room], Label] = waiting.get(length + 1, {})
            for label in new:
                self._go_on(label, level, unlimited, within, avoiding)
            if level:
                waiting[length + 1] = level
        return kept

    def _go_on(
        self,
        label: Label,
        level: dict[tuple[str, Room], Label],
        unlimited: Mapping[str, int],
        within: int | None,
        avoiding: str | None,
    ) -> None:
        """Take a label over every certificate that its CA issued, unless nothing new can come of it."""
        component = self._steps.component
        for certificate, permitted in self._issued.get(label.ca, ()):
            ca = certificate.ca
            claims = label.claims & permitted & ~unlimited[ca]
            if not claims or ca == avoiding or (within is not None and component.get(ca) != within):
                continue
            room = room_after(label.room, certificate)
            if room is not None:
                _arrive(level, ca, room).add(claims, label, certificate)

    def _keep(self, label: Label, kept: list[Label]) -> bool:
        """Keep what a label brings beyond those that leave as much room; say whether that is anything."""
        known = 0
        for other in kept:
            if other.claims & label.claims and leaves_as_much(other.room, label.room):
                known |= other.claims
        if not label.claims & ~known:
            return False
        if len(kept) >= self._most:
            self._crowded.add(label.ca)
            return False
        if label.claims & known:
            label.sources = [
                each._replace(claims=each.claims & ~known) for each in label.sources if each.claims & ~known
            ]
            label.claims &= ~known
        kept.append(label)
        return True

    def _sources_of(self, certificate: Certificate) -> list[Source]:
        """Return where the claims of a certificate come from, by paths no longer than those that follow."""
        found = self._starts[certificate].sources.copy() if certificate in self._starts else []
        issuer = self._steps.issuer.get(certificate.sha256)
        if issuer is None or certificate not in self._usable or certificate.unfit:
            return found
        wanted = self._claims.permitted(certificate, policies=issuer != certificate.ca)
        if found:
            wanted &= ~found[0].claims
        for label in self._labels_at(issuer, certificate.ca) if wanted else ():
            claims = label.claims & wanted
            if claims and room_after(label.room, certificate) is not None:
                found.append(Source(claims, label, certificate))
                wanted &= ~claims
        return found

    def _labels_at(self, issuer: str, subject: str) -> list[Label]:
        """Return the labels of a CA by paths that do not go through the one it issues to."""
        if issuer == subject or not self._steps.loops(issuer, subject):
            return self._labels.get(issuer, [])
        if subject not in self._without:
            self._without[subject] = self._collect_without(subject)
        doubtful, without = self._without[subject]
        labels = self._labels.get(issuer, [])
        if not doubtful:
            return labels
        certain = [replace(each, claims=each.claims & ~doubtful) for each in labels]
        return sorted([*certain, *without.get(issuer, [])], key=attrgetter("length"))

    def _ways(self, label: Label) -> dict[str, int]:
        """Return by way of which CAs of their component the claims of a label come."""
        ways = {label.ca: label.claims}
        for claims, above, _ in label.sources:
            if above is not None and self._steps.loops(above.ca, label.ca):
                for ca, came in above.by_way_of.items():
                    if came & claims:
                        ways[ca] = ways.get(ca, 0) | came & claims
        return ways

    def _collect_without(self, subject: str) -> tuple[int, dict[str, list[Label]]]:
        """Return the claims that come to an issuer of a CA by way of the CA, and their labels without it."""
        doubtful = 0
        for issuer in self._steps.cas.predecessors(subject):
            if issuer != subject and self._steps.loops(issuer, subject):
                for label in self._labels.get(issuer, ()):
                    doubtful |= label.by_way_of.get(subject, 0)
        if not doubtful:
            return 0, {}
        component = self._steps.component[subject]
        return doubtful, self._spread(self._arriving(component, doubtful), component, subject)

    def _arriving(self, component: int, wanted: int) -> Iterator[Label]:
        """Yield the labels with which claims come into a strongly connected component, or begin there."""
        for anchor, label in self._starts.items():
            if label.claims & wanted and self._steps.component.get(anchor.ca) == component:
                begun = Label(anchor.ca, label.room, label.length)
                begun.add(label.claims & wanted, None, anchor)
                yield begun
        for issuer, certificate, permitted in self._entrances[component]:
            for label in self._labels.get(issuer, ()):
                claims = label.claims & permitted & wanted
                room = room_after(label.room, certificate) if claims else None
                if room is not None:
                    longer = Label(certificate.ca, room, label.length + 1)
                    longer.add(claims, label, certificate)
                    yield longer

    @cached_property
    def _entrances(self) -> dict[int, list[tuple[str, Certificate, int]]]:
        """The certificates that lead into each strongly connected component from outside it."""
        found: dict[int, list[tuple[str, Certificate, int]]] = defaultdict(list)
        for issuer, issued in self._issued.items():
            for certificate, permitted in issued:
                component = self._steps.component.get(certificate.ca)
                if component is not None and component != self._steps.component.get(issuer):
                    found[component].append((issuer, certificate, permitted))
        return found


def _arrive(level: dict[tuple[str, Room], Label], ca: str, room: Room) -> Label:
    """Return the label of what arrives at a CA with this room, new or not."""
    label = level.get((ca, room))
    if label is None:
        label = level[ca, room] = Label(ca, room)
    return label
