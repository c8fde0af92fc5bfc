"""Other ways to do what cagraph does with paths, for benchmarks to time and to compare with.

They take certificates as `Edge`s, plain numbers. None says why a path is broken, and only some look at
purposes and path lengths: each says what it does.
"""

import warnings
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import networkx as nx
from cryptography import x509
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from cagraph.graph.steps import Steps
from cagraph.warehouse.bulk import insert
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.migrations import transaction
from cagraph.x509.facts import CertificateFacts

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]
"""Names of columns and rows, by table."""
Finds = dict[str, Callable[[], int]]
"""For each anchor (SHA-256) what finds all paths from it, and returns how many."""


class Edge(NamedTuple):
    """One certificate; CAs are numbers from 0 on."""

    certificate: int
    sha256: str
    issuer: int
    subject: int
    purposes: int
    path_len: int | None
    self_issued: bool
    anchor: bool


def edges_of(steps: Steps, anchors: Sequence[str]) -> list[Edge]:
    """Return the certificates whose issuer is proved."""
    cas: dict[str, int] = {}
    known = set(anchors)
    return [
        Edge(
            each.number,
            sha256,
            cas.setdefault(steps.issuer[sha256], len(cas)),
            cas.setdefault(each.ca, len(cas)),
            each.purposes,
            each.path_len,
            each.self_issued,
            sha256 in known,
        )
        for sha256, each in steps.certificates.items()
        if sha256 in steps.issuer
    ]


def issued_by(edges: Sequence[Edge]) -> dict[int, list[Edge]]:
    """Return what each CA issued."""
    out: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        out[edge.issuer].append(edge)
    return out


def breadth_first(out: dict[int, list[Edge]], starts: set[int]) -> int:
    """Look at every certificate below some CAs once; return how many there are."""
    seen, waiting, number = set(starts), deque(starts), 0
    while waiting:
        for edge in out.get(waiting.popleft(), ()):
            number += 1
            if edge.subject not in seen:
                seen.add(edge.subject)
                waiting.append(edge.subject)
    return number


def depth_first(edges: Sequence[Edge]) -> list[tuple[Any, int, bool]]:
    """Find every path: its certificates as a linked list, purposes, whether path lengths hold."""
    out = issued_by(edges)
    found = []
    anchors = (edge for edge in edges if edge.anchor)
    waiting: list[Any] = [((None, e), e, {e.subject}, e.purposes, e.path_len, True) for e in anchors]
    while waiting:
        line, last, visited, purposes, remaining, sound = waiting.pop()
        found.append((line, purposes, sound))
        if last.subject == last.issuer and line[0]:
            continue
        for edge in out.get(last.subject, ()):
            if edge is last if edge.subject == edge.issuer else edge.subject in visited:
                continue
            left, fits = remaining, sound
            if left is not None and not edge.self_issued:
                fits, left = sound and left > 0, max(left - 1, 0)
            if edge.path_len is not None and (left is None or edge.path_len < left):
                left = edge.path_len
            seen = visited | {edge.subject}
            waiting.append(((line, edge), edge, seen, purposes & edge.purposes, left, fits))
    return found


def networkx_finds(edges: Sequence[Edge]) -> Finds:
    """Return how to find the paths from each anchor by networkx: lists of edges, no rule."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for edge in edges:
        graph.add_edge(edge.issuer, edge.subject, key=edge.certificate)

    def find(ca: int) -> int:
        return len(list(nx.all_simple_edge_paths(graph, ca, list(graph))))

    return {edge.sha256: partial(find, edge.subject) for edge in edges if edge.anchor}


def rustworkx_finds(edges: Sequence[Edge]) -> Finds:
    """Return how to find the paths from each anchor by rustworkx, or nothing if it is not installed.

    It gives lists of CAs: the same one several times where there are parallel certificates.
    """
    try:
        import rustworkx  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return {}
    graph = rustworkx.PyDiGraph(multigraph=True)
    cas = [*range(1 + max(edge.subject for edge in edges))]
    graph.add_nodes_from(cas)
    # A self-signed certificate would be a path from a CA to itself.
    between = [edge for edge in edges if edge.issuer != edge.subject]
    graph.add_edges_from([(edge.issuer, edge.subject, edge.certificate) for edge in between])

    def find(ca: int) -> int:
        # The anchor alone is no path there.
        return 1 + len(rustworkx.all_simple_paths(graph, ca, cas))

    return {edge.sha256: partial(find, edge.subject) for edge in edges if edge.anchor}


class RecursiveQuery:
    """Every path by one recursive query: its certificates, purposes, and whether path lengths hold."""

    TABLES = ("found", "found_certificate")

    # No CA twice, but for a self-signed certificate as the last hop; path lengths as RFC 5280 6.1.4 (l), (m).
    _PATHS = """
        WITH RECURSIVE path AS (
            SELECT
                certificate AS anchor, certificate, subject AS ca, purposes, path_len AS remaining,
                true AS sound, false AS hop, [certificate] AS members, [subject] AS visited
            FROM edge
            WHERE anchor
            UNION ALL
            SELECT
                path.anchor, edge.certificate, edge.subject, path.purposes & edge.purposes,
                least(edge.path_len, path.remaining - if(edge.self_issued OR path.remaining = 0, 0, 1)),
                path.sound AND (path.remaining IS NULL OR path.remaining > 0 OR edge.self_issued),
                edge.subject = edge.issuer,
                list_append(path.members, edge.certificate), list_append(path.visited, edge.subject)
            FROM path
            INNER JOIN edge ON path.ca = edge.issuer
            WHERE
                NOT path.hop
                AND CASE
                    WHEN edge.subject = edge.issuer THEN edge.certificate <> path.certificate
                    ELSE NOT list_contains(path.visited, edge.subject)
                END
        )
        SELECT row_number() OVER () AS path_id, * EXCLUDE visited FROM path
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, edges: Sequence[Edge]) -> None:
        self._connection = connection
        connection.execute(
            "CREATE TEMP TABLE edge (certificate INTEGER, sha256 VARCHAR, issuer INTEGER, subject INTEGER,"
            " purposes INTEGER, path_len INTEGER, self_issued BOOLEAN, anchor BOOLEAN)"
        )
        insert(connection, "edge", dict(zip(Edge._fields, zip(*edges, strict=True), strict=True)))

    def store(self) -> None:
        """Make the table `found`."""
        self._connection.execute(f"CREATE TABLE found AS {self._PATHS}")

    def store_certificates(self) -> None:
        """Make the table `found_certificate` out of it."""
        self._connection.execute(
            """
            CREATE TABLE found_certificate AS
            SELECT path_id, position, edge.sha256
            FROM (
                SELECT path_id, unnest(range(len(members))) AS position, unnest(members) AS certificate
                FROM found
            )
            INNER JOIN edge USING (certificate)
            """
        )


