"""Every path: anchor → … → certificate, certificate by certificate, no CA twice.

A path is its parent path and one more step. The walk goes down from the anchors, level by level, so that
the shortest come first. It is made once for all time: a path carries the window in which all its
certificates are valid, and what it permits holds for any day of it. Trust comes later: nothing here knows
which program trusts an anchor, or what day it is.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import networkx as nx

from cagraph.graph.build import Graph
from cagraph.graph.purposes import Purposes
from cagraph.graph.rules import EXTENDED_KEY_USAGE, NO_COMMON_VALIDITY, Break, Certificate
from cagraph.graph.steps import Step, Steps, Walkable, steps_of
from cagraph.model import Progress
from cagraph.x509.constraints import nothing_left

DEFAULT_BUDGET = 2_000
"""Paths kept for one certificate, of those that permit something and again of those that permit nothing."""

ID_MODULUS = 2**53 - 111
"""A prime: every path's number is below it, so that JSON readers that know floating point only keep it."""
ID_FACTOR = 6_364_136_223_846_793


class Path(tuple["Path | None", Step]):
    """One path: the path without its last certificate (None for an anchor alone), and the last step.

    Sets of purposes are bits of `Purposes`. What is said of purposes and policies is what the last
    certificate may issue for, as the whole path permits it; of a subscriber's certificate, what it is
    good for.
    """

    __slots__ = ()

    @property
    def parent(self) -> "Path | None":
        """The path without its last certificate."""
        return self[0]

    @property
    def step(self) -> Step:
        """The last step."""
        return self[1]

    @property
    def certificate(self) -> Certificate:
        """The last certificate."""
        return self[1].certificate

    @property
    def steps(self) -> list[Step]:
        """Every step, the anchor first."""
        found, path = [], cast("Path | None", self)
        while path is not None:
            found.append(path[1])
            path = path[0]
        return found[::-1]

    def certificates(self) -> list[str]:
        """Return the SHA-256 of each certificate, the anchor first."""
        return [step.certificate.sha256 for step in self.steps]

    def anchor(self) -> str:
        """Return the SHA-256 of the anchor."""
        return self.steps[0].certificate.sha256

    @property
    def length(self) -> int:
        """Certificates on the path, anchor and target included."""
        return len(self.steps)

    @property
    def valid_from(self) -> datetime:
        """The first instant at which every certificate is valid, if `valid_to` is not before it."""
        return max(step.certificate.not_before for step in self.steps)

    @property
    def valid_to(self) -> datetime:
        """The last instant at which every certificate is valid."""
        return min(step.certificate.not_after for step in self.steps)

    @property
    def breaks(self) -> tuple[Break, ...]:
        """Every certificate that breaks the path whatever the purpose, the anchor first, and why."""
        found: list[Break] = []
        earliest, latest = datetime.min, datetime.max
        for step in self.steps:
            found += step.breaks
            had_common = earliest <= latest
            earliest = max(earliest, step.certificate.not_before)
            latest = min(latest, step.certificate.not_after)
            if had_common and earliest > latest:
                found.append(Break(step.certificate.sha256, NO_COMMON_VALIDITY))
        return tuple(found)

    def breaks_for(self, purpose: int) -> tuple[Break, ...]:
        """Return every certificate that breaks the path for one purpose (its bit), with its reason."""
        lacking = [
            Break(step.certificate.sha256, EXTENDED_KEY_USAGE)
            for step in self.steps
            if not step.certificate.purposes & purpose
        ]
        return (*self.breaks, *lacking)

    @property
    def sound(self) -> bool:
        """Whether nothing breaks the path, whatever the purposes."""
        return self[1].standing.reading.sound and self.valid_from <= self.valid_to

    @property
    def purposes(self) -> int:
        """What the path permits, the anchor's own extensions applied as mozilla::pkix applies them."""
        return self[1].standing.reading.purposes if self.sound else 0

    @property
    def purposes_bare(self) -> int:
        """What it permits with the anchor as a name and a key alone (RFC 5280 6.1.1 d)."""
        bare = self[1].standing.bare
        return bare.purposes if bare.sound and self.valid_from <= self.valid_to else 0

    @property
    def policies(self) -> frozenset[str] | None:
        """Certificate policies left below the anchor; None is any."""
        return self[1].standing.reading.policies

    @property
    def constrained_by(self) -> list[str]:
        """The certificates whose name constraints hold for what the last one issues."""
        return [each.sha256 for each in self[1].standing.reading.constrained_by]

    @property
    def no_names_left(self) -> list[str]:
        """The kinds of names (dns, ip, email, directory, uri) of which those constraints leave none."""
        holders = self[1].standing.reading.constrained_by
        return sorted(nothing_left(each.constraints for each in holders if each.constraints))

    @property
    def weak(self) -> list[str]:
        """The certificates below the anchor that are signed with MD2, MD5 or SHA-1."""
        return [step.certificate.sha256 for step in self.steps[1:] if step.certificate.weak]

    @property
    def self_signed_hop(self) -> bool:
        """Whether the last certificate is a self-signed one of the CA that the path had reached."""
        return self[1].hop

    @property
    def id(self) -> int:
        """The path's number: the same certificates in the same order have the same one everywhere."""
        number = 0
        for step in self.steps:
            number = (number * ID_FACTOR + id_of(step.certificate.sha256)) % ID_MODULUS
        return number

    def visits(self, ca: str) -> bool:
        """Say whether the path goes through this CA."""
        path = cast("Path | None", self)
        while path is not None:
            if path[1].certificate.ca == ca:
                return True
            path = path[0]
        return False


