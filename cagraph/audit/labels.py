"""The words that letters head the columns and lines beside a fingerprint with, and what is read under them.

What may mean two things is none: a date that can be read in two ways, digits that may be hex or decimal.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from cagraph.audit.dates import days_of

SUBJECT, ISSUER, SERIAL = "subject", "issuer", "serial"
NOT_BEFORE, NOT_AFTER, VALIDITY = "not_before", "not_after", "validity"
DATES = (NOT_BEFORE, NOT_AFTER, VALIDITY)
NAMES = (SUBJECT, ISSUER)

_DN = r"(?:dn|name|distinguished name|common name|cn)"
_OF = r"(?:(?:the|ca|certificate|cert|root|root ca|sub ca|subordinate ca|intermediate ca|ca certificate) )?"
_PATTERNS = {
    SUBJECT: rf"{_OF}(?:subject(?: {_DN}| field)?|{_DN}|name of (?:the )?(?:ca|certificate))"
    r"|(?:root |sub |subordinate |intermediate )?cas?",
    ISSUER: rf"{_OF}issuer(?: {_DN})?|issued by|signed by",
    SERIAL: rf"{_OF}serial(?: (?:number|no|num|nr))?|s/n|seriennummer|n[uú]mero de serie"
    r"|num[eé]ro de s[eé]rie|numero di serie",
    NOT_BEFORE: rf"{_OF}(?:valid(?:ity)? )?(?:from|since|start|start date|not before)(?: date)?"
    r"|gültig (?:ab|von)",
    NOT_AFTER: rf"{_OF}(?:valid(?:ity)? )?(?:to|until|till|through|thru|end(?: date)?|not after)(?: date)?"
    rf"|{_OF}expir(?:y|es|ation)(?: (?:on|date))?|date of expiry|gültig bis",
    VALIDITY: rf"{_OF}(?:validity(?: period| dates?| range)?|valid|period of validity)"
    r"|(?:valid(?:ity)? )?(?:from (?:and |- )?(?:to|until)|not before (?:and )?not after)",
}
_ASIDE = re.compile(r"\([^)]*\)")
_POINTS = re.compile(r"[\s:.,;*#№/\u2013\u2014-]+")
_LABEL = re.compile(r"^([^:=]{2,40}?)\s*:\s*")
_SECOND = re.compile(
    r"\b(?:issuer|subject|serial(?: n\w+)?|valid\w*|not (?:before|after)|sha\S*|s/n)\s?:", re.IGNORECASE
)
_TIME = re.compile(
    r"(?:T|[\s,]{0,2}\b)\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?\s?(?:[AP]M\b|Z\b)?|\b(?:GMT|UTC)\b", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"[\s,;/.]*(?:(?:to|until|till|through|and|[-\u2013\u2014~])\s)?[\s,;/]*|[\s]*[-\u2013\u2014]\s*",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\s*(?:(?:valid )?(?:from|not before)\s?:?\s?)?", re.IGNORECASE)
_HEX = re.compile(r"(?:0x)?([0-9a-f]{1,42})h?", re.IGNORECASE)
_SEPARATED = re.compile(r"[\s:\-\u00ad]")
_MANY = 24
"""Digits of a column that would hold a hex letter if they were hex, but once in 80,000 times."""


def label_of(words: str) -> str | None:
    """Return what a heading or label announces: one of the kinds above, or None for all else."""
    plain = _POINTS.sub(" ", _ASIDE.sub(" ", words.lower()).replace("s/n", "\0")).strip().replace("\0", "s/n")
    # Compiled when first asked: most of what is read lists nothing.
    return next((kind for kind, pattern in _PATTERNS.items() if re.fullmatch(pattern, plain)), None)


def name_of(lines: Sequence[str]) -> str | None:
    """Return a subject or issuer as printed, without a label before; None: it says more, or is no name."""
    text = " ".join(lines)
    label = _LABEL.match(text)
    if label and label_of(label[1]) in NAMES:
        text = text[label.end() :]
    if _SECOND.search(text) or not re.search(r"[^\W\d_]", text):
        return None
    if re.search(r"(?:19|20)\d\d", text) and days_of(text):
        return None
    # A key's identifier, or the like.
    return None if re.fullmatch(r"[0-9a-fA-F:\s]{16,}", text) else text.strip() or None


def serials_of(cells: Sequence[str], heading: str) -> list[tuple[str, str] | None]:
    """Return key and value of the serial numbers of a column: only together they tell hex from decimal."""
    said = heading.lower()
    matches = [_HEX.fullmatch(_SEPARATED.sub("", cell)) for cell in cells]
    digits = [match[1].lower() if match else "" for match in matches]
    letters = any(re.search("[a-f]", each) for each in digits) or any(
        match and match[0] != match[1] for match in matches
    )
    # Only bytes are written with colons.
    is_hex = "hex" in said or letters or any(":" in cell for cell in cells)
    is_decimal = re.search(r"\bdec", said) is not None or (not is_hex and sum(map(len, set(digits))) >= _MANY)
    return [_serial(each, is_hex=is_hex, is_decimal=is_decimal) if each else None for each in digits]


def _serial(digits: str, *, is_hex: bool, is_decimal: bool) -> tuple[str, str] | None:
    if is_hex and is_decimal:
        return None
    if is_hex or (digits.isdecimal() and int(digits) < 10):
        return SERIAL, digits.lstrip("0") or "0"
    return ("serial_decimal", digits) if is_decimal and digits.isdecimal() else None


def days_in(cells: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the days of each cell that is one day or two and nothing else; all cells tell the order."""
    plain = [_TIME.sub(" ", cell).strip() for cell in cells]
    days = days_of(" | ".join(plain))
    starts = [day.start for day in days]
    found: list[tuple[str, ...]] = []
    offset = 0
    for cell in plain:
        here = days[bisect_left(starts, offset) : bisect_left(starts, offset + len(cell))]
        spans = [(day.start - offset, day.end - offset) for day in here]
        found.append(tuple(day.value.isoformat() for day in here) if _is_only(cell, spans) else ())
        offset += len(cell) + 3
    return found


def _is_only(cell: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether a cell is these days and nothing else."""
    if not 1 <= len(spans) <= 2 or not _BEFORE.fullmatch(cell[: spans[0][0]]):
        return False
    between = [cell[a[1] : b[0]] for a, b in pairwise(spans)]
    return all(_BETWEEN.fullmatch(each) for each in between) and not cell[spans[-1][1] :].strip(" .,;")
