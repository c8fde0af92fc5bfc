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


@dataclass(frozen=True)
class Verdict:
    """What a path comes to."""

    purposes: frozenset[str]
    purposes_bare: frozenset[str]
    sound: bool
    policies: frozenset[str] | None
    valid_from: datetime
    valid_to: datetime
    broken_by: tuple[str, str] | None


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


def judge(path: list[CertificateFacts], *, hop: bool) -> Verdict:
    """Say what the last certificate of a path may issue for, judged as an issuer."""
    purposes, broken_by, sound = _validate(path, anchor_counts=True)
    bare, _, _ = _validate(path, anchor_counts=False)
    return Verdict(
        purposes=purposes,
        purposes_bare=bare,
        sound=sound,
        policies=_policies(path[1:-1] if hop else path[1:]),
        valid_from=max(certificate.not_before for certificate in path),
        valid_to=min(certificate.not_after for certificate in path),
        broken_by=broken_by,
    )


def _validate(
    path: list[CertificateFacts], *, anchor_counts: bool
) -> tuple[frozenset[str], tuple[str, str] | None, bool]:
    """Run 6.1 down the path; return what is permitted at its end, what ended it first, and soundness."""
    permitted, broken_by, sound = EVERYTHING, None, True
    max_path_length: int | None = None  # 6.1.2 (k): the length of the path, which is no limit
    for index, certificate in enumerate(path):
        reason = None
        if max(c.not_before for c in path[: index + 1]) > min(c.not_after for c in path[: index + 1]):
            reason = "no_common_validity"  # 6.1.3 (a) (2), for one instant or other
        elif index > 0 or anchor_counts:
            reason = _unfit_issuer(certificate, is_anchor=index == 0)
        if (
            index > 0
            and certificate.subject_name_id != certificate.issuer_name_id
            and max_path_length is not None
        ):
            if max_path_length == 0:  # 6.1.4 (l)
                reason = reason or "path_length"
            else:
                max_path_length -= 1
        if (index > 0 or anchor_counts) and certificate.path_len is not None:  # 6.1.4 (m)
            limit = certificate.path_len
            max_path_length = limit if max_path_length is None else min(max_path_length, limit)
        if reason:
            sound = False
            permitted = frozenset()
        elif index > 0 or anchor_counts:
            permitted &= _extended_key_usage(certificate)
        if not permitted and broken_by is None:
            broken_by = (certificate.sha256, reason or "extended_key_usage")
    return permitted, broken_by, sound


def _unfit_issuer(certificate: CertificateFacts, *, is_anchor: bool) -> str | None:
    """6.1.4 (k) and (n); as an anchor, version 1 has no extensions and needs none."""
    if not certificate.is_ca:
        return None if is_anchor and certificate.version == 1 else "not_ca"
    forbidden = certificate.key_usage is not None and "keyCertSign" not in certificate.key_usage
    return "no_key_cert_sign" if forbidden else None


def _extended_key_usage(certificate: CertificateFacts) -> frozenset[str]:
    """4.2.1.12, chained down the path as the root programs do."""
    if certificate.eku_oids is None or "2.5.29.37.0" in certificate.eku_oids:
        return EVERYTHING
    return frozenset(EKU_WORDS[oid] for oid in certificate.eku_oids if oid in EKU_WORDS)


def _policies(below_the_anchor: list[CertificateFacts]) -> frozenset[str] | None:
    """6.1.3 (d), (e), without mappings: what is left of any policy; None is any."""
    left: frozenset[str] | None = None
    for certificate in below_the_anchor:
        own = frozenset(certificate.policy_oids or ())
        if "2.5.29.32.0" not in own:
            left = own if left is None else left & own
    return left
