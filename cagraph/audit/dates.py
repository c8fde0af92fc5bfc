"""Days as letters write them, and the period that an audit report is about.

Reads `November 8, 2022`, `8 November 2022`, `2022-11-08` and what stands beside these in real letters:
ordinals, capitals, line ends within, blanks within years, dots, slashes. A numeric day that can be read in
two ways is not read, unless another one in the same letter shows the order.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cagraph.audit.letter import Fact, Letter, Part, Section, iterate

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?P<{0}>(?:1\s?9|2\s?0)\s?\d\s?\d)(?!\d)"
_ORDINAL = r"(?:\s?(?:st|nd|rd|th)\b)?"
_MONTH_DAY = _MONTH.format("{0}m") + r"\s?(?:the\s)?(?P<{0}d>[0-3]?\d|[0-3]\s\d)(?!\d)" + _ORDINAL
_DAY_MONTH = r"(?P<{0}d>[0-3]?\d)" + _ORDINAL + r"[\s-]?(?:day\s)?(?:of\s)?" + _MONTH.format("{0}m")
_DASH = r"\s?[-\u2013\u2014]\s?"


def _pattern(*alternatives: str) -> "re.Pattern[str]":
    return re.compile(r"(?<![\w.])(?:" + "|".join(alternatives) + ")", re.IGNORECASE)


_DATE = _pattern(
    _MONTH_DAY.format("a") + r"\s?,?\s?(?:of\s)?" + _YEAR.format("ay"),
    _DAY_MONTH.format("b") + r"\s?,?[\s-]?" + _YEAR.format("by"),
    r"(?P<cy>(?:19|20)\d\d)(?:"
    + _DASH
    + r"|[./])(?P<cm>[01]?\d)(?:"
    + _DASH
    + r"|[./])(?P<cd>[0-3]?\d)(?!\d)",
    r"(?P<n1>[0-3]?\d)(?P<sep>[./-])(?P<n2>[0-3]?\d)(?P=sep)(?P<ny>(?:19|20)\d\d)(?!\.?\d)",
)
# The first day of a period whose year is said with the last day only.
_PARTIAL = _pattern(_MONTH_DAY.format("a") + r"(?!\s?,?\s?\d)", _DAY_MONTH.format("b") + r"(?!\s?,?\s?\d)")
_SPLITTER = re.compile(
    r"[\s,]{0,2}(?:to|through|thru|until|till|up\sto|and\sending(?:\son)?|and|[-\u2013\u2014~])(?:\sand\sincluding)?(?:\sthe)?\s?",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"\bperiod\b", re.IGNORECASE)
_OTHER_SPAN = re.compile(
    r"took\splace|performed|conducted|carried\sout|on[\s-]?site|audit\sdates?|valid|visit|incident|issued",
    re.IGNORECASE,
)
_POINT = re.compile(
    r"\bpoint[\s-](?:in|of)[\s-]time(?:\s(?:date|audit))?(?:\s(?:as\sof|as\sat|of|on))?[\s:,]{1,3}",
    re.IGNORECASE,
)
_AS_OF = re.compile(r"\bas\s(?:of|at|on)\s", re.IGNORECASE)
# What has a day of its own, and is not what is reported on.
_DOCUMENT = re.compile(
    r"\bversion|\bv\.?\d|polic|practice|statement|certificates?\b|updated|effective", re.IGNORECASE
)
_NEAR = 90
"""Letters between the word "period" and the period."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day as printed."""

    value: date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """Two days with "to" between."""

    first: Day
    last: Day
    named: bool
    """The word "period" stands before it."""
    start: int
    """Of that word, or of the first day."""


def days_of(text: str) -> list[Day]:
    """Return every day in a text that can be read in one way only, in order."""
    matches = list(_DATE.finditer(text))
    order = _order(matches)
    days = []
    for match in matches:
        value = _value(match, order)
        if value is not None and not re.match(r"T\d\d:", text[match.end() : match.end() + 4]):
            days.append(Day(value, match.start(), match.end()))
    return days


def spans_of(text: str, days: Sequence[Day]) -> list[Span]:
    """Return the periods in a text, in order: two days with nothing but a splitter between."""
    starts = {day.start: day for day in days}
    spans = []
    for first in sorted([*days, *_partials(text, starts)], key=lambda day: day.start):
        splitter = _SPLITTER.match(text, first.end)
        last = starts.get(splitter.end()) if splitter else None
        if last is not None:
            spans.append(_span(text, first, last))
    return spans


