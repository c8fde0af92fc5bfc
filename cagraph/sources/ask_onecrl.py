"""What Mozilla's Remote Settings are asked for: OneCRL, whole, in one answer.

An empty list is not taken: OneCRL has long had entries, and no entries would mean that nothing is revoked.
"""

from cagraph.errors import SourceError
from cagraph.sources import onecrl
from cagraph.sources.asking import MEBIBYTE, Answer, Refused, Request
from cagraph.sources.checking import head_of, seen
from cagraph.sources.jsonfile import load_json
from cagraph.sources.rows import RevocationRow
from cagraph.sources.urls import base_url

NAME = "onecrl"
URL = "https://firefox.settings.services.mozilla.com/v1/buckets/security-state/collections/onecrl/records"
LIMIT = 32 * MEBIBYTE


def requests(url: str) -> list[Request]:
    """Return the request for the list.

    Raises:
        UsageProblem: `url` is no address.
    """
    return [Request(NAME, base_url(url), onecrl.KIND, "onecrl.json", LIMIT)]


def check(request: Request, answer: Answer) -> None:
    """Take a whole list with an entry that can be used, or raise `Refused`."""
    try:
        found = onecrl.entries(load_json(answer.path))
    except SourceError:
        raise Refused(f"not whole JSON but {seen(answer, head_of(answer.path))}") from None
    except ValueError as problem:
        raise Refused(str(problem), again=False) from None
    if not found:
        raise Refused("an empty list")
    if not any(isinstance(item, RevocationRow) for item in onecrl.read(answer.path)):
        raise Refused("a list without an entry that could be used", again=False)
