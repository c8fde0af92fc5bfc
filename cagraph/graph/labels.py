"""What the computation of capability keeps at each CA, and what comes out of it.

Knows how rooms compare; how labels spread is told by `capability`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, NamedTuple

from cagraph.graph.claims import Claims, Key, bits_of
from cagraph.graph.rules import Certificate, Room, enter

UNLIMITED = Room()
_NO_WAYS: Mapping[str, int] = {}


class Source(NamedTuple):
    """Where some claims (bits) at a CA come from: a label above and the certificate, or an anchor alone."""

    claims: int
    above: "Label | None"
    certificate: Certificate


@dataclass(slots=True, eq=False)
class Label:
    """Claims that paths of one length bring to a CA, all leaving the same room.

    `by_way_of`: in a strongly connected component, which of them come by way of each CA of it.
    """

    ca: str
    room: Room
    length: int = 0
    sources: list[Source] = field(default_factory=list)
    claims: int = 0
    by_way_of: Mapping[str, int] = field(default_factory=lambda: _NO_WAYS)

    def add(self, claims: int, above: "Label | None", certificate: Certificate) -> None:
        """Take up the claims that no source here brings yet."""
        new = claims & ~self.claims
        if new:
            self.claims |= new
            self.sources.append(Source(new, above, certificate))


class Capable(Generic[Key]):
    """What one certificate can issue for.

    `complete`: nothing else; otherwise there were too many rooms to be sure that this is all.
    """

    def __init__(self, claims: Claims[Key], sources: list[Source], complete: bool) -> None:
        self._claims = claims
        self._sources = sources
        self.complete = complete

    @cached_property
    def keys(self) -> frozenset[Key]:
        """What it can issue for, in the caller's words."""
        found = 0
        for source in self._sources:
            found |= source.claims
        return self._claims.keys_of(found)

    @cached_property
    def witnesses(self) -> dict[Key, tuple[str, ...]]:
        """A shortest path (SHA-256, the anchor first) for each."""
        found: dict[Key, tuple[str, ...]] = {}
        for source in self._sources:
            for claim in bits_of(source.claims):
                if (key := self._claims.key_of(claim)) not in found:
                    found[key] = _line(source, claim)
        return found


def _line(source: Source, claim: int) -> tuple[str, ...]:
    """Return the path (SHA-256, the anchor first) that brings one claim."""
    found = [source.certificate.sha256]
    while source.above is not None:
        source = next(each for each in source.above.sources if each.claims & claim)
        found.append(source.certificate.sha256)
    return tuple(reversed(found))


def room_after(room: Room, certificate: Certificate) -> Room | None:
    """Return the room that one more certificate leaves, or None if there is none for it."""
    if room == UNLIMITED and certificate.leaves_all_room:
        return None if certificate.unfit else UNLIMITED
    left, breaks = enter(room, certificate)
    return None if breaks else left


def leaves_as_much(one: Room, other: Room) -> bool:
    """Say whether all that may follow in the other room may follow in this one, and leaves as much."""
    if one.remaining is not None and (other.remaining is None or one.remaining < other.remaining):
        return False
    if not one.constrained_by:
        return True
    said = {each.constraints for each in other.constrained_by}
    return all(each.constraints in said for each in one.constrained_by)
