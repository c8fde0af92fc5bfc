"""What a source wants asked, and how it takes an answer: plain values, no sockets, no SQL.

    source ──Request──► crawl ──Answer──► source.check: taken, or Refused (try again, or never)

A source that can be asked is a module with `NAME` and `check`, and `follow` where an answer leads to more
(the next page, the logs of a list). What it asks for first depends on what the warehouse knows, so those
functions take plain values and each has a signature of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

MEBIBYTE = 1024 * 1024
ANY_KIND = "*"
"""The answer may be of any format that is recognised."""


@dataclass(frozen=True, slots=True)
class SqlPage:
    """One page of a SQL question: `query` names it, `text` takes `params` by position (`%s`)."""

    query: str
    text: str
    params: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask for. Two requests of one source with one `url` are the same request."""

    source: str
    """Which source asks, as on the command line."""
    url: str
    """http or https; for a SQL page a name of its own, such as `crtsh-sql:certificates?after=500`."""
    kind: str | None
    """The format the answer must have (`KIND` of a module in `sources`); None: a document, kept unread."""
    name: str
    """The file name that the answer would have: it tells a whole report from a slice."""
    limit: int = 64 * MEBIBYTE
    """Bytes of the body, decompressed; a larger one is refused."""
    untrusted: bool = False
    """The URL was written by somebody else (a certificate, a record): only public addresses."""
    immutable: bool = False
    """Once answered, never asked again."""
    sha256: str | None = None
    """The SHA-256 that the certificate in the answer must have."""
    spki_sha256: str | None = None
    """The key that the certificate in the answer must be of."""
    fresh_days: int = 0
    """Not asked again before so many days have passed since the last answer."""
    may_be_absent: bool = False
    """404 is an answer, not a failure: there is no such thing."""
    sql: SqlPage | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    instead: tuple["Request", ...] = ()
    """What to ask for if this is gone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body that arrived whole, as the server described it. `path` holds it, decompressed."""

    path: Path
    sha256: str
    size: int
    status: int = 200
    content_type: str | None = None
    """Lower case, without parameters."""


class Refused(Exception):
    """An answer that cannot be taken; the text says why in one line.

    `again`: it may be better next time. `gone`: what was asked for does not exist any more.
    """

    def __init__(self, reason: str, *, again: bool = True, gone: bool = False) -> None:
        super().__init__(reason)
        self.again, self.gone = again, gone


class Asked(Protocol):
    """What every source that can be asked has."""

    NAME: str

    def check(self, request: Request, answer: Answer) -> None:
        """Take the answer, or raise `Refused`."""
