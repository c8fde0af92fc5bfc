"""The paths of a certificate that a warehouse need not have: a subscriber's, or any that a file brings.

The certificate joins the warehouse's graph, its paths are found there, and a scratch warehouse holds them,
so that the same views say what each path is worth.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from pathlib import Path as FilePath
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.analysis.road import graph_of_warehouse
from cagraph.graph.build import Graph, anchors_of, with_certificates
from cagraph.graph.count import Count, count_paths
from cagraph.graph.paths import Path
from cagraph.graph.search import Search
from cagraph.graph.steps import Steps
from cagraph.model import SignatureStatus
from cagraph.warehouse.bulk import insert
from cagraph.warehouse.derived import store_signature_checks
from cagraph.warehouse.facts import read_signature_checks, read_trusted_roots
from cagraph.warehouse.load import known_certificates, store_certificates
from cagraph.warehouse.scratch import scratch_warehouse
from cagraph.x509.facts import CertificateFacts


@dataclass(frozen=True, slots=True)
class Asked:
    """A scratch warehouse with the paths to one certificate, and how many there are in all."""

    connection: DuckDBPyConnection
    sha256: str
    found: int
    count: Count


@contextmanager
def asking_about(
    path: FilePath, certificates: Sequence[CertificateFacts], as_of: date | None, most: int
) -> Iterator[Asked]:
    """Find the paths to the first of these certificates; the others may stand between it and a root.

    A certificate that is no CA's is judged as a subscriber's, the last one of its path. `most` bounds the
    paths.

    Raises:
        WarehouseError: the file cannot be opened.
    """
    target = certificates[0]
    with scratch_warehouse(path, as_of) as connection:
        graph = with_certificates(graph_of_warehouse(connection), certificates)
        steps = Steps(graph)
        anchors = anchors_of(graph, read_trusted_roots(connection))
        search = Search(steps, target.sha256, anchors, issues=target.is_ca)
        paths = list(islice(search, most))
        known = known_certificates(connection, [each.sha256 for each in certificates])
        store_certificates(connection, [each for each in certificates if each.sha256 not in known])
        _store_issuances(connection, graph, steps, certificates)
        _store_paths(connection, paths, steps)
        in_all = count_paths(steps, target.sha256, anchors)
        if len(paths) < in_all.at_most:
            cut: dict[str, Sequence[Any]] = {
                "sha256": [target.sha256],
                "stored": [len(paths)],
                "cut": [in_all.at_least - len(paths)],
            }
            insert(connection, "path_truncation", cut)
        yield Asked(connection, target.sha256, len(paths), in_all)


def _store_issuances(
    connection: DuckDBPyConnection, graph: Graph, steps: Steps, certificates: Iterable[CertificateFacts]
) -> None:
    """Store who issued the certificates, so that cross-certificates and CRLs of their issuers are known."""
    rows = [
        (each.sha256, steps.issuer[each.sha256], each.ca_id, _status(steps, each.sha256))
        for each in certificates
        if each.sha256 in steps.issuer
    ]
    connection.execute(
        "DELETE FROM issuance WHERE list_contains($1::VARCHAR[], sha256)", [[sha256 for sha256, *_ in rows]]
    )
    columns: dict[str, Sequence[Any]] = {
        "sha256": [row[0] for row in rows],
        "issuer_ca_id": [row[1] for row in rows],
        "subject_ca_id": [row[2] for row in rows],
        "signature_status": [row[3] for row in rows],
        "name_match": ["raw"] * len(rows),
    }
    insert(connection, "issuance", columns)
    checks = [
        (sha256, graph.nodes[issuer]["spki_sha256"], status, None) for sha256, issuer, _, status in rows
    ]
    known = read_signature_checks(connection)
    store_signature_checks(connection, [check for check in checks if check[:2] not in known])


def _status(steps: Steps, sha256: str) -> SignatureStatus:
    return SignatureStatus.WEAK if steps.certificates[sha256].weak else SignatureStatus.OK


def _store_paths(connection: DuckDBPyConnection, paths: Sequence[Path], steps: Steps) -> None:
    """Store paths that were found one by one."""
    words = steps.purposes.words
    # As for those that are stored: another salt where two would have one number.
    salt = next(salt for salt in count() if len({path.numbered(salt) for path in paths}) == len(paths))
    insert(
        connection,
        "path",
        {
            "path_id": [path.numbered(salt) for path in paths],
            "parent_path_id": [path.parent.numbered(salt) if path.parent else None for path in paths],
            "sha256": [path.certificate.sha256 for path in paths],
            "anchor_sha256": [path.anchor() for path in paths],
            "length": [path.length for path in paths],
            "valid_from": [path.valid_from for path in paths],
            "valid_to": [path.valid_to for path in paths],
            "sound": [path.sound for path in paths],
            "purposes": [words(path.purposes) for path in paths],
            "purposes_bare": [words(path.purposes_bare) for path in paths],
            "policies": [None if path.policies is None else sorted(path.policies) for path in paths],
            "constrained_by": [path.constrained_by for path in paths],
            "no_names_left": [path.no_names_left for path in paths],
            "self_signed_hop": [path.self_signed_hop for path in paths],
        },
    )
    if not paths:
        return
    members = [
        (path.numbered(salt), position, sha256)
        for path in paths
        for position, sha256 in enumerate(path.certificates())
    ]
    insert(connection, "path_certificate", _columns(("path_id", "position", "sha256"), members))
    breaks = [
        (path.numbered(salt), path.certificates().index(each.sha256), *each)
        for path in paths
        for each in path.breaks
    ]
    if breaks:
        names = ("path_id", "position", "sha256", "reason", "detail")
        insert(connection, "path_break", _columns(names, breaks))


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    """Return rows as columns."""
    return dict(zip(names, zip(*rows, strict=True), strict=True))
