"""Makes up ecosystems of CA certificates to measure with: the same ones from the same seed.

`ecosystem` is a large one with heavy cross-signing, `mesh` and `bridges` are the shapes that have more paths
than anyone can list. All are graphs as `build_graph` returns them. Facts are told, not read: nothing is
signed, and a certificate has no DER of its own. Only what rules read from DER (name constraints) stands in
certificates that a throwaway key signed, one for each that is wanted.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from cagraph.graph.build import Graph, build_graph
from cagraph.graph.claims import Claim
from cagraph.graph.link import CA, Issuance, Linked
from cagraph.model import Purpose, RootProgram, SignatureStatus
from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts

CERTIFICATES = 10_000
ROOTS, FIRST, SECOND, THIRD = 120, 1_000, 1_400, 480
"""CAs: roots, and those one, two and three levels below them."""
MESHED = 6
"""Roots that all certify each other."""

SERVER, CLIENT, CODE, EMAIL, STAMPING = (f"1.3.6.1.5.5.7.3.{last}" for last in (1, 2, 3, 4, 8))
ANY_POLICY, EV_POLICY, DV_POLICY = "2.5.29.32.0", "2.23.140.1.1", "2.23.140.1.2.1"

USUAL = (datetime(2010, 1, 1), datetime(2040, 1, 1))
TODAY = datetime(2026, 6, 1)

Trust = Mapping[str, list[Claim[tuple[str, str]]]]
"""What each root is trusted for: claims whose key is (program, purpose)."""

_EKUS: dict[int, list[tuple[str, ...] | None]] = {
    1: [*[None] * 10, *[(SERVER, CLIENT)] * 6, *[(EMAIL, CLIENT)] * 2, (SERVER, CLIENT, EMAIL), (CODE,)],
    2: [*[None] * 4, *[(SERVER, CLIENT)] * 8, *[(EMAIL,)] * 4, (CODE,), (STAMPING,), (EMAIL, CODE)],
    3: [*[None] * 2, *[(SERVER, CLIENT)] * 5, *[(EMAIL,)] * 2, (CODE,)],
}
_PATH_LENS = {1: [*[None] * 20, 1, 1, 1, 2, 0], 2: [*[None] * 12, 0, 0, 1], 3: [None, 0]}
_CONSTRAINTS = [(f"Org {number}", f"org{number}.test") for number in range(1, 41, 8)]
_TRUSTED = {
    RootProgram.MOZILLA: (80, (Purpose.SERVER_AUTH, Purpose.SECURE_EMAIL)),
    RootProgram.CHROME: (70, (Purpose.SERVER_AUTH,)),
    RootProgram.APPLE: (
        85,
        (
            Purpose.SERVER_AUTH,
            Purpose.CLIENT_AUTH,
            Purpose.SECURE_EMAIL,
            Purpose.CODE_SIGNING,
            Purpose.TIME_STAMPING,
        ),
    ),
    RootProgram.MICROSOFT: (110, tuple(purpose for purpose in Purpose if purpose is not Purpose.EV_TLS)),
}


@dataclass(frozen=True)
class Ecosystem:
    """A graph, its roots' self-signed certificates, and who trusts them for what."""

    graph: Graph
    anchors: list[str]
    trust: Trust


@dataclass
class Maker:
    """Issues certificates between CAs that are numbers, and makes the graph of them."""

    names: dict[int, int] = field(default_factory=dict)
    """CAs that bear the name of another one: a new key of the same CA."""
    certificates: list[CertificateFacts] = field(default_factory=list)
    issuances: list[Issuance] = field(default_factory=list)
    cas: dict[int, CA] = field(default_factory=dict)

    def issue(self, issuer: int, subject: int, *, weak: bool = False, **facts: Any) -> str:
        """Issue one certificate; return its SHA-256."""
        sha256 = hashlib.sha256(f"certificate {len(self.certificates)}".encode()).hexdigest()
        ca, above = self._ca(subject), self._ca(issuer)
        told = _plain() | {"subject_der": _name(self._name(subject)), "spki_sha256": ca.spki_sha256} | facts
        self.certificates.append(
            CertificateFacts(
                sha256=sha256,
                subject=ca.name,
                issuer=above.name,
                subject_name_id=ca.name_id,
                issuer_name_id=above.name_id,
                ca_id=ca.ca_id,
                **told,
            )
        )
        status = SignatureStatus.WEAK if weak else SignatureStatus.OK
        self.issuances.append(Issuance(sha256, above.ca_id, ca.ca_id, status, "raw"))
        return sha256

    def graph(self) -> Graph:
        """Return the graph of what was issued."""
        return build_graph(self.certificates, Linked(list(self.cas.values()), self.issuances))

    def _name(self, number: int) -> int:
        return self.names.get(number, number)

    def _ca(self, number: int) -> CA:
        if number not in self.cas:
            name = f"CN=CA {self._name(number)}"
            self.cas[number] = CA(f"CA {number}", name, name, f"key {number}", False)
        return self.cas[number]


