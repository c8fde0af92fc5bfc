"""Tables: names that end in hex digits beside cells broken in every way, and other numbers around."""

from collections.abc import Callable, Sequence

from tests.audit.corpus import (
    ETSI,
    LANDSCAPE,
    REPORT,
    Case,
    Cell,
    Column,
    Letter,
    digest,
    grouped,
    look,
    mark,
    number,
    other,
    prose,
)

NAMES = (
    "ISRG Root X1",
    "ISRG Root X2",
    "Let's Encrypt E1",
    "Let's Encrypt Authority E2",
    "R3",
    "E5",
    "Beispiel AC",
    "Autoridad de Certificacion AC",
    "Facade Bank DE",
    "Dead Beef CA 1",
    "ADD",
    "Example Root CA - C0FFEE",
)
Writing = Callable[[str], str]


def colons(digits: str) -> str:
    """Write a fingerprint with colons."""
    return grouped(digits, 2, ":")


def lower_colons(digits: str) -> str:
    """Write a fingerprint with colons, in lower case."""
    return grouped(digits.lower(), 2, ":")


def names_and_marks(
    *breaks: int, written: Writing = str, every: int = 0, count: int = 6
) -> Callable[[Letter], None]:
    """Draw a table of names and fingerprints, each broken at the same places."""

    def draw(letter: Letter) -> None:
        letter.say(REPORT)
        room = letter.width("0" * 24)
        rows = [
            (prose(name, 14), mark(digest(name), written(digest(name)), *breaks, every=every))
            for name in NAMES[:count]
        ]
        letter.table([Column(50, "CA Name"), Column(50 + room, "SHA-256 Fingerprint")], rows)

    return draw


def full_cells(
    width: float,
    *,
    written: Writing = str,
    after: str = "",
    align: str = "left",
    valign: str = "top",
    order: Sequence[int] = (0, 1, 2),
    gap: float = 0.5,
) -> Callable[[Letter], None]:
    """Draw a table whose fingerprints fill their cells, in heights of the font; with name and date beside."""

    def draw(letter: Letter) -> None:
        letter.say(ETSI)
        size = letter.look.size
        widths = [10 * size, width * size, 7 * size]
        headings = ["Subject", "SHA-256 Fingerprint", "Valid to"]
        columns, x = [], 50.0
        for which in order:
            columns.append(Column(x, headings[which], align if which == 1 else "left", widths[which]))
            x += widths[which] + size
        rows = []
        for index, name in enumerate(NAMES):
            cells = [
                prose(name, 16),
                letter.cell(digest(name), widths[1], written(digest(name)), after),
                prose(
                    (f"203{index % 10}-06-04", f"6/4/203{index % 10}", f"Jun 04, 203{index % 10}")[index % 3]
                ),
            ]
            rows.append([cells[which] for which in order])
        letter.table(columns, rows, valign=valign, gap=gap)

    return draw


def beside(
    heading: str,
    count: int,
    *,
    every: int = 0,
    before: bool = True,
    written: Writing = str,
    rows: int = 8,
    breaks: tuple[int, ...] = (),
    gap: float = 0.5,
    apart: float = 1.5,
) -> Callable[[Letter], None]:
    """Draw a table with a column of other numbers beside that of the fingerprints, `apart` in heights."""

    def draw(letter: Letter) -> None:
        letter.say(REPORT)
        drawn = [
            (
                other(written(number(NAMES[row], count)), every=every),
                mark(digest(NAMES[row]), written(digest(NAMES[row])), *breaks),
            )
            for row in range(rows)
        ]
        headings = [heading, "SHA-256 Fingerprint"]
        if not before:
            drawn = [cells[::-1] for cells in drawn]
            headings.reverse()
        room = max(letter.width(line) for cells in drawn for line in cells[0].lines)
        room = max(room, letter.width(headings[0])) + apart * letter.look.size
        letter.table([Column(40, headings[0]), Column(40 + room, headings[1])], drawn, gap=gap)

    return draw


