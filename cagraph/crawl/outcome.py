"""What came of asking: the values that a fetcher gives back. Holds data only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cagraph.sources.asking import Answer, Request

Check = Callable[[Request, Answer], None]
"""Takes an answer, or raises `Refused`."""


class State(StrEnum):
    """How far a request is."""

    QUEUED = "queued"
    DONE = "done"
    UNCHANGED = "unchanged"
    """The server says that the body is the same as the last one taken."""
    ABSENT = "absent"
    """It does not exist, and says so."""
    FAILED = "failed"
    REFUSED = "refused"
    """Never asked: the address may not be."""


ANSWERED = frozenset({State.DONE, State.UNCHANGED, State.ABSENT})


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional: what the server said of the last body taken, and that body."""

    sha256: str
    size: int
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request after all its tries. `at` is naive UTC.

    `sha256` and `size` are of the body in the archive: the new one, or for `UNCHANGED` the last one.
    `gone`: it failed because it does not exist any more, so what stands in for it may be asked.
    """

    state: State
    at: datetime
    tries: int
    status: int | None = None
    sha256: str | None = None
    size: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    error: str | None = None
    gone: bool = False


class Fetcher(Protocol):
    """Asks one kind of server. Every failure is an `Outcome`; only `OutOfRequests` is raised."""

    async def fetch(self, request: Request, known: Validators | None, check: Check) -> Outcome:
        """Ask, as often as it makes sense, archive the body that `check` takes, and say what came of it."""


class OutOfRequests(Exception):
    """The crawl may send no more: the request stays queued."""


class Allowance:
    """How many requests may still be sent, every try counted; None: any number."""

    def __init__(self, limit: int | None = None) -> None:
        self._left = limit
        self.sent = 0

    def take(self) -> None:
        """Count one more, or raise `OutOfRequests`."""
        if self._left is not None:
            if self._left <= 0:
                raise OutOfRequests
            self._left -= 1
        self.sent += 1
