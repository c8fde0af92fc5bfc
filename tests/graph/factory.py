"""Graphs out of nothing: facts and issuers as told, so that no signature is needed.

A drawn graph is a list of `Drawn`, each one certificate; hypothesis shrinks it to few and plain ones. CA n
has the name n // 2: CAs 0 and 1 are one name with two keys, so some certificates are self-issued. What is
read from DER (names and their constraints) is in a real certificate, made once for each that is wanted.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st

from cagraph.graph.build import Graph, build_graph
from cagraph.graph.link import CA, Issuance, Linked
from cagraph.model import SignatureStatus
from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts
from tests.pki import Authority, Options

TLS, EMAIL, CODE, ANY = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.3", "2.5.29.37.0"
ANY_POLICY = "2.5.29.32.0"

_USUAL = (2000, 2050)
_WINDOWS = [*[_USUAL] * 8, (2000, 2010), (2010, 2020), (2011, 2012), (2030, 2020)]
_EKUS = [*[None] * 6, (TLS,), (EMAIL,), (TLS, EMAIL), (ANY,), (), ("1.2.3", CODE), (TLS, EMAIL, CODE)]
_PATH_LENS = [*[None] * 5, 0, 1, 1, 2]
_USES = [*[None] * 6, ("keyCertSign", "cRLSign"), ("keyCertSign",), ("cRLSign",)]
_POLICIES = [(ANY_POLICY,), (ANY_POLICY,), None, ("1.1",), ("1.1", "1.2"), ("1.2",), ()]
_KINDS = [*[(True, 3)] * 14, (False, 3), (False, 1)]
_STATUSES = [*[SignatureStatus.OK] * 12, SignatureStatus.WEAK, SignatureStatus.WEAK, SignatureStatus.BAD]
_CONSTRAINTS = [
    *[()] * 14,
    ("permitted:dns:a.test",),
    ("permitted:dns:a.test", "permitted:dns:c.test"),
    ("permitted:dns:b.a.test",),
    ("excluded:dns:b.a.test",),
    ("permitted:dns:a.test", "excluded:dns:b.a.test", "excluded:ip:0.0.0.0/0"),
    ("permitted:ip:10.0.0.0/8", "excluded:ip:10.1.0.0/16"),
    ("permitted:email:a.test", "excluded:email:x@a.test"),
    ("permitted:email:.a.test", "excluded:email:c.test"),
    ("permitted:directory:Org 0", "permitted:directory:Org 2"),
    ("excluded:directory:Org 1",),
]
_NAMES = [
    *[()] * 6,
    ("dns:a.test",),
    ("dns:w.b.A.test",),
    ("dns:*.a.test",),
    ("dns:ca.test", "dns:c.test"),
    ("email:x@a.test",),
    ("email:X@a.test", "dns:a.test"),
    ("email:y@b.a.test", "ip:10.1.2.3"),
    ("ip:10.2.3.4", "ip:2001:db8::1"),
    ("directory:Org 1", "email:z@c.test"),
]
_UNKNOWN = [*[()] * 14, ("1.2.3",), ("1.2.3", "1.2.4")]


@dataclass(frozen=True)
class Drawn:
    """One certificate of a drawn graph; `plain` ones depart in nothing."""

    issuer: int
    subject: int
    window: tuple[int, int] = _USUAL
    eku: tuple[str, ...] | None = None
    path_len: int | None = None
    use: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    kind: tuple[bool, int] = (True, 3)
    status: SignatureStatus = SignatureStatus.OK
    constraints: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


_ODD: dict[str, st.SearchStrategy[Any]] = {
    "window": st.sampled_from(_WINDOWS),
    "eku": st.sampled_from(_EKUS),
    "path_len": st.sampled_from(_PATH_LENS),
    "use": st.sampled_from(_USES),
    "policies": st.sampled_from(_POLICIES),
    "kind": st.sampled_from(_KINDS),
    "status": st.sampled_from(_STATUSES),
    "constraints": st.sampled_from(_CONSTRAINTS),
    "names": st.sampled_from(_NAMES),
    "unknown": st.sampled_from(_UNKNOWN),
}
EVERYTHING = tuple(_ODD)


def drawn_graphs(
    cas: int = 5, most: int = 10, *, odd: Sequence[str] = EVERYTHING
) -> st.SearchStrategy[list[Drawn]]:
    """Draw a multigraph: parallel certificates, circles and self-signed ones among few CAs.

    `odd` are the fields in which certificates may depart from a plain one; few make for long sound paths.
    """
    ca = st.integers(0, cas - 1)
    certificate = st.builds(Drawn, ca, ca, **{field: _ODD[field] for field in odd})
    # Not fewer than half: with few certificates nearly every one stands alone.
    return st.lists(certificate, min_size=most // 2, max_size=most)


def mesh(cas: int) -> list[Drawn]:
    """Draw CAs that all certify each other, each with a self-signed certificate of its own."""
    return [Drawn(issuer, subject) for issuer in range(cas) for subject in range(cas)]


@cache
def sha256_of(number: int) -> str:
    """Return the SHA-256 of the certificate with this number."""
    return hashlib.sha256(f"certificate {number}".encode()).hexdigest()


@cache
def _read(name: int, constraints: tuple[str, ...], names: tuple[str, ...]) -> CertificateFacts:
    """Read a real certificate that bears these names."""
    options: Options = {}
    if constraints:
        options["constraints"] = constraints
    if names:
        options["names"] = names
    return read_certificate(Authority(f"name {name}", f"Org {name}").self_signed(**options).der)


def facts(number: int, drawn: Drawn) -> CertificateFacts:
    """Return the facts of the certificate with this number."""
    return replace(
        _read(drawn.subject // 2, drawn.constraints, drawn.names),
        sha256=sha256_of(number),
        version=drawn.kind[1],
        subject_name_id=f"name {drawn.subject // 2}",
        issuer_name_id=f"name {drawn.issuer // 2}",
        ca_id=f"CA {drawn.subject}",
        spki_sha256=f"key {drawn.subject}",
        not_before=datetime(drawn.window[0], 1, 1),
        not_after=datetime(drawn.window[1], 1, 1),
        is_ca=drawn.kind[0],
        has_basic_constraints=drawn.kind[0],
        path_len=drawn.path_len,
        key_usage=drawn.use,
        eku_oids=drawn.eku,
        policy_oids=drawn.policies,
        unknown_critical=drawn.unknown,
    )


def graph_from(drawn: Sequence[Drawn]) -> Graph:
    """Return the graph that was drawn."""
    certificates = [facts(number, each) for number, each in enumerate(drawn)]
    numbers = sorted({ca for each in drawn for ca in (each.issuer, each.subject)})
    cas = [CA(f"CA {ca}", f"name {ca // 2}", f"name {ca // 2}", f"key {ca}", False) for ca in numbers]
    issuances = [
        Issuance(certificate.sha256, f"CA {each.issuer}", f"CA {each.subject}", each.status, "raw")
        for certificate, each in zip(certificates, drawn, strict=True)
    ]
    return build_graph(certificates, Linked(cas, issuances))
