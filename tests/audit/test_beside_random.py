"""Tables drawn at random: what is read beside a fingerprint stands beside it, wherever its cells are."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cagraph.audit.fingerprints import find_fingerprints
from cagraph.audit.pdf import read_pdf
from tests.audit.beside import wrong
from tests.audit.corpus import REPORT, Cell, Column, Letter, digest, look, number, other, prose
from tests.audit.corpus_pages import framed, writing
from tests.audit.test_layouts_random import FONTS, WRITINGS

WORDS = ("Root", "CA", "G2", "X1", "DE", "Trust", "Services", "AC", "Faded", "Example", "C=BE,", "O=Beispiel")
FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%b %d, %Y", "%d.%m.%Y")
HEADINGS = {
    "subject": ("CA", "Subject", "Subject DN", "CA Name"),
    "issuer": ("Issuer",),
    "serial": ("Serial number", "Serial No.", "Serial"),
    "not_before": ("Valid from", "Not Before"),
    "not_after": ("Valid to", "Expiry", "Not After"),
    "other": ("Key", "SKI"),
}


@st.composite
def letters(
    draw: st.DrawFn,
    heights: Sequence[float] = (500.0, 792.0),
    gaps: Sequence[float] = (0.0, 0.0, 0.3, 1.0),
    splits: Sequence[bool] = (False, True),
) -> Letter:
    """Draw a letter with one table whose rows differ in every cell."""
    size = draw(st.sampled_from((6.0, 7.0, 8.0, 9.5)))
    letter = Letter(
        look(
            font=draw(st.sampled_from(FONTS)),
            size=size,
            paper=(1600.0, draw(st.sampled_from(heights))),
            order=draw(st.sampled_from(("written", "columns", "shuffled"))),
            pen=draw(st.sampled_from(("lines", "words", "tight"))),
        )
    )
    if draw(st.booleans()):
        letter.start(framed)
    letter.say(REPORT)
    kinds = draw(st.lists(st.sampled_from(sorted(HEADINGS)), min_size=1, max_size=5, unique=True))
    kinds.insert(draw(st.integers(0, len(kinds))), "")
    rows, width = _rows(draw, letter, kinds)
    columns, x = [], 50.0
    for index, kind in enumerate(kinds):
        heading = draw(st.sampled_from(HEADINGS[kind])) if kind else "SHA-256 fingerprint"
        broad = max(letter.width(line) for row in rows for line in (heading, *row[index].lines))
        align = draw(st.sampled_from(("left", "centre", "right")))
        columns.append(Column(x, heading, align, max(broad, 0.0 if kind else width)))
        x += columns[-1].width + size * draw(st.sampled_from((1.2, 2.0)))
    letter.table(
        columns,
        rows,
        gap=draw(st.sampled_from(gaps)),
        split=draw(st.sampled_from(splits)),
        valign=draw(st.sampled_from(("top", "middle", "bottom"))),
        repeat=draw(st.booleans()),
    )
    return letter


def _rows(draw: st.DrawFn, letter: Letter, kinds: list[str]) -> tuple[list[list[Cell]], float]:
    group, separator, lower = draw(st.sampled_from(WRITINGS))
    written = writing(group, separator, lower)
    width = letter.look.size * draw(st.integers(14, 60))
    form, broad = draw(st.sampled_from(FORMATS)), draw(st.sampled_from((8, 14, 30)))
    most = draw(st.sampled_from((1, 4, 8)))
    rows = []
    for row in range(draw(st.integers(1, 40))):
        sha256 = digest(f"beside {row}")
        day = date(2015, 1, 1) + timedelta(days=97 * row)
        cells = {
            "": letter.cell(sha256, width, written(sha256), " " if separator == " " else ""),
            "serial": other(number(f"s{row}", 32), every=draw(st.sampled_from((0, 16)))),
            "not_before": prose(day.strftime(form), 14),
            "not_after": prose((day + timedelta(days=3650)).strftime(form), 14),
            "other": other(number(f"k{row}", 40), every=20),
        }
        for kind in ("subject", "issuer"):
            words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=most))
            cells[kind] = prose(f"{' '.join(words)} {kind[0].upper()}{row}", broad)
        rows.append([cells[kind] for kind in kinds])
    return rows, width


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(letter=letters())
def test_what_is_given_stands_beside_it(letter: Letter) -> None:
    found = find_fingerprints(list(read_pdf(letter.pdf())))
    assert wrong(letter, found) == []


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(letter=letters((300.0, 400.0), (0.0,), (True,)))
def test_what_a_page_ends_in_stands_beside_it(letter: Letter) -> None:
    """Pages end inside rows, and rows have no room between."""
    found = find_fingerprints(list(read_pdf(letter.pdf())))
    assert wrong(letter, found) == []
