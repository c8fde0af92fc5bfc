"""Files of any known kind at addresses that the user gives: a mirror, a team's own table of root trust."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from cagraph.errors import SourceError
from cagraph.sources import recognise
from cagraph.sources.asking import ANY_KIND, Answer, Refused, Request

NAME = "extra"


def requests(urls: Iterable[str]) -> list[Request]:
    """Return one request an address; its last part is the file's name, which may tell a whole report."""
    return [Request(NAME, url, ANY_KIND, PurePosixPath(unquote(urlsplit(url).path)).name or "file") for url in urls]


def check(request: Request, answer: Answer) -> None:
    """Take an answer of a known kind that can be read from its beginning."""
    source = recognise(answer.path)
    if source is None:
        raise Refused("is of no known kind", again=False)
    try:
        next(source.read(answer.path), None)
    except SourceError as problem:
        raise Refused(str(problem).replace(str(answer.path), request.name), again=False) from problem
