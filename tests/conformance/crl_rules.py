"""What CRLs say of the certificates of a case, by the rules by which cagraph takes CRLs.

A CRL counts if a known key proves it, and speaks for its own key: it is asked about certificates of its
issuer's name that the same key signed (the view `crl_revocation`).
"""

from dataclasses import dataclass, field

from cagraph.graph.paths import Path as CertificatePath
from cagraph.graph.steps import Steps
from cagraph.x509.crl import read_crl
from cagraph.x509.crl_signature import prove
from cagraph.x509.names import ca_id
from tests.conformance.suites import Case


@dataclass
class Told:
    """What the CRLs of a case tell: who is revoked, and of whom a list of the day tells at all (SHA-256)."""

    revoked: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def settle(self, path: CertificatePath) -> bool:
        """Say whether a usable list tells of every certificate below the anchor, and revokes none."""
        return set(path.certificates()[1:]) <= self.asked - self.revoked


def told(case: Case, steps: Steps) -> Told:
    """Read the CRLs of a case."""
    found = Told()
    facts = {sha256: certificate.facts for sha256, certificate in steps.certificates.items()}
    for der in case.crls:
        try:
            crl = read_crl(der)
        except ValueError:
            continue
        named = [each for each in facts.values() if each.subject_name_id == crl.issuer_name_id]
        proof = prove(der, [(each.spki_sha256, each.der) for each in named])
        if proof.spki_sha256 is None:
            continue
        signer = ca_id(crl.issuer_name_id, proof.spki_sha256)
        entries = list(crl.entries())
        of_today = crl.this_update <= case.at and (crl.next_update is None or case.at <= crl.next_update)
        whole = of_today and not any(entry.problem for entry in entries)
        listed = {(entry.issuer_name_id, entry.serial) for entry in entries if not entry.problem}
        for sha256 in (sha256 for sha256, issuer in steps.issuer.items() if issuer == signer):
            if whole:
                found.asked.add(sha256)
            if (facts[sha256].issuer_name_id, facts[sha256].serial) in listed:
                found.revoked.add(sha256)
    return found
