"""Meshes and bridges, whose paths nobody can list: every answer is right, or says that it is not all.

A mesh of k: CAs 0 to k-1, each with a self-signed certificate, each certifying each other. Its certificate
i → j is `_at(k, i, j)`. What must come out was worked out by hand; see `_orders`.
"""

from itertools import islice, pairwise
from math import factorial

import pytest

from cagraph.graph.capability import capability
from cagraph.graph.claims import Claim
from cagraph.graph.count import Count, count_paths
from cagraph.graph.search import Search
from cagraph.graph.steps import Steps
from cagraph.graph.walk import walk
from tests.graph.brute import line_of
from tests.graph.factory import Drawn, graph_from, mesh, sha256_of

SIZES = [5, 8, 12, 20, 40]
TLS, MAIL = Claim("TLS", "server_auth"), Claim("mail", "secure_email")
BRIDGES, SPOKES = 3, 20


def _at(cas: int, issuer: int, subject: int) -> str:
    return sha256_of(issuer * cas + subject)


def _orders(between: int) -> int:
    """Return how many paths lead from one CA to another by any of so many others, in any order.

    None of them, one, two, … all: the sum of n!/(n-l)! over l from 0 to n. Of 9 CAs that is 986,410.
    """
    return sum(factorial(between) // factorial(between - taken) for taken in range(between + 1))


@pytest.mark.parametrize("cas", SIZES)
def test_what_a_mesh_can_issue_for(cas: int) -> None:
    """CA 0 is trusted for TLS, CA 1 for e-mail, by their own certificates; all others come one or two below.

    A certificate to CA 0 from another has e-mail only: for TLS its path would begin with CA 0 and end there.
    """
    trust = {_at(cas, 0, 0): [TLS], _at(cas, 1, 1): [MAIL]}
    found = capability(graph_from(mesh(cas)), trust)
    expected: dict[str, dict[str, tuple[str, ...]]] = {}
    for issuer in range(cas):
        for subject in range(cas):
            target = _at(cas, issuer, subject)
            lines: dict[str, tuple[str, ...]] = {}
            for key, anchor in (("TLS", 0), ("mail", 1)):
                first = _at(cas, anchor, anchor)
                if issuer == subject == anchor:
                    lines[key] = (first,)
                elif issuer == anchor:
                    lines[key] = (first, target)
                elif subject != anchor:
                    lines[key] = (first, _at(cas, anchor, issuer), target)
            expected[target] = lines
    assert {target: capable.witnesses for target, capable in found.items()} == {
        target: lines for target, lines in expected.items() if lines
    }
    assert all(capable.complete for capable in found.values())


@pytest.mark.parametrize("cas", SIZES)
def test_a_search_in_a_mesh_stops_when_its_caller_does(cas: int) -> None:
    """CA 0 → … → CA 1 → CA 2: the shortest first, those by one more CA next, and no CA twice."""
    target, anchor = _at(cas, 1, 2), _at(cas, 0, 0)
    search = Search(graph_from(mesh(cas)), target, [anchor])
    others = cas - 3
    found = [line_of(path) for path in islice(search, 1 + others + others * (others - 1))]
    assert not search.complete
    assert found[0] == (anchor, _at(cas, 0, 1), target)
    assert sorted(found, key=lambda line: (len(line), line)) == found
    assert len(set(found)) == len(found)
    lengths = [len(line) for line in found]
    assert [lengths.count(length) for length in (3, 4, 5)] == [1, others, others * (others - 1)]
    assert {line[0] for line in found} == {anchor}
    assert {line[-1] for line in found} == {target}
    subjects = {_at(cas, issuer, subject): subject for issuer in range(cas) for subject in range(cas)}
    assert all(len({subjects[sha256] for sha256 in line}) == len(line) for line in found)


def test_every_path_of_a_small_mesh() -> None:
    search = Search(graph_from(mesh(8)), _at(8, 1, 2), [_at(8, 0, 0)])
    assert sum(1 for _ in search) == _orders(5) == 326
    assert search.complete


def test_a_search_that_gives_up_says_so() -> None:
    """Of 40 CAs nobody finds all paths; what was found by then is good, and the shortest of all."""
    search = Search(graph_from(mesh(40)), _at(40, 1, 2), [_at(40, 0, 0)], effort=5_000)
    found = [path.length for path in search]
    assert not search.complete
    assert found[:38] == [3, *[4] * 37]
    assert found == sorted(found)


def test_a_search_that_finds_nothing_and_gives_up_says_so_too() -> None:
    """The last certificate is for TLS only, so no path is for e-mail. To know, one has to go all of them."""
    drawn = [*mesh(12), Drawn(1, 99, eku=("1.3.6.1.5.5.7.3.1",))]
    graph = graph_from(drawn)
    steps = Steps(graph)
    search = Search(
        steps, sha256_of(144), [_at(12, 0, 0)], permitting=steps.purposes.bit("secure_email"), effort=900
    )
    assert list(search) == []
    assert not search.complete


@pytest.mark.parametrize("cas", [2, 3, 5, 8, 12])
def test_paths_of_a_mesh_are_counted_one_by_one(cas: int) -> None:
    """From one anchor: for 12 CAs 108,505,112 paths (hops apart), the whole of e · 11!.

    The anchor alone; itself and one more; and to each certificate i → j with i and j others, all the ways to
    i by those that are neither anchor nor i nor j. No path leads to a certificate back to the anchor's CA.
    """
    steps = Steps(graph_from(mesh(cas)))

    def count(issuer: int, subject: int) -> int:
        number = count_paths(steps, _at(cas, issuer, subject), [_at(cas, 0, 0)])
        assert number.exact
        return number.at_least

    others = cas - 1
    assert [count(0, 0), count(0, 1), count(1, 0)] == [1, 1, 0]
    by_two = count(others, 1) if cas > 2 else 0
    assert by_two == (_orders(cas - 3) if cas > 2 else 0)
    assert 1 + others + others * (others - 1) * by_two == _orders(others)
    # The CA's own certificate, reached from the anchor, is one more on each path to that CA.
    assert count(1, 1) == _orders(cas - 2)


def test_the_paths_from_one_ca_of_twelve() -> None:
    """108,505,112, the same number twice: from one CA to all, and, to a CA below one of them, from all."""
    drawn = [*mesh(12), Drawn(0, 99)]
    anchors = [_at(12, ca, ca) for ca in range(12)]
    assert _orders(11) == 108_505_112
    assert count_paths(graph_from(drawn), sha256_of(144), anchors) == Count(108_505_112, 108_505_112)


@pytest.mark.parametrize("cas", [20, 40])
def test_paths_of_a_large_mesh_have_bounds(cas: int) -> None:
    """The true number lies between the two, and neither is nothing: 40 CAs have some 10^43 paths."""
    found = count_paths(graph_from(mesh(cas)), _at(cas, 1, 2), [_at(cas, 0, 0)])
    assert not found.exact
    assert cas * cas < found.at_least < _orders(cas - 3) < found.at_most


def _bridges() -> tuple[list[Drawn], dict[tuple[int, int], str], dict[tuple[int, int], str]]:
    """Three bridges that certify each other; each certifies its 20 spokes both ways; a CA below each spoke.

    Returns what is drawn, and by (bridge, spoke) the spokes' own certificates and those of the CAs below.
    """
    drawn: list[Drawn] = []
    roots: dict[tuple[int, int], str] = {}
    below: dict[tuple[int, int], str] = {}
    bridges = [2 * number for number in range(BRIDGES)]
    drawn += [Drawn(one, other) for one in bridges for other in bridges if one != other]
    for number, bridge in enumerate(bridges):
        for spoke in range(SPOKES):
            ca = 100 + 4 * (number * SPOKES + spoke)
            roots[number, spoke] = sha256_of(len(drawn))
            below[number, spoke] = sha256_of(len(drawn) + 1)
            drawn += [Drawn(ca, ca), Drawn(ca, ca + 2), Drawn(ca, bridge), Drawn(bridge, ca)]
    return drawn, roots, below


def test_three_bridges_of_twenty_spokes() -> None:
    """To a CA below a spoke: from that spoke; from 19 by one bridge; from 40 by two bridges or three."""
    drawn, roots, below = _bridges()
    steps = Steps(graph_from(drawn))
    for target in (below[0, 0], below[2, 19]):
        search = Search(steps, target, roots.values())
        found = [path.length for path in search]
        assert search.complete
        assert found == [2, *[4] * 19, *[5] * 40, *[6] * 40]
        assert count_paths(steps, target, roots.values()) == Count(100, 100)


def test_what_bridges_let_their_spokes_issue_for() -> None:
    """Spoke (0, 0) is trusted for e-mail, all for TLS: a CA below has TLS from its own, e-mail from afar."""
    drawn, roots, below = _bridges()
    trust = {root: [TLS, MAIL] if root == roots[0, 0] else [TLS] for root in roots.values()}
    found = capability(graph_from(drawn), trust)
    assert all(capable.complete for capable in found.values())
    for place, target in below.items():
        witnesses = found[target].witnesses
        assert witnesses["TLS"] == (roots[place], target)
        assert witnesses["mail"][0] == roots[0, 0]
        assert len(witnesses["mail"]) == (2 if place == (0, 0) else 4 if place[0] == 0 else 5)
    # Whatever leads back up comes from below a CA that it leads to, seen from spoke (0, 0).
    bridges, home = {0, 2, 4}, 100
    leads_back = {
        (each.issuer, each.subject)
        for each in drawn
        if (each.subject == home and each.issuer != home)
        or (each.subject == 0 and each.issuer != home)
        or (each.subject in bridges and each.issuer not in (home, *bridges))
    }
    assert len(leads_back) == 1 + 2 + 59
    without_mail = {
        (each.issuer, each.subject)
        for number, each in enumerate(drawn)
        if "mail" not in found[sha256_of(number)].witnesses
    }
    assert without_mail == leads_back


def test_a_search_over_bridges_gives_up_after_its_effort() -> None:
    drawn, roots, below = _bridges()
    search = Search(graph_from(drawn), below[1, 7], roots.values(), effort=60)
    found = [path.length for path in search]
    assert not search.complete
    assert len(found) < 100
    assert all(shorter <= longer for shorter, longer in pairwise(found))
    assert found[0] == 2


def test_a_chain_of_thousands() -> None:
    """Root → 1 → 2 → … → 3,000 → Root: nothing here takes a step of the stack for a certificate."""
    deep = 3_000
    chain = [Drawn(0, 0), *(Drawn(2 * ca, 2 * ca + 2) for ca in range(deep))]
    last, anchor = sha256_of(deep), sha256_of(0)
    steps = Steps(graph_from([*chain, Drawn(2 * deep, 0)]))
    *_, longest = walk(steps, [anchor]).paths
    (found,) = Search(steps, last, [anchor])
    assert line_of(found) == line_of(longest)
    assert (found.length, found.id, found.breaks) == (deep + 1, longest.id, ())
    assert count_paths(steps, last, [anchor]) == Count(1, 1)
    can = capability(graph_from(chain), {anchor: [TLS]})
    assert can[last].witnesses["TLS"] == line_of(found)
