"""The days of the answers, and what each does to every certificate alike.

Only what is plain arithmetic or true of the whole sample stands here; what a day means for one certificate is
told beside it, as `on`, and wins. The reports are those of 2023-05-08 and 2024-05-08.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from data.sample.scenario.model import Answer, Entry, Said, Warnings, read_said, with_ev


@dataclass(frozen=True)
class Day:
    """One day: the reasons that it turns into others, and the kinds that nobody asks for yet."""

    date: date
    becomes: Mapping[str, str] = field(default_factory=dict)
    not_asked: Set[str] = frozenset()


# A period ends, and 458 days later (366, and 92 for the statement) it says nothing any more. The last that
# the reports know of ends on 2024-04-15. What is stale is not judged further: how long its period was, what
# lay before it, what is younger than it. A certificate without audits that waits for the owner's next
# statement is told by itself: none came.
OVERDUE = dict.fromkeys(("own", "inherited", "bad_period", "period_gap", "issued_after_period"), "stale")

DAYS = (
    # The older report. No S/MIME BR audit is asked for before periods end after 2023-10-30 (Mozilla,
    # Microsoft) or start after 2023-09-01 (Apple).
    Day(date(2023, 5, 8), not_asked=frozenset({"S/MIME BR"})),
    Day(date(2024, 5, 8)),
    # The same report, 24 days later.
    Day(date(2024, 6, 1)),
    # The same report, when every audit in it is overdue. NetSec is asked for of periods that end after
    # 2025-03-15 (Mozilla, TLS) or 2025-07-15: of nothing that has a period, and of all that has none.
    Day(date(2025, 9, 1), becomes=OVERDUE),
)


def answers(entry: Entry, day: Day) -> list[Answer]:
    """Return what is true of a certificate on a day."""
    changed = read_said(_on(entry, day))
    spoken_of = {each.purpose for each in changed}
    aged = [each for each in _aged(entry, day) if each.purpose not in spoken_of]
    return with_ev([*dict.fromkeys(aged), *changed])


def warnings(entry: Entry, day: Day) -> Warnings:
    """Return what deserves a look on a day: what is told, and the kinds not insisted on that are missing."""
    said = _on(entry, day).get("warnings", entry.told.get("warnings", ()))
    missing = [(each.kind, each.reason) for each in answers(entry, day) if each.verdict == "warning"]
    return [*said, *dict.fromkeys(missing)]


def _on(entry: Entry, day: Day) -> Said:
    return entry.told.get("on", {}).get(str(day.date), {})


def _aged(entry: Entry, day: Day) -> Iterator[Answer]:
    """Return what was told, as the day makes it: not valid then, not asked for yet, overdue."""
    midnight = datetime.combine(day.date, datetime.min.time(), UTC)
    for answer in read_said(entry.told):
        if answer.reason == "not_ca":
            yield answer
        elif entry.certificate.not_after < midnight:
            yield replace(answer, kind="", reason="expired")
        elif entry.certificate.not_before > midnight:
            yield replace(answer, kind="", reason="not_yet_valid")
        elif answer.kind not in day.not_asked:
            yield replace(answer, reason=day.becomes.get(answer.reason, answer.reason))
