"""Every step that a path can take, worked out once, however many paths take it.

    Standing ──Step (one certificate)──► Standing ──Step──► …

A standing is a CA with all that matters for what may follow there, whatever way led to it: thousands of
paths share one. So rules are applied once a step, and enumerating paths is following steps. Standings are
found as they are asked for. Knows no path, no trust and no day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import networkx as nx

from cagraph.graph.build import Graph
from cagraph.graph.purposes import Purposes, load_purposes
from cagraph.graph.rules import Break, Certificate, Reading, begin, begin_bare, follow, prepare


class Standing:
    """A CA as a path has reached it.

    `reading` applies the anchor's own extensions, as mozilla::pkix does; `bare` takes the anchor as a name
    and a key alone. `onward` are the steps to CAs that the path cannot have visited, `looping` those
    within the CA's strongly connected component, which may lead back, `hops` those onto a self-signed
    certificate of the CA itself, after which a path has `ended`. All three are empty until `Steps.open`.
    `certain`: every path here goes on with all of `onward` and nothing else.
    """

    __slots__ = (
        "bare", "ca", "certain", "ended", "hops", "looping", "number", "onward", "opened", "reading",
    )  # fmt: skip

    def __init__(self, number: int, ca: str, reading: Reading, bare: Reading, *, ended: bool) -> None:
        self.number = number
        self.ca = ca
        self.reading = reading
        self.bare = bare
        self.ended = ended
        self.opened = ended
        self.certain = True
        self.onward: tuple[Step, ...] = ()
        self.looping: tuple[Step, ...] = ()
        self.hops: tuple[Step, ...] = ()


class Step:
    """One certificate more, from one standing: where that leads, and why it breaks the path, if it does."""

    __slots__ = ("breaks", "certificate", "standing")

    def __init__(self, certificate: Certificate, standing: Standing, breaks: tuple[Break, ...]) -> None:
        self.certificate = certificate
        self.standing = standing
        self.breaks = breaks

    @property
    def hop(self) -> bool:
        """Whether it goes onto a self-signed certificate of the CA that the path had reached."""
        return self.standing.ended


class Steps:
    """The steps of one graph. Certificates whose issuer is not proved lead nowhere."""

    def __init__(self, graph: Graph, purposes: Purposes | None = None) -> None:
        self.purposes = purposes or load_purposes()
        self.certificates: dict[str, Certificate] = {}
        self.standings: list[Standing] = []
        self.issuer: dict[str, str] = {}
        """The issuing CA of each certificate, by SHA-256, where the signature is proved."""
        self.issued: dict[str, list[Certificate]] = defaultdict(list)
        """What each CA issued to other CAs, in the order of SHA-256."""
        self.self_signed: dict[str, list[Certificate]] = defaultdict(list)
        self.cas: nx.DiGraph[str] = nx.DiGraph()
        """Which CA issued to which, proved."""
        for number, (issuer, subject, key, data) in enumerate(
            sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[2])
        ):
            certificate = prepare(data["certificate"], number, self.purposes, data["signature_status"])
            self.certificates[key] = certificate
            if data["proved"]:
                self.issuer[key] = issuer
                self.cas.add_edge(issuer, subject)
                (self.self_signed if issuer == subject else self.issued)[issuer].append(certificate)
        self.component = _components(self.cas)
        """For each CA that lies on a circle, the number of its strongly connected component."""
        self._known: dict[tuple[str, Reading, Reading | None, bool], Standing] = {}

    def start(self, anchor: str) -> Step:
        """Return the step that a path from this anchor (SHA-256) begins with."""
        certificate = self.certificates[anchor]
        reading, breaks = begin(certificate)
        return Step(certificate, self._standing(certificate.ca, reading, begin_bare(self.purposes)), breaks)

    def take(
        self, standing: Standing, certificate: Certificate, *, issues: bool = True, hop: bool = False
    ) -> Step:
        """Return the step from a standing over one certificate."""
        reading, breaks = follow(standing.reading, certificate, issues=issues, hop=hop)
        bare = reading
        if standing.bare is not standing.reading:
            bare, _ = follow(standing.bare, certificate, issues=issues, hop=hop)
        return Step(certificate, self._standing(certificate.ca, reading, bare, ended=hop), breaks)

    def open(self, standings: Iterable[Standing]) -> None:
        """Find the steps from these standings, unless they are known."""
        for standing in standings:
            if not standing.opened:
                self._open(standing)

    def loops(self, issuer: str, subject: str) -> bool:
        """Say whether a path may come back from one CA to another that issued to it."""
        component = self.component.get(issuer)
        return component is not None and component == self.component.get(subject)

    def _open(self, standing: Standing) -> None:
        standing.opened = True
        onward: list[Step] = []
        looping: list[Step] = []
        for certificate in self.issued.get(standing.ca, ()):
            # A CA can only come back within its own strongly connected component.
            loops = self.loops(standing.ca, certificate.ca)
            (looping if loops else onward).append(self.take(standing, certificate))
        standing.onward, standing.looping = tuple(onward), tuple(looping)
        own = self.self_signed.get(standing.ca, ())
        standing.hops = tuple(self.take(standing, certificate, hop=True) for certificate in own)
        standing.certain = not (standing.looping or standing.hops)

    def _standing(self, ca: str, reading: Reading, bare: Reading, *, ended: bool = False) -> Standing:
        """Return the one standing that says this."""
        if bare == reading:
            bare = reading
        key = (ca, reading, None if bare is reading else bare, ended)
        standing = self._known.get(key)
        if standing is None:
            standing = Standing(len(self.standings), ca, reading, bare, ended=ended)
            self._known[key] = standing
            self.standings.append(standing)
        return standing


Walkable: TypeAlias = "nx.MultiDiGraph[str] | Steps"
"""A graph, or its steps where they have been worked out."""


def steps_of(graph: Walkable, purposes: Purposes | None = None) -> Steps:
    """Return the steps of a graph; those that are given, as they are."""
    return graph if isinstance(graph, Steps) else Steps(graph, purposes)


def below(steps: Steps, cas: Iterable[str]) -> set[str]:
    """Return these CAs and every CA that a proved certificate leads to from them."""
    found: set[str] = set()
    for ca in cas:
        if ca not in found:
            found |= {ca, *(nx.descendants(steps.cas, ca) if ca in steps.cas else ())}
    return found


def lost_below(steps: Steps, refused: Mapping[str, int], cut_at: Iterable[str]) -> dict[str, int]:
    """Return how many paths were refused at each certificate, with 0 for what may have lost some above it.

    `cut_at`: the CAs at which a path was refused that would have gone on.
    """
    lost = dict(refused)
    for ca in below(steps, cut_at):
        for certificate in (*steps.issued.get(ca, ()), *steps.self_signed.get(ca, ())):
            lost.setdefault(certificate.sha256, 0)
    return lost


def _components(cas: "nx.DiGraph[str]") -> dict[str, int]:
    """Return for each CA that lies on a circle the number of its strongly connected component."""
    components = (c for c in nx.strongly_connected_components(cas) if len(c) > 1)
    return {ca: number for number, component in enumerate(components) for ca in component}
