"""Finds the certificate that a person means: by fingerprint, by the first digits of one, or by name.

Reads the facts only; knows no command and no rule.
"""

import re
from typing import TYPE_CHECKING, Any

from cagraph.errors import UsageProblem
from cagraph.report.terminal import safe
from cagraph.report.words import short_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEAST_DIGITS = 8

_SEPARATORS = re.compile(r"[\s:]+")
_HEX = re.compile(r"[0-9a-f]{1,64}")
_SHOWN = 5

Found = tuple[str, str, str, Any, Any]
"""(sha256, subject, issuer, not_before, not_after)"""


def find_certificates(connection: "DuckDBPyConnection", text: str) -> list[Found]:
    """Return the certificates that `text` may mean.

    That is a SHA-256 or its first eight digits or more (upper case, colons and blanks are read), else
    words that all stand in the subject name.
    """
    digits = _digits(text)
    columns = "SELECT sha256, subject, issuer, not_before, not_after FROM certificate WHERE "
    order = " ORDER BY subject, not_before, sha256"
    if len(digits) >= LEAST_DIGITS:
        found = connection.execute(columns + "starts_with(sha256, ?)" + order, [digits]).fetchall()
        if found or len(digits) == 64:
            return found
    words = text.lower().split()
    if not words:
        return []
    condition = " AND ".join("contains(lower(subject), ?)" for _ in words)
    return connection.execute(columns + condition + order, words).fetchall()


def one_certificate(connection: "DuckDBPyConnection", text: str) -> str:
    """Return the SHA-256 of the one certificate that `text` means.

    Raises:
        UsageProblem: none does, or several do; its notes name them, one a line.
    """
    found = find_certificates(connection, text)
    if not found:
        if 0 < len(digits := _digits(text)) < LEAST_DIGITS:
            raise UsageProblem(
                f"no name here contains {text!r}, and of a SHA-256 {LEAST_DIGITS} digits or more are needed, "
                f"not {len(digits)}"
            )
        raise UsageProblem(f"no certificate here is {text!r}: give a SHA-256 or words of its subject name")
    if len(found) > 1:
        raise _ambiguous(text, found)
    return found[0][0]


def _ambiguous(text: str, found: list[Found]) -> UsageProblem:
    problem = UsageProblem(f"{len(found)} certificates fit {text!r}; give the SHA-256 of one, or its digits:")
    for sha256, subject, issuer, *_ in found[:_SHOWN]:
        problem.add_note(safe(f"{sha256[:16]}  {short_name(subject)}, by {short_name(issuer)}"))
    if len(found) > _SHOWN:
        problem.add_note(f"and {len(found) - _SHOWN} more")
    return problem


def _digits(text: str) -> str:
    """Return `text` as hex digits in lower case, or nothing if it is no such thing."""
    plain = _SEPARATORS.sub("", text).lower()
    return plain if _HEX.fullmatch(plain) else ""
