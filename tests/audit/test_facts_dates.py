# ruff: noqa: E501, RUF001 - lines, dashes and quotes are as letters have them
"""Days and periods as letters spell them."""

from datetime import date

import pytest

from cagraph.audit.dates import days_of, spans_of
from cagraph.audit.facts import LetterFacts, read_facts
from cagraph.audit.layout import Page

HEAD = "INDEPENDENT ASSURANCE REPORT\nTo the management of Sure Ltd. (“Sure”):\n"


def read(text: str) -> LetterFacts:
    return read_facts([Page(1, HEAD + text)])


@pytest.mark.parametrize(
    "printed",
    [
        "November 8, 2022",
        "November 08, 2022",
        "NOVEMBER 8, 2022",
        "November 8 2022",
        "November 8,2022",
        "November 8th, 2022",
        "Nov. 8, 2022",
        "Nov 8, 2022",
        "November\n8, 2022",
        "November 8,\n2022",
        "November 8 , 202 2",
        "November 8, 20 22",
        "8 November 2022",
        "08 November 2022",
        "8 NOVEMBER 2022",
        "8th November 2022",
        "8th November, 2022",
        "8th of November 2022",
        "8th day of November, 2022",
        "8-Nov-2022",
        "8\nNovember\n2022",
        "2022-11-08",
        "2022\u201311\u201308",
        "2022.11.08",
        "2022/11/08",
        "2022/11/8",
        "08.11.2022",
        "8.11.2022",
    ],
)
def test_spellings_of_a_day(printed: str) -> None:
    days = days_of(f"on {printed}, after which")
    assert [day.value for day in days] == [date(2022, 11, 8)]


@pytest.mark.parametrize(
    "printed",
    [
        "08/11/2022",  # August or November
        "08-11-2022",
        "November 31, 2022",
        "31 February 2022",
        "2022-13-01",
        "35 November 2022",
        "ETSI EN 319 411-1 V1.3.1 (2021-05)",
        "2.23.140.1.2.1",
        "Section 3.2.2.4.20",
        "version 2.2.2022.1.1",
        "2022-11-08T10:00:00Z",
        "the Maya 8, 2022",
        "November 8, 20221",
        "2D855017-6652-4BCB-83EC-C194A2AD8FD9",
    ],
)
def test_what_is_no_day_or_not_one_alone(printed: str) -> None:
    assert days_of(f"on {printed}, after which") == []


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("11/17/2025", [date(2025, 11, 17)]),
        ("17/11/2025", [date(2025, 11, 17)]),
        ("9/9/2025", [date(2025, 9, 9)]),
        ("9/27/2024 to 11/6/2024", [date(2024, 9, 27), date(2024, 11, 6)]),
        ("27/9/2024 to 6/11/2024", [date(2024, 9, 27), date(2024, 11, 6)]),
        # One shows the month first and one the day: nothing is known of the third.
        ("9/27/2024, 27/9/2024, 6/11/2024", [date(2024, 9, 27), date(2024, 9, 27)]),
    ],
)
def test_slashes_are_read_where_the_order_shows(printed: str, expected: list[date]) -> None:
    assert [day.value for day in days_of(printed)] == expected


