"""Every live CA certificate, judged by cagraph and by pyca/cryptography's verifier: anchor → … → certificate.

The two must differ where, and only where, every path has something that pyca does not take. So for all
certificates pyca's answer is foretold from cagraph's paths; a path too many or too few would show.
"""

import csv
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    ClientVerifier,
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from cagraph.graph.build import build_graph
from cagraph.graph.link import link
from cagraph.graph.paths import Path as CertificatePath
from cagraph.graph.search import Search
from cagraph.graph.steps import Steps
from cagraph.x509.der import cut
from cagraph.x509.facts import CertificateFacts
from tests.conformance.suites import SERVER_AUTH
from tests.real_certificates import real_facts

pytestmark = pytest.mark.realdata

DAY = datetime(2026, 8, 21)
DEEP = 50
"""More intermediates than any real path has."""

DIFFERENCES = {
    "signed with SHA-1": 47,
    "signed with SHA-1; the issuer has no keyUsage": 2,
    # Chunghwa's ePKI Root. BR 7.1.2.1 asks for the extension, RFC 5280 6.1.4 (n) looks at it where it is.
    "the issuer has no keyUsage": 11,
    # A directoryName in critical name constraints: pyca does not compare them and refuses.
    "constrains directory names": 9,
    # RFC 4055 5 asks for the NULL and has verifiers accept its absence. IZENPE.
    "sha256WithRSAEncryption without NULL": 5,
    # A default that is spelled out (SHECA), a character that PrintableString lacks (Wells Fargo).
    "pyca cannot read it": 5,
    # RFC 5280 4.1.2.5: UTCTime until 2049. Certum, Certainly.
    "GeneralizedTime before 2050": 4,
    # RFC 5280 7.1: Unitrust and UniTrust (SHECA); two string types (Firmaprofesional).
    "issuer's name spelled otherwise": 2,
}
"""Why pyca finds no path where cagraph finds one: what all paths to the certificate have."""

_GENERALIZED = re.compile(rb"\x18\x0f([0-9]{4})")
_SHA256_WITH_RSA_ALONE = bytes.fromhex("300b06092a864886f70d01010b")


@dataclass
class Ecosystem:
    """The real certificates, once as cagraph has them and once as pyca has them, by SHA-256."""

    facts: dict[str, CertificateFacts]
    steps: Steps
    loaded: dict[str, x509.Certificate]
    anchors: list[str]

    def live(self) -> list[CertificateFacts]:
        """Return the CA certificates that are valid on the day and no anchors."""
        return [
            each
            for each in self.facts.values()
            if each.is_ca and each.not_before <= DAY <= each.not_after and each.sha256 not in self.anchors
        ]

    def hindrances(self, sha256: str) -> list[set[str]]:
        """Return of each path that permits TLS what hinders pyca from taking it, up to one that it takes."""
        found = []
        for path in Search(self.steps, sha256, self.anchors, permitting=SERVER_AUTH, at=DAY):
            found.append(self._not_taken(path))
            if not found[-1]:
                break
        return found

    def _not_taken(self, path: CertificatePath) -> set[str]:
        """Return what a path has that pyca does not take."""
        certificates = [step.certificate.facts for step in path.steps]
        found = {"signed with SHA-1"} if path.weak else set()
        for issuer, certificate in pairwise(certificates):
            if issuer.subject_der != certificate.issuer_der:
                found.add("issuer's name spelled otherwise")
            if issuer.key_usage is None:
                found.add("the issuer has no keyUsage")
            if cut(certificate.der).signature_algorithm == _SHA256_WITH_RSA_ALONE:
                found.add("sha256WithRSAEncryption without NULL")
        for certificate in certificates:
            if any(year < b"2050" for year in _GENERALIZED.findall(cut(certificate.der).validity)):
                found.add("GeneralizedTime before 2050")
            if certificate.sha256 not in self.loaded:
                found.add("pyca cannot read it")
            elif self._constrains_directory(certificate):
                found.add("constrains directory names")
        return found

    def _constrains_directory(self, certificate: CertificateFacts) -> bool:
        """Say whether critical name constraints speak of directory names."""
        if not any(each.name_type == "directory" for each in certificate.name_constraints or ()):
            return False
        extensions = self.loaded[certificate.sha256].extensions
        return extensions.get_extension_for_class(x509.NameConstraints).critical


