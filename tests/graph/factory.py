"""Graphs out of nothing: certificates as bare facts and issuers as told, so that no signature is needed.

A drawn graph is a list of `Drawn`, each one certificate; hypothesis shrinks it to few and plain ones. CA n
has the name n // 2: CAs 0 and 1 are one name with two keys, so some certificates are self-issued.
"""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st

from cagraph.graph.build import Graph, build_graph
from cagraph.graph.link import CA, Issuance, Linked
from cagraph.model import SignatureStatus
from cagraph.x509.facts import CertificateFacts

TLS, EMAIL, CODE, ANY = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.3", "2.5.29.37.0"
ANY_POLICY = "2.5.29.32.0"

_USUAL = (2000, 2050)
_WINDOWS = [_USUAL, _USUAL, _USUAL, _USUAL, (2000, 2010), (2010, 2020), (2011, 2012), (2030, 2020)]
_EKUS = [None, None, None, (TLS,), (EMAIL,), (TLS, EMAIL), (ANY,), (), ("1.2.3", CODE), (TLS, EMAIL, CODE)]
_PATH_LENS = [None, None, 0, 1, 2]
_USES = [None, None, None, None, ("keyCertSign", "cRLSign"), ("keyCertSign",), ("cRLSign",)]
_POLICIES = [None, (ANY_POLICY,), ("1.1",), ("1.1", "1.2"), ("1.2",), ()]
_KINDS = [*[(True, 3)] * 8, (False, 3), (False, 1)]
_STATUSES = [*[SignatureStatus.OK] * 6, SignatureStatus.WEAK, SignatureStatus.BAD]


@dataclass(frozen=True)
class Drawn:
    """One certificate of a drawn graph; `plain` ones depart in nothing."""

    issuer: int
    subject: int
    window: tuple[int, int] = (2000, 2050)
    eku: tuple[str, ...] | None = None
    path_len: int | None = None
    use: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    kind: tuple[bool, int] = (True, 3)
    status: SignatureStatus = SignatureStatus.OK


def drawn_graphs(cas: int = 5, most: int = 10, *, plain: bool = False) -> st.SearchStrategy[list[Drawn]]:
    """Draw a multigraph: parallel certificates, circles and self-signed ones among few CAs."""
    ca = st.integers(0, cas - 1)
    certificate = (
        st.builds(Drawn, ca, ca)
        if plain
        else st.builds(
            Drawn,
            ca,
            ca,
            st.sampled_from(_WINDOWS),
            st.sampled_from(_EKUS),
            st.sampled_from(_PATH_LENS),
            st.sampled_from(_USES),
            st.sampled_from(_POLICIES),
            st.sampled_from(_KINDS),
            st.sampled_from(_STATUSES),
        )
    )
    # Not fewer than half: with few certificates nearly every one stands alone.
    return st.lists(certificate, min_size=most // 2, max_size=most)


def name_of(ca: int) -> str:
    """Return the name that a CA has."""
    return f"name {ca // 2}"


def facts(number: int, drawn: Drawn) -> CertificateFacts:
    """Return the facts of the certificate with this number; its bytes are none."""
    return CertificateFacts(
        sha256=f"{number:064x}",
        der=b"",
        version=drawn.kind[1],
        serial=f"{number:x}",
        subject=name_of(drawn.subject),
        issuer=name_of(drawn.issuer),
        subject_der=b"",
        issuer_der=b"",
        subject_name_id=name_of(drawn.subject),
        issuer_name_id=name_of(drawn.issuer),
        ca_id=f"CA {drawn.subject}",
        spki_sha256=f"key {drawn.subject}",
        key_algorithm="rsa",
        key_bits=2048,
        signature_algorithm="sha256WithRSAEncryption",
        not_before=datetime(drawn.window[0], 1, 1),
        not_after=datetime(drawn.window[1], 1, 1),
        is_ca=drawn.kind[0],
        has_basic_constraints=drawn.kind[0],
        path_len=drawn.path_len,
        key_usage=drawn.use,
        eku_oids=drawn.eku,
        policy_oids=drawn.policies,
        subject_key_id=None,
        authority_key_id=None,
        authority_serial=None,
        unknown_critical=(),
        ca_issuers_urls=(),
        ocsp_urls=(),
        crl_urls=(),
        name_constraints=None,
        read_by="strict",
        problems=(),
    )


def graph_from(drawn: list[Drawn]) -> Graph:
    """Return the graph that was drawn."""
    certificates = [facts(number, each) for number, each in enumerate(drawn)]
    numbers = {ca for each in drawn for ca in (each.issuer, each.subject)}
    cas = [CA(f"CA {ca}", name_of(ca), name_of(ca), f"key {ca}", dangling=False) for ca in sorted(numbers)]
    issuances = [
        Issuance(certificate.sha256, f"CA {each.issuer}", f"CA {each.subject}", each.status, "raw")
        for certificate, each in zip(certificates, drawn, strict=True)
    ]
    return build_graph(certificates, Linked(cas, issuances))
