"""One audit statement as it was read: what it lists, what it says about itself, or why neither is known.

A document is a stranger's, so that it is read in a process of its own (`cagraph.audit.worker`), with limits
on memory and time and without a network: what is made to break a reader costs one unreadable statement, no
more.
"""

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from cagraph.audit.facts import Fact, LetterFacts, read_facts
from cagraph.audit.fingerprints import Printed, Thumbprint, find_printed
from cagraph.audit.layout import Page
from cagraph.audit.nearly import Nearly
from cagraph.audit.pool import Reader, read_in_order
from cagraph.audit.wire import Reply, Request
from cagraph.model import AuditKind, sha256_hex

READER = 1
"""Raised when a document would be read otherwise than before: what was stored is then read again."""
MEGABYTES = 1024
"""Of address space that a reader may take; real letters need a tenth."""
SECONDS = 120.0
"""That reading one document may take."""
_DAYS = frozenset({"statement_date", "period_start", "period_end", "point_in_time"})
_MANY = frozenset({"kinds", "criteria", "criteria_versions"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What one document says; `unreadable` has the reason where nothing could be read."""

    body_sha256: str
    """Of the document's bytes."""
    format: str
    pages: int
    fingerprints: tuple[Printed, ...]
    facts: LetterFacts | None
    unreadable: str | None = None
    thumbprints: tuple[Thumbprint, ...] = ()
    """SHA-1, where the letter says that they are: noticed, and never counted as fingerprints."""
    nearly: tuple[Nearly, ...] = ()
    """What may be misprinted fingerprints: to be compared with certificates that are known, and no more."""

    @property
    def state(self) -> str:
        """`read`; `no_list`: it has text and prints no fingerprint; `unreadable`."""
        if self.unreadable is not None:
            return "unreadable"
        return "read" if self.fingerprints else "no_list"


def read_pages(body: bytes, kind: str, pages: list[Page]) -> Statement:
    """Return what the pages of a document say: where none has text, it is a scan, and unreadable."""
    if not any(page.text.strip() for page in pages):
        return unreadable(body, "it has no text: a scan, or drawn letters", kind, len(pages))
    printed = find_printed(pages)
    return Statement(
        body_sha256=sha256_hex(body),
        format=kind,
        pages=len(pages),
        fingerprints=tuple(printed.fingerprints),
        facts=read_facts(pages),
        thumbprints=tuple(printed.thumbprints),
        nearly=tuple(printed.nearly),
    )


def unreadable(body: bytes, reason: str, kind: str = "", pages: int = 0) -> Statement:
    """Return the statement of a document that could not be read, with the reason."""
    return Statement(sha256_hex(body), kind, pages, (), None, reason)


def read_statement(body: bytes, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Statement:
    """Read a document in a process of its own. Whatever it is, a statement comes back."""
    with Reader() as reader:
        return _statement(body, reader.read(Request(body, seconds, megabytes)))


def read_statements(bodies: Iterable[bytes], workers: int | None = None) -> Iterator[Statement]:
    """Read many documents, as many at a time as there are processors, and yield them in their order.

    Takes no more than a few documents before what they say is taken: many can come from a long road.
    """
    asked: deque[bytes] = deque()

    def requests() -> Iterator[Request]:
        for body in bodies:
            asked.append(body)
            yield Request(body, SECONDS, MEGABYTES)

    with closing(read_in_order(requests(), workers or os.cpu_count() or 1)) as replies:
        for reply in replies:
            yield _statement(asked.popleft(), reply)


def _statement(body: bytes, reply: Reply) -> Statement:
    if reply.answer is None:
        return unreadable(body, reply.reason)
    try:
        return from_json(json.loads(reply.answer))
    except (ValueError, KeyError, TypeError, RecursionError):
        return unreadable(body, "reading it ended with an answer that is none")


def to_json(statement: Statement) -> dict[str, Any]:
    """Return a statement as JSON takes it: dates as ISO, every fact with its page and text.

    Half a surrogate, as broken fonts make them, is replaced: UTF-8 has none, and no strict reader takes it.
    """
    text = json.dumps(statement, default=_plain, ensure_ascii=False)
    plain: dict[str, Any] = json.loads(text.encode("utf-8", "replace"))
    return {"state": statement.state} | plain


def _plain(value: Any) -> Any:
    """Return what JSON does not know: a dataclass by its fields, a date as ISO."""
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return str(value)


def from_json(found: dict[str, Any]) -> Statement:
    """Return the statement that `to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is not one.
    """
    facts = found["facts"]
    return Statement(
        body_sha256=found["body_sha256"],
        format=found["format"],
        pages=found["pages"],
        fingerprints=tuple(Printed(**(each | {"how": tuple(each["how"])})) for each in found["fingerprints"]),
        facts=None
        if facts is None
        else LetterFacts(**{name: _facts(name, facts[name]) for name in fact_names()}),
        unreadable=found["unreadable"],
        thumbprints=tuple(Thumbprint(**each) for each in found["thumbprints"]),
        nearly=tuple(Nearly(**each) for each in found["nearly"]),
    )


def fact_names() -> list[str]:
    """Return the names of the facts, in the order they are told."""
    return [field.name for field in fields(LetterFacts)]


def _facts(name: str, found: Any) -> Any:
    if name in _MANY:
        return tuple(_fact(name, each) for each in found)
    return None if found is None else _fact(name, found)


def _fact(name: str, found: dict[str, Any]) -> Fact[Any]:
    value = found["value"]
    if name in _DAYS:
        value = date.fromisoformat(value)
    elif name == "kinds":
        value = AuditKind(value)
    return Fact(value, found["page"], found["text"])
