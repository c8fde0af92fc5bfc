"""Whose key signed a CRL: tries the keys of its issuer's name.

A name is nobody's alone: keys of the same name are tried one by one, and what none of them made proves
nothing. Knows nothing of what a CRL says, nor where the keys come from.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509

from cagraph.model import PROVED, SignatureStatus
from cagraph.x509.crl_outline import cut_crl
from cagraph.x509.der import cut
from cagraph.x509.signature import check_signed


@dataclass(frozen=True, slots=True)
class Proof:
    """The key whose signature it is, by its SHA-256; None: none that was tried, and the status says why.

    Where several were tried in vain, `unsupported` says that one of them could still be it.
    """

    spki_sha256: str | None
    status: SignatureStatus | None
    detail: str | None = None


def check_crl_signature(der: bytes, spki: bytes) -> tuple[SignatureStatus, str | None]:
    """Say whether the key `spki` made the signature of the CRL `der`; see `check_signature`."""
    return check_signed(der, spki, cut_crl, x509.load_der_x509_crl)


def prove(der: bytes, candidates: Iterable[tuple[str, bytes]]) -> Proof:
    """Return whose key signed the CRL `der`.

    `candidates` are certificates of the issuer's name: the SHA-256 of their keys, and their DER.
    """
    missed = Proof(None, None)
    for spki_sha256, certificate in candidates:
        status, detail = check_crl_signature(der, cut(certificate).spki)
        if status in PROVED:
            return Proof(spki_sha256, status)
        if missed.status is not SignatureStatus.UNSUPPORTED:
            missed = Proof(None, status, detail)
    return missed
