"""Brute force: every path of a graph with what the second opinion says of it, and how tests name purposes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cagraph.graph.build import Graph, anchors_of
from cagraph.graph.paths import Path
from cagraph.graph.purposes import load_purposes
from cagraph.x509.facts import CertificateFacts
from tests.graph import reference
from tests.graph.factory import sha256_of
from tests.graph.reference import Line, Verdict


@dataclass(frozen=True)
class Found:
    """One path: its certificates, and what it comes to."""

    line: Line
    chain: list[CertificateFacts]
    hop: bool
    weak: list[str]
    verdict: Verdict

    def holds(self, at: datetime | None, without: Collection[str]) -> bool:
        """Say whether all its certificates are valid at an instant, and none below the anchor is left out."""
        valid = at is None or all(each.not_before <= at <= each.not_after for each in self.chain)
        return valid and not set(self.line[1:]) & set(without)


def anchors(graph: Graph, trusted: Collection[int]) -> list[str]:
    """Return the self-signed certificates of a drawn graph, and those with these numbers."""
    return anchors_of(graph, [sha256_of(number) for number in trusted])


def every_path(graph: Graph, starts: list[str], *, issues: bool = True) -> list[Found]:
    """Find every path, in no order."""
    edges = {key: data for _, _, key, data in graph.edges(keys=True, data=True)}
    plain = list(reference.paths(graph, starts))
    found = []
    for hop, lines in ((False, plain), (True, list(reference.hops(graph, plain)))):
        for line in lines:
            chain = [edges[key]["certificate"] for key in line]
            weak = [key for key in line[1:] if edges[key]["signature_status"] == "weak"]
            verdict = reference.judge(chain, hop=hop, issues=issues)
            found.append(Found(line, chain, hop, weak, verdict))
    return found


def in_order(found: list[Found]) -> list[Line]:
    """Return the paths as they must be found: the shortest first, those of one length by SHA-256."""
    return sorted((each.line for each in found), key=lambda line: (len(line), line))


def line_of(path: Path) -> Line:
    """Return the certificates of a path."""
    return tuple(path.certificates())


def words(bits: int) -> frozenset[str]:
    """Return purposes as words."""
    return frozenset(load_purposes().words(bits))


def said_of(path: Path) -> dict[str, object]:
    """Return all that the code under test says of a path, in the words of the second opinion."""
    return {
        "line": line_of(path),
        "anchor": path.anchor(),
        "length": path.length,
        "hop": path.self_signed_hop,
        "breaks": tuple((each.sha256, each.reason) for each in path.breaks),
        "lacking": {
            word: tuple((each.sha256, each.reason) for each in path.breaks_for(load_purposes().bit(word)))
            for word in reference.EVERYTHING
        },
        "sound": path.sound,
        "purposes": words(path.purposes),
        "purposes_bare": words(path.purposes_bare),
        "policies": path.policies,
        "constrained_by": path.constrained_by,
        "weak": path.weak,
        "window": (path.valid_from, path.valid_to),
    }


def expected_of(found: Found) -> dict[str, object]:
    """Return the same by the second opinion."""
    verdict = found.verdict
    return {
        "line": found.line,
        "anchor": found.line[0],
        "length": len(found.line),
        "hop": found.hop,
        "breaks": verdict.breaks,
        "lacking": {word: (*verdict.breaks, *lacking) for word, lacking in verdict.lacking.items()},
        "sound": not verdict.breaks,
        "purposes": verdict.purposes,
        "purposes_bare": verdict.purposes_bare,
        "policies": verdict.policies,
        "constrained_by": verdict.constrained_by,
        "weak": found.weak,
        "window": (verdict.valid_from, verdict.valid_to),
    }
