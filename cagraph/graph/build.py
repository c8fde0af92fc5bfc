"""The graph itself: a networkx `MultiDiGraph` of CAs and the certificates between them.

A node is a CA, named by `ca_id`: a subject name with a public key. An edge is one certificate, from its
issuing CA to the CA it names; its key is the certificate's SHA-256. Certificates, CAs and keys are three
identities and are never mixed. An issuer that no certificate here carries the key of stays, as a
dangling node. Holds no walk and no rule.
"""

from collections.abc import Iterable
from typing import TypeAlias

import networkx as nx

from cagraph.graph.link import Linked, SignatureChecks, link
from cagraph.model import PROVED
from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts

Graph: TypeAlias = "nx.MultiDiGraph[str]"


def build_graph(certificates: Iterable[CertificateFacts], linked: Linked) -> Graph:
    """Return the graph of these certificates.

    Node attributes: `name`, `name_id`, `spki_sha256` (None if dangling), `dangling`.
    Edge attributes: `certificate` (its `CertificateFacts`), `signature_status` (None from a dangling
    issuer), `name_match`, `proved` (the signature was made by the issuer's key).
    """
    facts = {certificate.sha256: certificate for certificate in certificates}
    graph: Graph = nx.MultiDiGraph()
    for ca in linked.cas:
        graph.add_node(
            ca.ca_id, name=ca.name, name_id=ca.name_id, spki_sha256=ca.spki_sha256, dangling=ca.dangling
        )
    for issuance in linked.issuances:
        graph.add_edge(
            issuance.issuer_ca_id,
            issuance.subject_ca_id,
            key=issuance.sha256,
            certificate=facts[issuance.sha256],
            signature_status=issuance.signature_status,
            name_match=issuance.name_match,
            proved=issuance.signature_status in PROVED,
        )
    return graph


def graph_of(ders: Iterable[bytes]) -> Graph:
    """Return the graph of DER certificates, without any database.

    Raises:
        ValueError: one of them is no certificate.
    """
    certificates = list({facts.sha256: facts for facts in map(read_certificate, ders)}.values())
    return build_graph(certificates, link(certificates))


def with_certificates(graph: Graph, certificates: Iterable[CertificateFacts]) -> Graph:
    """Return a new graph with more certificates, a subscriber's too; no proof is made twice."""
    known = [(issuer, data) for issuer, _, data in graph.edges(data=True)]
    checks = SignatureChecks(
        {
            (data["certificate"].sha256, graph.nodes[issuer]["spki_sha256"]): data["signature_status"]
            for issuer, data in known
            if data["signature_status"] is not None
        }
    )
    facts = {data["certificate"].sha256: data["certificate"] for _, data in known}
    facts |= {certificate.sha256: certificate for certificate in certificates}
    return build_graph(facts.values(), link(list(facts.values()), checks))


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
