"""The certificates of one file, for a question: nothing of it is stored."""

from pathlib import Path

from cagraph.errors import SourceError
from cagraph.sources import certificates
from cagraph.sources.rows import CertificateRow, Issue
from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts


def certificates_in(path: Path) -> list[CertificateFacts]:
    """Return the certificates that a file holds, each once, in the file's order.

    Raises:
        SourceError: it holds none, or one that cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not certificates.recognise(head):
        raise SourceError(f"{path} is no certificate in PEM, DER or PKCS #7")
    found: dict[str, CertificateFacts] = {}
    for item in certificates.read(path):
        match item:
            case CertificateRow():
                try:
                    facts = read_certificate(item.der)
                except ValueError as problem:
                    raise SourceError(f"{path}, line {item.line}: {problem}") from problem
                found.setdefault(facts.sha256, facts)
            case Issue() if item.rejected:
                raise SourceError(f"{path}, line {item.line}: {item.reason}")
    if not found:
        raise SourceError(f"{path} holds no certificate")
    return list(found.values())
