"""A letter as lines, and whose words they are: the auditor's report, the management's assertion, an appendix.

The same date, period or place means another thing in each part. Parts are told apart by what stands at the
top of a page, and by whom the report is addressed to. Knows no date, criteria or firm.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from cagraph.audit.layout import Page

T = TypeVar("T")

PAGE_LIMIT = 40_000
"""Letters of a page that are read: no page of prose has a quarter of them."""
TEXT_LIMIT = 1_500_000
"""Letters of all pages together."""
_SECTIONS = 40
_TOP = 10
"""Lines of a page where a part's heading may stand."""
_SHORT = 65
"""Letters: a line with fewer is not a full line of prose, so that what follows it begins anew."""
_UNCHECKED = re.compile(
    "[\u2610\u25a1\u274f\u2751\uf0a8\uf06f][^\u2610-\u2612\u25a0\u25a1\u2611\uf0a8\uf06f\uf0fd\uf0fe\n]*"
)
_CHECKED = re.compile("[\u2611\u2612\u25a0\uf0fd\uf0fe\u2022\uf0b7\u25cf\u25aa]")
# Reports that are signed on one day end alike: that is no running line.
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ENVELOPE = re.compile(r"docusign envelope id", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"(?:page\s)?[-\u2013]?\s?\d{1,3}\s?[-\u2013]?(?:\s?(?:/|of)\s?\d{1,3})?", re.IGNORECASE
)
_ADDRESSEE = re.compile(
    r"to\s(?:the\s)?(?:attention\sof\s)?(?:the\s)?"
    r"(?:board\sof\sdirectors|management|directors|shareholders|audit\scommittee)\b",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"report\sof\s(?:the\s)?independent\b|independent\s(?:\S{1,20}\s){0,3}report\b|audit\sattestation\b",
    re.IGNORECASE,
)
_APPENDIX = re.compile(
    r"(?:appendix|attachment|annex|schedule|exhibit)\s?(?:[A-Z0-9]{1,3}\b|$)", re.IGNORECASE
)
_ASSERTION = re.compile(
    r"\bassertions?\b|\bmanagement\s(?:statement|representations?|report)\b"
    r"|\b(?:statement|representations?)\s(?:by|of)\s(?:the\s)?management\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """What a letter says, where, and in which words: so that a person can look it up."""

    value: T
    page: int
    """Of the first word, from 1."""
    text: str
    """As printed; blanks and line ends are one blank."""


class Part(StrEnum):
    """Whose words these are."""

    FRONT = "front"
    """What stands before any report: a cover, the contents."""
    REPORT = "report"
    ASSERTION = "assertion"
    APPENDIX = "appendix"


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one part, together."""

    part: Part
    start: int
    """Offset in the letter's text."""
    end: int


class Letter:
    """The text of a letter: every line once, blanks folded into one, with the page of each place."""

    def __init__(self, pages: Sequence[Page]) -> None:
        lines = _lines(pages)
        self.lines: list[str] = [line for _, _, line in lines]
        self._pages = [page for page, _, _ in lines]
        self.starts: list[int] = []
        offset = 0
        for line in self.lines:
            self.starts.append(offset)
            offset += len(line) + 1
        self.text = "\n".join(self.lines)
        self.sections = self._divide([place for _, place, _ in lines])

    def page_of(self, offset: int) -> int:
        """Return the page on which a place of the text stands."""
        return self._pages[self.line_of(offset)] if self._pages else 0

    def line_of(self, offset: int) -> int:
        """Return the index of the line in which a place of the text stands."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def page_of_line(self, index: int) -> int:
        """Return the page of a line."""
        return self._pages[index]

    def fact(self, value: T, start: int, end: int) -> Fact[T]:
        """Return `value` with the words from `start` to `end`."""
        return Fact(value, self.page_of(start), " ".join(self.text[start:end].split()))

    def of(self, *parts: Part) -> list[Section]:
        """Return the sections of these parts, in their order."""
        return [section for section in self.sections if section.part in parts]

    def own_words(self) -> list[Section]:
        """Return the auditor's report, or all but the assertion and appendices where no report was found."""
        return self.of(Part.REPORT) or self.of(Part.FRONT)

    def part_at(self, offset: int) -> Part:
        """Return the part a place of the text is in."""
        section = self.section_at(offset)
        return section.part if section else Part.FRONT

    def section_at(self, offset: int) -> Section | None:
        """Return the section a place of the text is in."""
        return next((each for each in self.sections if each.start <= offset < each.end), None)

    def sentence(self, start: int, end: int, first: int = 0, last: int | None = None) -> str:
        """Return the sentence around a place: at most 400 letters to a side, from `first` to `last`."""
        before = self.text[max(first, start - 400, 0) : start]
        after = self.text[end : min(end + 400, len(self.text) if last is None else last)]
        begins = max(
            (match.end() for match in re.finditer(r"[.;]\s(?=[A-Z\u201c\"])|\n[•o]\s", before)), default=0
        )
        # The next entry of a list, or a line with a label, is another one.
        stops = re.search(r"[.;]\s(?=[A-Z\u201c\"•])|[.]$|\n[•o]\s|\n(?=[A-Z][\w/ -]{2,40}:\s)", after)
        return before[begins:] + self.text[start:end] + (after[: stops.start()] if stops else after)

    def _divide(self, places: Sequence[int]) -> list[Section]:
        """Return the sections: a part goes on until another one's heading stands at the top of a page."""
        part = Part.FRONT
        contents = self._contents()
        sections: list[Section] = []
        for index, line in enumerate(self.lines):
            said = None if self._pages[index] in contents else self._heading(index, places[index])
            # A report goes on from its heading to the addressee; a second addressee begins another one.
            again = said is Part.REPORT and part is Part.REPORT and self._addressed_again(sections, index)
            if said is not None and (said is not part or again) and len(sections) < _SECTIONS:
                part = said
                sections.append(Section(part, self.starts[index], 0))
            elif not sections:
                sections.append(Section(part, self.starts[index], 0))
            end = self.starts[index] + len(line)
            sections[-1] = Section(sections[-1].part, sections[-1].start, end)
        return sections

    def _addressed_again(self, sections: Sequence[Section], index: int) -> bool:
        if not _ADDRESSEE.match(self.lines[index]):
            return False
        first = self.line_of(sections[-1].start)
        return any(_ADDRESSEE.match(line) for line in self.lines[first:index])

    def _heading(self, index: int, place: int) -> Part | None:
        """Return the part that begins with this line."""
        line = self.lines[index]
        if _ADDRESSEE.match(line):
            return Part.REPORT
        if place >= _TOP or not self._begins(index):
            return None
        if _APPENDIX.match(line) and _is_title(line):
            return Part.APPENDIX
        # A heading may be broken over lines.
        for stop in (1, 2, 3):
            title = " ".join(self.lines[index : index + stop])
            if (
                not _is_title(title)
                or self._pages[min(index + stop, len(self.lines)) - 1] != self._pages[index]
            ):
                break
            if _REPORT.search(title):
                return Part.REPORT
            if _ASSERTION.search(title):
                return Part.ASSERTION
        return None

    def _begins(self, index: int) -> bool:
        """Say whether the line is not the rest of a sentence."""
        before = self.lines[index - 1] if index else ""
        return len(before) < _SHORT or before.endswith((".", ":", ";"))

    def _contents(self) -> set[int]:
        """Return the pages that only say where things stand: leaders of dots."""
        leaders = Counter(
            page
            for page, line in zip(self._pages, self.lines, strict=True)
            if re.search(r"\.{4}|(?:\. ){4}", line)
        )
        return {page for page, count in leaders.items() if count > 1}


def _lines(pages: Sequence[Page]) -> list[tuple[int, int, str]]:
    """Return page, place on the page and text of every line, without what runs along on every page."""
    seen: Counter[str] = Counter()
    lines: list[tuple[int, int, str]] = []
    left = TEXT_LIMIT
    for page in pages:
        text = _plain(page.text[: min(PAGE_LIMIT, left)])
        left -= len(text)
        kept = [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]
        place = 0
        for index, line in enumerate(kept):
            edge = index < 4 or index >= len(kept) - 3
            key = re.sub(r"\d+", "0", line)
            again = seen[key] > 1 and not _YEAR.search(line)
            runs = edge and (_ENVELOPE.match(line) or _PAGE_NUMBER.fullmatch(line) or again)
            if edge:
                seen[key] += 1
            if not runs:
                lines.append((page.number, place, line))
                place += 1
    return lines


def _plain(text: str) -> str:
    """Return text without what cannot be seen, and without the choices of a form that are not ticked."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2011", "-").replace("\u2010", "-")
    text = re.sub("[\u00ad\u200b\u200c\u200d\ufeff]", "", text)
    text = re.sub("[\ufffe\uffff\x02]", "-", text)
    return _CHECKED.sub("• ", _UNCHECKED.sub("", text))


def _is_title(line: str) -> bool:
    """Say whether most words of a line begin with a capital, as in a heading."""
    if len(line) > 180 or line.endswith((",", ";")):
        return False
    words = [word for word in re.findall(r"[^\W\d_][\w\u2019']*", line) if len(word) > 3]
    return bool(words) and sum(word[0].isupper() for word in words) * 3 > len(words) * 2


def iterate(sections: Sequence[Section], pattern: "re.Pattern[str]", text: str) -> Iterator["re.Match[str]"]:
    """Yield where a pattern is found in the sections, in their order."""
    for section in sections:
        yield from pattern.finditer(text, section.start, section.end)
