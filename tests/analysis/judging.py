"""What counts and what breaks, side by side: they must agree for every path, program and purpose."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from duckdb import DuckDBPyConnection

Scope = tuple[str, str]
"""(root program, purpose)"""

MEMBERS = "SELECT path_id, list(sha256 ORDER BY position) FROM path_certificate GROUP BY path_id"


class Breaker(NamedTuple):
    """A row of `path_breaker` but for the path and the detail."""

    root_program: str | None
    purpose: str | None
    position: int
    sha256: str
    reason: str

    def applies_to(self, scope: Scope) -> bool:
        """Say whether it breaks the path for a program and a purpose; NULL is any."""
        program, purpose = scope
        return self.root_program in (None, program) and self.purpose in (None, purpose)


class Judged(NamedTuple):
    """One path for one program and purpose: whether it counts, and what is said to break it."""

    path_id: int
    line: list[str]
    scope: Scope
    counts: bool
    against: list[Breaker]


def judge(
    connection: DuckDBPyConnection, counts: Mapping[int, Collection[tuple[str, ...]]] | None = None
) -> Iterator[Judged]:
    """Yield every path for every program and purpose; `counts` says what for, if the views do not."""
    counts = counting(connection) if counts is None else counts
    broken, asked = breakers(connection), scopes(connection)
    for path_id, line in connection.execute(MEMBERS).fetchall():
        assert all(line[each.position] == each.sha256 for each in broken[path_id])
        for scope in asked:
            against = [each for each in broken[path_id] if each.applies_to(scope)]
            yield Judged(path_id, line, scope, scope in counts.get(path_id, ()), against)


def counting(connection: DuckDBPyConnection) -> dict[int, set[Scope]]:
    """Return what each path counts for, as the views have it."""
    found = defaultdict(set)
    query = "SELECT path_id, root_program, purpose FROM trusted_path WHERE permitted"
    for path_id, program, purpose in connection.execute(query).fetchall():
        found[path_id].add((program, purpose))
    return found


def breakers(connection: DuckDBPyConnection) -> dict[int, list[Breaker]]:
    """Return what breaks each path, asked certificate by certificate."""
    columns = ", ".join(f"breaker.{name}" for name in Breaker._fields)
    found = defaultdict(list)
    for path_id, *rest in connection.execute(
        f"SELECT path_id, {columns} FROM (SELECT DISTINCT sha256 FROM path) AS target,"
        " LATERAL (FROM path_breaker(target.sha256)) AS breaker"
    ).fetchall():
        found[path_id].append(Breaker(*rest))
    return found


def scopes(connection: DuckDBPyConnection) -> set[Scope]:
    """Return every program with a store and every purpose of it, and those that have rules."""
    rows = connection.execute(
        "SELECT root_program, purpose FROM path_question UNION SELECT root_program, purpose FROM root_trust"
    ).fetchall()
    return {(program, purpose) for program, purpose in rows}
