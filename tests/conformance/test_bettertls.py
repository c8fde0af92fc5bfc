"""Netflix BetterTLS: building paths where some lead nowhere, and name constraints.

The suite's `graph` names who issued whom, `invalidEdges` the certificates that must not be used and
`invalidReason` why: of each the right one is looked for, not only the verdict.
"""

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from cagraph.graph.count import Count, count_paths
from cagraph.graph.paths import Path as CertificatePath
from cagraph.model import sha256_hex
from cagraph.x509.certificate import read_certificate
from cagraph.x509.constraints import Names, names_of
from cagraph.x509.facts import CertificateFacts
from tests.conformance.suites import SERVER_AUTH, Case, bettertls, good, has_host

pytestmark = pytest.mark.conformance

REASONS = {
    "BAD_EKU": "extended_key_usage",
    "DEPRECATED_CRYPTO": "weak",
    "MISSING_BASIC_CONSTRAINTS": "not_ca",
    "NAME_CONSTRAINTS": "name_constraints",
    "NOT_A_CA": "not_ca",
}
"""Our word for each of the suite's. Another one is EXPIRED: such a path is not found on the day at all."""


def _reasons(path: CertificatePath) -> set[str]:
    """Return every reason why a verifier refuses a path."""
    return {found.reason for found in path.breaks_for(SERVER_AUTH)} | ({"weak"} if path.weak else set())


def _named(case: Case, name: str) -> bytes:
    """Return a certificate by the common name that it gives to its subject."""
    return next(der for der in case.others if f"CN={name}," in read_certificate(der).subject)


def _graph(shared_dir: Path, name: str) -> list[Case]:
    return [case for case in bettertls(shared_dir, "pathbuilding") if case.about["graph"] == name]


def _counted(case: Case, target: bytes) -> Count:
    return count_paths(case.steps(), sha256_hex(target), [sha256_hex(anchor) for anchor in case.anchors])


def test_path_building(shared_dir: Path) -> None:
    cases = bettertls(shared_dir, "pathbuilding")
    wrong = [case.about for case in cases if any(map(good, case.paths())) != case.valid]
    assert (len(cases), wrong) == (41, [])


def test_paths_are_refused_for_the_reason_that_the_suite_built_in(shared_dir: Path) -> None:
    for case in bettertls(shared_dir, "pathbuilding"):
        refused = [_reasons(path) for path in case.paths() if not good(path)]
        reason = REASONS.get(case.about["invalidReason"])
        assert all(reasons == {reason} for reasons in refused), case.about
        if case.about["invalidReason"] == "EXPIRED" and not case.valid:
            assert case.paths() == []
        elif not case.valid:
            assert refused, case.about


def test_figure_seven(shared_dir: Path) -> None:
    """Trust Anchor → A, C; A → B, C; C → A, B; B → EE (RFC 4158, figure 7): four paths."""
    cases = _graph(shared_dir, "FIGURE_SEVEN")
    assert len(cases) == 7
    for case in cases:
        assert _counted(case, case.target) == Count(4, 4)
        paths = case.paths()
        assert len(paths) == 4
        assert sum(map(good, paths)) == (1 if "invalidEdges" in case.about else 4)


def test_bridge(shared_dir: Path) -> None:
    """TA Z → Bridge CA → TA X → L → N → EE; Bridge CA → TA Y → A, C; A ⇄ C; A, C → B → D.

    The bridge and each of four trust anchors issue to each other, so paths could go round for ever. No
    path to D leads through TA X; all lead through the bridge. Name constraints forbid the host, which D,
    a CA, does not bear.
    """
    cases = _graph(shared_dir, "BRIDGE_CA_PKI")
    assert len(cases) == 10
    for case in cases:
        invalid = [(edge["Source"], edge["Destination"]) for edge in case.about.get("invalidEdges", [])]
        target = _named(case, "D")
        assert _counted(case, case.target) == Count(1, 1)
        assert _counted(case, target) == Count(4, 4)
        assert sum(map(good, case.paths())) == int(case.valid)
        barred = ("TA Z", "Bridge CA") in invalid and case.about["invalidReason"] != "NAME_CONSTRAINTS"
        assert sum(map(good, case.paths(target=target))) == (0 if barred else 4), case.about


@pytest.fixture(scope="module")
def constrained(shared_dir: Path) -> list[tuple[Case, CertificatePath]]:
    """Each case of name constraints with its path: it has one."""
    return [(case, path) for case in bettertls(shared_dir, "nameconstraints") for path in case.paths()]


def test_name_constraints(constrained: list[tuple[Case, CertificatePath]]) -> None:
    """trust root → local_root → local_ica (constraints) → leaf; the host is matched here, after cagraph.

    `failureIsWarning` is looked at nowhere: what the suite would forgive is right as well.
    """
    wrong, verdicts = [], Counter[str]()
    for case, path in constrained:
        assert path.sound or _reasons(path) == {"name_constraints"}
        named = has_host(case.target, case.about["hostname"])
        verdicts["accepted" if path.sound and named else "no such host" if path.sound else "forbidden"] += 1
        if (good(path) and named) != case.valid:
            wrong.append((case.about, path.breaks))
    assert (len(constrained), wrong) == (2000, [])
    assert verdicts == {"accepted": 169, "no such host": 602, "forbidden": 1229}


def test_name_constraints_apart_from_the_host(constrained: list[tuple[Case, CertificatePath]]) -> None:
    """What the suite expects goes by the host alone in a third of the cases; here a second reading decides.

    It takes the constraints as text. Of the 115 leaves with names that mean nothing it knows nothing:
    tags that no general name has, addresses of 31 octets.
    """
    readable = [path for _, path in constrained if _is_readable(names_of(path.certificate.facts))]
    assert len(readable) == 1885
    assert [path for path in readable if path.sound != _allowed(path)] == []


def _is_readable(names: Names) -> bool:
    return not names.unreadable and all(len(address) in (4, 16) for address in names.ip)


def _allowed(path: CertificatePath) -> bool:
    """Judge the names of the last certificate by what the constraints above it say as text."""
    *above, leaf = (step.certificate.facts for step in path.steps)
    names = names_of(leaf)
    addresses = [str(ipaddress.ip_address(ip)) for ip in names.ip]
    return all(
        _within(issuer, "dns", names.dns, lambda name, base: f".{name}".endswith(f".{base}"))
        and _within(issuer, "ip", addresses, _in_network)
        for issuer in above
    )


def _within(
    issuer: CertificateFacts, kind: str, names: Iterable[str], lies_in: Callable[[str, str], bool]
) -> bool:
    """Say whether names of one kind satisfy the constraints of one issuer, as RFC 5280 4.2.1.10 says."""
    subtrees = [each for each in issuer.name_constraints or () if each.name_type == kind]
    permitted = [each.value for each in subtrees if each.permitted]
    excluded = [each.value for each in subtrees if not each.permitted]
    return all(
        (not permitted or any(lies_in(name, base) for base in permitted))
        and not any(lies_in(name, base) for base in excluded)
        for name in names
    )


def _in_network(address: str, network: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network)
