"""Every fingerprint of the letters the tests draw, on its page, strict where it is; and none besides."""

import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from cagraph.audit.fingerprints import find_fingerprints
from cagraph.audit.pdf import Unreadable, read_pdf
from tests.audit import corpus_attested, corpus_odd, corpus_pages, corpus_tables
from tests.audit.corpus import Case, Letter, Wanted, look
from tests.audit.corpus_raw import BROKEN, HOSTILE, RAWS, Raw

CORPORA = (corpus_tables, corpus_pages, corpus_odd, corpus_attested)
CASES = {case.name: case for corpus in CORPORA for case in corpus.CASES}
SECONDS = 10
"""What one letter may take; the slowest takes a tenth of it."""


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """End a test that goes on for ever."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def found(data: bytes) -> list[Wanted]:
    return [Wanted(each.page, each.sha256, each.strict) for each in find_fingerprints(list(read_pdf(data)))]


def differences(got: Sequence[Wanted], wanted: Sequence[Wanted]) -> dict[str, list[Wanted]]:
    """Return what is missing and what is too much: short to read where a letter lists many."""
    return {
        "missing": sorted((Counter(wanted) - Counter(got)).elements()),
        "not there": sorted((Counter(got) - Counter(wanted)).elements()),
    }


NONE: dict[str, list[Wanted]] = {"missing": [], "not there": []}


def test_corpus_is_large_and_its_names_differ() -> None:
    assert len(CASES) == sum(len(each.CASES) for each in CORPORA) >= 220
    assert sum(not case.letter().wanted for case in CASES.values()) >= 15
    assert sum(len(case.letter().wanted) for case in CASES.values()) > 3000


@pytest.mark.parametrize("name", CASES)
def test_every_fingerprint_and_no_other(name: str) -> None:
    letter = CASES[name].letter()
    assert differences(found(letter.pdf()), letter.wanted) == NONE


@pytest.mark.parametrize("raw", RAWS, ids=lambda raw: raw.name)
def test_files_no_library_writes(raw: Raw) -> None:
    assert raw.wanted is not None
    assert differences(found(raw.make()), raw.wanted) == NONE


def test_a_letter_is_the_same_in_every_run() -> None:
    case = CASES["page ends inside"]
    assert case.letter().pdf() == case.letter().pdf()


def test_what_is_found_is_in_the_order_of_the_pages() -> None:
    letter = CASES["page ends inside"].letter()
    assert [each.sha256 for each in found(letter.pdf())] == [each.sha256 for each in letter.wanted]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("one a line", ()),
        ("one a line, lower case", ("lower-case",)),
        ("one a line, every 2 digits a blank", ("spaces",)),
        ("one a line, every 2 digits a colon lower case", ("colons", "lower-case")),
        ("one a line, every 8 digits a hyphen", ("other-separators",)),
        ("broken after 32 digits", ("line-broken",)),
        ("broken inside a byte", ("colons", "line-broken")),
        ("every page ends inside, after (32,)", ("line-broken", "page-broken")),
    ],
)
def test_says_how_it_is_printed(name: str, how: tuple[str, ...]) -> None:
    pages = list(read_pdf(CASES[name].letter().pdf()))
    assert {each.how for each in find_fingerprints(pages)} == {how}


# ------------------------------------------------------------------------------ encrypted, damaged


@pytest.mark.parametrize("strength", [40, 128])
def test_a_user_password_is_unreadable(strength: int) -> None:
    letter = Letter(look(password="secret", strength=strength))
    corpus_tables.records(letter)
    with pytest.raises(Unreadable, match="it needs a password"):
        list(read_pdf(letter.pdf()))


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: raw.name)
def test_what_is_no_pdf_is_unreadable(raw: Raw) -> None:
    with pytest.raises(Unreadable, match="it is no PDF, or a damaged one"):
        list(read_pdf(raw.make()))


@pytest.mark.parametrize(
    "name", ["page ends inside", "one a line", "table drawn shuffled", "encrypted, on pages", "listed twice"]
)
def test_a_file_cut_off_gives_nothing_wrong(name: str) -> None:
    letter = CASES[name].letter()
    data = letter.pdf()
    wanted = Counter(letter.wanted)
    for percent in (*range(0, 95, 8), 96, 98, 99):
        try:
            got = found(data[: len(data) * percent // 100])
        except Unreadable:
            continue
        assert not Counter(got) - wanted, percent


@pytest.mark.parametrize("raw", HOSTILE, ids=lambda raw: raw.name)
def test_a_hostile_file_comes_to_an_end(raw: Raw) -> None:
    try:
        got = found(raw.make())
    except Unreadable:
        return
    assert got == []


# --------------------------------------------------------------------- what the corpus itself says


def test_a_case_wants_what_it_prints() -> None:
    """A look at two drawings, so that the tests do not lean on a corpus that says nothing."""
    letter = Case("two", corpus_tables.two_halves).letter()
    drawn = [text.text for text in letter.pages[0]]
    for each in letter.wanted:
        assert each.page == 1
        assert not each.strict
        assert {each.sha256[:32].upper(), each.sha256[32:].upper()} <= set(drawn)
    assert len(letter.wanted) == 24
