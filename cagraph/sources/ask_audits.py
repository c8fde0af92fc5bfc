"""What the audit URLs in CCADB records are asked for: the documents, kept as they are.

Any body that is not empty is taken. Letters come as PDF, as HTML and in other forms, so a page that says
"not found" with status 200 cannot be told from a letter here: it is when it is read (the view `letter` says
`no_letter`). Reads no document.
"""

import re
from collections.abc import Iterable

from cagraph.sources.asking import MEBIBYTE, Answer, Request
from cagraph.sources.checking import refuse_empty
from cagraph.sources.urls import file_name, links

NAME = "audits"
LIMIT = 64 * MEBIBYTE
# A comma or semicolon may stand inside a URL: there it does not end one, unless another begins behind it.
_BETWEEN = re.compile(r"\s+|[;,]+(?=https?:)", re.IGNORECASE)
_AROUND = ";,"


def requests(cells: Iterable[str]) -> list[Request]:
    """Return a request for each link in the cells; one that is no URL will be refused."""
    return [
        Request(NAME, url, None, file_name(url, "document"), LIMIT, untrusted=True)
        for url in links(urls_in(cells))
    ]


def urls_in(cells: Iterable[str]) -> list[str]:
    """Return the parts of cells that hold several URLs, between `;`, `,`, blanks or line ends."""
    parts = (part.strip(_AROUND) for cell in cells for part in _BETWEEN.split(cell))
    return [part for part in parts if part]


def check(request: Request, answer: Answer) -> None:
    """Take any document, or raise `Refused` for an empty body."""
    refuse_empty(answer)