def id_of(sha256: str) -> int:
    """Return what a certificate adds to the number of a path."""
    return int(sha256[:13], 16)


@dataclass(slots=True)
class Walked:
    """Every path that was kept, the shortest first, and for which certificates some were not.

    `cut` maps such a certificate to the number of paths refused at it; 0 means that only paths above it
    were cut, so that what is known of it may not be all.
    """

    paths: list[Path] = field(default_factory=list)
    cut: dict[str, int] = field(default_factory=dict)


def anchors_of(graph: Graph, trusted: Iterable[str] = ()) -> list[str]:
    """Return where paths begin: the trusted roots that the graph holds, and every self-signed certificate.

    Paths from a root that nobody trusts permit nothing in any program; they are kept because they
    answer why a certificate has no trusted path.
    """
    wanted = set(trusted)
    return sorted(
        key
        for issuer, subject, key, data in graph.edges(keys=True, data=True)
        if key in wanted or (issuer == subject and data["proved"])
    )


def walk(
    graph: Walkable,
    anchors: Iterable[str],
    *,
    budget: int | None = DEFAULT_BUDGET,
    purposes: Purposes | None = None,
    progress: Progress | None = None,
) -> Walked:
    """Return every path from the anchors (SHA-256 of certificates in the graph) down.

    `budget` bounds the paths to one certificate, so that a mesh of cross-certified CAs ends; what it cut
    is counted in `Walked.cut`, never silent. Where nothing was cut the list is complete. None is no bound.
    """
    steps = steps_of(graph, purposes)
    found: list[Path] = []
    budgeted = None if budget is None else _Budget(steps, budget)
    level = [Path((None, steps.start(anchor))) for anchor in sorted(set(anchors))]
    while level:
        if budgeted:
            level = budgeted.keep(level, found)
        found.extend(level)
        if progress:
            progress("walking paths", len(found), None)
        steps.open({path[1].standing for path in level if not path[1].hop})
        level = _next_level(level)
    return Walked(found, budgeted.cut() if budgeted else {})


def _next_level(level: list[Path]) -> list[Path]:
    """Return each path with one more certificate, for each that its last CA issued and that fits."""
    return [
        *(Path((path, step)) for path in level if not path[1].hop for step in path[1].standing.onward),
        *(
            Path((path, step))
            for path in level
            if path[1].standing.looping and not path[1].hop
            for step in path[1].standing.looping
            if not path.visits(step.certificate.ca)
        ),
        *(
            Path((path, step))
            for path in level
            if path[1].standing.hops and not path[1].hop
            for step in path[1].standing.hops
            if step.certificate is not path[1].certificate
        ),
    ]


class _Budget:
    """Counts the paths kept for each certificate, and what there was no room for.

    Whether a path permits something takes a look at all its dates, so that it is asked only of paths to
    certificates that are over the budget altogether.
    """

    def __init__(self, steps: Steps, most: int) -> None:
        self._steps = steps
        self._most = most
        self._arrived: Counter[str] = Counter()
        self._kept: dict[str, Counter[bool]] = {}
        self._refused: Counter[str] = Counter()
        self._cut_at: set[str] = set()

    def keep(self, level: list[Path], kept: list[Path]) -> list[Path]:
        """Return the paths that there is room for beside those kept; of one level, the lowest numbers."""
        self._arrived.update(path[1].certificate.sha256 for path in level)
        crowded = {sha256 for sha256, count in self._arrived.items() if count > self._most}
        if not crowded:
            return level
        self._count(kept, crowded)
        asked = sorted((p for p in level if p.certificate.sha256 in crowded), key=lambda path: path.id)
        return [
            *(path for path in level if path.certificate.sha256 not in crowded),
            *(path for path in asked if self._has_room(path)),
        ]

    def _count(self, kept: list[Path], crowded: set[str]) -> None:
        """Count by kind what was kept of the certificates that have become crowded."""
        new = crowded - self._kept.keys()
        self._kept |= {sha256: Counter() for sha256 in new}
        for path in kept if new else ():
            if path.certificate.sha256 in new:
                self._kept[path.certificate.sha256][_permits(path)] += 1

    def _has_room(self, path: Path) -> bool:
        """Say whether a path to a crowded certificate may stay; count it either way."""
        kept, permits = self._kept[path.certificate.sha256], _permits(path)
        if kept[permits] < self._most:
            kept[permits] += 1
            return True
        self._refused[path.certificate.sha256] += 1
        if not path.self_signed_hop:  # which nothing would have continued
            self._cut_at.add(path.certificate.ca)
        return False

    def cut(self) -> dict[str, int]:
        """Return what was refused, and mark whatever lies below: it may have lost some too."""
        cut = dict(self._refused)
        for ca in below(self._steps, self._cut_at):
            for certificate in (*self._steps.issued.get(ca, ()), *self._steps.self_signed.get(ca, ())):
                cut.setdefault(certificate.sha256, 0)
        return cut


def _permits(path: Path) -> bool:
    """Say whether a path permits anything, which is what its budget is kept for."""
    return bool(path.purposes or path.purposes_bare)


def below(steps: Steps, cas: Iterable[str]) -> set[str]:
    """Return these CAs and every CA that a proved certificate leads to from them."""
    found: set[str] = set()
    for ca in cas:
        if ca not in found:
            found |= {ca, *(nx.descendants(steps.cas, ca) if ca in steps.cas else ())}
    return found
