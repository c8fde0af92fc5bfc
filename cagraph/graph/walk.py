"""Every path from the anchors down, level by level, so that the shortest come first. Made once for all time.

Holds paths as columns, for there may be millions, and keeps a budget, so that a mesh ends.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from cagraph.collector import collector_paused
from cagraph.graph.paths import Path
from cagraph.graph.purposes import Purposes
from cagraph.graph.steps import Step, Steps, Walkable, lost_below, steps_of
from cagraph.model import Progress

DEFAULT_BUDGET = 2_000
"""Paths kept for one certificate, of those that permit something and again of those that permit nothing."""


class Walked:
    """Every path that was kept, the shortest first, and for which certificates some were not.

    Paths are two columns, the number of the path without its last certificate (-1 for none) and the last
    step, for there may be millions; `paths` makes objects of them. `cut` maps a certificate to the number
    of paths refused at it; 0 means that only paths above it were cut, so that what is known may not be all.
    """

    def __init__(self) -> None:
        self.parents: list[int] = []
        self.steps: list[Step] = []
        self.cut: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.steps)

    @cached_property
    def paths(self) -> list[Path]:
        """The paths as objects, the shortest first."""
        made: list[Path] = []
        with collector_paused():
            for parent, step in zip(self.parents, self.steps, strict=True):
                made.append(Path((made[parent] if parent >= 0 else None, step)))
        return made

    def path(self, number: int) -> Path:
        """Return one path as an object."""
        line = list(self.line(number))
        path = Path((None, line.pop()))
        while line:
            path = Path((path, line.pop()))
        return path

    def line(self, number: int) -> Iterator[Step]:
        """Yield the steps of a path, the last one first."""
        while number >= 0:
            yield self.steps[number]
            number = self.parents[number]


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
    with collector_paused():
        return _walk(graph, anchors, budget, purposes, progress)


def _walk(
    graph: Walkable,
    anchors: Iterable[str],
    budget: int | None,
    purposes: Purposes | None,
    progress: Progress | None,
) -> Walked:
    """Walk level by level until nothing is left to go on with."""
    steps = steps_of(graph, purposes)
    walked = Walked()
    walked.steps = [steps.start(anchor) for anchor in sorted(set(anchors))]
    walked.parents = [-1] * len(walked.steps)
    budgeted = None if budget is None else _Budget(walked, budget)
    first = 0
    while first < len(walked):
        if budgeted:
            budgeted.keep(first)
        if progress:
            progress("walking paths", len(walked), None)
        level = walked.steps[first:]
        steps.open({step.standing for step in level})
        first = _go_on(walked, level, first)
    if budgeted:
        walked.cut = budgeted.cut(steps)
    return walked


def _go_on(walked: Walked, level: list[Step], first: int) -> int:
    """Add each path that is one of the level's and one more certificate; return the number of the first.

    The level's paths have the numbers from `first` on. Whole columns are added at a time, and what is asked
    of each path is little: a mesh has millions.
    """
    steps, parents = walked.steps, walked.parents
    for number, step in enumerate(level, first):
        standing = step.standing
        if standing.certain:
            onward = standing.onward
        else:
            visited = {each.certificate.ca for each in walked.line(number)} if standing.looping else ()
            onward = (
                *standing.onward,
                *(each for each in standing.looping if each.certificate.ca not in visited),
                *(each for each in standing.hops if each.certificate is not step.certificate),
            )
        if onward:
            steps += onward
            parents += (number,) * len(onward)
    return first + len(level)


class _Budget:
    """Counts the paths kept for each certificate, and what there was no room for.

    Whether a path permits something takes a look at all its dates, so that it is asked only of paths to
    certificates that are over the budget altogether.
    """

    def __init__(self, walked: Walked, most: int) -> None:
        self._walked = walked
        self._most = most
        self._arrived: Counter[str] = Counter()
        self._kept: dict[str, Counter[bool]] = {}
        self._refused: Counter[str] = Counter()
        self._cut_at: set[str] = set()

    def keep(self, first: int) -> None:
        """Drop the paths of the last level, from number `first` on, that there is no room for.

        Of one level those with the lowest `Path.id` stay, in whatever order they came.
        """
        walked = self._walked
        level = [step.certificate.sha256 for step in walked.steps[first:]]
        self._arrived.update(level)
        crowded = {sha256 for sha256, count in self._arrived.items() if count > self._most}
        if not crowded:
            return
        self._count(first, crowded - self._kept.keys())
        asked = [first + place for place, sha256 in enumerate(level) if sha256 in crowded]
        paths = {number: walked.path(number) for number in asked}
        refused = {
            number
            for number in sorted(asked, key=lambda each: paths[each].id)
            if self._refuses(paths[number])
        }
        kept = [number for number in range(first, len(walked)) if number not in refused]
        walked.steps[first:] = [walked.steps[number] for number in kept]
        walked.parents[first:] = [walked.parents[number] for number in kept]

    def _count(self, first: int, new: set[str]) -> None:
        """Count by kind what was kept of certificates that have become crowded."""
        self._kept |= {sha256: Counter() for sha256 in new}
        for number in range(first) if new else ():
            sha256 = self._walked.steps[number].certificate.sha256
            if sha256 in new:
                self._kept[sha256][_permits(self._walked.path(number))] += 1

    def _refuses(self, path: Path) -> bool:
        """Say whether there is no room for a path to a crowded certificate; count it either way."""
        kept, permits = self._kept[path.certificate.sha256], _permits(path)
        if kept[permits] < self._most:
            kept[permits] += 1
            return False
        self._refused[path.certificate.sha256] += 1
        if not path.self_signed_hop:  # which nothing would have continued
            self._cut_at.add(path.certificate.ca)
        return True

    def cut(self, steps: Steps) -> dict[str, int]:
        """Return what was refused, and mark whatever lies below: it may have lost some too."""
        return lost_below(steps, self._refused, self._cut_at)


def _permits(path: Path) -> bool:
    """Say whether a path permits anything, which is what its budget is kept for."""
    return bool(path.purposes or path.purposes_bare)
