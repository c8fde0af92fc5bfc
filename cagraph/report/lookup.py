"""Finds the certificate that a person means: by fingerprint, by the first digits of one, or by name.

Reads the facts only; knows no command and no rule.
"""

import re
from typing import TYPE_CHECKING, Any

from cagraph.errors import UsageProblem

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SEPARATORS = re.compile(r"[\s:]+")
_HEX = re.compile(r"[0-9a-f]{8,64}")
_SHOWN = 10

Found = tuple[str, str, str, Any, Any]
"""(sha256, subject, issuer, not_before, not_after)"""


def find_certificates(connection: "DuckDBPyConnection", text: str) -> list[Found]:
    """Return the certificates that `text` may mean.

    That is a SHA-256 or its first eight digits or more (upper case, colons and blanks are read), else
    words that all stand in the subject name.
    """
    plain = _SEPARATORS.sub("", text).lower()
    columns = "SELECT sha256, subject, issuer, not_before, not_after FROM certificate WHERE "
    order = " ORDER BY subject, not_before, sha256"
    if _HEX.fullmatch(plain):
        found = connection.execute(columns + "starts_with(sha256, ?)" + order, [plain]).fetchall()
        if found or len(plain) == 64:
            return found
    words = text.lower().split()
    if not words:
        return []
    condition = " AND ".join("contains(lower(subject), ?)" for _ in words)
    return connection.execute(columns + condition + order, words).fetchall()


def one_certificate(connection: "DuckDBPyConnection", text: str) -> str:
    """Return the SHA-256 of the one certificate that `text` means.

    Raises:
        UsageProblem: none does, or several do; the message names them.
    """
    found = find_certificates(connection, text)
    if not found:
        raise UsageProblem(f"no certificate here is {text!r}: give a SHA-256 or words of its subject name")
    if len(found) > 1:
        named = "; ".join(
            f"{sha256[:16]} {subject}, by {issuer}" for sha256, subject, issuer, *_ in found[:_SHOWN]
        )
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise UsageProblem(f"{len(found)} certificates fit {text!r}, give more digits of one: {named}{more}")
    return found[0][0]
