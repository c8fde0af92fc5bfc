"""Who reports, from where, on whom: the firm and its place as its signature has them, the owner as addressed.

No firm is known by name. A firm is a line of a signature that ends as firms' names do; where the signature is
a picture, it is the one that the small print of the first page explains.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cagraph.audit.attestation import read_attestation
from cagraph.audit.letter import Fact, Letter, Part
from cagraph.audit.places import ROLE, place_in
from cagraph.audit.signature import DESCRIPTOR, FORM, firm_in, is_prose, is_same, signature

_SMALL_PRINT = re.compile(
    rf"(?<!\S)(?P<name>(?:[A-Z0-9&][\w.&\u2019'-]{{0,30}},?\s){{1,7}}(?:{FORM})),?\s(?:is\s)?(?:an?|the)\s"
    r"(?=[^.;\n]{0,80}?(?:member|partnership|corporation|company|firm)\b)"
)
_OWNER = re.compile(
    r"\bto\s(?:the\s)?(?:board\sof\sdirectors\s(?:and|of)\s)?(?:the\s)?(?:management|directors|board\sof\sdirectors)\s"
    r"(?:and\s\w+\s)?(?:of|at)\s(?:the\s)?",
    re.IGNORECASE,
)
_EXAMINED = re.compile(
    r"(?:assertion\s(?:by|of)\s(?:the\s)?management\sof|report\son|examined)\s(?:the\s)?"
    r"(?P<name>[A-Z][^(\u201c\":;.\n]{2,80}?)(?:['\u2019]s?)?(?:\smanagement(?:['\u2019]s)?)?\s\([\u201c\"]"
)
_AUDITEE = re.compile(
    r"(?:audited|assessed|audit\sof|assessment\sof)\sthe\s(?:CAs?|certification\sauthorit(?:y|ies)|trust\sservices?[^\u201c\"]{0,30}?)\s"
    r"(?:of|operated\sby)\s(?:the\s)?(?:trust\sservice\sprovider\s)?[\u201c\"\u201e](?P<owner>[^\u201c\u201d\"\u201e]{2,120})[\u201d\"\u201c]",
    re.IGNORECASE,
)
_TSP = re.compile(
    r"identification\s(?:and\saddress\s)?of\sthe\s(?:CA\s?/\s?)?(?:trust\sservice\sprovider|TSP)[^•:]{0,50}[:•]\s(?:•\s)?",
    re.IGNORECASE,
)
_FORM_ENDS = re.compile(rf"(?<=[\s,])(?:{FORM})(?=,\s)")
_LETTERHEAD = re.compile(r"\b(?:tel|phone|telephone|fax)\b\s?[.:+]|\bwww\.|@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who; None where the letter's text does not say."""

    auditor: Fact[str] | None
    location: Fact[str] | None
    owner: Fact[str] | None


def read_parties(letter: Letter, signed: int | None, owner: Fact[str] | None) -> Parties:
    """Return the parties of a letter whose auditor's report is dated at the offset `signed`."""
    attested = read_attestation(letter)
    if attested is not None:
        auditor, location = attested
        return Parties(auditor, location, owner)
    block = signature(letter, signed) if signed is not None else []
    auditor = _firm(letter, block, owner)
    if auditor is None:
        # The date may stand at the letter's head, or nowhere.
        last = _last_lines(letter)
        auditor = _firm(letter, last, owner)
        block = last if auditor else block
    head = list(_head(letter))
    auditor = auditor or _small_print(letter, owner) or _firm(letter, head, owner)
    location = _location(letter, block)
    if location is None and signed is not None and auditor is not None:
        location = _town_beside(letter, block, letter.line_of(signed), auditor.value)
    if location is None and (auditor is not None and _of_auditor(letter, head, auditor.value)):
        location = _location(letter, head)
    return Parties(auditor, location, owner)


def _last_lines(letter: Letter) -> list[int]:
    """Return the lines below the last prose of the first report."""
    for section in letter.of(Part.REPORT)[:1]:
        return signature(letter, section.end - 1)
    return []


def _firm(letter: Letter, block: Sequence[int], owner: Fact[str] | None) -> Fact[str] | None:
    """Return the firm in a signature; without a form it is the line above the one that says what it is."""
    for index in block:
        name = firm_in(letter.lines[index])
        if name is not None and not (owner and is_same(name, owner.value)):
            return Fact(name, letter.page_of_line(index), letter.lines[index])
    for index, following in pairwise(block):
        described = DESCRIPTOR.match(letter.lines[following])
        line = letter.lines[index]
        if described and 2 < len(line) < 60 and not re.search(r"\d", line) and not is_prose(line):
            return Fact(line.strip(" ,"), letter.page_of_line(index), f"{line} {letter.lines[following]}")
    return None


