"""What the checks of answers share: what kind of thing a body is, and how it is shown in a message.

Knows no source; whether an answer is taken is each source's own decision.
"""

from pathlib import Path

from cagraph.sources import HEAD_BYTES
from cagraph.sources.asking import Answer, Refused

_SHOWN = 120
_HTML = (b"<!doctype html", b"<html")


def head_of(path: Path) -> bytes:
    """Return the first bytes of a body."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def is_html(head: bytes) -> bool:
    """Whether a body begins like a page for people."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_HTML)


def seen(answer: Answer, head: bytes) -> str:
    """Return what came instead of what was asked for, as one short line."""
    if not head:
        return "an empty body"
    what = "an HTML page" if is_html(head) else answer.content_type or "something of no stated type"
    text = head[: 4 * _SHOWN].decode("utf-8", "replace")
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"{what} that begins: {plain[:_SHOWN]}"


def refuse_empty(answer: Answer) -> None:
    """Raise `Refused` if there is nothing in the body: a server in trouble says so too, with 200."""
    if answer.size == 0:
        raise Refused("an empty body")
