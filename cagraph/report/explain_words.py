"""What `explain` says around the rules' own sentences, and how it sets lines.

The sentences and citations of the rules stand in data/verdicts.csv; a reason without words here goes without.
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cagraph.report.explain import Row, Trace
from cagraph.report.terminal import safe
from cagraph.report.words import by_program

_WIDTH = 110
_INDENT = 3
_LABEL = 10

STEPS = {
    0: "Is it a CA certificate?",
    1: "Is it valid on the day?",
    2: "Is it revoked?",
    3: "Does a valid path lead from a root that the program trusts for the purpose?",
    4: "Does such a path permit the purpose?",
    5: "Is it exempt?",
    6: "Is it disclosed in CCADB?",
    7: "Which audits does it need, and what do its records claim?",
    8: "What else is to be looked at",
}
"""The tests of the decision table, in order."""

CHANGES: Mapping[str, str] = {
    # Out of scope.
    "not_ca": "Nothing changes that: it cannot issue.",
    "no_key_cert_sign": "Nothing changes that: it cannot issue.",
    "expired": "Nothing changes that. The statement whose period covers its last day still has to list it.",
    "not_yet_valid": "In scope once its validity begins.",
    "revoked": "Nothing changes that. The statement whose period covers that day still has to list it.",
    "revoked_by_program": "In scope again if the program takes it off its list.",
    "no_trusted_path": "In scope once the program trusts a root above it for the purpose, or a CA below such"
    " a root certifies it.",
    "not_capable": "In scope once a path does: by another certificate above it, or another of its own key.",
    "not_required": "In scope once the program asks for audits for the purpose.",
    "technically_constrained": "In scope once another certificate, of its own key or above it, lacks the"
    " constraints.",
    # Not known.
    "paths_truncated": "`cagraph analyze --budget` with a greater number looks at more paths.",
    "ev_trust_not_loaded": "Ingest what the program enables for EV.",
    "report_too_old": "Ingest a younger complete report of CCADB.",
    "row_rejected": "The row has to be mended and ingested again.",
    "not_in_records": "Ingest a complete report of CCADB, or the records of its owner.",
    "parent_not_loaded": "Ingest the parent's record, or a complete report of CCADB.",
    "audit_without_period": "Its record has to name the period.",
    "audit_after_the_day": "Ask about a later day, or ingest a report of this one.",
    "audit_without_url": "Its record has to name the statement.",
    # Gaps.
    "undisclosed": "The owner on duty has to add it to CCADB.",
    "no_audit_record": "A statement of this kind has to list it, and its record has to name or inherit that.",
    "wrong_kind": "A statement of this kind has to list it, and its record, or one that it inherits from, has"
    " to name that.",
    "broken_inheritance": "Its record has to name the audit itself, or as its parent the record of its issuer"
    " that leads to one.",
    "stale": "A newer statement has to list it, and CCADB has to name that.",
    "bad_period": "The dates in CCADB have to be corrected, or the time without a period audited.",
    "period_gap": "A statement has to cover the days between, or the dates in CCADB have to be corrected.",
    # Waiting.
    "newly_issued": "The owner on duty has to add it to CCADB within the days of grace.",
    "issued_after_period": "The next statement has to list it.",
    "tail_open": "The statement whose period covers its last day has to list it.",
    # To be looked at.
    "audit_due": "The next statement has to come in time.",
    "late_statement": "Nothing mends it. The next statement has to come in time.",
    "early_statement": "Its date in CCADB has to be corrected, or it be issued again after the period.",
    "criteria_not_accepted": "An audit by a scheme that the program takes is needed.",
    "inconsistent_sibling": "All records of this CA have to name the same owner and audits.",
    "records_disagree": "Its records have to say the same, or one of them has to go.",
    "revocation_not_in_ccadb": "Its record has to say that it is revoked.",
    "anchor_extensions": "It is capable only where a verifier does not apply the root's extensions.",
    # Claimed.
    "own": "Read the letter: it lists this SHA-256, or the claim is wrong.",
    "inherited": "Read the letter: it lists this SHA-256, or the claim is wrong.",
}
"""What would change each answer, or has to be done next."""

ENDINGS = {
    "own": "its audits are its own",
    "end": "its audits are its parent's",
    "parent_missing": "its audits are its parent's, and the last record's parent is not among the records",
    "parent_not_issuer": "its audits are its parent's, and the last record's parent is not the issuer",
    "circle": "its audits are its parent's, and the way up runs in a circle",
}
"""Where a record's way up ends, by the view `record_ending`."""

BASES = {
    "always": "every period",
    "ends_after": "periods ending after {effective}",
    "starts_after": "periods starting after {effective}",
}
"""Which audit periods a requirement speaks of."""


def said(label: str, first: str, *further: str | None) -> Iterator[str]:
    """Yield an answer: its label, and beside it one paragraph a text."""
    margin = " " * (_INDENT + _LABEL)
    start = f"{'':{_INDENT}}{label:<{_LABEL}}"
    for text in (first, *further):
        if text:
            yield from textwrap.wrap(
                safe(text),
                _WIDTH,
                initial_indent=start,
                subsequent_indent=margin + ("  " if start == margin else ""),
                break_long_words=False,
                break_on_hyphens=False,
            )
            start = margin


def label(verdict: str) -> str:
    """Return a verdict as it stands before its answer: a gap must not be overlooked."""
    return verdict.upper() if verdict == "gap" else verdict


def scope_words(rows: Iterable[Row]) -> str:
    """Return the purposes and programs of some rows in words, each once."""
    return by_program(dict.fromkeys(f"{row['root_program']}:{row['purpose']}" for row in rows))


def all_or_some(rows: Sequence[Row], trace: Trace) -> str:
    """Return the purposes and programs of some rows in words, or that these are all there are."""
    scopes = trace["scopes"]
    if len(rows) == len(scopes) and not any(trace["asked"].values()):
        return "for every program and purpose"
    return f"for {scope_words(rows)}"


def kind_words(audits: Iterable[Row]) -> str:
    """Return the audit kinds of some rows, each with the purposes and programs that it is about."""
    kinds = {
        rows[0]["audit_kind"]: scope_words(rows) for rows in gathered(audits, lambda row: row["audit_kind"])
    }
    together: dict[str, list[str]] = {}
    for kind, scopes in kinds.items():
        together.setdefault(scopes, []).append(kind or "")
    return "; ".join(f"{', '.join(names)} for {scopes}".strip() for scopes, names in together.items())


def gathered(rows: Iterable[Row], key: Callable[[Row], Any]) -> list[list[Row]]:
    """Return the rows that have the same key together, in the order of the first of each."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return list(groups.values())


def ruled(sentence: str | None, citation: str | None, since: Any = None) -> str:
    """Return a rule's sentence with its source, and since when it hits."""
    began = f", since {since}" if since else ""
    return f"{sentence or 'no rule is known for this'} ({citation or 'no citation'}){began}"


def change(reason: str) -> str | None:
    """Return what would change an answer, or what comes next."""
    return f"→ {CHANGES[reason]}" if reason in CHANGES else None
