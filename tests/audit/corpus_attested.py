"""Tables of attestations and others that are laid out oddly, and what else is long and hex."""

from collections.abc import Callable

from tests.audit.corpus import (
    ETSI,
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
from tests.audit.corpus_pages import framed, writing
from tests.audit.corpus_tables import NAMES, Writing, colons

Draw = Callable[[Letter], None]


# ----------------------------------------------------------------------------------------- tables


def side_by_side(*breaks: tuple[int, ...], gap: float = 0.5) -> Draw:
    """Draw two tables beside each other, each with headings, each broken its own way."""

    def draw(letter: Letter) -> None:
        letter.say(REPORT)
        top = letter.y
        for x, places in zip((40.0, 330.0), breaks, strict=True):
            letter.y = top
            rows = [
                (prose(f"{name} {x:.0f}", 10), mark(digest(f"{x} {name}"), "", *places)) for name in NAMES
            ]
            letter.table([Column(x, "CA"), Column(x + 70, "SHA-256 fingerprint")], rows, gap=gap)

    return draw


def headed_once(count: int, every: int, *breaks: int, rows: int) -> Draw:
    """Draw a table of many pages with headings on the first alone, and another number in every row."""

    def draw(letter: Letter) -> None:
        letter.start(framed)
        letter.say(ETSI)
        drawn = [
            (other(number(f"s{row}", count), every=every), mark(digest(f"once {row}"), "", *breaks))
            for row in range(rows)
        ]
        letter.table(
            [Column(50, "Serial number"), Column(300, "SHA-256 fingerprint")], drawn, repeat=False, gap=0
        )

    return draw


def names_between(letter: Letter) -> None:
    """Three lines, names beside the middle one on both sides, another number at the left."""
    letter.say(ETSI)
    rows = [
        (other(number(name, 40), every=14), prose(name), mark(digest(name), "", 22, 44), prose(name[-2:]))
        for name in NAMES
    ]
    columns = [Column(40, "SHA-1"), Column(140, "Name"), Column(300, "SHA-256"), Column(450, "Short")]
    letter.table(columns, rows, valign="middle", gap=0.2)


def attested(*breaks: int, split: bool, valign: str = "top", written: Writing = str) -> Draw:
    """Draw the table of an attestation: distinguished names, fingerprints, policies."""

    def draw(letter: Letter) -> None:
        letter.start(framed)
        letter.say(ETSI)
        rows = [
            (
                prose(f"CN = {name}, O = Beispiel AC GmbH, OID.2.5.4.97 = VATDE-123456789, C = DE", 22),
                mark(digest(f"{name} {which}"), written(digest(f"{name} {which}")), *breaks),
                prose("ETSI EN 319 411-1 V1.4.1, NCP+, DVCP, OVCP", 18),
            )
            for name in NAMES
            for which in range(3)
        ]
        columns = [
            Column(40, "Distinguished Name"),
            Column(190, "SHA-256 fingerprint"),
            Column(420, "Applied policy"),
        ]
        letter.table(columns, rows, split=split, valign=valign)

    return draw


def attested_blocks(letter: Letter) -> None:
    """A block of labels and values for each CA, on pages."""
    letter.start(framed)
    letter.say(ETSI)
    for index, name in enumerate(NAMES, 1):
        if letter.y < 160:
            letter.next_page()
        letter.line(f"{index}. {name}")
        sha256 = digest(name)
        letter.want(sha256)
        for label, *values in (
            ("Distinguished Name", f"CN={name}, O=Beispiel GmbH, C=DE"),
            ("SHA-256 fingerprint", sha256[:40], sha256[40:]),
            ("Serial number", number(name, 32)),
            ("Applied policy", "OVCP"),
        ):
            letter.text(50, letter.y, label)
            for value in values:
                letter.line(value, 170)
        letter.beside[sha256.lower()] = {
            "Subject": f"CN={name}, O=Beispiel GmbH, C=DE",
            "Serial": number(name, 32),
        }
        letter.y -= letter.lead


# ---------------------------------------------------------------------------------- other numbers


def guid(name: str) -> str:
    """Return a GUID."""
    digits = number(name, 32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def address(name: str) -> str:
    """Return an IPv6 address in full."""
    return grouped(number(name, 32), 4, ":").lower()


def long_hex(letter: Letter) -> None:
    """GUIDs, commits and addresses, alone and in URLs."""
    letter.say(ETSI)
    for row in range(20):
        letter.line(f"https://example.org/docs/{guid(f'd{row}').lower()}/report")
        letter.line("{" + guid(f"g{row}") + "}")
        letter.line(f"https://git.example.org/commit/{number(f'c{row}', 40).lower()}")
        letter.line(f"commit {number(f'd{row}', 40).lower()} {address(f'a{row}')}")
        letter.y -= letter.lead / 2
        if letter.y < 120:
            letter.next_page()


def addresses(letter: Letter) -> None:
    """Two IPv6 addresses in a cell: as many digits as a fingerprint."""
    letter.say(ETSI)
    rows = [(Cell((address(f"a{row}"), address(f"b{row}"))), prose("host")) for row in range(14)]
    letter.table([Column(40, "Addresses"), Column(300, "Host")], rows, gap=1)


def beside_guids(letter: Letter) -> None:
    """Columns of GUIDs and commits, broken, beside the fingerprints'."""
    letter.say(ETSI)
    rows = [
        (
            Cell((guid(f"g{row}")[:18], guid(f"g{row}")[18:])),
            other(number(f"c{row}", 40).lower(), every=20),
            mark(digest(f"guid {row}"), "", 32),
        )
        for row in range(14)
    ]
    letter.table([Column(40, "Id"), Column(160, "Commit"), Column(300, "SHA-256")], rows, gap=0.2)


def key_hashes(letter: Letter) -> None:
    """The hash of the key beside that of the certificate: as many digits, and none."""
    letter.say(REPORT)
    rows = [(prose(name, 14), mark(digest(name)), other(digest(f"key {name}"))) for name in NAMES]
    letter.table([Column(20, "CA"), Column(110, "SHA-256 fingerprint"), Column(360, "SPKI SHA-256")], rows)


CASES = [
    *(
        Case(f"side by side, {left} and {right}, gap {gap}", side_by_side(left, right, gap=gap), look(size=7))
        for left, right, gap in (
            ((32,), (32,), 0.0),
            ((22, 44), (22, 44), 0.0),
            ((32,), (22, 44), 0.5),
            ((40,), (40,), 0.5),
        )
    ),
    Case("headed once, six pages, halves", headed_once(32, 0, 32, rows=170), look(size=8)),
    Case("headed once, four pages, quarters", headed_once(40, 20, 20, 40, 60, rows=80), look(size=8)),
    Case("three lines between names", names_between, look(size=8)),
    *(
        Case(
            f"attested, {breaks}, {valign}{', split' if split else ''}",
            attested(*breaks, split=split, valign=valign, written=written),
            look(size=7),
        )
        for breaks, valign, split, written in (
            ((32,), "top", True, str),
            ((22, 44), "middle", True, str),
            ((22, 44), "top", False, str),
            ((16, 32, 48), "middle", False, str),
            ((48,), "top", True, colons),
            ((50,), "top", True, writing(2, " ", False)),
        )
    ),
    Case("attested in blocks", attested_blocks, look(size=8)),
    Case("GUIDs, commits, addresses", long_hex, look(size=8)),
    Case("only addresses, two a cell", addresses, look(size=8)),
    Case("beside GUIDs and commits", beside_guids, look(size=8)),
    Case("beside hashes of keys", key_hashes, look(size=6)),
]
