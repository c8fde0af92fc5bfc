"""What `explain` says around the rules' own sentences, and how it sets lines.

The rules' sentences, citations and what would change an answer stand in data/verdicts.csv.
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
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


def change(row: Row) -> str | None:
    """Return what would change an answer, or what comes next."""
    return f"→ {row['change']}" if row.get("change") else None
