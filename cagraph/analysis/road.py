"""The road from certificate rows to path tables, as a list of steps.

    certificates ─► signatures tried ─► CAs and issuances ─► graph ─► every path ─► stored, views made

An analysis that is interrupted leaves the derived tables as they were. Where neither certificates nor
anchors nor the purposes changed since the last one, nothing is walked again. Decides nothing about audits:
that is what the views are for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from duckdb import DuckDBPyConnection

from cagraph.analysis.storing import store_paths
from cagraph.collector import collector_paused
from cagraph.graph.build import Graph, anchors_of, build_graph
from cagraph.graph.link import Linked, SignatureChecks, link
from cagraph.graph.purposes import load_purposes
from cagraph.graph.steps import Steps
from cagraph.graph.walk import DEFAULT_BUDGET
from cagraph.model import Progress, sha256_hex
from cagraph.warehouse import derived
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.facts import (
    read_certificates,
    read_fingerprints,
    read_signature_checks,
    read_trusted_roots,
)
from cagraph.warehouse.load import link_cells
from cagraph.warehouse.migrations import transaction
from cagraph.warehouse.policy import install_policy
from cagraph.x509.facts import CertificateFacts

VERSION = 2
"""Raised whenever the walk or what it stores changes, so that old paths are not taken for new ones."""


@dataclass(frozen=True, slots=True)
class AnalysisReport:
    """What an analysis came to. `unchanged`: nothing was new since the last one."""

    unchanged: bool
    certificates: int
    cas: int
    issuances: int
    paths: int
    truncated: int
    budget: int


def analyze(
    connection: DuckDBPyConnection, *, budget: int = DEFAULT_BUDGET, progress: Progress | None = None
) -> AnalysisReport:
    """Bring the derived tables, the rule tables and the views of an open, writable warehouse up to date."""
    with collector_paused(), transaction(connection):
        unchanged = not _rebuild(connection, budget, progress)
    renew_views(connection)
    return AnalysisReport(unchanged, *derived.last_counts(connection))


def renew_views(connection: DuckDBPyConnection) -> None:
    """Bring what the paths do not follow from to this version's: rule tables, views, links of audit cells."""
    with transaction(connection):
        link_cells(connection)
    install_policy(connection)


def load_graph(path: str | FilePath) -> Graph:
    """Return the graph of the warehouse at `path`, which an analysis has been made of.

    Raises:
        WarehouseError: it cannot be opened.
    """
    with open_warehouse(path, write=False) as connection:
        return graph_of_warehouse(connection)


def graph_of_warehouse(connection: DuckDBPyConnection) -> Graph:
    """Return the graph of an open warehouse; signatures that were tried are not tried again."""
    certificates = read_certificates(connection)
    return build_graph(certificates, link(certificates, SignatureChecks(read_signature_checks(connection))))


def load_anchors(path: str | FilePath) -> list[str]:
    """Return the SHA-256 of every root that a program has ever trusted, by the warehouse at `path`.

    Raises:
        WarehouseError: it cannot be opened.
    """
    with open_warehouse(path, write=False) as connection:
        return read_trusted_roots(connection)


def _rebuild(connection: DuckDBPyConnection, budget: int, progress: Progress | None) -> bool:
    """Derive everything anew unless it was made from the same input; say whether it was done."""
    trusted = read_trusted_roots(connection)
    purposes = load_purposes()
    walk_digest = sha256_hex(f"{VERSION} {budget} {purposes!r}".encode())
    digest = _digest(connection, trusted, walk_digest)
    if digest == derived.last_digest(connection):
        derived.touch_analysis(connection)
        return False
    last = derived.last_walk(connection)
    if last and last.walk_digest != walk_digest:
        last = None
    certificates = read_certificates(connection)
    linked = _link(connection, certificates, progress)
    graph = build_graph(certificates, linked)
    stored = store_paths(
        connection, Steps(graph, purposes), anchors_of(graph, trusted), budget, last, progress
    )
    derived.store_analysis(
        connection,
        {
            "input_digest": digest,
            "walk_digest": walk_digest,
            "salt": stored.salt,
            "budget": budget,
            "certificates": len(certificates),
            "issuances": len(linked.issuances),
            "paths": derived.count_paths(connection),
            "truncated": len(stored.cut),
        },
    )
    return True


def _digest(connection: DuckDBPyConnection, trusted: Sequence[str], walk_digest: str) -> str:
    """Return a digest of all that the derived tables follow from."""
    known = " ".join(read_fingerprints(connection))
    return sha256_hex("\n".join([walk_digest, known, " ".join(trusted)]).encode())


def _link(
    connection: DuckDBPyConnection, certificates: Sequence[CertificateFacts], progress: Progress | None
) -> Linked:
    """Find every issuer, trying only the signatures that were never tried; store nodes and edges."""
    checks = SignatureChecks(read_signature_checks(connection))
    linked = link(certificates, checks, progress)
    derived.store_signature_checks(connection, checks.new)
    derived.store_graph(
        connection,
        [(ca.ca_id, ca.name, ca.name_id, ca.spki_sha256, ca.dangling) for ca in linked.cas],
        [
            (i.sha256, i.issuer_ca_id, i.subject_ca_id, i.signature_status, i.name_match)
            for i in linked.issuances
        ],
    )
    return linked
