"""Files of any known kind at addresses that the user gives: a mirror, a team's own table of root trust."""

from collections.abc import Iterable

from cagraph.errors import SourceError
from cagraph.sources import recognise
from cagraph.sources.asking import ANY_KIND, Answer, Refused, Request
from cagraph.sources.rows import Truncated
from cagraph.sources.urls import file_name

NAME = "extra"


def requests(urls: Iterable[str]) -> list[Request]:
    """Return one request an address; its last part is the file's name, which may tell a whole report."""
    return [Request(NAME, url, ANY_KIND, file_name(url, "file")) for url in urls]


def check(request: Request, answer: Answer) -> None:
    """Take an answer of a known kind that can be read to its end."""
    source = recognise(answer.path)
    if source is None:
        raise Refused("is of no known kind")
    try:
        cut = next((item for item in source.read(answer.path) if isinstance(item, Truncated)), None)
    except SourceError as problem:
        raise Refused(str(problem).replace(str(answer.path), request.name), again=False) from problem
    if cut is not None:
        raise Refused(f"may break off: the last line, {cut.line}, has no end")
