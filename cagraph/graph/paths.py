"""Every path: anchor → … → certificate, certificate by certificate, no CA twice.

The walk goes down from the anchors, level by level, so that each path is its parent path and one more
certificate, and the shortest come first. It is made once for all time: a path carries the window in which
all its certificates are valid, and the purposes it permits, which hold for any day.

What a path permits follows RFC 5280 6.1 and the root programs' practice of chaining extended key usages.
An anchor's own extensions apply as mozilla::pkix applies them; what the path permits with the anchor
taken as a name and a key alone (RFC 5280 6.1.1 d) is kept beside it. Trust comes later: nothing here
knows which program trusts an anchor, or what day it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import networkx as nx

from cagraph.graph.build import Graph
from cagraph.graph.purposes import Purposes, load_purposes
from cagraph.model import Progress
from cagraph.x509.facts import CertificateFacts

ANY_POLICY = "2.5.29.32.0"
DEFAULT_BUDGET = 2_000
"""Paths kept for one certificate, of those that permit something and again of those that permit nothing."""

NO_COMMON_VALIDITY = "no_common_validity"
NOT_CA = "not_ca"
NO_KEY_CERT_SIGN = "no_key_cert_sign"
PATH_LENGTH = "path_length"
EXTENDED_KEY_USAGE = "extended_key_usage"


class Certificate(NamedTuple):
    """What the walk needs of one certificate, worked out once."""

    sha256: str
    ca: str
    not_before: datetime
    not_after: datetime
    purposes: int
    policies: frozenset[str] | None
    path_len: int | None
    self_issued: bool
    version: int
    unfit: str | None
    """Why it cannot issue, whatever the path."""


@dataclass(slots=True)
class Path:
    """One path. `purposes` and `purposes_bare` are bits of `Purposes`; None for a number is no limit.

    They say what the last certificate may issue for, as the whole path permits it. A path is `sound` if
    dates, cA, keyCertSign and path lengths hold, whatever the purposes. `policies` are those
    left below the anchor, None for any. `broken_by` is the first certificate, from the anchor down, after
    which nothing is permitted, with the reason.
    """

    parent: "Path | None"
    certificate: Certificate
    length: int
    valid_from: datetime
    valid_to: datetime
    sound: bool
    purposes: int
    purposes_bare: int
    policies: frozenset[str] | None
    remaining: int | None
    remaining_bare: int | None
    broken_by: tuple[str, str] | None
    self_signed_hop: bool = False

    def certificates(self) -> list[str]:
        """Return the SHA-256 of each certificate, the anchor first."""
        found = [path.certificate.sha256 for path in self._upwards()]
        return found[::-1]

    def anchor(self) -> str:
        """Return the SHA-256 of the anchor."""
        return self.certificates()[0]

    def visits(self, ca: str) -> bool:
        """Say whether the path goes through this CA."""
        return any(path.certificate.ca == ca for path in self._upwards())

    def _upwards(self) -> Iterator["Path"]:
        path: Path | None = self
        while path is not None:
            yield path
            path = path.parent


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
    graph: Graph,
    anchors: Iterable[str],
    *,
    budget: int = DEFAULT_BUDGET,
    purposes: Purposes | None = None,
    progress: Progress | None = None,
) -> Walked:
    """Return every path from the anchors (SHA-256 of certificates in the graph) down.

    `budget` bounds the paths to one certificate, so that a mesh of cross-certified CAs ends; what it cut
    is counted in `Walked.cut`, never silent. Where nothing was cut the list is complete.
    """
    return _Walk(graph, purposes or load_purposes(), budget).run(anchors, progress)


class _Walk:
    """One walk over one graph."""

    def __init__(self, graph: Graph, purposes: Purposes, budget: int) -> None:
        self._budget = budget
        self._purposes = purposes
        self._certificates: dict[str, Certificate] = {}
        self._issued: dict[str, list[Certificate]] = defaultdict(list)
        self._self_signed: dict[str, list[Certificate]] = defaultdict(list)
        proved: nx.DiGraph[str] = nx.DiGraph()
        for issuer, subject, key, data in sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[2]):
            certificate = prepare(data["certificate"], purposes)
            self._certificates[key] = certificate
            if not data["proved"]:
                continue
            proved.add_edge(issuer, subject)
            (self._self_signed if issuer == subject else self._issued)[issuer].append(certificate)
        self._proved = proved
        self._component = _components(proved)
        self._kept: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._cut_at: set[str] = set()
        self._result = Walked()

    def run(self, anchors: Iterable[str], progress: Progress | None) -> Walked:
        """Walk level by level until nothing is left to extend."""
        found = self._result.paths
        alone = (start(self._certificates[anchor], self._purposes) for anchor in sorted(set(anchors)))
        level = [path for path in alone if self._keep(path)]
        while level:
            found.extend(level)
            if progress:
                progress("walking paths", len(found), None)
            level = [
                path
                for parent in level
                if not parent.self_signed_hop
                for path in self._extensions(parent)
                if self._keep(path)
            ]
        self._mark_below_cuts()
        return self._result

    def _extensions(self, path: Path) -> Iterator[Path]:
        """Yield the path with one more certificate, for each that its last CA issued and that fits."""
        here = path.certificate.ca
        for certificate in self._self_signed[here]:
            if certificate is not path.certificate:
                yield extend(path, certificate, self_signed_hop=True)
        component = self._component.get(here)
        for certificate in self._issued[here]:
            # A CA can only come back within its own strongly connected component.
            loops = component is not None and component == self._component.get(certificate.ca)
            if not (loops and path.visits(certificate.ca)):
                yield extend(path, certificate)

    def _keep(self, path: Path) -> bool:
        """Say whether the budget of the path's certificate has room; count what it has not."""
        sha256 = path.certificate.sha256
        permits_nothing = not (path.purposes or path.purposes_bare)
        kept = self._kept[sha256]
        if kept[permits_nothing] >= self._budget:
            self._result.cut[sha256] = self._result.cut.get(sha256, 0) + 1
            if not path.self_signed_hop:  # which nothing would have continued
                self._cut_at.add(path.certificate.ca)
            return False
        kept[permits_nothing] += 1
        return True

    def _mark_below_cuts(self) -> None:
        """Mark whatever lies below a certificate whose paths were cut: it may have lost some too."""
        below = set(self._cut_at)
        for ca in self._cut_at:
            below |= nx.descendants(self._proved, ca) if ca in self._proved else set()
        for ca in below:
            for certificate in (*self._issued[ca], *self._self_signed[ca]):
                self._result.cut.setdefault(certificate.sha256, 0)