def find_period(letter: Letter, days: Sequence[Day]) -> tuple[Fact[date], Fact[date]] | None:
    """Return the first and last day of the period that the letter reports on.

    Looked for in the auditor's report, then on its cover, then in the assertion, which asserts the same.
    Where several periods are named, it is the one named most often, and of these the first.
    """
    spans = spans_of(letter.text, days)
    for parts in ((Part.REPORT,), (Part.FRONT,), (Part.ASSERTION,)):
        here = [span for span in spans if letter.part_at(span.first.start) in parts]
        # On a cover a period often stands alone.
        found = [span for span in here if span.named] or [
            span for span in here if _alone(letter, span) or parts == (Part.REPORT,)
        ]
        found = [span for span in found if span.named or not _is_other(letter.text, span)]
        if found:
            counted = Counter((span.first.value, span.last.value) for span in found)
            most = max(counted.values())
            best = next(span for span in found if counted[span.first.value, span.last.value] == most)
            return (
                letter.fact(best.first.value, best.start, best.last.end),
                letter.fact(best.last.value, best.start, best.last.end),
            )
    return None


def find_point_in_time(letter: Letter, days: Sequence[Day]) -> Fact[date] | None:
    """Return the one day a report without a period is about: "as of …" in the report's own first words."""
    starts = {day.start: day for day in days}
    for pattern in (_POINT, _AS_OF):
        found: list[Fact[date]] = []
        for match in iterate(letter.own_words(), pattern, letter.text):
            day = starts.get(match.end())
            document = pattern is _AS_OF and _DOCUMENT.search(
                letter.text[max(0, match.start() - 40) : match.start()]
            )
            if day is not None and not document:
                found.append(letter.fact(day.value, match.start(), day.end))
        if found:
            return found[0] if len({fact.value for fact in found}) == 1 else None
    return None


def _order(matches: Sequence["re.Match[str]"]) -> str | None:
    """Return whether a letter's slashes put the day or the month first, if any of them shows it."""
    shown = set()
    for match in matches:
        if match["n1"] and match["sep"] != ".":
            first, second = int(match["n1"]), int(match["n2"])
            if first > 12 >= second:
                shown.add("day")
            elif second > 12 >= first:
                shown.add("month")
    return shown.pop() if len(shown) == 1 else None


def _value(match: "re.Match[str]", order: str | None) -> date | None:
    groups = match.groupdict()
    if groups["am"] or groups["bm"]:
        kind = "a" if groups["am"] else "b"
        return _date(groups[f"{kind}y"], _month(groups[f"{kind}m"]), groups[f"{kind}d"])
    if groups["cy"]:
        return _date(groups["cy"], int(groups["cm"]), groups["cd"])
    first, second = int(groups["n1"]), int(groups["n2"])
    if groups["sep"] == "." or first == second:
        order = "day"  # With dots nobody puts the month first.
    elif first > 12:
        order = "day"
    elif second > 12:
        order = "month"
    if order is None:
        return None
    day, month = (first, second) if order == "day" else (second, first)
    return _date(groups["ny"], month, str(day))


def _month(word: str) -> int:
    return next(number for number, name in enumerate(_MONTHS, 1) if name == word.lower()[:3])


def _date(year: str, month: int, day: str) -> date | None:
    try:
        return date(int("".join(year.split())), month, int("".join(day.split())))
    except ValueError:
        return None


def _partials(text: str, starts: dict[int, Day]) -> Iterator[Day]:
    """Yield days without a year before a splitter and a day with one, in the same year."""
    for match in _PARTIAL.finditer(text):
        splitter = _SPLITTER.match(text, match.end())
        last = starts.get(splitter.end()) if splitter else None
        if last is None:
            continue
        kind = "a" if match["am"] else "b"
        value = _date(str(last.value.year), _month(match[f"{kind}m"]), match[f"{kind}d"])
        if value is not None and value < last.value:
            yield Day(value, match.start(), match.end())


def _span(text: str, first: Day, last: Day) -> Span:
    """Return a period, with whether the word stands before it in the same sentence, no other day between."""
    before = text[max(0, first.start - _NEAR) : first.start]
    before = re.split(r"[.;]\s(?=[A-Z])", before)[-1]
    words = list(_PERIOD.finditer(before))
    named = bool(words) and not _DATE.search(before, words[-1].end())
    named = named and not _OTHER_SPAN.search(before, words[-1].end())
    return Span(first, last, named, first.start - len(before) + words[-1].start() if named else first.start)


def _is_other(text: str, span: Span) -> bool:
    """Say whether words before a period say that it is one of something else, as of days at the auditee's."""
    before = text[max(0, span.first.start - _NEAR) : span.first.start]
    joined = re.search(r"\band\b", text[span.first.end : span.last.start], re.IGNORECASE)
    if joined and not re.search(r"\bbetween\s$", before, re.IGNORECASE):
        return True
    return bool(_OTHER_SPAN.search(before)) or span.first.value >= span.last.value


def _alone(letter: Letter, span: Span) -> bool:
    """Say whether nothing else stands on the period's lines, but a word or two."""
    start = letter.starts[letter.line_of(span.first.start)]
    last = letter.line_of(span.last.end - 1)
    end = letter.starts[last] + len(letter.lines[last])
    return (end - start) - (span.last.end - span.first.start) < 25


def sections_days(days: Sequence[Day], section: Section) -> list[Day]:
    """Return the days within a section."""
    return [day for day in days if section.start <= day.start < section.end]
