"""Every path to one certificate, found one by one, the shortest first, in an order that never changes.

For each length in turn, paths of exactly that length are sought from the anchors down, and no step is taken
from where the target is too far. So a mesh of cross-certified CAs costs nothing until its paths are asked
for, and memory holds one path. Where the search gives up, `complete` says so.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import count
from operator import attrgetter

from cagraph.graph.paths import Path
from cagraph.graph.steps import Step, Walkable, steps_of

DEFAULT_EFFORT = 1_000_000
"""Steps tried for one certificate: about two seconds."""

_BY_NUMBER = attrgetter("certificate.number")


class Search:
    """The paths to one certificate; iterating finds them."""

    def __init__(  # noqa: PLR0913 - what to look for, each by its name
        self,
        graph: Walkable,
        target: str,
        anchors: Iterable[str],
        *,
        issues: bool = True,
        permitting: int = 0,
        at: datetime | None = None,
        without: Collection[str] = (),
        effort: int = DEFAULT_EFFORT,
    ) -> None:
        """Look for the paths from the anchors to `target`, all given by SHA-256.

        `issues`: the target is judged as an issuer; otherwise as a subscriber's certificate, the last one.
        `permitting`: only sound paths that permit one of these purposes (bits). `at`: only certificates
        valid at that instant. `without`: none of these certificates, anchors apart (those that are
        revoked, say). `effort`: the steps to try before giving up.

        Raises:
            LookupError: the graph has no such certificate.
        """
        self._steps = steps_of(graph)
        if target not in self._steps.certificates:
            raise LookupError(f"no certificate {target} in the graph")
        self._target = self._steps.certificates[target]
        self._anchors = sorted({anchor for anchor in anchors if anchor in self._steps.certificates})
        self._issues = issues
        self._permitting = permitting
        self._at = at
        self._without = frozenset(without)
        self._effort = effort
        self._spent = 0
        self._longer = False
        self.complete = False
        """Whether every path was found; known when iterating has ended by itself."""

    def __iter__(self) -> Iterator[Path]:
        """Yield each path, shorter ones first, those of one length in the order of their certificates."""
        self.complete, self._spent = False, 0
        target = self._target
        if target.sha256 in self._anchors:
            alone = Path((None, self._steps.start(target.sha256)))
            if self._may_stay(alone.step) and self._is_wanted(alone):
                yield alone
        issuer = self._steps.issuer.get(target.sha256)
        if issuer is not None:
            hop = issuer == target.ca
            for path in self._paths_to_ca(issuer, avoiding=None if hop else target.ca):
                if path.certificate is not target:
                    step = self._steps.take(path.step.standing, target, issues=self._issues, hop=hop)
                    longer = Path((path, step))
                    if self._may_take(step) and self._is_wanted(longer):
                        yield longer
        self.complete = self._spent <= self._effort

    def _paths_to_ca(self, ca: str, avoiding: str | None) -> Iterator[Path]:
        """Yield the paths to a CA that do not go through another."""
        distance = self._distances(ca, avoiding)
        near = (each for each in self._anchors if self._steps.certificates[each].ca in distance)
        starts = [step for step in map(self._steps.start, near) if self._may_stay(step)]
        for length in count(1):
            self._longer = False
            for start in starts:
                yield from self._of_length(length, start, distance)
            if not self._longer or self._spent > self._effort:
                return

    def _of_length(self, length: int, start: Step, distance: dict[str, int]) -> Iterator[Path]:
        """Yield the paths of exactly this many certificates from one anchor, depth first."""
        tried = iter([start])
        waiting: list[tuple[Path | None, Iterator[Step]]] = [(None, tried)]
        while waiting:
            path, options = waiting[-1]
            step = next(options, None)
            if step is None:
                waiting.pop()
                continue
            self._spent += 1
            if self._spent > self._effort:
                return
            left, needed = length - len(waiting), distance[step.certificate.ca]
            if needed > left:
                self._longer = True
            elif left == 0:
                yield Path((path, step))
            elif needed > 0:  # a path that has been at its end cannot come back to it
                longer = Path((path, step))
                waiting.append((longer, self._options(longer, distance)))

    def _options(self, path: Path, distance: dict[str, int]) -> Iterator[Step]:
        """Return the steps on from a path, in the order of their certificates."""
        standing = path.step.standing
        self._steps.open([standing])
        fresh = [step for step in standing.looping if not path.visits(step.certificate.ca)]
        return iter(
            sorted(
                (
                    step
                    for step in (*standing.onward, *fresh)
                    if step.certificate.ca in distance and self._may_take(step)
                ),
                key=_BY_NUMBER,
            )
        )

    def _may_take(self, step: Step) -> bool:
        """Say whether what the caller asked for allows this step below the anchor."""
        return step.certificate.sha256 not in self._without and self._may_stay(step)

    def _may_stay(self, step: Step) -> bool:
        """Say whether a path of this last step can be, or become, one that was asked for."""
        reading = step.standing.reading
        if self._permitting and not (reading.sound and reading.purposes & self._permitting):
            return False
        return step.certificate.is_valid(self._at)

    def _is_wanted(self, path: Path) -> bool:
        """Say whether a whole path was asked for: its certificates may never have been valid together."""
        return not self._permitting or bool(path.purposes & self._permitting)

    def _distances(self, ca: str, avoiding: str | None) -> dict[str, int]:
        """Return how many certificates lie between each CA and this one, at the least."""
        found, waiting = {ca: 0}, deque([ca])
        while waiting:
            here = waiting.popleft()
            for issuer in self._steps.cas.predecessors(here) if here in self._steps.cas else ():
                if issuer not in found and issuer != avoiding:
                    found[issuer] = found[here] + 1
                    waiting.append(issuer)
        return found
