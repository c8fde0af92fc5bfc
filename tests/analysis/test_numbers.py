"""Paths that would have one number: every path gets one of its own, and none is lost.

A path's number follows from the first 52 bits of each SHA-256, so that here certificates are given such as
make two paths fall together.

    One → Below One          Two → Below Two          [One, Below One] and [Two, Below Two] have one number
"""

from dataclasses import replace
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.graph.build import Graph, anchors_of, build_graph
from cagraph.graph.link import CA, Issuance, Linked
from cagraph.graph.paths import ID_FACTOR, ID_MODULUS, id_of
from cagraph.graph.steps import Steps
from cagraph.model import SignatureStatus
from tests.analysis.drawing import Rows, in_order, store, stored_rows, taken_back, walked_rows
from tests.graph.factory import Drawn, facts, sha256_of

Edges = dict[str, tuple[int, int]]
"""For each SHA-256 the numbers of its issuing and its subject CA."""


def _numbered(number: int, rest: int = 0) -> str:
    """Return a SHA-256 that adds this to the number of a path."""
    return f"{number:013x}{rest:051x}"


def _falls_together(parent: str, certificate: str, other_parent: str) -> str:
    """Return the certificate with which a path from the other parent has the number of the first path."""
    number = (id_of(parent) * ID_FACTOR + id_of(certificate)) % ID_MODULUS
    return _numbered((number - id_of(other_parent) * ID_FACTOR) % ID_MODULUS)


def _twos() -> tuple[str, str]:
    """Return Two and Below Two: the first root for which the latter is a number of 52 bits."""
    found = ((each, _falls_together(ONE, BELOW_ONE, each)) for each in map(sha256_of, range(2, 99)))
    return next(pair for pair in found if len(pair[1]) == 64)


ONE, BELOW_ONE = sha256_of(0), sha256_of(1)
TWO, BELOW_TWO = _twos()
EARLY: Edges = {ONE: (0, 0), BELOW_ONE: (0, 2), TWO: (4, 4)}
BOTH: Edges = {**EARLY, BELOW_TWO: (4, 6)}


def _graph(edges: Edges) -> Graph:
    """Return a graph of plain certificates."""
    known = [replace(facts(0, Drawn(*ends)), sha256=sha256) for sha256, ends in edges.items()]
    issuances = [
        Issuance(sha256, f"CA {issuer}", f"CA {subject}", SignatureStatus.OK, "raw")
        for sha256, (issuer, subject) in edges.items()
    ]
    names = {ca for each in issuances for ca in (each.issuer_ca_id, each.subject_ca_id)}
    return build_graph(known, Linked([CA(name, name, name, name, False) for name in names], issuances))


def _told_apart(rows: Rows) -> bool:
    numbers = [row[0] for row in rows["path"]]
    return len(numbers) == len(set(numbers)) and all(0 <= number < 2**53 for number in numbers)


def _by_line(rows: Rows) -> list[tuple[Any, ...]]:
    """Return all that is said of each path, with its certificates in place of its number."""
    lines: dict[int, list[str]] = {}
    for number, _, sha256 in sorted(rows["path_certificate"]):
        lines.setdefault(number, []).append(sha256)
    broken: dict[int, list[tuple[Any, ...]]] = {}
    for number, *why in rows["path_break"]:
        broken.setdefault(number, []).append(tuple(why))
    return in_order(
        (lines[number], lines.get(parent), rest, broken.get(number)) for number, parent, *rest in rows["path"]
    )


def test_a_salt_tells_apart(warehouse: DuckDBPyConnection) -> None:
    graph = _graph(BOTH)
    with taken_back(warehouse):
        stored, _ = store(warehouse, Steps(graph), anchors_of(graph))
        rows = stored_rows(warehouse)
    assert (stored.paths, stored.salt, stored.cut) == (4, 1, {})
    assert _told_apart(rows)
    halves = [{ONE: (0, 0), BELOW_ONE: (0, 2)}, {TWO: (4, 4), BELOW_TWO: (4, 6)}]
    walked = [walked_rows(Steps(half), anchors_of(half)) for half in map(_graph, halves)]
    assert len({row[0] for half in walked for row in half["path"]}) == 3, "two fell together"
    assert _by_line(rows) == in_order(row for half in walked for row in _by_line(half))


def test_what_is_added_falls_together_with_what_was_there(warehouse: DuckDBPyConnection) -> None:
    """Walked anew, with a salt; what is added later keeps to it, and is what a rebuild makes of it."""
    more = {**BOTH, sha256_of(200): (6, 8)}
    with taken_back(warehouse):
        last, found = None, []
        for edges in (EARLY, BOTH, more):
            graph = _graph(edges)
            stored, last = store(warehouse, Steps(graph), anchors_of(graph), last=last)
            found.append((stored.added_only, stored.salt, stored.paths))
        assert found == [(False, 0, 3), (False, 1, 4), (True, 1, 1)]
        grown_rows = stored_rows(warehouse)
        store(warehouse, Steps(graph), anchors_of(graph))
        assert stored_rows(warehouse) == grown_rows
        assert _told_apart(grown_rows)


def test_an_older_salt_is_no_longer_wanted(warehouse: DuckDBPyConnection) -> None:
    """One of two that fell together is an anchor no more: numbered as if it had never been one."""
    graph = _graph(BOTH)
    with taken_back(warehouse):
        _, last = store(warehouse, Steps(graph), anchors_of(graph))
        stored, _ = store(warehouse, Steps(graph), [ONE], last=last)
        assert (stored.added_only, stored.salt) == (False, 0)
        assert stored_rows(warehouse) == walked_rows(Steps(graph), [ONE])


def test_a_path_that_is_refused_takes_no_other_with_it(warehouse: DuckDBPyConnection) -> None:
    """Root (two certificates) → X          Two → Y

    With a budget of one path a certificate, one of the two paths to X is refused. [Two, Y] has its number.
    """
    roots, x = (sha256_of(10), sha256_of(11)), sha256_of(12)
    refused = max(roots, key=lambda root: (id_of(root) * ID_FACTOR + id_of(x)) % ID_MODULUS)
    two, y = next(
        (each, below)
        for each in map(sha256_of, range(20, 99))
        if len(below := _falls_together(refused, x, each)) == 64
    )
    graph = _graph({roots[0]: (0, 0), roots[1]: (0, 0), x: (0, 2), two: (4, 4), y: (4, 6)})
    with taken_back(warehouse):
        stored, _ = store(warehouse, Steps(graph), anchors_of(graph), budget=1)
        rows = stored_rows(warehouse)
    assert stored.cut == {roots[0]: 1, roots[1]: 1, x: 1}
    assert {row[2] for row in rows["path"]} == {*roots, x, two, y}


def test_certificates_whose_sha256_begin_alike(warehouse: DuckDBPyConnection) -> None:
    """Whoever hashes 2^27 certificates has two with the same 52 bits: a salt makes other numbers of them."""
    graph = _graph({_numbered(1, 1): (0, 0), _numbered(1, 2): (2, 2)})
    with taken_back(warehouse):
        store(warehouse, Steps(graph), anchors_of(graph))
        assert _told_apart(stored_rows(warehouse))
