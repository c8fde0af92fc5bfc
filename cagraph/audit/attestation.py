"""Who attests, in letters of the form that ETSI's assessment bodies use: said in words, not signed."""

import re

from cagraph.audit.letter import Fact, Letter, Section
from cagraph.audit.places import place_in

_ATTESTED = re.compile(
    r"confirm\sthat\s[\u201c\"\u201e']?(?P<auditor>[^\u201c\u201d\"\u201e]{2,120}?)[\u201d\"\u201c']?"
    r"\s(?:has|have)\s(?:successfully\s)?(?:audited|assessed|performed|conducted|carried)"
)
_CAB = re.compile(
    r"identification\sof\sthe\sconformity\sassessment\sbody[^•:]{0,100}[:•]\s(?:•\s)?", re.IGNORECASE
)


def read_attestation(letter: Letter) -> tuple[Fact[str] | None, Fact[str] | None] | None:
    """Return the body that attests and its place; None if this is no attestation of that form."""
    sections: list[Section] = letter.own_words()
    for section in sections:
        said = _ATTESTED.search(letter.text, section.start, section.end)
        body = _CAB.search(letter.text, section.start, section.end)
        if said is None and body is None:
            continue
        auditor = location = None
        if body is not None:
            rest = letter.text[body.end() : body.end() + 300]
            address = " ".join(
                re.split(r"\bregistered\b|\baccredited\b|\bidentification\b|•", rest, flags=re.IGNORECASE)[
                    0
                ].split()
            )
            name = address.split(",")[0].strip(' "\u201c\u201d')
            place = place_in(address)
            auditor = letter.fact(name, body.start(), body.end() + len(name))
            if place is not None:
                location = letter.fact(place, body.start(), body.end() + len(address))
        if said is not None:
            name = " ".join(said["auditor"].split()).strip(' "\u201c\u201d,')
            auditor = letter.fact(name, said.start(), said.end())
        return auditor, location or _contact(letter, section, auditor)
    return None


def _contact(letter: Letter, section: Section, auditor: Fact[str] | None) -> Fact[str] | None:
    """Return the place under the auditor's name where a letter says whom to ask."""
    first, last = letter.line_of(section.start), letter.line_of(max(section.end - 1, 0))
    for index in range(first, last + 1):
        if auditor is not None and letter.lines[index].startswith(auditor.value):
            for below in range(index + 1, min(index + 6, last + 1)):
                place = place_in(letter.lines[below])
                if place is not None:
                    return Fact(place, letter.page_of_line(below), letter.lines[below])
    return None
