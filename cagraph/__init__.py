"""cagraph: which CA certificates lack an audit that a root program requires, path by path.

For a researcher, the graph:

    >>> import cagraph
    >>> graph = cagraph.load_graph("cagraph.duckdb")        # networkx.MultiDiGraph
    >>> graph = cagraph.graph_of([der, another_der])        # without a database

A node is a CA, named by `ca_id`: a subject name with a public key. Node attributes: `name`, `name_id`,
`spki_sha256`, `dangling`. An edge is one certificate, keyed by its SHA-256, from its issuing CA to the CA
it names. Edge attributes: `certificate` (a `CertificateFacts`), `signature_status`, `name_match`,
`proved`. Every path, shortest first, all of them or those to one certificate, which may be a subscriber's
that joins the graph for the question:

    >>> anchors = cagraph.anchors_of(graph)
    >>> for path in cagraph.walk(graph, anchors).paths:
    ...     path.certificates(), path.valid_from, path.valid_to, path.breaks
    >>> graph = cagraph.with_certificates(graph, [cagraph.read_certificate(der)])
    >>> for path in cagraph.Search(graph, sha256, anchors, issues=False):
    ...     path.certificates()

How many there are, and what certificates can issue for, without finding paths:

    >>> cagraph.count_paths(graph, sha256, anchors)
    >>> cagraph.capability(graph, {anchor: [cagraph.Claim("mozilla", "server_auth")]})

To fill a database: `cagraph.ingest.ingest` (the room bears the name), then `cagraph.analyze`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cagraph.analysis import analyze as analyze
    from cagraph.analysis import load_anchors as load_anchors
    from cagraph.analysis import load_graph as load_graph
    from cagraph.graph.build import anchors_of as anchors_of
    from cagraph.graph.build import build_graph as build_graph
    from cagraph.graph.build import graph_of as graph_of
    from cagraph.graph.build import with_certificates as with_certificates
    from cagraph.graph.capability import capability as capability
    from cagraph.graph.claims import Claim as Claim
    from cagraph.graph.count import count_paths as count_paths
    from cagraph.graph.link import link as link
    from cagraph.graph.paths import Path as Path
    from cagraph.graph.search import Search as Search
    from cagraph.graph.steps import Steps as Steps
    from cagraph.graph.walk import walk as walk
    from cagraph.warehouse.database import open_warehouse as open_warehouse
    from cagraph.x509.certificate import read_certificate as read_certificate
    from cagraph.x509.facts import CertificateFacts as CertificateFacts

_HOMES = {
    "CertificateFacts": "cagraph.x509.facts",
    "Claim": "cagraph.graph.claims",
    "Path": "cagraph.graph.paths",
    "Search": "cagraph.graph.search",
    "Steps": "cagraph.graph.steps",
    "analyze": "cagraph.analysis",
    "anchors_of": "cagraph.graph.build",
    "build_graph": "cagraph.graph.build",
    "capability": "cagraph.graph.capability",
    "count_paths": "cagraph.graph.count",
    "graph_of": "cagraph.graph.build",
    "link": "cagraph.graph.link",
    "load_anchors": "cagraph.analysis",
    "load_graph": "cagraph.analysis",
    "open_warehouse": "cagraph.warehouse.database",
    "read_certificate": "cagraph.x509.certificate",
    "walk": "cagraph.graph.walk",
    "with_certificates": "cagraph.graph.build",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - every public name, each from the room that it lives in


def __dir__() -> list[str]:
    """List the public names, though none is imported yet."""
    return __all__


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: `import cagraph` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cagraph' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
