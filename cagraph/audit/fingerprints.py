"""SHA-256 fingerprints, SHA-1 thumbprints and misprints out of words on pages, as they are printed.

How they are found is in `finder.py` and `nearly.py`: all real fingerprints first, so that what is left over
cannot take a piece of one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from cagraph.audit.beside import beside
from cagraph.audit.finder import Finder
from cagraph.audit.layout import Page
from cagraph.audit.nearly import Nearly, find_nearly
from cagraph.audit.pieces import Piece


@dataclass(frozen=True, slots=True)
class Printed:
    """One fingerprint as it is printed."""

    sha256: str
    page: int
    """Of its first digit, from 1."""
    line: int
    printed: str
    """With its line ends, and a blank between words."""
    strict: bool
    """64 upper-case digits in one run, as an ALV wants them (CCADB Policy 5.2)."""
    how: tuple[str, ...]
    """What is not strict: colons, other-separators, spaces, line-broken, page-broken, lower-case."""
    beside: dict[str, str] = field(default_factory=dict, hash=False)
    """What the letter prints about the certificate: subject, issuer, serial or serial_decimal, not_before,
    not_after; only what can be told for certain."""


@dataclass(frozen=True, slots=True)
class Thumbprint:
    """One SHA-1 as it is printed, under words that say it is one."""

    sha1: str
    page: int
    line: int
    printed: str


class Found(NamedTuple):
    """All that is printed in a document, each in the order of the pages and lines."""

    fingerprints: list[Printed]
    """Repetitions included."""
    thumbprints: list[Thumbprint]
    nearly: list[Nearly]


def find_fingerprints(pages: Sequence[Page]) -> list[Printed]:
    """Return every fingerprint, repetitions included, in the order of the pages and lines."""
    return find_printed(pages).fingerprints


def find_printed(pages: Sequence[Page]) -> Found:
    """Return every fingerprint, and what else is printed that may name a certificate."""
    finder = Finder(pages)
    sha256 = sorted(finder.sha256(), key=_place)
    sha1 = sorted(finder.sha1(), key=_place)
    return Found(
        [_printed(*each) for each in zip(sha256, beside(pages, finder.headings, sha256), strict=True)],
        [_thumbprint(pieces) for pieces in sha1],
        find_nearly(pages, finder, [*sha256, *sha1]),
    )


def _place(pieces: Sequence[Piece]) -> tuple[int, int, float]:
    return pieces[0].page, pieces[0].line, pieces[0].x0


def _thumbprint(pieces: Sequence[Piece]) -> Thumbprint:
    sha1 = "".join(piece.digits for piece in pieces)
    return Thumbprint(sha1, pieces[0].page, pieces[0].line, _text(pieces))


def _text(pieces: Sequence[Piece]) -> str:
    text = pieces[0].printed
    for before, piece in pairwise(pieces):
        text += (" " if _on_one_line(before, piece) else "\n") + piece.printed
    return text


def _on_one_line(before: Piece, piece: Piece) -> bool:
    return (piece.page, piece.line) == (before.page, before.line)


def _printed(pieces: Sequence[Piece], said: dict[str, str]) -> Printed:
    text = _text(pieces)
    how = set()
    for before, piece in pairwise(pieces):
        if piece.page != before.page:
            how.add("page-broken")
        how.add("spaces" if _on_one_line(before, piece) else "line-broken")
    if ":" in text:
        how.add("colons")
    if re.search(r"[\-\u00ad\u2010\u2011.]", text):
        how.add("other-separators")
    if text != text.upper():
        how.add("lower-case")
    first = pieces[0]
    return Printed(
        sha256="".join(piece.digits for piece in pieces),
        page=first.page,
        line=first.line,
        printed=text,
        strict=not how,
        how=tuple(sorted(how)),
        beside=said,
    )
