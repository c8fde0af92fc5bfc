"""Which purposes an extended key usage permits, as bits, read from data/purposes.csv.

The walk intersects sets of purposes millions of times, so a set is an integer here and a list of words
everywhere else. Adding a purpose is adding a line to that file.
"""

import csv
from collections.abc import Iterable
from functools import cache

from cagraph.resources import data_dir


class Purposes:
    """The purposes that have an extended key usage of their own, each with its bit."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        """Take (purpose, object identifier) pairs; the purpose `any` stands for every purpose."""
        pairs = list(rows)
        self.names = tuple(dict.fromkeys(name for name, _ in pairs if name != "any"))
        self.all = (1 << len(self.names)) - 1
        bits = {name: 1 << index for index, name in enumerate(self.names)} | {"any": self.all}
        self._by_oid = {oid: bits[name] for name, oid in pairs}

    def __repr__(self) -> str:
        return f"Purposes({self.names}, {self._by_oid})"

    def permitted_by(self, eku_oids: tuple[str, ...] | None) -> int:
        """Return the purposes an extendedKeyUsage permits; without the extension, all (RFC 5280 4.2.1.12)."""
        if eku_oids is None:
            return self.all
        permitted = 0
        for oid in eku_oids:
            permitted |= self._by_oid.get(oid, 0)
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
        return Purposes((row["purpose"], row["eku_oid"]) for row in csv.DictReader(lines))
