"""Pages: breaks, headers and footers, turned paper, the order of the file and the pen."""

from collections.abc import Callable

from tests.audit.corpus import (
    ETSI,
    LANDSCAPE,
    MARGIN,
    REPORT,
    Case,
    Column,
    Letter,
    digest,
    grouped,
    look,
    mark,
    number,
    prose,
)
from tests.audit.corpus_tables import (
    NAMES,
    Writing,
    colons,
    everything,
    full_cells,
    two_halves,
)


def envelope(page: int) -> str:
    """Return the number that a signing service prints on every page."""
    digits = number("envelope", 32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def framed(letter: Letter) -> None:
    """Draw header and footer."""
    page = len(letter.pages)
    width, height = letter.look.paper
    letter.text(MARGIN, height - 25, f"Docusign Envelope ID: {envelope(page)}", size=7)
    letter.text(MARGIN, 40, f"Page {page} of 12", size=8)
    letter.text(width - 150, 40, "Ref. DEC-2026-0A1B", size=8)
    letter.text(width / 2 - 60, 28, "AC DE FACE 2026", size=8)
    letter.y = height - 60


def number_alone(letter: Letter) -> None:
    """Only the bare number of the envelope at the left, and a page number that is hex as well."""
    page = len(letter.pages)
    letter.text(50, letter.look.paper[1] - 25, envelope(page), size=8)
    letter.text(50, 30, f"{page}", size=8)
    letter.y = letter.look.paper[1] - 60


def reference(letter: Letter) -> None:
    """A number of eight hex digits where the fingerprints stand, on every page."""
    letter.text(50, letter.look.paper[1] - 30, number("reference", 8))
    letter.y = letter.look.paper[1] - 60


def long_table(
    frame: Callable[[Letter], None] | None,
    *breaks: int,
    written: Writing = str,
    split: bool = True,
    repeat: bool = True,
    first: bool = False,
    rows: int = 70,
    align: str = "left",
    gap: float = 0.5,
) -> Callable[[Letter], None]:
    """Draw a table over several pages; with `split` its fingerprints go on overleaf."""

    def draw(letter: Letter) -> None:
        if frame:
            letter.start(frame)
        letter.say(REPORT)
        room = letter.width("0" * 20)
        width = letter.width("0" * 50)
        columns = [
            Column(50, "CA name"),
            Column(50 + room, "SHA-256 fingerprint", align, width),
            Column(520, "Until"),
        ]
        if first:
            broad = letter.width("D" * (breaks or (64,))[0])
            columns = [Column(60 + broad, "CA name"), Column(50, "SHA-256 fingerprint"), Column(520, "Until")]
        letter.table(
            columns,
            (
                (
                    prose(NAMES[row % 12], 14),
                    mark(digest(str(row)), written(digest(str(row))), *breaks),
                    prose("2035-06-04"),
                )
                for row in range(rows)
            ),
            split=split,
            repeat=repeat,
            gap=gap,
        )

    return draw


def every_break(*breaks: int, written: Writing = str) -> Callable[[Letter], None]:
    """Draw pages of which each ends inside a fingerprint, after each of its lines in turn."""

    def draw(letter: Letter) -> None:
        letter.start(framed)
        for index in range(6):
            name = str(index)
            letter.say(ETSI)
            # Room for the headings and so many lines.
            letter.y = 60 + letter.lead * (2 + index % len(breaks))
            columns = [Column(50, "CA"), Column(150, "SHA-256")]
            row = (
                prose(f"Root X{index} of the Beispiel AC", 10),
                mark(digest(name), written(digest(name)), *breaks),
            )
            letter.table(columns, [row], split=True, bottom=60)

    return draw


def twice_listed(letter: Letter) -> None:
    """The list of the report, then the assertion's, split differently."""
    letter.say(REPORT)
    rows = [(prose(name, 14), mark(digest(name))) for name in NAMES]
    columns = [Column(50, "CA"), Column(160, "SHA-256 Thumbprint")]
    letter.table(columns, rows)
    letter.next_page()
    letter.say("Assertion of the management")
    letter.table(columns, [(prose(name, 14), mark(digest(name), "", 48)) for name in NAMES], gap=8)


def nothing_listed(letter: Letter) -> None:
    """A letter with names alone."""
    letter.start(framed)
    for _ in range(3):
        letter.say(REPORT, ETSI, *NAMES)
        letter.next_page()


def bare_list(written: Writing = str) -> Callable[[Letter], None]:
    """Draw fingerprints alone, one a line."""

    def draw(letter: Letter) -> None:
        for index in range(40):
            letter.want(digest(str(index)), strict=written is str)
            letter.line(written(digest(str(index))))

    return draw


def numbered_list(letter: Letter) -> None:
    """Numbers before, names behind, which are hex as well."""
    for index in range(1, 16):
        letter.want(digest(str(index)), strict=True)
        letter.line(f"{index} {digest(str(index))} {NAMES[index % 12]}")


def in_sentences(letter: Letter) -> None:
    """Between words, with a stop or brackets."""
    for name in NAMES:
        letter.want(digest(name), strict=True)
        letter.line(f"the certificate of {name} with the SHA-256 fingerprint")
        letter.line(f"{digest(name)}, issued for C=DE, is")
    letter.want(digest("x"), strict=True)
    letter.line(f"({digest('x')}).")
    letter.want(digest("y"), strict=True)
    letter.line(f"“{digest('y')}”")
    letter.want(digest("z"), strict=True)
    letter.line(f"sha256={digest('z')};")


def running_on(written: Writing) -> Callable[[Letter], None]:
    """Draw a paragraph in which fingerprints are broken where the line ends."""

    def draw(letter: Letter) -> None:
        for name in NAMES[:6]:
            letter.want(digest(name))
            letter.say(
                f"The certificate of {name} has the SHA-256 fingerprint {written(digest(name))}, as the "
                "assertion by the management says.",
            )

    return draw


def text_columns(*breaks: int) -> Callable[[Letter], None]:
    """Draw two columns of text, each with fingerprints."""

    def draw(letter: Letter) -> None:
        top = letter.y
        size = letter.look.size
        for x in (40.0, 320.0):
            letter.y = top
            for index, name in enumerate(NAMES):
                cell = mark(digest(f"{x} {name}"), "", *breaks)
                for line in letter.fit(f"{name}, whose keys are kept in Decade and Faded Bead:", 250, " "):
                    letter.line(line, x)
                letter.want(cell.sha256, strict=cell.strict)
                for line in cell.lines:
                    letter.line(line, x)
                letter.y -= size * (index % 3) / 3

    return draw


def landscape_after(letter: Letter) -> None:
    """Two pages: text, then the list."""
    letter.start(framed)
    letter.say(REPORT)
    letter.next_page()
    everything(letter)


def footnotes(letter: Letter) -> None:
    """A raised number behind a fingerprint."""
    for index, name in enumerate(NAMES, 1):
        letter.want(digest(name), strict=True)
        text = digest(name)
        letter.text(50, letter.y, text)
        letter.text(
            50 + letter.width(text) + 0.3,
            letter.y + 0.35 * letter.look.size,
            str(index),
            size=0.6 * letter.look.size,
        )
        letter.y -= 1.5 * letter.lead


def footnote_letters(letter: Letter) -> None:
    """A raised number of the font behind a fingerprint."""
    for name in NAMES:
        letter.want(digest(name), strict=True)
        letter.line(digest(name) + "\u00b9")


def wide_apart(letter: Letter) -> None:
    """Words of one line drawn at slightly different heights."""
    for index, name in enumerate(NAMES):
        letter.want(digest(name), strict=True)
        letter.text(50, letter.y, name, size=letter.look.size + 2)
        letter.text(200, letter.y - 0.8 * (index % 3), digest(name))
        letter.y -= 1.6 * letter.lead


GROUPS = [
    (f"every {size} digits {name}{' lower case' if lower else ''}", size, separator, lower)
    for size, name, separator, lower in (
        (2, "a blank", " ", False),
        (4, "a blank", " ", False),
        (8, "a blank", " ", False),
        (16, "a blank", " ", False),
        (2, "a hyphen", "-", False),
        (4, "a hyphen", "-", True),
        (8, "a hyphen", "-", False),
        (2, "a stop", ".", False),
        (2, "a colon", ":", True),
        (4, "a colon", ":", False),
        (2, "colon and blank", ": ", False),
        (32, "a blank", " ", False),
    )
]


def writing(size: int, separator: str, lower: bool) -> Writing:
    """Return how to write a fingerprint so."""
    return lambda digits: grouped(digits.lower() if lower else digits, size, separator)


CASES = [
    Case("one a line", bare_list(), look(size=10)),
    Case("one a line, lower case", bare_list(str.lower), look(size=10, font="Times-Roman")),
    *(
        Case(f"one a line, {name}", bare_list(writing(size, separator, lower)), look(size=8))
        for name, size, separator, lower in GROUPS
    ),
    Case("one a line, soft hyphens", bare_list(writing(8, "\u00ad", False)), look(font="Vera", size=8)),
    Case("one a line, numbered", numbered_list),
    Case("in sentences", in_sentences),
    Case("running on in a paragraph, pairs", running_on(writing(2, " ", False))),
    Case("running on in a paragraph, groups of eight", running_on(writing(8, " ", False))),
    Case("two columns of text", text_columns(), look(size=6)),
    Case("two columns of text, broken", text_columns(40), look(size=8)),
    Case("two columns of text, column by column", text_columns(40), look(size=8, order="columns")),
    Case("two columns of text, row by row", text_columns(40), look(size=8, order="rows")),
    Case("two columns of text, last line first", text_columns(30, 60), look(size=8, order="reversed")),
    *(
        Case(f"table drawn {order}", full_cells(20, written=colons), look(size=8, order=order))
        for order in ("columns", "reversed", "shuffled", "rows")
    ),
    Case("two columns of fingerprints, column by column", two_halves, look(order="columns")),
    Case(
        "two columns of fingerprints, shuffled letter by letter",
        two_halves,
        look(order="shuffled", pen="letters"),
    ),
    *(
        Case(f"pen {pen}, {font}", full_cells(width), look(size=9, pen=pen, font=font))
        for pen, font, width in (
            ("words", "Helvetica", 20),
            ("letters", "Helvetica", 20),
            ("letters", "Times-Roman", 18),
            ("letters", "Courier", 22),
            ("letters", "Vera", 22),
            ("letters-backward", "Helvetica", 20),
            ("spaced", "Helvetica", 20),
            ("spaced", "Vera", 16),
            ("tight", "Times-Roman", 20),
            ("narrow", "Helvetica", 24),
            ("hidden", "Helvetica", 20),
            ("twice", "Helvetica", 20),
            ("flipped", "Helvetica", 20),
            ("unit", "Vera", 20),
        )
    ),
    *(
        Case(f"one a line, pen {pen}", bare_list(), look(size=8, pen=pen))
        for pen in ("letters", "spaced", "spaced-wide", "tight", "twice", "flipped", "unit")
    ),
    Case("colons letter by letter", full_cells(24, written=colons), look(pen="letters", size=8)),
    Case("pairs word by word", full_cells(24, written=writing(2, " ", False)), look(pen="words", size=8)),
    *(Case(f"paper turned {angle}", full_cells(20), look(rotate=angle)) for angle in (90, 180, 270)),
    *(
        Case(
            f"paper and drawing turned {angle}",
            full_cells(20),
            look(rotate=angle, turn=angle, paper=(700, 700)),
        )
        for angle in (90, 180, 270)
    ),
    *(
        Case(f"drawing turned {angle}", full_cells(20), look(turn=angle, paper=(700, 700)))
        for angle in (90, 180, 270, 0.4, 2, -3)
    ),
    Case(
        "drawing turned 90, letter by letter", full_cells(20), look(turn=90, paper=(700, 700), pen="letters")
    ),
    # Left out: letters one by one on paper that lies upside down. PDFium mixes them, and nobody prints so.
    *(
        Case(f"paper turned {angle}, letter by letter", full_cells(20), look(rotate=angle, pen="letters"))
        for angle in (90, 270)
    ),
    *(
        Case(
            f"paper and drawing turned {angle}, letter by letter",
            full_cells(20),
            look(rotate=angle, turn=angle, paper=(700, 700), pen="letters"),
        )
        for angle in (90, 180, 270)
    ),
    Case("landscape", full_cells(37), look(paper=LANDSCAPE)),
    Case("landscape after text", landscape_after, look(paper=LANDSCAPE, size=6)),
    Case("paper cut", full_cells(20), look(origin=(100, 200))),
    Case("table on pages", long_table(framed, split=False)),
    Case("table on pages, headed once", long_table(framed, split=False, repeat=False)),
    Case("page ends inside", long_table(framed, 40, gap=0.3)),
    Case("page ends inside, colons", long_table(framed, 61, written=colons, gap=0.2)),
    Case("page ends inside, no headings", long_table(framed, 50, repeat=False, gap=0.35)),
    Case("page ends inside, three lines", long_table(framed, 22, 44, gap=0.4)),
    Case("page ends inside, three lines, colons", long_table(framed, 36, 72, written=colons, gap=0.1)),
    Case("page ends inside, centred", long_table(framed, 45, align="centre", gap=0.3)),
    Case("page ends inside, on the left under a number", long_table(number_alone, 40, first=True, gap=0.3)),
    Case("page ends inside, on the left under a reference", long_table(reference, 56, first=True, gap=0.3)),
    *(
        Case(f"every page ends inside, after {places}", every_break(*places, written=written))
        for places, written in (
            ((32,), str),
            ((20, 40), str),
            ((56,), str),
            ((48,), colons),
            ((31, 62), colons),
        )
    ),
    Case("listed twice", twice_listed),
    Case("nothing listed", nothing_listed),
    Case("footnotes", footnotes),
    Case("footnotes of the font", footnote_letters),
    Case("lines not quite level", wide_apart, look(size=8)),
    *(
        Case(
            f"encrypted with {strength} bits, empty password",
            full_cells(20),
            look(password="", strength=strength),
        )
        for strength in (40, 128)
    ),
    Case("encrypted, on pages", long_table(framed, 40, gap=0.3), look(password="")),
]
