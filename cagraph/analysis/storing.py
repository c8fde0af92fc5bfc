"""Every path into the database: the steps from the graph, multiplied out by the engine.

Where only certificates were added since the last walk, paths that hold a new one are found and stored beside
the others: the walk goes to where new certificates are and on from there. The result is that of walking
everything anew, number for number; where that could not be promised, everything is walked anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.graph.paths import ID_FACTOR, ID_MODULUS, id_of
from cagraph.graph.rules import Certificate, Room
from cagraph.graph.steps import Standing, Step, Steps, lost_below
from cagraph.model import Progress
from cagraph.warehouse import derived
from cagraph.warehouse.derived import LastWalk
from cagraph.warehouse.unroll import START, Found, Numbering, Unroll

KINDS = ("onward", "looping", "hops")
"""The kinds of step from a standing."""


@dataclass(frozen=True, slots=True)
class Added:
    """What is new since the last walk. `leading` are the CAs by way of which a path may come to it."""

    certificates: frozenset[str]
    anchors: frozenset[str]
    leading: frozenset[str]


@dataclass(slots=True)
class Stored:
    """What a walk came to. `cut`: paths refused, by certificate, as in the table path_truncation."""

    paths: int
    cut: dict[str, int]
    salt: int
    added_only: bool


def store_paths(
    connection: DuckDBPyConnection,
    steps: Steps,
    anchors: list[str],
    budget: int,
    last: LastWalk | None,
    progress: Progress | None,
) -> Stored:
    """Bring the stored paths up to the graph. `last`: what they were made from, if they are of use."""
    added = added_since(last, steps, anchors) if last else None
    if last and added is not None:
        walk = _Walk(connection, steps, budget, last.salt, added)
        walk.run(anchors, progress)
        if not walk.refused and derived.paths_told_apart(connection):
            return Stored(walk.stored, {}, last.salt, added_only=True)
    salt = 0
    while True:
        derived.forget_paths(connection)
        walk = _Walk(connection, steps, budget, salt, None)
        walk.run(anchors, progress)
        if derived.paths_told_apart(connection):
            cut = walk.cut()
            derived.store_cut(connection, cut)
            return Stored(walk.stored, cut, salt, added_only=False)
        salt += 1


def added_since(last: LastWalk, steps: Steps, anchors: Iterable[str]) -> Added | None:
    """Return what is new since the last walk; None if anything else changed, or a budget cut it short."""
    now = frozenset(anchors)
    changed = any(steps.issuer.get(sha256) != issuer for sha256, issuer in last.proved.items())
    if changed or last.truncated or not last.anchors <= now:
        return None
    certificates = frozenset(steps.issuer.keys() - last.proved.keys())
    fresh_anchors = now - last.anchors
    issuers = {steps.issuer[sha256] for sha256 in certificates}
    return Added(certificates, fresh_anchors, frozenset(_above(steps, issuers)))


def _above(steps: Steps, cas: Iterable[str]) -> set[str]:
    """Return these CAs and every CA from which proved certificates lead to them."""
    found, waiting = set(cas), list(cas)
    while waiting:
        ca = waiting.pop()
        issuers = set(steps.cas.predecessors(ca)) - found if ca in steps.cas else set()
        found |= issuers
        waiting += issuers
    return found


class _Walk:
    """One walk, of everything or of what was added."""

    def __init__(
        self, connection: DuckDBPyConnection, steps: Steps, budget: int, salt: int, added: Added | None
    ) -> None:
        self._steps = steps
        self._added = added
        self._opened: set[int] = set()
        self._told: set[int] = set()
        self._in_words: dict[int, list[str]] = {}
        self._none_left: dict[tuple[Certificate, ...], list[str]] = {}
        self._cas: dict[str, int] = {}
        certificates = list(steps.certificates.values())
        columns: dict[str, Sequence[Any]] = {
            "certificate": [each.number for each in certificates],
            "sha256": [each.sha256 for each in certificates],
            "id_part": [id_of(each.sha256, salt) for each in certificates],
            "ca": [self._cas.setdefault(each.ca, len(self._cas)) for each in certificates],
            "not_before": [each.not_before for each in certificates],
            "not_after": [each.not_after for each in certificates],
        }
        self._unroll = Unroll(connection, columns, Numbering(ID_FACTOR, ID_MODULUS), budget)
        if added:
            self._unroll.count_stored()

    @property
    def stored(self) -> int:
        """Paths stored."""
        return self._unroll.stored

    @property
    def refused(self) -> bool:
        """Whether the budget refused any."""
        return self._unroll.refused

    def run(self, anchors: Iterable[str], progress: Progress | None) -> None:
        """Walk level by level until nothing is left to go on with."""
        found = Found()
        for anchor in anchors:
            self._tell(found, START, self._steps.start(anchor), "start")
        self._unroll.feed(found)
        while asked := self._unroll.advance():
            if progress:
                progress("walking paths", self._unroll.stored, None)
            self._unroll.feed(self._found(asked))

    def cut(self) -> dict[str, int]:
        """Return how many paths were refused at each certificate; 0 for what lies below and may lack some."""
        refused = self._unroll.cut()
        counts = {sha256: count for sha256, (count, _) in refused.items()}
        ends = {self._steps.certificates[sha256].ca for sha256, (_, goes_on) in refused.items() if goes_on}
        return lost_below(self._steps, counts, ends)

    def _found(self, asked: list[int]) -> Found:
        """Return the steps from these standings that were not told before."""
        found = Found()
        new = [self._steps.standings[number] for number in asked if number not in self._opened]
        self._opened.update(asked)
        self._steps.open(new)
        for standing in new:
            for kind in KINDS:
                for step in getattr(standing, kind):
                    self._tell(found, standing.number, step, kind)
        return found

    def _tell(self, found: Found, origin: int, step: Step, kind: str) -> None:
        """Add one step, with the standing that it leads to and why it breaks a path."""
        certificate, standing = step.certificate, step.standing
        reading, bare = standing.reading, standing.bare
        found.steps.append(
            (
                origin,
                certificate.number,
                standing.number,
                kind,
                bool((reading.sound and reading.purposes) or (bare.sound and bare.purposes)),
                self._is_fresh(certificate.sha256, origin),
                self._added is None or certificate.ca in self._added.leading,
            )
        )
        found.breaks += [(origin, certificate.number, each.reason, each.detail) for each in step.breaks]
        if standing.number not in self._told:
            self._told.add(standing.number)
            found.standings.append(self._described(standing))

    def _is_fresh(self, sha256: str, origin: int) -> bool:
        """Say whether a step makes a path new."""
        if self._added is None:
            return True
        return sha256 in (self._added.anchors if origin == START else self._added.certificates)

    def _described(self, standing: Standing) -> tuple[Any, ...]:
        """Return a standing by column of `walk_standing`."""
        reading, bare = standing.reading, standing.bare
        return (
            standing.number,
            reading.sound,
            self._words(reading.purposes),
            bare.sound,
            self._words(bare.purposes),
            None if reading.policies is None else sorted(reading.policies),
            [each.sha256 for each in reading.room.constrained_by],
            self._no_names_left(reading.room),
        )

    def _words(self, purposes: int) -> list[str]:
        """Return a set of purposes in words, each set worked out once."""
        if purposes not in self._in_words:
            self._in_words[purposes] = self._steps.purposes.words(purposes)
        return self._in_words[purposes]

    def _no_names_left(self, room: Room) -> list[str]:
        """Return the kinds of names of which a room leaves none, worked out once."""
        if room.constrained_by not in self._none_left:
            self._none_left[room.constrained_by] = room.no_names_left()
        return self._none_left[room.constrained_by]
