"""Which keys a list of a CA's own certificates speaks of, and which of its roots are meant to be trusted.

Asks the database; what is asked for is in SQL. Knows no statement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cagraph.model import Purpose
from cagraph.report.words import counted, short_hash, short_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NAMED = 5
"""How many of a kind a note names."""

# Whose list it is, say the CAs of the list that issued what is on it: a cross-certificate that another owner
# gave, or was given, does not make the list that one's. What records give to another owner is left to it, and
# the hierarchy below it.
_KEYS = """
WITH listed AS (
    SELECT certificate.*, issuance.issuer_ca_id
    FROM certificate LEFT JOIN issuance ON certificate.sha256 = issuance.sha256
    WHERE list_contains($1::VARCHAR[], certificate.sha256)
),
within AS (
    SELECT ca_owner.owner, count(*) AS certificates
    FROM listed
    SEMI JOIN listed AS issuer ON listed.issuer_ca_id = issuer.ca_id
    LEFT JOIN ca_owner ON listed.issuer_ca_id = ca_owner.ca_id
    GROUP BY ca_owner.owner
),
subject AS (
    SELECT ca_owner.owner, count(*) AS certificates
    FROM listed INNER JOIN ca_owner ON listed.ca_id = ca_owner.ca_id
    WHERE NOT EXISTS (SELECT 1 FROM within)
    GROUP BY ca_owner.owner
),
ours AS (
    SELECT owner FROM (FROM within UNION ALL FROM subject) AS claim WHERE owner IS NOT NULL
    ORDER BY certificates DESC, owner LIMIT 1
)
SELECT DISTINCT
    listed.spki_sha256, listed.subject, ca_owner.owner,
    ca_owner.owner IS NULL OR ca_owner.owner = (SELECT owner FROM ours) AS taken
FROM listed LEFT JOIN ca_owner ON listed.ca_id = ca_owner.ca_id
WHERE listed.is_ca OR listed.version = 1 AND listed.issuer_ca_id = listed.ca_id
ORDER BY ALL
"""

# A root that CCADB has a record of is known, and no program trusting it is an answer.
_ROOTS = """
SELECT DISTINCT certificate.sha256, certificate.subject
FROM certificate SEMI JOIN path ON certificate.sha256 = path.anchor_sha256
WHERE
    list_contains($1::VARCHAR[], certificate.sha256)
    AND certificate.ca_id NOT IN (
        SELECT other.ca_id FROM certificate AS other SEMI JOIN root_trust ON other.sha256 = root_trust.sha256
    )
    AND certificate.sha256 NOT IN (SELECT sha256 FROM ccadb_record)
ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The keys taken from a list, and what is to be said of that."""

    keys: tuple[str, ...]
    notes: tuple[str, ...]


def own_keys(connection: "DuckDBPyConnection", listed: Iterable[str]) -> OwnKeys:
    """Return the keys of those of the certificates that are CAs, and not another owner's by their records."""
    rows = connection.execute(_KEYS, [list(listed)]).fetchall()
    taken = [row for row in rows if row[3]]
    keys = tuple(dict.fromkeys(key for key, *_ in taken))
    owners: dict[str | None, set[str]] = {}
    for key, _, owner, _ in taken:
        owners.setdefault(owner, set()).add(key)
    parts = [
        f"{counted(len(found), 'key')} " + (f"of {owner}" if owner else "whose owner no record names")
        for owner, found in sorted(owners.items(), key=lambda item: item[0] or "")
    ]
    notes = [f"from the list: {' and '.join(parts)}"] if parts else []
    others = [f"{short_name(subject)} ({owner})" for _, subject, owner, is_taken in rows if not is_taken]
    if others:
        notes.append(f"not taken, as records give them to another owner: {_some(others)}")
    return OwnKeys(keys, tuple(notes))


def roots_meant(connection: "DuckDBPyConnection", listed: Iterable[str]) -> tuple[list[str], str | None]:
    """Return the roots of a list of which no program's trust and no record is known, and a note on them."""
    rows = connection.execute(_ROOTS, [list(listed)]).fetchall()
    if not rows:
        return [], None
    names = _some([f"{short_name(subject)} [{short_hash(sha256)}]" for sha256, subject in rows])
    return [sha256 for sha256, _ in rows], (
        f"no trust is known for {names}: taken as meant to be trusted for every purpose"
        " (`--intend` says otherwise)"
    )


def every_purpose(roots: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return (root, purpose) for all that statements ask about."""
    return tuple(
        (root, purpose.value) for root in roots for purpose in Purpose if purpose is not Purpose.OCSP_SIGNING
    )


def not_here(connection: "DuckDBPyConnection", listed: Iterable[str]) -> str | None:
    """Return a note that names the fingerprints of a list that no certificate here has."""
    wanted = list(dict.fromkeys(listed))
    rows = connection.execute("SELECT sha256 FROM certificate WHERE list_contains(?, sha256)", [wanted])
    known = {sha256 for (sha256,) in rows.fetchall()}
    unknown = [sha256.upper() for sha256 in wanted if sha256 not in known]
    if not unknown:
        return None
    return (
        f"{counted(len(unknown), 'fingerprint')} of the list that no certificate here has: {_some(unknown)}"
    )


def _some(names: list[str]) -> str:
    """Return the names, or the first of them and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
