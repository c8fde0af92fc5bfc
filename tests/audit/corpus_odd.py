"""Odd ways to print: marks of footnotes, entries with numbers before them, fonts and sizes mixed."""

from collections.abc import Callable
from itertools import groupby

from reportlab.pdfbase import pdfmetrics

from tests.audit.corpus import REPORT, Case, Column, Letter, digest, look, mark, prose
from tests.audit.corpus_pages import writing
from tests.audit.corpus_tables import NAMES, Writing, colons

Draw = Callable[[Letter], None]


# ------------------------------------------------------------------------------------------ marks


def marks_behind(letter: Letter) -> None:
    """Signs of footnotes, as large as the digits."""
    for index, name in enumerate(NAMES):
        letter.want(digest(name), strict=True)
        letter.line(f"{name}  {digest(name)}{('*', '**', '†', '(1)', '[2]', ' 3)')[index % 6]}")


def marks_raised(letter: Letter) -> None:
    """Raised numbers and letters, which are hex, behind each line of a cell."""
    letter.say(REPORT)
    small = 0.55 * letter.look.size
    for index, name in enumerate(NAMES, 1):
        letter.want(digest(name))
        letter.text(50, letter.y, name)
        for line, sign in ((digest(name)[:40], str(index)), (digest(name)[40:], "a")):
            letter.text(220, letter.y, line)
            letter.text(220.3 + letter.width(line), letter.y + 0.3 * letter.look.size, sign, size=small)
            letter.y -= letter.lead
        letter.y -= 0.5 * letter.lead


def marks_before(letter: Letter) -> None:
    """A raised number before a fingerprint."""
    for index, name in enumerate(NAMES, 1):
        letter.want(digest(name), strict=True)
        letter.text(50, letter.y + 3, str(index), size=5)
        letter.line(digest(name), 53.5)
        letter.y -= 0.5 * letter.lead


# ---------------------------------------------------------------------------------------- numbers


def entries(numbered: Callable[[int], str], written: Writing = str) -> Draw:
    """Draw a list whose entries have a number or letter before, glued or with a blank."""

    def draw(letter: Letter) -> None:
        for index, name in enumerate(NAMES, 1):
            letter.want(digest(name), strict=written is str)
            letter.line(numbered(index) + written(digest(name)))

    return draw


def numbered_rows(numbered: Callable[[int], str], *breaks: int, written: Writing = str) -> Draw:
    """Draw a table whose first column numbers its rows."""

    def draw(letter: Letter) -> None:
        letter.say(REPORT)
        rows = [
            (prose(numbered(index)), prose(name, 14), mark(digest(name), written(digest(name)), *breaks))
            for index, name in enumerate(NAMES, 1)
        ]
        letter.table([Column(40, "No."), Column(65, "Name"), Column(180, "SHA-256")], rows)

    return draw


def _letter(index: int) -> str:
    return "abcdefabcdef"[index - 1]


PAIRS, FOURS = writing(2, " ", False), writing(4, " ", False)
NUMBERED = [
    (f"entries {name}", entries(numbered, written))
    for name, numbered, written in (
        ("1.", lambda index: f"{index}. ", str),
        ("1. glued", lambda index: f"{index}.", str),
        ("A. glued, with colons", lambda index: f"{_letter(index).upper()}.", colons),
        ("1. and pairs", lambda index: f"{index}. ", PAIRS),
        ("10. and pairs", lambda index: f"{index + 9}. ", PAIRS),
        ("a) and pairs", lambda index: f"{_letter(index)}) ", PAIRS),
        ("a) glued to pairs", lambda index: f"{_letter(index)})", PAIRS),
        ("(a) glued to fours", lambda index: f"({_letter(index)})", FOURS),
    )
] + [
    (f"rows {name}", numbered_rows(numbered, *breaks, written=written))
    for name, numbered, breaks, written in (
        ("1.", lambda index: f"{index}.", (32,), str),
        ("a)", lambda index: f"{_letter(index)})", (22, 44), str),
        ("A", lambda index: _letter(index).upper(), (32,), str),
        ("0a", lambda index: f"{index:02x}", (48,), colons),
    )
]


# ------------------------------------------------------------------------------------------ fonts


def fonts_mixed(letter: Letter) -> None:
    """Every eight digits in another font."""
    fonts = ("Helvetica", "Courier", "Times-Bold", "Helvetica-Oblique")
    for name in NAMES:
        letter.want(digest(name), strict=True)
        x = 50.0
        for index in range(8):
            part, font = digest(name)[8 * index : 8 * index + 8], fonts[index % 4]
            letter.text(x, letter.y, part, font=font)
            x += pdfmetrics.stringWidth(part, font, letter.look.size)
        letter.y -= 1.5 * letter.lead


def small_capitals(letter: Letter) -> None:
    """Letters as small capitals: not as high as the digits."""
    for name in NAMES:
        letter.want(digest(name), strict=True)
        x = 50.0
        for is_digit, letters in groupby(digest(name), str.isdigit):
            part, size = "".join(letters), letter.look.size * (1.0 if is_digit else 0.85)
            letter.text(x, letter.y, part, size=size)
            x += pdfmetrics.stringWidth(part, letter.look.font, size)
        letter.y -= 1.5 * letter.lead


CASES = [
    Case("marks behind", marks_behind, look(size=8)),
    Case("marks raised behind lines", marks_raised),
    Case("marks raised before", marks_before),
    *(Case(name, draw, look(size=7)) for name, draw in NUMBERED),
    Case("fonts mixed", fonts_mixed, look(size=8)),
    Case("small capitals", small_capitals),
]