def _head(letter: Letter) -> Iterator[int]:
    """Yield the lines above the addressee on the first page of the report: a letterhead."""
    for section in letter.of(Part.REPORT)[:1]:
        first = letter.line_of(section.start)
        addressee = next(
            (
                index
                for index in range(first, min(first + 40, len(letter.lines)))
                if _OWNER.match(letter.lines[index])
            ),
            first,
        )
        page = letter.page_of_line(addressee)
        for index in range(max(0, addressee - 25), addressee):
            if letter.page_of_line(index) == page:
                yield index


def _small_print(letter: Letter, owner: Fact[str] | None) -> Fact[str] | None:
    """Return the firm that the small print of the report's first page explains ("X LLP, a partnership …")."""
    for section in letter.of(Part.REPORT)[:1]:
        page = letter.page_of(section.start)
        lines = [index for index in range(len(letter.lines)) if letter.page_of_line(index) == page]
        start, end = letter.starts[lines[0]], letter.starts[lines[-1]] + len(letter.lines[lines[-1]])
        for match in _SMALL_PRINT.finditer(letter.text, start, end):
            name = " ".join(match["name"].split())
            if not (owner and is_same(name, owner.value)):
                stop = re.search(r"[.;,]\s|$", letter.text[match.end() : end])
                return letter.fact(name, match.start("name"), match.end() + (stop.start() if stop else 0))
    return None


def _of_auditor(letter: Letter, head: Sequence[int], auditor: str) -> bool:
    """Say whether a letterhead is the auditor's: with the name, or with what only a letterhead has."""
    return any(_LETTERHEAD.search(letter.lines[index]) or auditor in letter.lines[index] for index in head)


def _location(letter: Letter, block: Sequence[int]) -> Fact[str] | None:
    """Return the town of a signature or letterhead, from the line nearest its end."""
    for index in reversed(block):
        place = place_in(letter.lines[index])
        if place is not None:
            return Fact(place, letter.page_of_line(index), letter.lines[index])
    return None


def _town_beside(letter: Letter, block: Sequence[int], at: int, auditor: str) -> Fact[str] | None:
    """Return a lone word beside the date of a signature that has the firm's name: a town, as in `London`."""
    if not any(auditor in letter.lines[index] for index in block):
        return None
    for index in (at - 1, at + 1):
        if index not in block:
            continue
        word = letter.lines[index]
        if re.fullmatch(r"[A-Z][a-z]{3,20}", word) and word not in auditor and not ROLE.search(word):
            return Fact(word, letter.page_of_line(index), word)
    return None


def find_owner(letter: Letter) -> Fact[str] | None:
    """Return whom the report is addressed to, or else on whom it says that it reports."""
    for section in letter.own_words():
        for pattern in (_OWNER, _EXAMINED, _AUDITEE, _TSP):
            match = pattern.search(letter.text, section.start, section.end)
            if match is None:
                continue
            if "name" in match.groupdict() or "owner" in match.groupdict():
                group = "owner" if "owner" in match.groupdict() else "name"
                name, end = match[group], match.end(group)
            else:
                name, end = _name_at(letter.text, match.end())
            name = " ".join(name.split()).strip(" ,")
            if 2 < len(name) <= 120:
                return letter.fact(name, match.start(), end)
    return None


def _name_at(text: str, start: int) -> tuple[str, int]:
    """Return the name that begins here, and its end: a bracket, a colon, a bullet, or the line's end."""
    rest = text[start : start + 160]
    stop = re.search(r"\s?[(:•]|,\s(?=\d|registered|Inc|Ltd|LLC)|\n", rest)
    end = stop.start() if stop else len(rest)
    # An address may follow.
    named = _FORM_ENDS.search(rest, 0, end)
    end = named.end() if named else end
    # "Inc." and the like belong to the name.
    form = re.match(rf",\s(?:{FORM})(?=[\s,:(]|$)", rest[end:])
    if form:
        end += form.end()
    elif rest[end : end + 1] == "\n":
        longer = re.match(r"\n[^\n(:.]{2,60}(?=\s?[(:])", rest[end:])
        end += longer.end() if longer else 0
    return rest[:end], start + end
