"""What the code under test makes of a handful of certificates, told in the labels that a test gave them.

    seen = look(root=root.self_signed(), sub=root.issue(sub))
    seen.edges  == {"root": ("Root", "Root", "ok"), "sub": ("Root", "Sub", "ok")}
    seen.paths  == {"root", "root > sub"}
    seen.broken == {}                        # or {"root > sub": [("sub", "not_ca")]}

CAs are named by their common name, a second key under the same name `Root #2`, a dangling issuer `Root ?`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cagraph.graph.build import Graph, anchors_of, graph_of
from cagraph.graph.paths import Path
from cagraph.graph.purposes import load_purposes
from cagraph.graph.rules import Break
from cagraph.graph.walk import Walked, walk
from tests.pki import Issued

Edge = tuple[str, str, str | None]
Reason = tuple[str, str]


@dataclass
class Seen:
    """A graph and its walk, in labels."""

    graph: Graph
    walked: Walked
    labels: dict[str, str]
    cas: dict[str, str]

    @property
    def nodes(self) -> set[str]:
        """Every CA, dangling ones with a question mark."""
        return {self.cas[node] for node in self.graph}

    @property
    def edges(self) -> dict[str, Edge]:
        """Each certificate's issuing CA, subject CA and signature status."""
        return {
            self.labels[key]: (self.cas[issuer], self.cas[subject], data["signature_status"])
            for issuer, subject, key, data in self.graph.edges(keys=True, data=True)
        }

    @property
    def matches(self) -> dict[str, str]:
        """How each certificate's issuer name was matched."""
        return {self.labels[key]: data["name_match"] for *_, key, data in self._edges()}

    @property
    def paths(self) -> set[str]:
        """Every path that is no self-signed hop."""
        return set(self.by_line(hops=False))

    @property
    def hops(self) -> set[str]:
        """The paths that end in a self-signed hop."""
        return set(self.by_line()) - self.paths

    @property
    def broken(self) -> dict[str, list[Reason]]:
        """The paths that something breaks whatever the purpose: which certificates, and why."""
        return {
            line: self._in_labels(path.breaks)
            for line, path in self.by_line(hops=False).items()
            if path.breaks
        }

    @property
    def useless(self) -> set[str]:
        """The paths that permit nothing, be it that they are broken or that no purpose is left."""
        return {line for line, path in self.by_line(hops=False).items() if not path.purposes}

    def breaks_for(self, purpose: str, line: str) -> list[Reason]:
        """What breaks a path for one purpose."""
        return self._in_labels(self.by_line()[line].breaks_for(load_purposes().bit(purpose)))

    def by_line(self, *, hops: bool = True) -> dict[str, Path]:
        """Every path by its certificates, anchor first: `root > cross > sub`."""
        found = {
            " > ".join(self.labels[sha256] for sha256 in path.certificates()): path
            for path in self.walked.paths
            if hops or not path.self_signed_hop
        }
        expected = sum(hops or not path.self_signed_hop for path in self.walked.paths)
        assert len(found) == expected, "a path was found twice"
        return found

    def permits(self, line: str) -> list[str]:
        """The purposes that a path permits, in words."""
        return load_purposes().words(self.by_line()[line].purposes)

    def permits_bare(self, line: str) -> list[str]:
        """The purposes that a path permits where the anchor is a name and a key alone."""
        return load_purposes().words(self.by_line()[line].purposes_bare)

    def _in_labels(self, breaks: Iterable[Break]) -> list[Reason]:
        return [(self.labels[each.sha256], each.reason) for each in breaks]

    def _edges(self) -> list[tuple[str, str, str, dict[str, str]]]:
        return list(self.graph.edges(keys=True, data=True))


def look(*, budget: int = 1000, trusted: tuple[str, ...] = (), **certificates: Issued) -> Seen:
    """Build and walk the graph of these certificates; `trusted` are labels of further anchors."""
    graph = graph_of(issued.der for issued in certificates.values())
    by_sha256 = {issued.sha256: label for label, issued in certificates.items()}
    assert len(by_sha256) == len(certificates), "two labels for one certificate"
    anchors = anchors_of(graph, [certificates[label].sha256 for label in trusted])
    return Seen(graph, walk(graph, anchors, budget=budget), by_sha256, _named(graph, certificates))


def _named(graph: Graph, certificates: dict[str, Issued]) -> dict[str, str]:
    """Return a short name for every node."""
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    order = {issued.sha256: issued for issued in certificates.values()}
    edges = {key: (issuer, subject) for issuer, subject, key in graph.edges(keys=True)}
    for sha256, issued in order.items():
        node = edges[sha256][1]
        if node not in names:
            count = taken[issued.subject.common_name] = taken.get(issued.subject.common_name, 0) + 1
            names[node] = issued.subject.common_name + (f" #{count}" if count > 1 else "")
    for sha256, issued in order.items():
        names.setdefault(edges[sha256][0], f"{issued.issuer.common_name} ?")
    return names
