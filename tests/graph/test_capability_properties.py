"""What every certificate can issue for, on random graphs: what brute force finds over all paths, no less."""

from collections.abc import Collection, Mapping
from datetime import datetime

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cagraph.graph.capability import capability
from cagraph.graph.claims import Claim
from cagraph.graph.labels import Capable
from tests.graph.brute import Found, every_path
from tests.graph.factory import Drawn, drawn_graphs, graph_from, sha256_of
from tests.graph.reference import Line

many = settings(max_examples=700, suppress_health_check=[HealthCheck.too_slow])
instants = st.sampled_from([None, None, datetime(2005, 1, 1), datetime(2010, 1, 1), datetime(2025, 1, 1)])
revoked = st.sets(st.integers(0, 11), max_size=3)
claims = st.builds(
    Claim,
    st.sampled_from(["Mozilla TLS", "Apple TLS", "Mozilla EV", "e-mail"]),
    st.sampled_from(["server_auth", "server_auth", "secure_email", "code_signing"]),
    st.sampled_from([None, None, "1.1", "1.2"]),
)
trust = st.dictionaries(st.integers(0, 11), st.lists(claims, min_size=1, max_size=3), min_size=1, max_size=4)
# Those among which the best way to a CA is not the best for all that may follow.
rooms_matter = drawn_graphs(odd=("path_len",), cas=6, most=16) | drawn_graphs(
    odd=("constraints", "names"), cas=6, most=16
)
# Odd certificates; circles with an odd certificate here or there; many ways that differ in one thing.
graphs = (
    drawn_graphs()
    | st.builds(list.__add__, drawn_graphs(odd=(), most=8), drawn_graphs(most=4))
    | drawn_graphs(odd=("policies", "eku"), most=12)
    | rooms_matter
)

Trust = Mapping[str, list[Claim[str]]]
Shown = dict[str, dict[str, set[Line]]]
"""For each certificate, each key with all the paths that show it."""


def _permits(found: Found, claim: Claim[str], *, bare: bool) -> bool:
    """Say whether a path permits what its anchor is trusted for; dates are looked at apart."""
    verdict = found.verdict
    breaks = verdict.bare_breaks if bare else verdict.breaks
    usages = verdict.bare_usages if bare else verdict.usages
    has_policy = claim.policy is None or verdict.policies is None or claim.policy in verdict.policies
    return (
        has_policy and claim.purpose in usages and all(reason == "no_common_validity" for _, reason in breaks)
    )


def _shown(
    drawn: list[Drawn], trust: Trust, at: datetime | None, without: Collection[str], *, bare: bool
) -> Shown:
    """Return by brute force what every certificate can issue for."""
    graph = graph_from(drawn)
    here = {key for *_, key in graph.edges(keys=True)}
    shown: Shown = {}
    for found in every_path(graph, sorted(here & set(trust))):
        if found.holds(at, without):
            for claim in trust[found.line[0]]:
                if _permits(found, claim, bare=bare):
                    shown.setdefault(found.line[-1], {}).setdefault(claim.key, set()).add(found.line)
    return shown


def _trust(numbers: Mapping[int, list[Claim[str]]]) -> Trust:
    return {sha256_of(number): claims for number, claims in numbers.items()}


def _shortest(lines: set[Line]) -> set[Line]:
    least = min(map(len, lines))
    return {line for line in lines if len(line) == least}


def _assert_shown(found: Mapping[str, Capable[str]], shown: Shown) -> None:
    """Assert that every witness is a path that shows its key, and that of complete ones none is missing."""
    for target, capable in found.items():
        assert capable.keys == set(capable.witnesses)
        for key, witness in capable.witnesses.items():
            lines = shown[target][key]
            assert witness in (_shortest(lines) if capable.complete else lines)
    for target, keys in shown.items():
        if target not in found or found[target].complete:
            assert set(found[target].witnesses) == set(keys)


@settings(many, max_examples=1000)
@given(graphs, trust, instants, revoked, st.booleans())
def test_what_brute_force_finds(
    drawn: list[Drawn],
    trusted: dict[int, list[Claim[str]]],
    at: datetime | None,
    revoked: set[int],
    bare: bool,
) -> None:
    without = {sha256_of(number) for number in revoked}
    found = capability(graph_from(drawn), _trust(trusted), at=at, without=without, bare=bare)
    shown = _shown(drawn, _trust(trusted), at, without, bare=bare)
    assert set(found) == set(shown)
    assert all(capable.complete for capable in found.values())
    _assert_shown(found, shown)
    for capable in found.values():
        for witness in capable.witnesses.values():
            event(f"a witness of {min(len(witness), 4)}")


@settings(many, max_examples=500)
@given(rooms_matter, st.sampled_from([None, "1.1"]), st.booleans())
def test_a_longer_way_may_leave_more(drawn: list[Drawn], policy: str | None, bare: bool) -> None:
    trust = _trust(
        {0: [Claim("a", "server_auth")], 1: [Claim("a", "server_auth"), Claim("b", "server_auth", policy)]}
    )
    found = capability(graph_from(drawn), trust, bare=bare)
    shown = _shown(drawn, trust, None, (), bare=bare)
    assert set(found) == set(shown)
    _assert_shown(found, shown)


@many
@given(rooms_matter | graphs, trust, st.integers(1, 3), instants, st.booleans())
def test_few_rooms_never_claim_more_and_say_when_they_may_have_missed_some(
    drawn: list[Drawn],
    trusted: dict[int, list[Claim[str]]],
    rooms: int,
    at: datetime | None,
    bare: bool,
) -> None:
    found = capability(graph_from(drawn), _trust(trusted), at=at, bare=bare, rooms=rooms)
    shown = _shown(drawn, _trust(trusted), at, (), bare=bare)
    _assert_shown(found, shown)
    missed = any(set(found[target].witnesses) != set(keys) for target, keys in shown.items())
    complete = all(capable.complete for capable in found.values())
    event("missed some" if missed else "all there, complete" if complete else "all there, not sure")
