"""Writes docs/real-verdicts.md: the verdict for every live certificate of two owners.

    python -m tests.policy.real_verdicts DATABASE docs/real-verdicts.md

The database holds the real certificates, trust and records, analysed. Knows no rule: what it writes is asked.
"""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from cagraph.report.words import short_name
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.day import beside

DAY = date(2026, 8, 21)
OWNERS = ("Asseco Data Systems S.A.", "Internet Security Research Group")

_LIVE = """
SELECT DISTINCT certificate.sha256, certificate.subject, certificate.issuer
FROM certificate
SEMI JOIN (SELECT sha256 FROM ccadb_record WHERE ca_owner = ?) AS record ON certificate.sha256 = record.sha256
ANTI JOIN revocation ON certificate.sha256 = revocation.sha256
WHERE certificate.is_ca AND certificate.not_before <= as_of() AND certificate.not_after >= as_of()
ORDER BY certificate.subject, certificate.sha256
"""
_VERDICTS = """
SELECT
    sha256,
    verdict,
    reason || if(len(also) > 0, ' (also ' || array_to_string(also, ', ') || ')', '') AS reason,
    list(DISTINCT audit_kind ORDER BY audit_kind) AS kinds
FROM coverage
WHERE record_id IS NOT NULL
GROUP BY ALL
ORDER BY ALL
"""
_OUT = """
SELECT sha256, list(DISTINCT out_reason ORDER BY out_reason)
FROM scope_state
WHERE out_reason IS NOT NULL
GROUP BY sha256
"""


def page(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the whole page."""
    verdicts: dict[str, list[str]] = {}
    for sha256, verdict, reason, kinds in _ask(connection, _VERDICTS):
        verdicts.setdefault(sha256, []).append(f"**{verdict}** {reason}: {', '.join(kinds)}")
    out = dict(_ask(connection, _OUT))
    lines = [
        "# Every live certificate of two owners",
        "",
        f"As of {DAY}, in scope in any of the four programs for the kinds named; made by",
        "`python -m tests.policy.real_verdicts`, checked by a test. What it means: see",
        "[real-data.md](real-data.md).",
    ]
    for owner in OWNERS:
        rows = _ask(connection, _LIVE, owner)
        lines += ["", f"## {owner}: {len(rows)} certificates", ""]
        lines += ["| certificate | by | verdicts |", "|---|---|---|"]
        for sha256, subject, issuer in rows:
            said = "; ".join(verdicts.get(sha256, [])) or f"out: {', '.join(out[sha256])}"
            lines.append(f"| `{sha256[:8]}` {_name(subject)} | {_name(issuer)} | {said} |")
    return "\n".join(lines) + "\n"


def _ask(connection: duckdb.DuckDBPyConnection, question: str, *values: str) -> list[Any]:
    return beside(connection, question).execute(question, list(values)).fetchall()


def _name(name: str) -> str:
    return short_name(name).removeprefix("CN=").replace("|", "\\|")


def main() -> None:
    """Write the page."""
    database, target = map(Path, sys.argv[1:3])
    with open_warehouse(database, write=False, as_of=DAY) as connection:
        target.write_text(page(connection), encoding="utf-8")


if __name__ == "__main__":
    main()