@pytest.mark.parametrize(
    "splitter", [" to ", " through ", " until ", " and ", " - ", " ~ ", " \u2013 ", "-", "\nto\n"]
)
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("September 1, 2021", "August 31, 2022"),
        ("1 September 2021", "31 August 2022"),
        ("2021-09-01", "2022-08-31"),
        ("01.09.2021", "31.08.2022"),
        ("SEPTEMBER 1, 2021,", "AUGUST\n31, 2022"),
    ],
)
def test_splitters(first: str, last: str, splitter: str) -> None:
    text = f"the period {first}{splitter}{last}"
    assert [(span.first.value, span.last.value) for span in spans_of(text, days_of(text))] == [
        (date(2021, 9, 1), date(2022, 8, 31))
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "We examined that during the period from December 16, 2020, to December 15, 2021, management of Sure has:",
        "for its CAs, throughout the period from December 16, 2020, to December 15, 2021, Sure has:",
        "throughout the period December 16, 2020 to December 15, 2021 based on the criteria.",
        "throughout the period of December 16, 2020 to\nDecember 15, 2021, Sure has",
        "Throughout the period 16 December 2020 through 15 December 2021, Sure has",
        "for the period from 16th December 2020 to 15th December 2021",
        "for the period of time from 16 December 2020 up to and including 15 December 2021",
        "covering the period between 16 December 2020 and 15 December 2021",
        "during the audit period 2020-12-16 ~ 2021-12-15",
        "Audit period: 2020-12-16 - 2021-12-15",
        "The examination was for the period beginning December 16, 2020 and ending December 15, 2021.",
        "PERIOD FROM DECEMBER 16, 2020, TO DECEMBER 15, 2021",
        "Audit Period covered for all\npolicies\n2020-12-16 to 2021-12-15",
        "from December 16, 2020 to December 15, 2021, Sure maintained controls",
    ],
)
def test_wordings_of_the_period(sentence: str) -> None:
    facts = read(sentence)
    assert facts.period_start is not None
    assert facts.period_end is not None
    assert (facts.period_start.value, facts.period_end.value) == (date(2020, 12, 16), date(2021, 12, 15))
    assert facts.point_in_time is None


@pytest.mark.parametrize(
    ("sentence", "start"),
    [
        ("throughout the period 1 January to 31 December 2021", date(2021, 1, 1)),
        ("throughout the period January 1 through December 31, 2021", date(2021, 1, 1)),
    ],
)
def test_a_year_said_once(sentence: str, start: date) -> None:
    facts = read(sentence)
    assert facts.period_start is not None
    assert facts.period_end is not None
    assert (facts.period_start.value, facts.period_end.value) == (start, date(2021, 12, 31))


@pytest.mark.parametrize(
    "sentence",
    [
        "We note all issues disclosed from September 1, 2020 through the date of this report.",
        "The audit took place from 2021-08-02 until 2021-08-06.",
        "On-site visits were performed from 2 August 2021 to 6 August 2021.",
        "The certificates were valid from June 4, 2015 to June 4, 2035.",
        "CPS version 2.4 dated March 22, 2021 and February 7, 2022.",
        "The incident lasted from March 3, 2021 to March 5, 2021.",
    ],
)
def test_what_is_another_period(sentence: str) -> None:
    facts = read(sentence)
    assert (facts.period_start, facts.period_end) == (None, None)


def test_the_period_named_most_often() -> None:
    facts = read(
        "throughout the period 1 July 2020 to 30 June 2021, Sure has:\n"
        "During the period 3 March 2021 to 5 March 2021 Sure disclosed a matter.\n"
        "In our opinion, throughout the period 1 July 2020 to 30 June 2021, it is fairly stated."
    )
    assert facts.period_end is not None
    assert facts.period_end.value == date(2021, 6, 30)


def test_a_period_on_the_cover_only() -> None:
    cover = Page(1, "SURE LTD\nWEBTRUST REPORT\nSEPTEMBER 1, 2021, TO AUGUST 31, 2022")
    facts = read_facts([cover, Page(2, HEAD + "throughout the audit period, Sure has:")])
    assert facts.period_start is not None
    assert (facts.period_start.value, facts.period_start.page) == (date(2021, 9, 1), 1)


def test_a_period_across_a_page_without_what_runs_along() -> None:
    running = "Docusign Envelope ID: 2D855017-6652-4BCB-83EC-C194A2AD8FD9"
    pages = [
        Page(1, f"{running}\n{HEAD}throughout the period September 1, 2021, to August\n1 "),
        Page(2, f"{running}\n31, 2022, Sure has:\n2"),
    ]
    facts = read_facts(pages)
    assert facts.period_end is not None
    assert facts.period_end.value == date(2022, 8, 31)
    assert facts.period_end.text == "period September 1, 2021, to August 31, 2022"


def test_point_in_time() -> None:
    facts = read(
        "We have examined management’s assertion that for its CA operations, as of June 30, 2021, Sure has:"
    )
    assert facts.point_in_time is not None
    assert facts.point_in_time.value == date(2021, 6, 30)
    assert facts.point_in_time.text == "as of June 30, 2021"


def test_a_policy_as_of_a_day_is_no_point_in_time() -> None:
    assert read("its Certificate Policy, version 2.4, as of June 30, 2021").point_in_time is None
