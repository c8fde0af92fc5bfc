"""How many paths there are to a certificate, without finding them one by one.

Outside strongly connected components a path to a CA is a path to one of its issuers and one of the
certificates between them: numbers add up from the anchors down. Inside a component, paths are told apart by
the set of CAs that they have visited there, and those with the same set and the same end are counted as
one number. A mesh has too many such sets: then what is known are two bounds.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from cagraph.graph.steps import Steps, Walkable, steps_of

DEFAULT_SETS = 30_000
"""Sets of visited CAs told apart in one component, each with its end: a mesh of twelve needs fewer."""

Numbers = dict[str, int]


@dataclass(frozen=True, slots=True)
class Count:
    """A number of paths: at least and at most so many."""

    at_least: int
    at_most: int

    @property
    def exact(self) -> bool:
        """Whether the number is known."""
        return self.at_least == self.at_most


def count_paths(graph: Walkable, target: str, anchors: Iterable[str], *, sets: int = DEFAULT_SETS) -> Count:
    """Return how many paths lead from the anchors to `target`, all given by SHA-256.

    They are the paths that `Search` finds: sound or broken, for all time. `sets` bounds the work.

    Raises:
        LookupError: the graph has no such certificate.
    """
    steps = steps_of(graph)
    if target not in steps.certificates:
        raise LookupError(f"no certificate {target} in the graph")
    known = {anchor for anchor in anchors if anchor in steps.certificates}
    alone = int(target in known)
    issuer, subject = steps.issuer.get(target), steps.certificates[target].ca
    if issuer is None:
        return Count(alone, alone)
    hop = issuer == subject
    starts = Counter(steps.certificates[anchor].ca for anchor in known)
    found = _Counting(steps, starts, sets).to(issuer, avoiding=None if hop else subject)
    # An anchor alone is no hop onto itself.
    return found if hop else Count(found.at_least + alone, found.at_most + alone)


class _Counting:
    """Counts paths to CAs, from the anchors down."""

    def __init__(self, steps: Steps, starts: Counter[str], sets: int) -> None:
        self._steps = steps
        self._starts = starts
        self._sets = sets

    def to(self, ca: str, avoiding: str | None) -> Count:
        """Return how many paths lead to a CA that do not go through another."""
        above = nx.ancestors(self._steps.cas, ca) | {ca} if ca in self._steps.cas else {ca}
        cas = self._steps.cas.subgraph(above - {avoiding})
        least: Numbers = defaultdict(int)
        most: Numbers = defaultdict(int)
        components = nx.condensation(cas)
        for number in nx.topological_sort(components):
            members = components.nodes[number]["members"]
            entries, bounds = self._entries(members, cas, least), self._entries(members, cas, most)
            ended, all_told_apart = self._through(members, entries, bound=False)
            least.update(ended)
            if entries != bounds or not all_told_apart:
                ended, _ = self._through(members, bounds, bound=True)
            most.update(ended)
        return Count(least[ca], most[ca]) if ca in cas else Count(self._starts[ca], self._starts[ca])

    def _entries(self, members: set[str], cas: "nx.DiGraph[str]", numbers: Numbers) -> Numbers:
        """Return how many paths arrive at each CA of a component from outside it, or begin there."""
        return {
            ca: self._starts[ca]
            + sum(
                numbers[issuer] * self._certificates(issuer, ca)
                for issuer in cas.predecessors(ca)
                if issuer not in members
            )
            for ca in members
        }

    def _certificates(self, issuer: str, subject: str) -> int:
        """Return how many certificates one CA issued to another."""
        return sum(certificate.ca == subject for certificate in self._steps.issued[issuer])

    def _through(self, members: set[str], entries: Numbers, *, bound: bool) -> tuple[Numbers, bool]:
        """Return how many paths end at each CA of a component, and whether all could be told apart.

        If not, they are less than all. `bound`: too many are not left out but counted with those that visit
        a CA twice, which gives more.
        """
        if len(members) == 1:
            return entries, True
        places = {ca: 1 << place for place, ca in enumerate(sorted(members))}
        out = {
            ca: [
                (issued, places[issued], number)
                for issued, number in Counter(each.ca for each in self._steps.issued[ca]).items()
                if issued in places
            ]
            for ca in members
        }
        ended: Numbers = Counter()
        level = {(ca, places[ca]): number for ca, number in entries.items() if number}
        told_apart, apart = 0, True
        for _ in members:
            for (ca, _visited), number in level.items():
                ended[ca] += number
            told_apart += len(level)
            apart = told_apart <= self._sets
            if not apart and not bound:
                break
            onward: dict[tuple[str, int], int] = defaultdict(int)
            for (ca, visited), number in level.items():
                for issued, place, certificates in out[ca]:
                    if not visited & place:
                        # Visited CAs forgotten: no set is told apart, and loops are counted as well.
                        onward[issued, visited | place if apart else 0] += number * certificates
            level = onward
        return ended, apart
