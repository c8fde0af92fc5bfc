"""What a letter says about itself, where no option says it. Each thing taken is told in a note.

Knows no database.
"""

from datetime import date

from cagraph.audit.facts import LetterFacts
from cagraph.cli.options import Messages
from cagraph.errors import UsageProblem
from cagraph.model import AuditKind
from cagraph.report.terminal import safe


class LetterSays:
    """A letter's own word on its kinds, period and owner."""

    def __init__(self, name: str | None, facts: LetterFacts | None, messages: Messages) -> None:
        """Take what was read of the letter `name`; None where there is none."""
        self.name = name
        self._facts = facts
        self._messages = messages

    def kinds(self) -> list[AuditKind]:
        """Return the kinds that it reports on.

        Raises:
            UsageProblem: it does not say.
        """
        found = [fact.value for fact in self._facts.kinds] if self._facts else []
        if not found:
            raise self._silent("what kind of audit it reports on", "--kind")
        self._note(", ".join(found))
        return found

    def period(self) -> tuple[date, date]:
        """Return the period that it is about, or its one day.

        Raises:
            UsageProblem: it does not say.
        """
        facts = self._facts
        if facts and facts.period_start and facts.period_end:
            days = facts.period_start.value, facts.period_end.value
        elif facts and facts.point_in_time:
            days = facts.point_in_time.value, facts.point_in_time.value
        else:
            raise self._silent("which period it is about", "--period")
        self._note(f"{days[0]} to {days[1]}")
        return days

    def owner(self) -> str:
        """Return the owner that it names.

        Raises:
            UsageProblem: it names none.
        """
        if not self._facts or not self._facts.owner:
            raise self._silent("whose CA it is about", "--owner")
        self._note(safe(self._facts.owner.value))
        return self._facts.owner.value

    def _note(self, said: str) -> None:
        self._messages.note(f"{self.name} says: {said}")

    def _silent(self, what: str, option: str) -> UsageProblem:
        if self.name is None:
            return UsageProblem(f"a list alone does not say {what}: give {option}")
        return UsageProblem(f"{self.name} does not say {what}: give {option}")
