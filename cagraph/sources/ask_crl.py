"""What the CRL URLs in CCADB's records are asked for: the lists, whoever may have signed them.

The URLs were written by CAs. A list is taken for what its bytes are; whose key signed it is found out where
certificates are known. One that would be refused as a whole is not taken.
"""

from collections.abc import Iterable

from cagraph.sources import crl
from cagraph.sources.asking import MEBIBYTE, Answer, Refused, Request
from cagraph.sources.checking import head_of, is_html, refuse_empty, seen
from cagraph.sources.rows import CrlRow, Issue, Truncated
from cagraph.sources.urls import file_name, links

NAME = "crl"
LIMIT = 32 * MEBIBYTE


def requests(urls: Iterable[str]) -> list[Request]:
    """Return a request for each link; one that is no URL will be refused."""
    return [
        Request(NAME, url, crl.KIND, file_name(url, "list.crl"), LIMIT, untrusted=True) for url in links(urls)
    ]


def check(request: Request, answer: Answer) -> None:
    """Take a CRL whose head can be read, or raise `Refused`."""
    refuse_empty(answer)
    head = head_of(answer.path)
    if not crl.recognise(head):
        # A page for people may be a server in trouble; anything else is what it will be next time.
        raise Refused(f"no CRL but {seen(answer, head)}", again=is_html(head))
    items = crl.read(answer.path)
    match next(items), next(items, None):
        case Issue() as issue, Truncated():
            raise Refused(issue.reason)
        case Issue() as issue, _:
            raise Refused(issue.reason, again=False)
        case CrlRow(), _:
            pass