def only_other(
    heading: str,
    count: int,
    *,
    every: int = 0,
    named: bool = True,
    gap: float = 0.0,
    pages: int = 1,
    repeat: bool = True,
) -> Callable[[Letter], None]:
    """Draw a table without any fingerprint: names and numbers of another kind, line under line."""

    def draw(letter: Letter) -> None:
        letter.say(REPORT)
        rows: list[tuple[Cell, ...]] = []
        for index in range(18 if pages == 1 else 90):
            cell = other(number(str(index), count), every=every)
            rows.append((prose(NAMES[index % 12], 40), cell) if named else (cell,))
        columns = (
            [Column(50, "Name"), Column(50 + letter.width("0" * 34), heading)]
            if named
            else [Column(50, heading)]
        )
        letter.table(columns, rows, gap=gap, repeat=repeat)

    return draw


def two_halves(letter: Letter) -> None:
    """Two columns of fingerprints side by side, each broken in its middle."""
    letter.say(REPORT)
    room = (
        max(letter.width(line) for name in NAMES for line in mark(digest(name), "", 32).lines)
        + 1.5 * letter.look.size
    )
    rows = [(mark(digest(name), "", 32), mark(digest("issuer of " + name), "", 32)) for name in NAMES]
    columns = [Column(50, "SHA-256 of the certificate"), Column(50 + room, "SHA-256 of its issuer")]
    letter.table(columns, rows)


def everything(letter: Letter) -> None:
    """Name, serial number, key, SHA-1, dates and a fingerprint in one row."""
    letter.say(REPORT)
    rows = [
        (
            prose(name, 12),
            other(number(name + "s", 32), every=16),
            other(number(name + "k", 40), every=20),
            other(grouped(number(name + "1", 40), 2, ":"), every=30),
            mark(digest(name), "", 24, 48),
            prose("2015-06-04"),
            prose("Jun 04, 2035"),
        )
        for name in NAMES
    ]
    columns = [
        Column(20, "Name"), Column(90, "Serial No."), Column(190, "Subject Key Id"), Column(310, "SHA-1"),
        Column(460, "SHA-256 Thumbprint"), Column(600, "From"), Column(660, "To"),
    ]  # fmt: skip
    letter.table(columns, rows)


def both_hashes(letter: Letter) -> None:
    """SHA-1 and SHA-256 in one cell, each with its label."""
    letter.say(ETSI)
    rows = []
    for name in NAMES:
        lines = (f"SHA-1: {number(name, 40)}", f"SHA-256: {digest(name)}")
        rows.append((prose(name, 20), Cell(lines)))
    letter.table([Column(40, "CA"), Column(150, "Fingerprints")], rows)
    for name in NAMES:
        letter.want(digest(name), strict=True)


def both_hashes_broken(letter: Letter) -> None:
    """The label on a line of its own, the numbers below, each over two lines."""
    letter.say(ETSI)
    rows = []
    for name in NAMES[:8]:
        sha1, sha256 = colons(number(name, 40)), colons(digest(name))
        rows.append((
            prose(name, 20),
            Cell(("SHA-1:", sha1[:48], sha1[48:], "SHA-256:", sha256[:48], sha256[48:])),
        ))  # fmt: skip
        letter.want(digest(name))
    letter.table([Column(40, "CA"), Column(180, "Fingerprints")], rows)


def records(letter: Letter) -> None:
    """No table: a block of lines with labels for each certificate."""
    letter.say(ETSI)
    for name in NAMES[:7]:
        letter.line(f"Distinguished name: CN={name}, O=Beispiel GmbH, C=DE")
        letter.line(f"Serial number: {number(name, 32)}")
        letter.line(f"SHA-256 fingerprint: {digest(name)}")
        letter.want(digest(name), strict=True)
        letter.beside[digest(name).lower()] = {
            "Subject": f"CN={name}, O=Beispiel GmbH, C=DE",
            "Serial": number(name, 32),
        }
        letter.line(f"Subject key identifier: {grouped(number(name, 40), 2, ':')}")
        letter.y -= letter.lead / 2


