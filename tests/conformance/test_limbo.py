"""C2SP x509-limbo: every case is right, or stands in a table with the reason why cagraph accepts it.

So pathlen, pathological, cve, validity, key usages, critical extensions, basicConstraints and name
constraints are right but for the cases named. A table that names a case which is right fails as well.
"""

from pathlib import Path

import pytest

from cagraph.graph.paths import Path as CertificatePath
from cagraph.graph.purposes import load_purposes
from tests.conformance.crl_rules import told
from tests.conformance.suites import Case, good, limbo

pytestmark = pytest.mark.conformance

PURPOSES = {"serverAuth": "server_auth", "clientAuth": "client_auth"}

ACCEPTED = {
    "host name: cagraph judges the path, not for whom it is": {
        "rfc5280::ca-as-leaf-wrong-san",
        "webpki::san::mismatch-domain-san",
        "webpki::san::mismatch-subdomain-apex-san",
        "webpki::san::wildcard-embedded-leftmost-san",
        "webpki::san::wildcard-match-across-labels-san",
        "webpki::san::unicode-emoji-san",
    },
    "profile of a subscriber's certificate (RFC 5280 4, BR 7.1.2.7): linters look at it": {
        "rfc5280::ee-critical-aia-invalid",
        "rfc5280::leaf-ku-keycertsign",
        "rfc5280::nc::not-allowed-in-ee-noncritical",
        "rfc5280::san::ip-in-dns",
        "rfc5280::san::noncritical-with-empty-subject",
        "rfc5280::serial::zero",
        "webpki::cn::ipv4-leading-zeros-mismatch",
        "webpki::cn::ipv6-uncompressed-mismatch",
        "webpki::cn::not-in-san",
        "webpki::cn::punycode-not-in-san",
        "webpki::ee-basicconstraints-ca",
        "webpki::eku::ee-anyeku",
        "webpki::eku::ee-without-eku",
        "webpki::forbidden-dsa-leaf",
        "webpki::forbidden-p192-leaf",
        "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf",
        "webpki::forbidden-weak-rsa-in-leaf",
        "webpki::malformed-aia",
        "webpki::san::public-suffix-private-namespace-wildcard-san",
        "webpki::san::public-suffix-wildcard-san",
        "webpki::san::san-critical-with-nonempty-subject",
        "webpki::san::san-wildcard-only-tld",
    },
    "profile of a CA's certificate that RFC 5280 6.1 does not ask for: key identifiers, criticality": {
        "rfc5280::aki::critical-aki",
        "rfc5280::aki::cross-signed-root-missing-aki",
        "rfc5280::aki::intermediate-missing-aki",
        "rfc5280::pc::ica-noncritical-pc",
        "rfc5280::ski::critical-ski",
        "rfc5280::ski::intermediate-missing-ski",
        "webpki::aki::root-with-aki-authoritycertserialnumber",
        "webpki::aki::root-with-aki-missing-keyidentifier",
        "webpki::aki::root-with-aki-ski-mismatch",
    },
    "profile of a CRL: a critical cRLNumber is read all the same": {
        "crl::crlnumber-critical",
    },
    "valid, says the suite itself; refused by verifiers that would take too long": {
        "pathological::nc-dos-2",
    },
    "a dNSName constraint with a leading dot is read as mozilla::pkix and Go read it": {
        "rfc5280::nc::invalid-dnsname-leading-period",
    },
}
"""FAILURE for the suite, accepted here."""


def _accepts(case: Case) -> bool:
    """Judge a case as the suite asks: its purpose, its CRLs, at most so many intermediates."""
    steps = case.steps()
    (purpose,) = case.about["extended_key_usage"] or ["serverAuth"]
    bit = load_purposes().bit(PURPOSES[purpose])
    most = case.about["max_chain_depth"]
    paths = case.paths(steps, without=told(case, steps).revoked)
    return any(good(path, bit) and (most is None or _intermediates(path) <= most) for path in paths)


def _intermediates(path: CertificatePath) -> int:
    """Count what RFC 5280 6.1.4 (l) counts: certificates between the ends that are not self-issued."""
    return sum(not step.certificate.self_issued for step in path.steps[1:-1])


def test_limbo(shared_dir: Path) -> None:
    """root → ICA → … → EE, as each case's description draws it."""
    cases = limbo(shared_dir)
    wrong = {case.name for case in cases if _accepts(case) != case.valid}
    named = [name for names in ACCEPTED.values() for name in names]
    assert (len(cases), len(named)) == (104, len(set(named)))
    assert wrong == set(named)


def test_nothing_valid_is_refused(shared_dir: Path) -> None:
    assert [case.name for case in limbo(shared_dir) if case.valid and not _accepts(case)] == []
