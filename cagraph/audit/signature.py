"""Signatures: the lines around a report's date that are no prose, the firm they name, and whose they are."""

import re
from collections.abc import Sequence

from cagraph.audit.letter import Fact, Letter

FORM = (
    r"LLP|L\.L\.P\.|LLC|L\.L\.C\.|PLLC|P\.L\.L\.C\.|P\.C\.|PC|PLT|PLC|plc|Ltd\.?|LTD\.?|Limited|LIMITED|Inc\.?|INC\.?|"
    r"Corp\.?|Corporation|Company|GmbH|mbH|AG|KG|SE|S\.A\.S\.?|SAS|S\.A\.U?\.?|SA|S\.p\.A\.|SpA|SPA|S\.P\.A\.|S\.r\.l\.?|"
    r"Srl|S\.R\.L\.|S\.L\.P?\.?U?\.?|SLP?U?|B\.V\.|BV|N\.V\.|NV|AS|A/S|ASA|AB|Oy|Oyj|ApS|Pty|KK|K\.K\.|"
    r"s\.r\.o\.|a\.s\.|d\.o\.o\.|Kft\.?|Zrt\.?|Sp\.\sz\so\.o\.|e\.V\.|A\.Ş\.|Associates|& Co\.?|Lda\.?"
)
_FIRM = re.compile(rf"(?:(?<=\s)|(?<=,))(?:{FORM})(?=[\s,;:)]|$)")
DESCRIPTOR = re.compile(
    r"[\s,\u2013-]{0,3}\b(?:(?:certified|chartered|licensed|independent|registered)\s(?:\w+\s)?(?:public\s)?"
    r"(?:professional\s)?(?:accountants?|auditors?)|certification\sbody|accredited\b)",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"^/s/\s|^(?:(?:for\sand\s)?on\sbehalf\sof|signed\s(?:by|for)|by|for)\s?:?\s", re.IGNORECASE
)
_OFFICER = re.compile(
    r"\b(?:chief\s\w+(?:\s\w+)?\sofficer|executive\sdirector|president|C[ET]O)\b", re.IGNORECASE
)
_BLOCK = 7
"""Lines of a signature to either side of its date."""


def signature(letter: Letter, signed: int) -> list[int]:
    """Return the lines of the signature around a date: no prose, in the same part."""
    at = letter.line_of(signed)
    section = letter.section_at(signed)
    if section is None:
        return []
    lines = [at]
    for index in range(at - 1, max(at - _BLOCK, -1) - 1, -1):
        if index < 0 or letter.starts[index] < section.start or is_prose(letter.lines[index]):
            break
        lines.insert(0, index)
    page = letter.page_of_line(at)
    for index in range(at + 1, min(at + _BLOCK, len(letter.lines))):
        other = letter.starts[index] >= section.end or letter.page_of_line(index) != page
        if other or is_prose(letter.lines[index]):
            break
        lines.append(index)
    return lines


def is_managements(letter: Letter, block: Sequence[int], owner: Fact[str] | None) -> bool:
    """Say whether a signature is the owner's own: of an assertion whose heading was not seen."""
    lines = [letter.lines[index] for index in block]
    firms = [name for line in lines if (name := firm_in(line))]
    if any(not (owner and is_same(name, owner.value)) for name in firms) or any(
        map(DESCRIPTOR.search, lines)
    ):
        return False
    named = owner is not None and any(len(line) > 3 and is_same(line, owner.value) for line in lines)
    return bool(firms) or named or any(_OFFICER.search(line) for line in lines)


def firm_in(line: str) -> str | None:
    """Return the firm that a line names: up to what shows that it is one, without what it is."""
    descriptor = DESCRIPTOR.search(line)
    name = _FOR.sub("", line[: descriptor.start()] if descriptor else line).strip(" ,\u2013-")
    forms = list(_FIRM.finditer(name))
    if not forms:
        return None
    name = name[: forms[-1].end()]
    return name if 2 < len(name) <= 90 and name[0].isalnum() else None


def is_prose(line: str) -> bool:
    """Say whether a line is one of a text's sentences and not of a signature."""
    words = re.findall(r"[^\W\d_][\w\u2019']*", line)
    small = sum(
        word[0].islower() for word in words if word not in {"of", "and", "the", "de", "a", "in", "on", "by"}
    )
    return len(line) > 100 or small > 2 or (line.endswith(".") and not _FIRM.search(line) and small > 0)


def is_same(one: str, other: str) -> bool:
    """Say whether one name is the other, or a part of it."""
    plain = [re.sub(r"\W+", "", name).lower() for name in (one, other)]
    return all(plain) and (plain[0] in plain[1] or plain[1] in plain[0])