@cache
def _name(number: int) -> bytes:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Org {number % 40}"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"CA {number}"),
        ]
    ).public_bytes()


@cache
def _read(constraint: tuple[str, str] | None) -> CertificateFacts:
    """Read a certificate that permits one organisation's names below it, or any."""
    key = Ed25519PrivateKey.generate()
    builder = x509.CertificateBuilder(x509.Name([]), x509.Name([]), key.public_key(), 1, *USUAL)
    if constraint:
        organisation = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, constraint[0])])
        permitted = [x509.DirectoryName(organisation), x509.DNSName(constraint[1])]
        builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
    return read_certificate(builder.sign(key, None).public_bytes(Encoding.DER))


@cache
def _plain() -> dict[str, Any]:
    """Return the facts of a version 3 CA certificate without any other extension."""
    read = _read(None)
    facts = {name: getattr(read, name) for name in CertificateFacts.__slots__}
    for name in ("sha256", "subject", "issuer", "subject_name_id", "issuer_name_id", "ca_id"):
        del facts[name]
    usage = ("keyCertSign", "cRLSign")
    return facts | {"is_ca": True, "has_basic_constraints": True, "key_usage": usage}


def constrained(constraint: tuple[str, str]) -> dict[str, Any]:
    """Return the facts of a certificate with this name constraint."""
    read = _read(constraint)
    return {"der": read.der, "name_constraints": read.name_constraints}


class _Drawing:
    """Draws the large ecosystem: roots, then level by level, then more certificates for the same CAs."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        # Every other root of these is the new key of the one before it.
        self._maker = Maker({root: root - 1 for root in range(MESHED + 1, 40, 2)})
        self._pairs: list[tuple[int, int, int]] = []
        """Issuer, subject and level of the subject."""

    def make(self) -> Ecosystem:
        """Draw it all."""
        anchors = [self._maker.issue(root, root, **self._window()) for root in range(ROOTS)]
        self._cross_certify_roots()
        levels, first = [list(range(ROOTS))], ROOTS
        for level, size in enumerate((FIRST, SECOND, THIRD), start=1):
            levels.append(list(range(first, first + size)))
            for subject in levels[level]:
                self._issue(self._issuer(levels, level), subject, level)
            first += size
        while len(self._maker.certificates) < CERTIFICATES:
            issuer, subject, level = self._random.choice(self._pairs)
            if self._random.random() < 0.4:
                issuer = self._issuer(levels, level)
            self._issue(issuer, subject, level)
        return Ecosystem(self._maker.graph(), sorted(anchors), self._trust(anchors))

    def _cross_certify_roots(self) -> None:
        """Let the mesh's roots certify each other, older roots younger ones, and some both ways."""
        meshed = range(MESHED)
        pairs = [(issuer, subject) for issuer in meshed for subject in meshed if issuer != subject]
        pairs += [(root, root + 1) for root in range(MESHED, 40, 2)]
        pairs += [(42, 43), (43, 42), (44, 45), (45, 46), (46, 44)]
        for _ in range(60):
            older, younger = sorted(self._random.sample(range(MESHED, ROOTS), 2))
            pairs.append((older, younger))
        for issuer, subject in pairs:
            path_len = self._random.choice([None, None, None, 3, 4])
            self._maker.issue(issuer, subject, path_len=path_len, policy_oids=(ANY_POLICY,), **self._window())

    def _issuer(self, levels: list[list[int]], level: int) -> int:
        """Draw an issuer from the level above; the mesh's roots issue more than others."""
        if level == 1 and self._random.random() < 0.06:
            return self._random.randrange(MESHED)
        return self._random.choice(levels[level - 1])

    def _issue(self, issuer: int, subject: int, level: int) -> None:
        """Issue a certificate to a CA below the roots."""
        draw = self._random
        self._pairs.append((issuer, subject, level))
        facts: dict[str, Any] = {
            "eku_oids": draw.choice(_EKUS[level]),
            "path_len": draw.choice(_PATH_LENS[level]),
            "policy_oids": self._policies(),
        }
        if draw.random() < 0.004:
            facts |= constrained(draw.choice(_CONSTRAINTS))
        self._maker.issue(issuer, subject, weak=draw.random() < 0.05, **facts, **self._window())

    def _policies(self) -> tuple[str, ...] | None:
        """Draw the policies of a certificate: any, those of some root's owner, or none."""
        own = ev_policy(self._random.randrange(ROOTS))
        some: list[tuple[str, ...] | None] = [(ANY_POLICY,), (ANY_POLICY,), (EV_POLICY, own), None]
        return self._random.choice([*some, (DV_POLICY,), (EV_POLICY, DV_POLICY, own)])

    def _window(self) -> dict[str, Any]:
        """Draw when a certificate is valid."""
        begin = datetime(2000, 1, 1) + timedelta(days=self._random.randrange(9_000))
        days = self._random.randrange(3_000, 9_000)
        return {"not_before": begin, "not_after": begin + timedelta(days=days)}

    def _trust(self, anchors: list[str]) -> Trust:
        """Let four programs trust some of the roots each, most of those for EV under their owner's policy."""
        trust: dict[str, list[Claim[tuple[str, str]]]] = defaultdict(list)
        for program, (number, purposes) in _TRUSTED.items():
            for root in sorted(self._random.sample(range(ROOTS), number)):
                trust[anchors[root]] += [Claim((program, purpose), purpose) for purpose in purposes]
                if Purpose.SERVER_AUTH in purposes and self._random.random() < 0.6:
                    trust[anchors[root]] += ev_claims(program, (EV_POLICY, ev_policy(root)))
        return trust