def _components(graph: "nx.DiGraph[str]") -> dict[str, int]:
    """Return for each CA that lies on a circle the number of its strongly connected component."""
    components = (c for c in nx.strongly_connected_components(graph) if len(c) > 1)
    return {ca: number for number, component in enumerate(components) for ca in component}


def prepare(facts: CertificateFacts, purposes: Purposes) -> Certificate:
    """Work out what the walk needs of a certificate."""
    policies = frozenset(facts.policy_oids or ())
    unfit = None
    if not facts.is_ca:
        unfit = NOT_CA
    elif facts.key_usage is not None and "keyCertSign" not in facts.key_usage:
        unfit = NO_KEY_CERT_SIGN
    return Certificate(
        sha256=facts.sha256,
        ca=facts.ca_id,
        not_before=facts.not_before,
        not_after=facts.not_after,
        purposes=purposes.permitted_by(facts.eku_oids),
        policies=None if ANY_POLICY in policies else policies,
        path_len=facts.path_len,
        self_issued=facts.subject_name_id == facts.issuer_name_id,
        version=facts.version,
        unfit=unfit,
    )


def start(anchor: Certificate, purposes: Purposes) -> Path:
    """Return the path that is an anchor alone.

    As in mozilla::pkix, a version 1 anchor needs no basicConstraints; one of version 3 does.
    """
    unfit = None if anchor.unfit == NOT_CA and anchor.version == 1 else anchor.unfit
    never_valid = anchor.not_before > anchor.not_after
    if never_valid:
        unfit = NO_COMMON_VALIDITY
    permitted = 0 if unfit else anchor.purposes
    reason = unfit or (None if permitted else EXTENDED_KEY_USAGE)
    return Path(
        parent=None,
        certificate=anchor,
        length=1,
        valid_from=anchor.not_before,
        valid_to=anchor.not_after,
        sound=unfit is None,
        purposes=permitted,
        purposes_bare=0 if never_valid else purposes.all,
        policies=None,
        remaining=anchor.path_len,
        remaining_bare=None,
        broken_by=(anchor.sha256, reason) if reason else None,
    )


def extend(path: Path, certificate: Certificate, *, self_signed_hop: bool = False) -> Path:
    """Return the path with one more certificate, and what that leaves of its purposes.

    A self-signed certificate at the end takes no policies away: roots carry none by rule
    (BR 7.1.2.1.2: certificatePolicies NOT RECOMMENDED), and it names a CA that the path had reached.
    """
    valid_from = max(path.valid_from, certificate.not_before)
    valid_to = min(path.valid_to, certificate.not_after)
    unfit = NO_COMMON_VALIDITY if valid_from > valid_to else certificate.unfit
    too_deep, remaining = _path_length(path.remaining, certificate)
    too_deep_bare, remaining_bare = _path_length(path.remaining_bare, certificate)
    purposes = 0 if unfit or too_deep else path.purposes & certificate.purposes
    purposes_bare = 0 if unfit or too_deep_bare else path.purposes_bare & certificate.purposes
    broken_by = path.broken_by
    if broken_by is None and not purposes:
        broken_by = (certificate.sha256, unfit or (PATH_LENGTH if too_deep else EXTENDED_KEY_USAGE))
    return Path(
        parent=path,
        certificate=certificate,
        length=path.length + 1,
        valid_from=valid_from,
        valid_to=valid_to,
        sound=path.sound and not (unfit or too_deep),
        purposes=purposes,
        purposes_bare=purposes_bare,
        policies=path.policies if self_signed_hop else _policies(path.policies, certificate.policies),
        remaining=remaining,
        remaining_bare=remaining_bare,
        broken_by=broken_by,
        self_signed_hop=self_signed_hop,
    )


def _path_length(remaining: int | None, certificate: Certificate) -> tuple[bool, int | None]:
    """Return whether a CA certificate here is one too many, and how many more may follow it.

    RFC 5280 6.1.4 (l), (m): self-issued certificates are not counted. The certificate is judged as an
    issuer: a CA below a pathLenConstraint of zero can have no valid subscriber.
    """
    too_deep = False
    if remaining is not None and not certificate.self_issued:
        too_deep = remaining <= 0
        remaining = max(remaining - 1, 0)
    if certificate.path_len is not None and (remaining is None or certificate.path_len < remaining):
        remaining = certificate.path_len
    return too_deep, remaining


def _policies(above: frozenset[str] | None, own: frozenset[str] | None) -> frozenset[str] | None:
    """Intersect policies along a path; None is any. Without the extension there are none (6.1.3 e)."""
    if above is None:
        return own
    return above if own is None else above & own
