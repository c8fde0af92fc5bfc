"""A second opinion, slow and plain: which paths there are, and what RFC 5280 6.1 says of each.

Written from the RFC and DOMAIN.md 2.1, without a look at how the code under test does it, and with none of
its functions. Purposes are words, a path is the list of its certificates' facts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import networkx as nx

from cagraph.graph.build import Graph
from cagraph.x509.facts import CertificateFacts
from tests.graph import plain_names

EKU_WORDS = {
    "1.3.6.1.5.5.7.3.1": "server_auth",
    "1.3.6.1.5.5.7.3.2": "client_auth",
    "1.3.6.1.5.5.7.3.3": "code_signing",
    "1.3.6.1.5.5.7.3.4": "secure_email",
    "1.3.6.1.5.5.7.3.8": "time_stamping",
    "1.3.6.1.5.5.7.3.9": "ocsp_signing",
    "1.3.6.1.5.5.7.3.31": "mark_certificate",
}
EVERYTHING = frozenset(EKU_WORDS.values())

Line = tuple[str, ...]
"""A path as the SHA-256 of its certificates, the anchor first."""

Reasons = tuple[tuple[str, str], ...]
"""Certificates that break a path, each with why."""


@dataclass(frozen=True)
class Verdict:
    """What a path comes to.

    `usages` are the purposes that every extended key usage permits, whatever broke the path. `bare` is said
    of the anchor as a name and a key alone.
    """

    breaks: Reasons
    bare_breaks: Reasons
    usages: frozenset[str]
    bare_usages: frozenset[str]
    lacking: dict[str, Reasons]
    policies: frozenset[str] | None
    constrained_by: list[str]
    valid_from: datetime
    valid_to: datetime

    @property
    def purposes(self) -> frozenset[str]:
        """What the path permits."""
        return frozenset() if self.breaks else self.usages

    @property
    def purposes_bare(self) -> frozenset[str]:
        """What it permits where the anchor is a name and a key alone."""
        return frozenset() if self.bare_breaks else self.bare_usages


def paths(graph: Graph, anchors: list[str]) -> Iterator[Line]:
    """Yield every path that has no CA twice: each anchor alone, and networkx's simple paths from its CA."""
    proved: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    proved.add_nodes_from(graph)
    subjects = {key: subject for _, subject, key in graph.edges(keys=True)}
    for issuer, subject, key, data in graph.edges(keys=True, data=True):
        if data["signature_status"] in ("ok", "weak") and issuer != subject:
            proved.add_edge(issuer, subject, key=key)
    for anchor in anchors:
        yield (anchor,)
        for target in proved:
            if target != subjects[anchor]:
                for edges in nx.all_simple_edge_paths(proved, subjects[anchor], target):
                    yield (anchor, *(str(edge[-1]) for edge in edges))


def hops(graph: Graph, found: list[Line]) -> Iterator[Line]:
    """Yield each path with one more certificate: another that the CA it reached signed for itself."""
    subjects = {key: subject for _, subject, key in graph.edges(keys=True)}
    own: dict[str, list[str]] = {}
    for issuer, subject, key, data in graph.edges(keys=True, data=True):
        if issuer == subject and data["signature_status"] in ("ok", "weak"):
            own.setdefault(subject, []).append(key)
    for line in found:
        for key in own.get(subjects[line[-1]], []):
            if key != line[-1]:
                yield (*line, key)


def judge(path: list[CertificateFacts], *, hop: bool, issues: bool = True) -> Verdict:
    """Say what a path comes to; `issues`: the last is judged as if it were followed by another."""
    below = path[1:]
    return Verdict(
        breaks=tuple(_validate(path, anchor_counts=True, issues=issues)),
        bare_breaks=tuple(_validate(path, anchor_counts=False, issues=issues)),
        usages=_usages(path),
        bare_usages=_usages(below),
        lacking={
            word: tuple((c.sha256, "extended_key_usage") for c in path if word not in _usages([c]))
            for word in EVERYTHING
        },
        policies=_policies(below[:-1] if hop else below),
        constrained_by=sorted(c.sha256 for c in path if plain_names.constrains(c.der)),
        valid_from=max(certificate.not_before for certificate in path),
        valid_to=min(certificate.not_after for certificate in path),
    )


def _validate(
    path: list[CertificateFacts], *, anchor_counts: bool, issues: bool
) -> Iterator[tuple[str, str]]:
    """Run 6.1 down the path, and go on where it would end."""
    max_path_length: int | None = None  # 6.1.2 (k): the length of the path, which is no limit
    for index, certificate in enumerate(path):
        counts, last = index > 0 or anchor_counts, index > 0 and index == len(path) - 1 and not issues
        self_issued = certificate.subject_name_id == certificate.issuer_name_id
        reasons = _unfit(certificate, is_anchor=index == 0, last=last) if counts else []
        if index > 0 and (last or not self_issued):  # 6.1.3 (b), (c)
            reasons += [
                "name_constraints"
                for above in sorted(path[0 if anchor_counts else 1 : index], key=lambda each: each.sha256)
                if plain_names.constrains(above.der) and not plain_names.allows(above.der, certificate.der)
            ]
        if index > 0 and not last and not self_issued and max_path_length is not None:
            if max_path_length == 0:  # 6.1.4 (l)
                reasons.append("path_length")
            else:
                max_path_length -= 1
        if counts and certificate.path_len is not None:  # 6.1.4 (m)
            limit = certificate.path_len
            max_path_length = limit if max_path_length is None else min(max_path_length, limit)
        if not _overlap(path[: index + 1]) and (index == 0 or _overlap(path[:index])):
            reasons.append("no_common_validity")  # 6.1.3 (a) (2), for one instant or other
        yield from ((certificate.sha256, reason) for reason in reasons)


def _unfit(certificate: CertificateFacts, *, is_anchor: bool, last: bool) -> list[str]:
    """6.1.4 (k), (n), (o) and 6.1.5 (f); as an anchor, version 1 has no extensions and needs none."""
    reasons = []
    if not last:
        if not certificate.is_ca and not (is_anchor and certificate.version == 1):
            reasons.append("not_ca")
        if certificate.key_usage is not None and "keyCertSign" not in certificate.key_usage:
            reasons.append("no_key_cert_sign")
    if certificate.unknown_critical:
        reasons.append("unknown_critical_extension")
    return reasons


def _overlap(path: list[CertificateFacts]) -> bool:
    return max(each.not_before for each in path) <= min(each.not_after for each in path)


def _usages(path: list[CertificateFacts]) -> frozenset[str]:
    """4.2.1.12, chained down the path as the root programs do."""
    permitted = EVERYTHING
    for each in path:
        if each.eku_oids is not None and "2.5.29.37.0" not in each.eku_oids:
            permitted &= frozenset(EKU_WORDS[oid] for oid in each.eku_oids if oid in EKU_WORDS)
    return permitted


def _policies(below_the_anchor: list[CertificateFacts]) -> frozenset[str] | None:
    """6.1.3 (d), (e), without mappings: what is left of any policy; None is any."""
    left: frozenset[str] | None = None
    for certificate in below_the_anchor:
        own = frozenset(certificate.policy_oids or ())
        if "2.5.29.32.0" not in own:
            left = own if left is None else left & own
    return left