def recursive_stored(path: Path, edges: Sequence[Edge]) -> list[int]:
    """Store every path by a recursive query; return how many rows, of paths and of their certificates."""
    with duckdb.connect(str(path)) as connection:
        query = RecursiveQuery(connection, edges)
        connection.execute("BEGIN")
        query.store()
        query.store_certificates()
        connection.execute("COMMIT")
        counts = (connection.execute(f"SELECT count(*) FROM {table}") for table in query.TABLES)
        return [int(count.fetchall()[0][0]) for count in counts]


def rows_of(connection: duckdb.DuckDBPyConnection, paths: int) -> Rows:
    """Return the rows of some paths of a warehouse, by table, with the names of its columns."""
    chosen = f"WHERE path_id IN (SELECT path_id FROM path ORDER BY path_id LIMIT {paths})"
    relations = {name: connection.sql(f"FROM {name} {chosen}") for name in ("path", "path_certificate")}
    return {name: (relation.columns, relation.fetchall()) for name, relation in relations.items()}


def unnest_bound(path: Path, tables: Rows) -> int:
    """Hand rows over to a fresh warehouse as columns, each bound as a list; return how many."""
    with open_warehouse(path, write=True) as connection, transaction(connection):
        for table, (names, rows) in tables.items():
            insert(connection, table, dict(zip(names, zip(*rows, strict=True), strict=True)))
    return sum(len(rows) for _, rows in tables.values())


def executemany(path: Path, tables: Rows) -> int:
    """Hand rows over to a fresh warehouse one by one; return how many."""
    with open_warehouse(path, write=True) as connection, transaction(connection):
        for table, (names, rows) in tables.items():
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", rows)
    return sum(len(rows) for _, rows in tables.values())


def pyca_certificates(facts: Iterable[CertificateFacts]) -> dict[str, x509.Certificate]:
    """Return the certificates that pyca can read."""
    loaded = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for each in facts:
            with suppress(ValueError):
                loaded[each.sha256] = x509.load_der_x509_certificate(each.der)
    return loaded


class Pyca:
    """pyca's verifier, which asks no more of extensions here than that CAs say they are some.

    What it always asks for: the signature algorithms of the Baseline Requirements.
    """

    def __init__(self, anchors: list[x509.Certificate], day: datetime) -> None:
        self._day = day.replace(tzinfo=UTC)
        extensions = ExtensionPolicy.permit_all()
        of_cas = extensions.require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
        builder = PolicyBuilder().store(Store(anchors)).time(day).max_chain_depth(20)
        builder = builder.extension_policies(ca_policy=of_cas, ee_policy=extensions)
        self._verifier = builder.build_client_verifier()

    def is_live(self, certificate: x509.Certificate) -> bool:
        """Say whether a certificate is valid on the day."""
        return certificate.not_valid_before_utc <= self._day <= certificate.not_valid_after_utc

    def refuses(self, target: x509.Certificate, candidates: list[x509.Certificate]) -> str | None:
        """Look for one chain from an anchor by way of the candidates; return why there is none."""
        try:
            self._verifier.verify(target, candidates)
        except VerificationError as error:
            return str(error).partition(": AlgorithmIdentifier")[0]
        return None
