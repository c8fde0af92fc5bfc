"""What the words over a number, or before it on its line, say that it is: a SHA-256, a SHA-1, another number.

Knows no fingerprint and finds none.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from cagraph.audit.layout import Line, Page
from cagraph.audit.pieces import Run, is_hex

OTHER, SHA256, SHA1 = "other", "sha256", "sha1"
_OTHER_HEX = re.compile(
    r"\bs[eé]ri|\bs/n\b|(subject|authority) key|key id|\bski\b|\baki\b|sha-?1\b|modulus|\bmd5\b"
    r"|\bcert\w*\.? (id|no|nr|number)\b",
    re.IGNORECASE,
)
_KEY_HASH = re.compile(
    r"\bspki\b|public[\s-]key\s(?:info\s)?(?:\(?sha|hash|pin|finger|thumb)|\bpin[\s-]sha"
    r"|(?:sha\S*|hash|fingerprint|thumbprint)\sof\s(?:the\s)?(?:subject\s)?(?:public\s)?key\b",
    re.IGNORECASE,
)
"""A key is not a certificate, though its hash has as many digits."""
_FINGERPRINT = re.compile(r"sha|finger|thumb|huella|empreinte|impronta", re.IGNORECASE)
# A line is asked only if one of its words has a part of what is looked for.
_TELLING = re.compile(
    r"s[eé]ri|s/n|key|ski|aki|spki|modulus|md5|cert|sha|finger|thumb|huella|empreinte|impronta", re.IGNORECASE
)
_SHA1 = re.compile(r"\bsha[\s-]?1\b", re.IGNORECASE)
_SHA256 = re.compile(r"sha[\s-]?2", re.IGNORECASE)
_LONG = 8
"""Digits of a word that may be a line of the column that a table's next page goes on with."""


@lru_cache(maxsize=1024)
def says(words: str) -> str:
    """Return what number words name; nothing: none."""
    if _OTHER_HEX.search(words) or _KEY_HASH.search(words):
        return OTHER
    return SHA256 if _FINGERPRINT.search(words) else ""


@lru_cache(maxsize=1024)
def says_sha1(words: str) -> str:
    """Return what number words name to one who looks for a SHA-1: "thumbprint" alone may mean it."""
    if _OTHER_HEX.search(re.sub(_SHA1, "sha", words)):
        return OTHER
    if _SHA1.search(words):
        return SHA1
    if _SHA256.search(words):
        return SHA256
    return SHA1 if _FINGERPRINT.search(words) else ""


class _Over(NamedTuple):
    """A line that may be a heading: its words that are no digits."""

    y: float
    number: int
    words: list[tuple[float, float, str]]


class Headings:
    """The lines of a document that may be headings, from the bottom of each page."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._lines = {
            page.number: [over for over in map(_over, reversed(page.lines)) if over] for page in pages
        }
        self._pages = {page.number: page for page in pages}
        self._spans: dict[int, list[tuple[float, float]]] = {}
        self._overleaf: dict[tuple[int, float, float, bool], tuple[str, int, int]] = {}

    def over(self, run: Run, *, sha1: bool = False) -> str:
        """Return what the nearest telling words over a run name; overleaf, those of the pages before."""
        return self.place(run, sha1=sha1)[0]

    def place(self, run: Run, *, sha1: bool = False) -> tuple[str, int, int]:
        """Return what those words name, and their page and line."""
        here = self._told(run.page, run, run.y + 0.4 * run.height, sha1)
        if here[0]:
            return here
        key = (run.page, run.x0, run.x1, sha1)
        if key not in self._overleaf:
            self._overleaf[key] = self._before(run, sha1)
        return self._overleaf[key]

    def _before(self, run: Run, sha1: bool) -> tuple[str, int, int]:
        """Return what the pages before say: a table may be headed on its first page alone."""
        page = run.page - 1
        while page in self._lines:
            there = self._told(page, run, -math.inf, sha1)
            if there[0] or not self._goes_on(page, run):
                return there
            page -= 1
        return "", 0, 0

    def _told(self, page: int, run: Run, floor: float, sha1: bool) -> tuple[str, int, int]:
        """Return what the lowest telling words of a page name that stand over a run and over a height."""
        tell = says_sha1 if sha1 else says
        for y, number, words in self._lines[page]:
            if y <= floor:
                continue
            over = [text for x0, x1, text in words if x0 < run.x1 and x1 > run.x0]
            said = tell(" ".join(over)) if over else ""
            if said:
                return said, page, number
        return "", 0, 0

    def _goes_on(self, page: int, run: Run) -> bool:
        """Say whether a page has long numbers where the run stands."""
        return any(x0 < run.x1 and x1 > run.x0 for x0, x1 in self._columns(page))

    def _columns(self, page: int) -> list[tuple[float, float]]:
        """Return where on a page long numbers stand, from left to right, those that overlap as one."""
        if page not in self._spans:
            words = [word for line in self._pages[page].lines for word in line.words if _is_long(word.text)]
            spans: list[tuple[float, float]] = []
            for word in sorted(words, key=lambda word: word.x0):
                if spans and word.x0 < spans[-1][1]:
                    spans[-1] = spans[-1][0], max(spans[-1][1], word.x1)
                else:
                    spans.append((word.x0, word.x1))
            self._spans[page] = spans
        return self._spans[page]

    def is_key(self, run: Run) -> bool:
        """Say whether the words before a run, or else those over it, say that it is the hash of a key."""
        label = self._label(run)
        if not label:
            said, page, number = self.place(run)
            words = self._pages[page].lines[number - 1].words if said == OTHER else []
            label = " ".join(word.text for word in words if word.x0 < run.x1 and word.x1 > run.x0)
        return bool(_KEY_HASH.search(label))

    def before(self, run: Run) -> str:
        """Return what number the words before a run on its line name, back to the last long number."""
        label = self._label(run)
        return says_sha1(label) if label else ""

    def _label(self, run: Run) -> str:
        label: list[str] = []
        for word in reversed(self._line(run).words):
            if word.x0 >= run.x0 - 0.1:
                continue
            if len(word.text) > 8 and is_hex(word.text):
                break
            label.insert(0, word.text)
        return " ".join(label)

    def near_line(self, run: Run) -> str:
        """Return what the run's line and the one before name."""
        lines = self._pages[run.page].lines[max(run.line - 2, 0) : run.line]
        return says(" ".join(line.text for line in lines))

    def _line(self, run: Run) -> Line:
        return self._pages[run.page].lines[run.line - 1]


@lru_cache(maxsize=4096)
def _is_telling(word: str) -> bool:
    return bool(_TELLING.search(word))


@lru_cache(maxsize=4096)
def _is_long(word: str) -> bool:
    return len(word) >= _LONG and is_hex(word)


def _over(line: Line) -> _Over | None:
    if not any(_is_telling(word.text) for word in line.words):
        return None
    words = [(word.x0, word.x1, word.text) for word in line.words if not is_hex(word.text)]
    return _Over(line.y, line.number, words) if words else None
