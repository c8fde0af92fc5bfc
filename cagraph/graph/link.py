"""Finds who issued each certificate: candidates by name, proved by signature.

A candidate issuer is a CA whose subject name equals the certificate's issuer name (RFC 5280 7.1); it
issued the certificate if its key made the signature, and only then. Key identifiers decide which
candidate is tried first, never who issued: some real cross-certificates carry none.
Knows nothing of dates, purposes or trust.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cagraph.model import PROVED, Progress, SignatureStatus, sha256_hex
from cagraph.x509.der import cut
from cagraph.x509.facts import CertificateFacts
from cagraph.x509.names import ca_id
from cagraph.x509.signature import check_signature


@dataclass(frozen=True, slots=True)
class CA:
    """A subject name with a public key; a dangling one is known only as an issuer's name."""

    ca_id: str
    name: str
    name_id: str
    spki_sha256: str | None
    dangling: bool


@dataclass(frozen=True, slots=True)
class Issuance:
    """One certificate, from the CA that issued it to the CA it names.

    `signature_status` is None and `name_match` is `none` where the issuer's key is not known.
    """

    sha256: str
    issuer_ca_id: str
    subject_ca_id: str
    signature_status: SignatureStatus | None
    name_match: str


@dataclass(slots=True)
class SignatureChecks:
    """Every (certificate, key) pair whose signature was tried; `new` are those tried since it was made."""

    known: dict[tuple[str, str], SignatureStatus] = field(default_factory=dict)
    new: list[tuple[str, str, SignatureStatus, str | None]] = field(default_factory=list)

    def status(self, certificate: CertificateFacts, spki_sha256: str, spki: bytes) -> SignatureStatus:
        """Return what trying this key shows; each pair is tried once."""
        pair = (certificate.sha256, spki_sha256)
        if pair not in self.known:
            status, detail = check_signature(certificate.der, spki)
            self.known[pair] = status
            self.new.append((*pair, status, detail))
        return self.known[pair]


@dataclass(frozen=True, slots=True)
class Linked:
    """The CAs and issuances that a set of certificates makes up; one issuance a certificate."""

    cas: list[CA]
    issuances: list[Issuance]


class _Candidates:
    """The keys that are known under each name, with a certificate of each."""

    def __init__(self, certificates: Iterable[CertificateFacts]) -> None:
        self._by_name: dict[str, dict[str, CertificateFacts]] = defaultdict(dict)
        self._key_ids: dict[str, set[str | None]] = defaultdict(set)
        self._raw_names: dict[str, set[bytes]] = defaultdict(set)
        self._spki: dict[str, bytes] = {}
        for certificate in certificates:
            self._by_name[certificate.subject_name_id].setdefault(certificate.spki_sha256, certificate)
            self._key_ids[certificate.spki_sha256].add(certificate.subject_key_id)
            self._raw_names[certificate.ca_id].add(certificate.subject_der)

    def of(self, certificate: CertificateFacts) -> list[str]:
        """Return the keys that may have signed it: those its key identifier names first, then its own.

        Its own early, because one name may stand in thousands of self-signed certificates without a key
        identifier: each is then proved at the first try.
        """
        keys = self._by_name.get(certificate.issuer_name_id, {})
        own = certificate.spki_sha256
        return sorted(keys, key=lambda key: (not self.identified(certificate, key), key != own, key))

    def identified(self, certificate: CertificateFacts, key: str) -> bool:
        """Say whether the certificate's authority key identifier names this key."""
        named = certificate.authority_key_id
        return named is not None and named in self._key_ids[key]

    def spki(self, certificate: CertificateFacts, key: str) -> bytes:
        """Return a candidate's SubjectPublicKeyInfo."""
        if key not in self._spki:
            self._spki[key] = cut(self._by_name[certificate.issuer_name_id][key].der).spki
        return self._spki[key]

    def name_match(self, certificate: CertificateFacts, issuer: str) -> str:
        """Say whether a certificate of the issuer spells its name with the same bytes."""
        return "raw" if certificate.issuer_der in self._raw_names[issuer] else "normalised"


def link(
    certificates: Sequence[CertificateFacts],
    checks: SignatureChecks | None = None,
    progress: Progress | None = None,
) -> Linked:
    """Find the issuing CA of every certificate.

    `checks` brings signatures tried before and takes up those tried now. Every certificate has exactly
    one issuance: proved, or not proved with the status that says why, or from a dangling issuer.
    """
    checks = checks or SignatureChecks()
    # So that what a CA spelled in two ways is called does not depend on which came first.
    certificates = sorted(certificates, key=lambda each: each.sha256)
    candidates = _Candidates(certificates)
    cas = {
        c.ca_id: CA(c.ca_id, c.subject, c.subject_name_id, c.spki_sha256, dangling=False)
        for c in certificates
    }
    issuances = []
    for count, certificate in enumerate(certificates):
        if progress and count % 500 == 0:
            progress("checking signatures", count, len(certificates))
        issuance = _issuance(certificate, candidates, checks)
        if issuance.issuer_ca_id not in cas:
            cas[issuance.issuer_ca_id] = CA(
                issuance.issuer_ca_id, certificate.issuer, certificate.issuer_name_id, None, dangling=True
            )
        issuances.append(issuance)
    return Linked(list(cas.values()), issuances)


def _issuance(certificate: CertificateFacts, candidates: _Candidates, checks: SignatureChecks) -> Issuance:
    """Return the issuance of one certificate, from the first candidate whose key made its signature."""
    unproved: list[tuple[str, SignatureStatus]] = []
    for key in candidates.of(certificate):
        status = checks.status(certificate, key, candidates.spki(certificate, key))
        if status in PROVED:
            return _from(certificate, key, status, candidates)
        unproved.append((key, status))
    for key, status in unproved:
        if _meant(certificate, key, candidates):
            return _from(certificate, key, status, candidates)
    if certificate.authority_key_id is None and len(unproved) == 1:
        key, status = unproved[0]
        if status is SignatureStatus.UNSUPPORTED:
            return _from(certificate, key, status, candidates)
    dangling = sha256_hex(f"dangling {certificate.issuer_name_id} {certificate.authority_key_id}".encode())
    return Issuance(certificate.sha256, dangling, certificate.ca_id, None, "none")


def _meant(certificate: CertificateFacts, key: str, candidates: _Candidates) -> bool:
    """Say whether the certificate claims this key as its issuer's, although it did not make the signature."""
    own_key = key == certificate.spki_sha256 and certificate.authority_key_id is None
    return own_key or candidates.identified(certificate, key)


def _from(
    certificate: CertificateFacts, key: str, status: SignatureStatus, candidates: _Candidates
) -> Issuance:
    """Return the issuance of a certificate from the CA with this key."""
    issuer = ca_id(certificate.issuer_name_id, key)
    match = candidates.name_match(certificate, issuer)
    return Issuance(certificate.sha256, issuer, certificate.ca_id, status, match)
