"""Multiplies steps out into paths, inside the database: every path with its certificates and its breaks.

The graph works out each step once, the engine does the rest, level by level: the paths of one length, joined
with the steps from where they stand, are the paths of the next. On a million paths of seven certificates
that takes a fraction of the time of handing path by path over.

Knows numbers for certificates and standings, and what follows from them; applies no rule. The caller holds
the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.warehouse.bulk import insert

START = -1
"""Stands for the standing that a path's first step comes from."""

# `visited` holds the CAs of the strongly connected component that the path is in: a path that has left one
# cannot come back to it.
_WORKING_TABLES = """
    CREATE OR REPLACE TEMP TABLE walk_certificate (
        certificate INTEGER, sha256 VARCHAR, id_part BIGINT, ca INTEGER, not_before TIMESTAMP,
        not_after TIMESTAMP
    );
    CREATE OR REPLACE TEMP TABLE walk_standing (
        standing INTEGER, sound BOOLEAN, purposes VARCHAR[], sound_bare BOOLEAN, purposes_bare VARCHAR[],
        policies VARCHAR[], constrained_by VARCHAR[], no_names_left VARCHAR[]
    );
    CREATE OR REPLACE TEMP TABLE walk_step (
        standing INTEGER, certificate INTEGER, leads_to INTEGER, kind VARCHAR, permits BOOLEAN,
        fresh BOOLEAN, wanted BOOLEAN
    );
    CREATE OR REPLACE TEMP TABLE walk_break (
        standing INTEGER, certificate INTEGER, reason VARCHAR, detail VARCHAR
    );
    CREATE OR REPLACE TEMP TABLE walk_kept (certificate INTEGER, permits BOOLEAN, kept BIGINT);
    CREATE OR REPLACE TEMP TABLE walk_refused (certificate INTEGER, goes_on BOOLEAN);
    CREATE OR REPLACE TEMP TABLE walk_level (
        path_id BIGINT, parent_path_id BIGINT, came_from INTEGER, certificate INTEGER, anchor INTEGER,
        standing INTEGER, kind VARCHAR, permits BOOLEAN, fresh BOOLEAN, valid_from TIMESTAMP,
        valid_to TIMESTAMP, overlapped BOOLEAN, members INTEGER[], visited INTEGER[]
    );
"""

_FIRST_LEVEL = """
    INSERT INTO walk_level
    SELECT
        certificate.id_part % $modulus, NULL, step.standing, step.certificate, step.certificate,
        step.leads_to, step.kind, step.permits AND certificate.not_before <= certificate.not_after,
        step.fresh, certificate.not_before, certificate.not_after, true, [step.certificate],
        [certificate.ca]
    FROM walk_step AS step
    INNER JOIN walk_certificate AS certificate ON step.certificate = certificate.certificate
    WHERE step.standing = -1
"""

_NEXT_LEVEL = """
    CREATE OR REPLACE TEMP TABLE walk_next AS
    SELECT
        ((level.path_id::HUGEINT * $factor + certificate.id_part) % $modulus)::BIGINT AS path_id,
        level.path_id AS parent_path_id,
        level.standing AS came_from,
        step.certificate,
        level.anchor,
        step.leads_to AS standing,
        step.kind,
        step.permits AND greatest(level.valid_from, certificate.not_before)
            <= least(level.valid_to, certificate.not_after) AS permits,
        level.fresh OR step.fresh AS fresh,
        greatest(level.valid_from, certificate.not_before) AS valid_from,
        least(level.valid_to, certificate.not_after) AS valid_to,
        level.valid_from <= level.valid_to AS overlapped,
        list_append(level.members, step.certificate) AS members,
        if(step.kind = 'looping', list_append(level.visited, certificate.ca), [certificate.ca]) AS visited
    FROM walk_level AS level
    INNER JOIN walk_step AS step ON level.standing = step.standing
    INNER JOIN walk_certificate AS certificate ON step.certificate = certificate.certificate
    WHERE
        level.kind <> 'hops'
        AND (level.fresh OR step.fresh OR step.wanted)
        AND NOT (step.kind = 'looping' AND list_contains(level.visited, certificate.ca))
        AND NOT (step.kind = 'hops' AND step.certificate = level.certificate)
"""

