"""What a certificate is capable of on the day by all its paths, though the budget cut some of them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from cagraph.analysis.road import graph_of_warehouse
from cagraph.graph.build import anchors_of
from cagraph.graph.capability import capability
from cagraph.graph.claims import Claim
from cagraph.graph.count import Count, count_paths
from cagraph.graph.steps import Steps
from cagraph.warehouse.facts import read_trusted_roots

Scope = tuple[str, str]
"""(root program, purpose)"""


@dataclass(frozen=True, slots=True)
class Exact:
    """How many paths lead to a certificate, and what it can issue for, with a shortest path each.

    `complete`: nothing else; otherwise name constraints made too many cases to be sure.
    """

    count: Count
    witnesses: dict[Scope, tuple[str, ...]]
    complete: bool


def exactly(connection: DuckDBPyConnection, sha256: str) -> Exact:
    """Work out one certificate's capability on the day that the views speak of, without its paths.

    Raises:
        LookupError: the warehouse has no such certificate.
    """
    graph = graph_of_warehouse(connection)
    steps = Steps(graph)
    count = count_paths(steps, sha256, anchors_of(graph, read_trusted_roots(connection)))
    row = connection.execute("SELECT as_of()::TIMESTAMP").fetchone()
    at: datetime | None = row[0] if row else None
    revoked = {key for (key,) in connection.execute("SELECT DISTINCT sha256 FROM revocation").fetchall()}
    found = capability(steps, _trust(connection), at=at, without=revoked).get(sha256)
    if found is None:
        return Exact(count, {}, complete=True)
    return Exact(count, dict(sorted(found.witnesses.items())), found.complete)


def _trust(connection: DuckDBPyConnection) -> dict[str, list[Claim[Scope]]]:
    """Return what each root is trusted for on the day; EV once for every policy that enables it."""
    trust: dict[str, list[Claim[Scope]]] = defaultdict(list)
    for program, sha256, purpose in connection.execute(
        "SELECT DISTINCT root_program, sha256, purpose FROM trusted_root WHERE purpose <> 'ev_tls'"
    ).fetchall():
        trust[sha256].append(Claim((program, purpose), purpose))
    for program, sha256, policies in connection.execute(
        "SELECT DISTINCT root.root_program, root.sha256, ev_root.ev_policies FROM trusted_root AS root"
        " INNER JOIN ev_root ON root.root_program = ev_root.root_program AND root.ca_id = ev_root.ca_id"
        " WHERE root.purpose = 'server_auth'"
    ).fetchall():
        trust[sha256] += [Claim((program, "ev_tls"), "server_auth", policy) for policy in policies]
    return trust
