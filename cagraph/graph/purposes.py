"""Which purposes an extended key usage permits, as bits, read from data/purposes.csv.

The walk intersects sets of purposes millions of times, so a set is an integer here and a list of words
everywhere else. Adding a purpose is adding a line to that file; a line counts if it says `yes` there.
"""

import csv
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from cagraph.resources import data_dir


class Usage(NamedTuple):
    """One extended key usage, and what it permits."""

    purpose: str
    """The purpose `any` stands for every purpose."""
    oid: str
    issued_until: date | None = None
    """It permits that to certificates up to this day's notBefore alone; None: to all."""


class Purposes:
    """The purposes that have an extended key usage of their own, each with its bit."""

    def __init__(self, usages: Iterable[Usage]) -> None:
        """Take the usages that count."""
        given = list(usages)
        self.names = tuple(dict.fromkeys(usage.purpose for usage in given if usage.purpose != "any"))
        self.all = (1 << len(self.names)) - 1
        bits = {name: 1 << index for index, name in enumerate(self.names)} | {"any": self.all}
        self._by_oid = {usage.oid: (bits[usage.purpose], usage.issued_until) for usage in given}

    def __repr__(self) -> str:
        return f"Purposes({self.names}, {self._by_oid})"

    def permitted_by(self, eku_oids: tuple[str, ...] | None, not_before: datetime) -> int:
        """Return the purposes an extendedKeyUsage permits; without the extension, all (RFC 5280 4.2.1.12)."""
        if eku_oids is None:
            return self.all
        permitted = 0
        for oid in eku_oids:
            bits, until = self._by_oid.get(oid, (0, None))
            if until is None or not_before.date() <= until:
                permitted |= bits
        return permitted

    def bit(self, name: str) -> int:
        """Return the bit of one purpose.

        Raises:
            LookupError: the file does not name it.
        """
        if name not in self.names:
            raise LookupError(f"no purpose {name!r}: one of {', '.join(self.names)}")
        return 1 << self.names.index(name)

    def words(self, bits: int) -> list[str]:
        """Return a set of purposes as words, in the order of the file."""
        return [name for index, name in enumerate(self.names) if bits >> index & 1]


@cache
def load_purposes() -> Purposes:
    """Return the purposes of data/purposes.csv."""
    with (data_dir() / "purposes.csv").open(encoding="utf-8", newline="") as lines:
        return Purposes(_usage(row) for row in csv.DictReader(lines) if row["counted"] == "yes")


def _usage(row: dict[str, str]) -> Usage:
    until = date.fromisoformat(row["issued_until"]) if row["issued_until"] else None
    return Usage(row["purpose"], row["eku_oid"], until)
