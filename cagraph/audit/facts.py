"""What a letter says about itself, read from its text: dates, kinds of audit, criteria, who reports on whom.

Each fact comes with the words it was read from and their page, so that a person can look it up. What is not
found, or can be read in two ways, is None: unknown is better than wrong.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cagraph.audit.criteria import read_criteria
from cagraph.audit.dates import Day, days_of, find_period, find_point_in_time, sections_days
from cagraph.audit.layout import Page
from cagraph.audit.letter import Fact, Letter, Part, Section
from cagraph.audit.parties import find_owner, read_parties
from cagraph.audit.signature import firm_in, is_managements, signature
from cagraph.model import AuditKind

__all__ = ["Fact", "LetterFacts", "read_facts"]

_LABEL = re.compile(
    r"\b(?:dated?(?:\sof\s(?:(?:the\s)?report|issue|issuance|signing|this\s(?:report|letter)))?|report\sdate"
    r"|issued?(?:\son|\sdate)?|issuing\sdate)(?:\sthis|\sat)?\s?[:,]?",
    re.IGNORECASE,
)
_NOT_ALONE = re.compile(
    r"\b(?:version|v\d|effective|cps?|polic|publish|updat|sign(?:ed|ature)|period|as\sof|since|until|valid"
    r"|from|fixed|closed)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"[\s,T]{0,2}\d{1,2}:\d\d")
_DESCRIBED = re.compile(r"accountants?\b|auditors?\b|partner\b|practitioner", re.IGNORECASE)
_OPINION = re.compile(r"\bopinion\b|\bconclusion\b", re.IGNORECASE)
_END = 500
"""Letters that may follow a signature's date: an address, a name."""
_HEAD_LINES = 30
_CANDIDATES = 200
_LONGEST = 150


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What one letter says about itself; None or empty is what it does not say, or not clearly."""

    statement_date: Fact[date] | None
    """Of the auditor's report."""
    period_start: Fact[date] | None
    period_end: Fact[date] | None
    point_in_time: Fact[date] | None
    """The one day of a report without a period."""
    kinds: tuple[Fact[AuditKind], ...]
    criteria: tuple[Fact[str], ...]
    """As printed, with the version."""
    criteria_versions: tuple[Fact[str], ...]
    scheme: Fact[str] | None
    """`WebTrust` or `ETSI EN 319 411`, as CCADB calls them."""
    auditor: Fact[str] | None
    auditor_location: Fact[str] | None
    owner: Fact[str] | None


def read_facts(pages: Sequence[Page]) -> LetterFacts:
    """Return what the text of a letter's pages says; all is None or empty for pages without text."""
    letter = Letter(pages)
    days = days_of(letter.text)
    period = find_period(letter, days)
    point = None if period else find_point_in_time(letter, days)
    end = period[1].value if period else point.value if point else None
    owner = find_owner(letter)
    signed = _statement_day(letter, days, end, owner)
    criteria = read_criteria(letter)
    parties = read_parties(letter, signed.start if signed else None, owner)
    return LetterFacts(
        statement_date=_dated(letter, signed) if signed else None,
        period_start=period[0] if period else None,
        period_end=period[1] if period else None,
        point_in_time=point,
        kinds=criteria.kinds,
        criteria=criteria.criteria,
        criteria_versions=criteria.versions,
        scheme=criteria.scheme,
        auditor=parties.auditor,
        auditor_location=parties.location,
        owner=parties.owner,
    )


def _dated(letter: Letter, day: Day) -> Fact[date]:
    """Return the day with its whole line and the one before: the place or firm it stands with."""
    index = letter.line_of(day.start)
    first = index - 1 if index and letter.page_of_line(index - 1) == letter.page_of_line(index) else index
    lines = letter.lines[first : index + 1]
    return Fact(day.value, letter.page_of_line(index), " ".join(lines if len(lines[0]) < 100 else lines[-1:]))


def _statement_day(
    letter: Letter, days: Sequence[Day], end: date | None, owner: Fact[str] | None
) -> Day | None:
    """Return the day of the auditor's report: the same in every report of the letter, or unknown.

    No report is older than what it reports on.
    """
    alone = [day for day in days if (end is None or day.value >= end) and _alone(letter, day)]
    found = [_signed(letter, section, alone, owner) for section in letter.own_words()]
    signed = [day for day in found if day is not None]
    return signed[0] if len({day.value for day in signed}) == 1 else None


def _signed(letter: Letter, section: Section, alone: Sequence[Day], owner: Fact[str] | None) -> Day | None:
    """Return the day that stands with the signature at the report's end, or else at its head."""
    first = letter.line_of(section.start)
    title = " ".join(letter.lines[first : first + 3]).lower()
    opinion = _OPINION.search(letter.text, section.start, section.end)
    # Before the opinion is the head, after it the end; without one either may be anywhere.
    end = [day for day in sections_days(alone, section) if not opinion or day.start > opinion.end()]
    head = [day for day in alone if not opinion or day.start < opinion.start()]
    at_end = _at_end(letter, section, end, owner)
    at_head = _at_head(letter, first, head)
    # Attestations are dated as letters are; what stands at their end may be anything.
    if section.part is Part.FRONT or "attestation" in title:
        return at_head or at_end
    return at_end or at_head


def _at_end(letter: Letter, section: Section, alone: Sequence[Day], owner: Fact[str] | None) -> Day | None:
    """Return the last day that stands in an auditor's signature, or with little behind it."""
    last = None
    for day in reversed(alone[-_CANDIDATES:]):
        block = signature(letter, day.start)
        if is_managements(letter, block, owner):
            continue
        if any(firm_in(letter.lines[index]) or _DESCRIBED.search(letter.lines[index]) for index in block):
            return day
        last = last or day
    return last if last is not None and section.end - last.end < _END else None


def _at_head(letter: Letter, first: int, alone: Sequence[Day]) -> Day | None:
    """Return the one day above what a report says, on the page where it begins with the line `first`."""
    page = letter.page_of_line(first)
    # A letterhead may stand above the heading that the section begins with.
    while first and letter.page_of_line(first - 1) == page:
        first -= 1
    above = [
        day
        for day in alone
        if first <= letter.line_of(day.start) < first + _HEAD_LINES and letter.page_of(day.start) == page
    ]
    return above[0] if len({day.value for day in above}) == 1 else None


def _alone(letter: Letter, day: Day) -> bool:
    """Say whether a day stands on a line of its own, or with a town or a firm, as at the end of a letter."""
    index = letter.line_of(day.start)
    if letter.line_of(day.end - 1) != index or _CLOCK.match(letter.text, day.end):
        return False
    line, start = letter.lines[index], letter.starts[index]
    if len(line) > _LONGEST:
        return False
    rest = line[: day.start - start] + " " + line[day.end - start :]
    rest = _LABEL.sub("", rest, count=1).strip(' ,.:;()[]"\u201c\u201d•_-')
    if len(rest) > 70 or _NOT_ALONE.search(rest):
        return False
    words = re.findall(r"[^\W\d_][\w\u2019']*", rest)
    return all(word[0].isupper() or word in {"of", "the", "de", "in", "and", "den", "am"} for word in words)
