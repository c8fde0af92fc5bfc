"""What the caIssuers URLs in certificates are asked for: the certificate of the issuer.

The URLs were written by whoever made the certificates, so nothing about them is believed. What comes is
known by its content: real servers call DER, PEM and PKCS #7 by one another's names.
"""

from collections.abc import Iterable

from cagraph.sources import certificates
from cagraph.sources.asking import MEBIBYTE, Answer, Refused, Request
from cagraph.sources.checking import head_of, refuse_empty, seen
from cagraph.sources.rows import CertificateRow, Truncated
from cagraph.sources.urls import file_name, links

NAME = "aia"
LIMIT = MEBIBYTE


def requests(urls: Iterable[str]) -> list[Request]:
    """Return a request for each link; one that is no URL will be refused."""
    return [
        Request(NAME, url, certificates.KIND, file_name(url, "issuer"), LIMIT, untrusted=True)
        for url in links(urls)
    ]


def check(request: Request, answer: Answer) -> None:
    """Take a file with a certificate in it, or raise `Refused`."""
    refuse_empty(answer)
    head = head_of(answer.path)
    if not certificates.recognise(head):
        raise Refused(f"no certificate but {seen(answer, head)}", again=False)
    items = list(certificates.read(answer.path))
    if any(isinstance(item, Truncated) for item in items):
        raise Refused("breaks off inside a certificate")
    if not any(isinstance(item, CertificateRow) for item in items):
        raise Refused(f"no certificate that could be used but {seen(answer, head)}", again=False)