class Pyca:
    """pyca's verifier with Mozilla's TLS anchors, and the intermediates that a certificate could need."""

    def __init__(self, ecosystem: Ecosystem) -> None:
        self._loaded = ecosystem.loaded
        self._verifier = _verifier([ecosystem.loaded[anchor] for anchor in ecosystem.anchors])
        self._named: dict[str, list[CertificateFacts]] = defaultdict(list)
        for each in ecosystem.live():
            # A path through a self-signed certificate is one without it, but pyca goes round in it.
            self_signed = ecosystem.steps.issuer.get(each.sha256) == each.ca_id
            if each.sha256 in ecosystem.loaded and not self_signed:
                self._named[each.subject_name_id].append(each)

    def finds_path(self, certificate: CertificateFacts) -> bool:
        """Say whether pyca finds a path to the certificate."""
        if certificate.sha256 not in self._loaded:
            return False
        intermediates = [self._loaded[each.sha256] for each in self._above(certificate)]
        try:
            self._verifier.verify(self._loaded[certificate.sha256], intermediates)
        except VerificationError:
            return False
        return True

    def _above(self, certificate: CertificateFacts) -> Iterator[CertificateFacts]:
        """Yield every certificate that can be above this one, by names."""
        names, waiting = {certificate.issuer_name_id}, [certificate.issuer_name_id]
        while waiting:
            for each in self._named[waiting.pop()]:
                yield each
                if each.issuer_name_id not in names:
                    names.add(each.issuer_name_id)
                    waiting.append(each.issuer_name_id)


def _verifier(anchors: list[x509.Certificate]) -> ClientVerifier:
    """Return pyca's verifier for CAs by its own profile, but for the purpose, which is TLS servers.

    The last certificate may be a CA's; of its own extensions only the purpose counts.
    """
    ee = ExtensionPolicy.permit_all().may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _tls)
    ca = ExtensionPolicy.webpki_defaults_ca().may_be_present(
        x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _tls
    )
    builder = PolicyBuilder().store(Store(anchors)).time(DAY).max_chain_depth(DEEP)
    return builder.extension_policies(ca_policy=ca, ee_policy=ee).build_client_verifier()


def _tls(_policy: Policy, _certificate: x509.Certificate, usages: x509.ExtendedKeyUsage | None) -> None:
    """Refuse an extended key usage that does not permit TLS servers."""
    wanted = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if usages is not None and not wanted & set(usages):
        raise ValueError("not for TLS servers")


@pytest.fixture(scope="module")
def ecosystem(real_dir: Path) -> Ecosystem:
    facts = real_facts(real_dir)
    everything = list(facts.values())
    with (real_dir / "root_trust.csv").open(encoding="utf-8", newline="") as lines:
        anchors = [
            row["sha256"].lower()
            for row in csv.DictReader(lines)
            if (row["root_program"], row["purpose"]) == ("mozilla", "server_auth")
            and (not row["disabled_from"] or row["disabled_from"] > DAY.isoformat())
        ]
    return Ecosystem(facts, Steps(build_graph(everything, link(everything))), _loaded(facts), anchors)


def _loaded(facts: dict[str, CertificateFacts]) -> dict[str, x509.Certificate]:
    """Load what pyca loads."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sha256, each in facts.items():
            try:
                found[sha256] = x509.load_der_x509_certificate(each.der)
            except ValueError:
                continue
    return found


def test_every_live_ca_certificate(ecosystem: Ecosystem) -> None:
    pyca, live = Pyca(ecosystem), ecosystem.live()
    answers, differences, unforetold = Counter[tuple[bool, bool]](), Counter[str](), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # real names are longer than X.520 allows
        for certificate in live:
            hindrances = ecosystem.hindrances(certificate.sha256)
            theirs, ours = pyca.finds_path(certificate), bool(hindrances)
            answers[ours, theirs] += 1
            if theirs != any(not found for found in hindrances):
                unforetold.append((certificate.sha256, certificate.subject, theirs, hindrances))
            elif ours != theirs:
                differences["; ".join(sorted(set.intersection(*hindrances)))] += 1
    assert unforetold == []
    assert (len(ecosystem.anchors), len(live)) == (144, 5742)
    assert answers == {(True, True): 2648, (False, False): 3009, (True, False): 85}
    assert differences == DIFFERENCES