# Of one level those with the lowest numbers stay: the same ones, in whatever order certificates came.
_REFUSE = """
    CREATE OR REPLACE TEMP TABLE walk_over AS
    SELECT place_in_level, certificate, kind <> 'hops' AS goes_on
    FROM (
        SELECT
            level.rowid AS place_in_level, level.certificate, level.kind,
            coalesce(kept.kept, 0) + row_number() OVER (
                PARTITION BY level.certificate, level.permits ORDER BY level.path_id
            ) AS place
        FROM walk_level AS level
        LEFT JOIN walk_kept AS kept
            ON level.certificate = kept.certificate AND level.permits = kept.permits
        WHERE level.fresh
    )
    WHERE place > $budget
"""

_ARRIVED = """
    CREATE OR REPLACE TEMP TABLE walk_arrived AS
    SELECT certificate, permits, count(*) AS kept FROM walk_level WHERE fresh GROUP BY certificate, permits
"""

_CROWDED = """
    SELECT count(*)
    FROM walk_arrived AS arrived
    LEFT JOIN walk_kept AS kept
        ON arrived.certificate = kept.certificate AND arrived.permits = kept.permits
    WHERE arrived.kept + coalesce(kept.kept, 0) > $budget
"""

_COUNT_KEPT = """
    CREATE OR REPLACE TEMP TABLE walk_kept AS
    SELECT certificate, permits, least(sum(kept), $budget) AS kept
    FROM (FROM walk_kept UNION ALL FROM walk_arrived)
    GROUP BY certificate, permits
"""

_COUNT_STORED = """
    INSERT INTO walk_kept
    SELECT certificate.certificate, len(path.purposes) + len(path.purposes_bare) > 0 AS permits, count(*)
    FROM path
    INNER JOIN walk_certificate AS certificate ON path.sha256 = certificate.sha256
    GROUP BY certificate.certificate, permits
"""

_STORE_PATHS = """
    INSERT INTO path
    SELECT
        level.path_id, level.parent_path_id, certificate.sha256, anchor.sha256, $length,
        level.valid_from, level.valid_to, standing.sound AND level.valid_from <= level.valid_to,
        if(standing.sound AND level.valid_from <= level.valid_to, standing.purposes, []),
        if(standing.sound_bare AND level.valid_from <= level.valid_to, standing.purposes_bare, []),
        standing.policies, standing.constrained_by, standing.no_names_left, level.kind = 'hops'
    FROM walk_level AS level
    INNER JOIN walk_certificate AS certificate ON level.certificate = certificate.certificate
    INNER JOIN walk_certificate AS anchor ON level.anchor = anchor.certificate
    INNER JOIN walk_standing AS standing ON level.standing = standing.standing
    WHERE level.fresh
"""

_STORE_CERTIFICATES = """
    INSERT INTO path_certificate
    SELECT member.path_id, member.position, certificate.sha256
    FROM (
        SELECT path_id, unnest(range($length)) AS position, unnest(members) AS certificate
        FROM walk_level
        WHERE fresh
    ) AS member
    INNER JOIN walk_certificate AS certificate ON member.certificate = certificate.certificate
"""

_STORE_BREAKS = """
    INSERT INTO path_break
    SELECT level.path_id, above.position, above.sha256, above.reason, above.detail
    FROM walk_level AS level
    INNER JOIN path_break AS above ON level.parent_path_id = above.path_id
    WHERE level.fresh
    UNION ALL
    SELECT level.path_id, $length - 1, certificate.sha256, broken.reason, broken.detail
    FROM walk_level AS level
    INNER JOIN walk_break AS broken
        ON level.came_from = broken.standing AND level.certificate = broken.certificate
    INNER JOIN walk_certificate AS certificate ON level.certificate = certificate.certificate
    WHERE level.fresh
    UNION ALL
    SELECT level.path_id, $length - 1, certificate.sha256, 'no_common_validity', NULL
    FROM walk_level AS level
    INNER JOIN walk_certificate AS certificate ON level.certificate = certificate.certificate
    WHERE level.fresh AND level.overlapped AND level.valid_from > level.valid_to
"""


@dataclass(slots=True)
class Numbering:
    """How paths are numbered: `number of parent * factor + part of the certificate`, modulo `modulus`."""

    factor: int
    modulus: int


