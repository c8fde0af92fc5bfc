"""Tables drawn at random: whatever their columns, breaks, fonts and neighbours, what is printed is found."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cagraph.audit.fingerprints import find_fingerprints
from cagraph.audit.pdf import read_pdf
from tests.audit.corpus import (
    LANDSCAPE,
    PORTRAIT,
    REPORT,
    Cell,
    Column,
    Letter,
    Wanted,
    digest,
    look,
    number,
    other,
    prose,
)
from tests.audit.corpus_pages import framed, writing
from tests.audit.corpus_tables import NAMES

FONTS = ("Helvetica", "Times-Roman", "Courier", "Vera", "Times-Bold")
PENS = ("lines", "words", "letters", "tight", "flipped", "unit", "hidden")
WRITINGS = (
    # size of a group, what parts groups, lower case
    (64, "", False), (64, "", True), (2, ":", False), (2, ":", True), (2, " ", False), (4, " ", False),
    (8, " ", True), (4, "-", False),
)  # fmt: skip
NEIGHBOURS: dict[str, Any] = {
    "name": ("CA", lambda name: prose(name, 14)),
    "short": ("No.", lambda name: prose(name[-2:])),
    "date": ("Valid to", lambda _: prose("2035-06-04")),
    "us-date": ("Expiry", lambda _: prose("06/04/2035")),
    "serial-32": ("Serial number", lambda name: other(number(name, 32), every=16)),
    "serial-16": ("Serial", lambda name: other(number(name, 16))),
    "ski": ("SKI", lambda name: other(number(name, 40), every=20)),
    "sha-1": ("SHA-1", lambda name: other(number(name, 40), every=20)),
}


@st.composite
def letters(draw: st.DrawFn) -> Letter:
    """Draw a letter with one table, on as many pages as it needs."""
    rotate = draw(st.sampled_from((0, 0, 0, 90, 180, 270)))
    # Upside down and letter by letter is left out, as in the corpus.
    pens = [pen for pen in PENS if rotate != 180 or pen != "letters"]
    size = draw(st.sampled_from((6.0, 7.0, 8.0, 9.5, 12.0)))
    letter = Letter(
        look(
            font=draw(st.sampled_from(FONTS)),
            size=size,
            paper=(1400.0, draw(st.sampled_from((PORTRAIT[1], LANDSCAPE[1])))),
            rotate=rotate,
            order=draw(st.sampled_from(("written", "columns", "reversed", "shuffled"))),
            pen=draw(st.sampled_from(pens)),
        )
    )
    if draw(st.booleans()):
        letter.start(framed)
    letter.say(REPORT)
    group, separator, lower = draw(st.sampled_from(WRITINGS))
    written = writing(group, separator, lower)
    width = size * draw(st.integers(12, 60))
    kinds = [*draw(st.lists(st.sampled_from(sorted(NEIGHBOURS)), max_size=4, unique=True))]
    kinds.insert(draw(st.integers(0, len(kinds))), "")
    names = [f"{name} {draw(st.sampled_from(('', 'DE', 'X1', 'AC')))}".strip() for name in NAMES]
    rows: list[list[Cell]] = []
    for row in range(draw(st.integers(1, 60))):
        name = names[row % len(names)]
        sha256 = digest(f"{row} {name}")
        # Words are kept whole where there are any; a cell breaks anything else where it is full.
        mark = letter.cell(sha256, width, written(sha256), " " if separator == " " else "")
        rows.append([mark if kind == "" else NEIGHBOURS[kind][1](name) for kind in kinds])
    letter.table(
        _columns(letter, kinds, rows, width, draw),
        rows,
        gap=draw(st.sampled_from((0.0, 0.3, 1.0))),
        split=draw(st.booleans()),
        valign=draw(st.sampled_from(("top", "middle"))),
        repeat=draw(st.booleans()),
    )
    return letter


def _columns(
    letter: Letter, kinds: list[str], rows: list[list[Cell]], width: float, draw: st.DrawFn
) -> list[Column]:
    """Place the columns side by side, as wide as what stands in them."""
    columns, x = [], 50.0
    align = draw(st.sampled_from(("left", "centre", "right")))
    for index, kind in enumerate(kinds):
        heading = NEIGHBOURS[kind][0] if kind else "SHA-256 fingerprint"
        lines = [line for row in rows for line in row[index].lines]
        broad = max(letter.width(line) for line in (heading, *lines))
        columns.append(Column(x, heading, "left" if kind else align, broad))
        x += broad + letter.look.size * draw(st.sampled_from((1.2, 2.0)))
    return columns


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(letter=letters())
def test_what_is_printed_is_found_and_nothing_else(letter: Letter) -> None:
    found = find_fingerprints(list(read_pdf(letter.pdf())))
    got = Counter(Wanted(each.page, each.sha256, each.strict) for each in found)
    wanted = Counter(letter.wanted)
    assert not wanted - got, "missing"
    assert not got - wanted, "not there"