def labelled_and_hanging(letter: Letter) -> None:
    """A label before, the second line below the first's beginning."""
    letter.say(ETSI)
    for name in NAMES[:8]:
        written = colons(digest(name))
        letter.want(digest(name))
        letter.text(50, letter.y, "SHA-256 fingerprint:")
        letter.line(written[:60], 160)
        letter.line(written[60:], 160)


def under_the_label(letter: Letter) -> None:
    """A label before, the second line at the margin: as words are broken in a paragraph."""
    letter.say(ETSI)
    for name in NAMES[:8]:
        written = colons(digest(name))
        letter.want(digest(name))
        letter.line("SHA-256 fingerprint: " + written[:60])
        letter.line(written[60:])
        letter.y -= letter.lead / 2


def merged_name(letter: Letter) -> None:
    """One name, three certificates: the name stands in the middle of their rows."""
    letter.say(REPORT)
    for group in ("X1", "E1"):
        rows = [
            (prose(group if which == 1 else ""), mark(digest(f"{group} {which}"), "", 56))
            for which in range(3)
        ]
        letter.table([Column(50, "CA"), Column(80, "SHA-256")], rows, gap=0.2)


CASES = [
    *(
        Case(f"name and fingerprint, {font} {size}", names_and_marks(), look(font=font, size=size))
        for font, size in (
            ("Helvetica", 6),
            ("Helvetica", 8),
            ("Helvetica", 10),
            ("Times-Roman", 7),
            ("Times-Roman", 10),
            ("Times-Roman", 11),
            ("Courier", 6),
            ("Courier", 8),
            ("Vera", 6.5),
            ("Vera", 8),
            ("VeraBd", 7),
            ("Times-BoldItalic", 9),
            ("Helvetica-Oblique", 9),
        )
    ),
    *(
        Case(f"broken after {place} digits", names_and_marks(place), look(font=font))
        for place, font in (
            (8, "Times-Roman"),
            (16, "Helvetica"),
            (31, "Times-Roman"),
            (32, "Courier"),
            (33, "Vera"),
            (51, "Helvetica"),
            (54, "Times-Roman"),
            (57, "Courier"),
            (60, "Helvetica"),
            (62, "Vera"),
            (63, "Helvetica"),
        )
    ),
    *(
        Case(f"broken after {' and '.join(map(str, places))} digits", names_and_marks(*places, count=12))
        for places in ((30, 60), (21, 42), (22, 44), (31, 62), (16, 32, 48), (13, 26, 39, 52))
    ),
    Case("broken after a colon", names_and_marks(60, written=colons)),
    Case("broken before a colon", names_and_marks(59, written=colons)),
    Case("broken inside a byte", names_and_marks(61, written=colons, count=12)),
    Case("broken inside a byte, lower case", names_and_marks(58, written=lower_colons)),
    Case("broken over three lines, with colons", names_and_marks(36, 72, written=colons)),
    Case("broken over four lines, with colons", names_and_marks(24, 48, 72, written=colons)),
    Case("one byte left", names_and_marks(93, written=colons)),
    *(
        Case(
            f"cells full at {width}, {name}",
            full_cells(width, written=written, after=after),
            look(font=font, size=size),
        )
        for width, name, written, after, font, size in (
            (20, "plain", str, "", "Helvetica", 8),
            (14, "plain", str, "", "Times-Roman", 10),
            (24, "plain", str, "", "Vera", 7),
            (26, "colons", colons, "", "Helvetica", 7),
            (30, "colons", colons, ":", "Courier", 8),
            (22, "colons", colons, ":", "Times-Roman", 9),
            (18, "colons, lower case", lower_colons, ":", "Helvetica", 8),
            (20, "pairs", lambda digits: grouped(digits, 2, " "), " ", "Times-Roman", 9),
            (24, "groups of four", lambda digits: grouped(digits, 4, " "), " ", "Helvetica", 8),
            (22, "groups of eight", lambda digits: grouped(digits, 8, " "), " ", "Courier", 7),
            (24, "pairs, lower case", lambda digits: grouped(digits.lower(), 2, " "), " ", "Vera", 7),
        )
    ),
    *(
        Case(
            f"cells {align}, {valign}, {name}", full_cells(width, written=written, align=align, valign=valign)
        )
        for align, valign, name, written, width in (
            ("centre", "middle", "plain", str, 20),
            ("centre", "top", "colons", colons, 24),
            ("right", "top", "plain", str, 20),
            ("right", "middle", "colons", colons, 26),
            ("left", "middle", "plain", str, 16),
            ("left", "bottom", "colons", colons, 22),
        )
    ),
    *(
        Case(f"fingerprint {place}", full_cells(22, order=order), look(size=8))
        for place, order in (
            ("on the left", (1, 0, 2)),
            ("on the right", (0, 2, 1)),
            ("last but no date", (0, 1)),
        )
    ),
    Case("dates on the left", full_cells(37, order=(2, 1, 0)), look(size=8)),
    Case("rows without room between", full_cells(20, gap=0.0), look(size=8)),
    Case("rows without room between, colons", full_cells(24, written=colons, gap=0.0), look(size=8)),
    Case("rows far apart", full_cells(20, gap=2.0), look(size=8)),
    *(
        Case(
            f"{heading} of {count} digits {'before' if before else 'behind'}",
            beside(heading, count, before=before),
            look(size=7),
        )
        for heading, count, before in (
            ("Serial number", 16, True),
            ("Serial number", 20, False),
            ("Serial No", 32, True),
            ("Serial No", 32, False),
            ("Serial", 40, True),
            ("SKI", 40, False),
            ("Subject Key Identifier", 40, True),
            ("SHA-1", 40, True),
            ("SHA-1 thumbprint", 40, False),
        )
    ),
    Case("broken beside serial numbers", beside("Serial number", 32, breaks=(32,)), look(size=8)),
    Case(
        "broken behind serial numbers", beside("Serial number", 32, breaks=(32,), before=False), look(size=8)
    ),
    Case("broken beside broken serial numbers", beside("Serial", 32, every=16, breaks=(32,)), look(size=8)),
    Case(
        "with colons beside SHA-1 with colons",
        beside("SHA-1", 40, written=colons, every=30, breaks=(48,)),
        look(size=8),
    ),
    Case("broken beside SKI", beside("SKI", 40, every=20, breaks=(22, 44), before=False), look(size=8)),
    Case(
        "in pairs beside serial numbers in pairs",
        beside("Serial number", 32, written=lambda digits: grouped(digits, 2, " "), every=24, breaks=(48,)),
        look(size=7),
    ),
    *(
        Case(f"only {heading} of {count} digits", only_other(heading, count, every=every))
        for heading, count, every in (
            ("Serial number", 32, 0),
            ("Serial number", 16, 0),
            ("Serial number", 20, 0),
            ("Serial No.", 32, 16),
            ("SKI", 40, 0),
            ("Subject key", 40, 20),
            ("SHA-1 Fingerprint", 40, 0),
            ("SHA1", 40, 24),
            ("MD5", 32, 0),
        )
    ),
    *(
        Case(f"only {heading}", only_other(heading, 32))
        for heading in (
            "S/N",
            "Seriennummer",
            "Número de serie",
            "Numéro de série",
            "Certificate ID",
            "Cert. No.",
            "Numero di serie",
        )
    ),
    Case("only serial numbers, no names", only_other("Serial number", 32, named=False)),
    Case("only serial numbers on pages", only_other("Serial number", 32, pages=2)),
    Case("only serial numbers on pages, headed once", only_other("Serial number", 32, pages=2, repeat=False)),
    Case("two columns of fingerprints", two_halves),
    Case("everything in a row", everything, look(paper=LANDSCAPE, size=6)),
    Case("SHA-1 and SHA-256 in one cell", both_hashes, look(size=7.5)),
    Case("SHA-1 and SHA-256 in one cell, broken", both_hashes_broken, look(size=8)),
    Case("blocks of lines with labels", records),
    Case("label, hanging", labelled_and_hanging),
    Case("label, back at the margin", under_the_label),
    Case("one name for three rows", merged_name, look(font="Times-Roman")),
]
