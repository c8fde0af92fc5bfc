"""The road from certificate rows to path tables, as a list of steps.

    certificates ─► signatures tried ─► CAs and issuances ─► graph ─► every path ─► stored, views made

An analysis that is interrupted leaves the derived tables as they were. Where neither certificates nor
anchors nor the purposes changed since the last one, nothing is walked again. Decides nothing about audits:
that is what the views are for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Generic, TypeVar

from duckdb import DuckDBPyConnection

from cagraph.graph.build import Graph, build_graph
from cagraph.graph.link import Linked, SignatureChecks, link
from cagraph.graph.paths import DEFAULT_BUDGET, Walked, anchors_of, walk
from cagraph.graph.purposes import Purposes, load_purposes
from cagraph.model import Progress, sha256_hex
from cagraph.warehouse import derived
from cagraph.warehouse.bulk import EPOCH, MICROSECOND
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.facts import (
    read_certificates,
    read_fingerprints,
    read_signature_checks,
    read_trusted_roots,
)
from cagraph.warehouse.migrations import transaction
from cagraph.warehouse.policy import install_policy
from cagraph.x509.facts import CertificateFacts

Value = TypeVar("Value")

VERSION = 1
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
    with transaction(connection):
        unchanged = not _rebuild(connection, budget, progress)
    install_policy(connection)
    return AnalysisReport(unchanged, *derived.last_counts(connection))


def load_graph(path: str | FilePath) -> Graph:
    """Return the graph of the warehouse at `path`, which an analysis has been made of.

    Raises:
        WarehouseError: it cannot be opened.
    """
    with open_warehouse(path, write=False) as connection:
        certificates = read_certificates(connection)
        checks = SignatureChecks(read_signature_checks(connection))
    return build_graph(certificates, link(certificates, checks))


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
    digest = _digest(connection, trusted, purposes, budget)
    if digest == derived.last_digest(connection):
        derived.touch_analysis(connection)
        return False
    certificates = read_certificates(connection)
    linked = _link(connection, certificates, progress)
    graph = build_graph(certificates, linked)
    walked = walk(graph, anchors_of(graph, trusted), budget=budget, purposes=purposes, progress=progress)
    if progress:
        progress("storing paths", 0, len(walked.paths))
    derived.store_paths(connection, path_columns(walked, purposes), walked.cut)
    counts = {
        "certificates": len(certificates),
        "issuances": len(linked.issuances),
        "paths": len(walked.paths),
        "truncated": len(walked.cut),
    }
    derived.store_analysis(connection, digest, budget, counts)
    return True


def _digest(connection: DuckDBPyConnection, trusted: Sequence[str], purposes: Purposes, budget: int) -> str:
    """Return a digest of all that the derived tables follow from."""
    known = " ".join(read_fingerprints(connection))
    return sha256_hex("\n".join([f"{VERSION} {budget}", repr(purposes), known, " ".join(trusted)]).encode())


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


def path_columns(walked: Walked, purposes: Purposes) -> derived.PathColumns:
    """Return the paths as columns; a path's number is its place in the walk, the shortest first."""
    columns = derived.PathColumns()
    certificates = _Positions[str]()
    purpose_sets, policy_sets = _Positions[int](), _Positions[frozenset[str] | None]()
    numbers: dict[int, tuple[int, int]] = {}
    for number, path in enumerate(walked.paths):
        certificate = certificates.of(path.certificate.sha256)
        parent, anchor = numbers[id(path.parent)] if path.parent else (-1, certificate)
        numbers[id(path)] = (number, anchor)
        columns.parent.append(parent)
        columns.certificate.append(certificate)
        columns.anchor.append(anchor)
        columns.length.append(path.length)
        columns.valid_from.append((path.valid_from - EPOCH) // MICROSECOND)
        columns.valid_to.append((path.valid_to - EPOCH) // MICROSECOND)
        columns.sound.append(path.sound)
        columns.purposes.append(purpose_sets.of(path.purposes))
        columns.purposes_bare.append(purpose_sets.of(path.purposes_bare))
        columns.policies.append(policy_sets.of(path.policies))
        columns.broken_by.append(certificates.of(path.broken_by[0]) if path.broken_by else -1)
        columns.broken_reason.append(path.broken_by[1] if path.broken_by else None)
        columns.self_signed_hop.append(path.self_signed_hop)
    columns.certificates = list(certificates.seen)
    columns.purpose_sets = [purposes.words(bits) for bits in purpose_sets.seen]
    columns.policy_sets = [None if policies is None else sorted(policies) for policies in policy_sets.seen]
    return columns


class _Positions(Generic[Value]):
    """Gives each different value its position, in the order of first sight."""

    def __init__(self) -> None:
        self.seen: dict[Value, int] = {}

    def of(self, value: Value) -> int:
        return self.seen.setdefault(value, len(self.seen))