def ecosystem(seed: int = 1) -> Ecosystem:
    """Return 10,000 CA certificates of 3,000 CAs under 120 roots, with more than a million paths."""
    return _Drawing(seed).make()


def ev_policy(root: int) -> str:
    """Return the policy under which a root's owner issues for EV."""
    return f"1.3.6.1.4.1.99999.{root}.1"


def ev_claims(program: str, policies: Iterable[str]) -> list[Claim[tuple[str, str]]]:
    """Return what it means to be trusted for EV under these policies."""
    return [Claim((program, Purpose.EV_TLS), Purpose.SERVER_AUTH, policy) for policy in policies]


def mesh(roots: int) -> Ecosystem:
    """Return roots that all certify each other, with one CA below the first of them."""
    pairs = [(issuer, subject) for issuer in range(roots) for subject in range(roots) if issuer != subject]
    return _plain_ecosystem(roots, [*pairs, (0, roots)])


def bridges(number: int = 3, spokes: int = 20) -> Ecosystem:
    """Return bridges that certify each other and, both ways, their spokes; one CA below the first spoke."""
    pairs = [(issuer, subject) for issuer in range(number) for subject in range(number) if issuer != subject]
    for spoke in range(number, number + number * spokes):
        pairs += [(spoke % number, spoke), (spoke, spoke % number)]
    return _plain_ecosystem(number + number * spokes, [*pairs, (number, number + number * spokes)])


def _plain_ecosystem(roots: int, pairs: list[tuple[int, int]]) -> Ecosystem:
    """Return roots that every program trusts for its purposes and for EV, and certificates without limits."""
    maker = Maker()
    anchors = [maker.issue(root, root) for root in range(roots)]
    for issuer, subject in pairs:
        maker.issue(issuer, subject, policy_oids=(ANY_POLICY,))
    trust: dict[str, list[Claim[tuple[str, str]]]] = defaultdict(list)
    for root, anchor in enumerate(anchors):
        for program, (_, purposes) in _TRUSTED.items():
            trust[anchor] += [Claim((program, purpose), purpose) for purpose in purposes]
            trust[anchor] += ev_claims(program, (EV_POLICY, ev_policy(root)))
    return Ecosystem(maker.graph(), sorted(anchors), trust)