@dataclass(slots=True)
class Found:
    """What the graph found at some standings, each row in the order of the columns of its working table.

    `steps` (walk_step): where from, the certificate, the standing it leads to, the kind (start, onward,
    looping within a strongly connected component, hops), whether that standing permits something, whether
    the certificate is new, whether the step may lead to a new one. `standings` (walk_standing) and
    `breaks` (walk_break) say what is known of each standing and why a step breaks a path.
    """

    steps: list[tuple[Any, ...]] = field(default_factory=list)
    standings: list[tuple[Any, ...]] = field(default_factory=list)
    breaks: list[tuple[Any, ...]] = field(default_factory=list)


_COLUMNS = {
    "walk_step": ("standing", "certificate", "leads_to", "kind", "permits", "fresh", "wanted"),
    "walk_standing": (
        "standing", "sound", "purposes", "sound_bare", "purposes_bare", "policies", "constrained_by",
        "no_names_left",
    ),
    "walk_break": ("standing", "certificate", "reason", "detail"),
}  # fmt: skip


class Unroll:
    """One walk through the database: begin with the steps from `START`, feed it until it asks no more."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        certificates: dict[str, Sequence[str | int | datetime]],
        numbering: Numbering,
        budget: int,
    ) -> None:
        """Take the certificates by column of `walk_certificate`; CAs are any numbers that tell them apart."""
        self._connection = connection
        self._numbering = numbering
        self._budget = budget
        self._length = 0
        self.stored = 0
        """Paths stored so far."""
        self.refused = False
        """Whether there was no room for some path."""
        connection.execute(_WORKING_TABLES)
        insert(connection, "walk_certificate", certificates)

    def count_stored(self) -> None:
        """Let the paths that the database holds count for the budget: what is found comes beside them."""
        self._connection.execute(_COUNT_STORED)

    def feed(self, found: Found) -> None:
        """Take steps from standings that were asked for, and the standings that they lead to."""
        for table, rows in (
            ("walk_standing", found.standings),
            ("walk_step", found.steps),
            ("walk_break", found.breaks),
        ):
            if rows:
                insert(
                    self._connection, table, dict(zip(_COLUMNS[table], zip(*rows, strict=True), strict=True))
                )

    def advance(self) -> list[int]:
        """Make and store the paths of the next length; return the standings whose steps they go on with."""
        if self._length:
            self._connection.execute(_NEXT_LEVEL, self._numbers())
            self._connection.execute("DROP TABLE walk_level")
            self._connection.execute("ALTER TABLE walk_next RENAME TO walk_level")
        else:
            self._connection.execute(_FIRST_LEVEL, {"modulus": self._numbering.modulus})
        self._length += 1
        self._refuse()
        self._store()
        rows = self._connection.execute(
            "SELECT DISTINCT standing FROM walk_level WHERE kind <> 'hops' ORDER BY standing"
        ).fetchall()
        return [standing for (standing,) in rows]

    def cut(self) -> dict[str, tuple[int, bool]]:
        """Return for each certificate how many paths were refused, and if any of them would have gone on."""
        rows = self._connection.execute(
            "SELECT sha256, count(*), bool_or(goes_on) FROM walk_refused"
            " INNER JOIN walk_certificate USING (certificate) GROUP BY sha256 ORDER BY sha256"
        ).fetchall()
        return {sha256: (count, goes_on) for sha256, count, goes_on in rows}

    def _numbers(self) -> dict[str, int]:
        return {"factor": self._numbering.factor, "modulus": self._numbering.modulus}

    def _refuse(self) -> None:
        """Drop the paths that the budget of their certificate has no room for."""
        budget = {"budget": self._budget}
        self._connection.execute(_ARRIVED)
        crowded = self._connection.execute(_CROWDED, budget).fetchone()
        if crowded and crowded[0]:
            self.refused = True
            self._connection.execute(_REFUSE, budget)
            self._connection.execute("INSERT INTO walk_refused SELECT certificate, goes_on FROM walk_over")
            self._connection.execute(
                "DELETE FROM walk_level WHERE rowid IN (SELECT place_in_level FROM walk_over)"
            )
        self._connection.execute(_COUNT_KEPT, budget)

    def _store(self) -> None:
        """Store what is new of the level."""
        length = {"length": self._length}
        row = self._connection.execute(_STORE_PATHS, length).fetchone()
        self.stored += row[0] if row else 0
        self._connection.execute(_STORE_CERTIFICATES, length)
        self._connection.execute(_STORE_BREAKS, length)
