"""What Certificate Transparency logs are asked for: the roots they accept, each log of a list in turn.

    log list (Google's, version 3) ──► get-roots of every log in it that should answer

A log is asked while it takes certificates (qualified, usable) or is kept for its entries (readonly). A
pending one may not run yet; a retired or rejected one is mostly switched off. Says nothing of trust.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cagraph.errors import SourceError
from cagraph.sources import ct_roots
from cagraph.sources.asking import MEBIBYTE, Answer, Refused, Request
from cagraph.sources.checking import head_of, seen
from cagraph.sources.jsonfile import load_json
from cagraph.sources.urls import base_url, links

NAME = "ct"
LOG_LIST = "https://www.gstatic.com/ct/log_list/v3/log_list.json"
LIST_LIMIT = 8 * MEBIBYTE
ROOTS_LIMIT = 32 * MEBIBYTE
GET_ROOTS = "/ct/v1/get-roots"
READ_ONLY = "readonly"
ASKED_STATES = ("qualified", "usable", READ_ONLY)


class _Log(NamedTuple):
    """One log of a list, as the list describes it."""

    state: str
    url: str


def requests(log_list: str) -> list[Request]:
    """Return the request for a list of logs.

    Raises:
        UsageProblem: `log_list` is no address.
    """
    return [Request(NAME, base_url(log_list), None, "log_list.json", LIST_LIMIT)]


def log_requests(logs: Iterable[str]) -> list[Request]:
    """Return a request for each log that the user names by the beginning of its URLs.

    Raises:
        UsageProblem: one is no address.
    """
    return [_get_roots(base_url(log)) for log in dict.fromkeys(logs)]


def _get_roots(prefix: str, *, untrusted: bool = False, may_be_absent: bool = False) -> Request:
    return Request(
        NAME,
        f"{prefix}{GET_ROOTS}",
        ct_roots.KIND,
        "get-roots.json",
        ROOTS_LIMIT,
        untrusted=untrusted,
        may_be_absent=may_be_absent,
    )


def check(request: Request, answer: Answer) -> None:
    """Take a whole log list with a log to ask, or a whole list of roots, or raise `Refused`."""
    try:
        value = load_json(answer.path)
    except SourceError:
        raise Refused(f"not whole JSON but {seen(answer, head_of(answer.path))}") from None
    if request.kind is None:
        if not any(log.state in ASKED_STATES for log in _logs(value)):
            raise Refused("no list of logs, version 3, with one that should answer", again=False)
    elif not isinstance(value, dict) or not isinstance(value.get(ct_roots.FIELD), list):
        raise Refused("no list of certificates as RFC 6962 4.7 has it", again=False)


def follow(request: Request, path: Path) -> Sequence[Request]:
    """Return a request for each log of a list that should answer."""
    if request.kind is not None:
        return ()
    # A log that takes no more certificates may have stopped saying whose it took.
    return [
        _get_roots(link.rstrip("/"), untrusted=True, may_be_absent=log.state == READ_ONLY)
        for log in _logs(load_json(path))
        if log.state in ASKED_STATES
        for link in links([log.url])
    ]


def _logs(value: Any) -> Iterator[_Log]:
    """Yield the logs of a list: `url` is of RFC 6962, `submission_url` of the static API, which has both."""
    for operator in _objects(value, "operators"):
        for log in (*_objects(operator, "logs"), *_objects(operator, "tiled_logs")):
            state = log.get("state")
            yield _Log(
                state=next(iter(state), "") if isinstance(state, dict) else "",
                url=_text(log.get("submission_url", log.get("url"))),
            )


def _objects(value: Any, key: str) -> list[dict[str, Any]]:
    """Return the objects in the list under a key; none where there is no such list."""
    inside = value.get(key) if isinstance(value, dict) else None
    return [item for item in inside if isinstance(item, dict)] if isinstance(inside, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
