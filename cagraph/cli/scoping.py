"""The options that say whose list of which period is asked for, as values.

Knows the commands `scope` and `statement` by nothing but these.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cagraph.cli.options import Messages
from cagraph.errors import UsageProblem
from cagraph.model import Purpose, parse_fingerprint
from cagraph.report.scope import known_keys, roots_named
from cagraph.report.words import counted, short_hash

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Value = TypeVar("Value")


def period_of(text: str | None, connection: "DuckDBPyConnection") -> tuple[date, date]:
    """Return the period's first and last day; without `text`, of the year up to the day asked."""
    if text is None:
        row = connection.execute("SELECT as_of()").fetchone()
        assert row is not None
        return row[0] - timedelta(days=364), row[0]
    first, dots, last = text.partition("..")
    try:
        days = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        raise UsageProblem(f"--period wants FROM..TO, as 2025-04-01..2026-03-31, not {text!r}") from None
    if not dots or days[0] > days[1]:
        raise UsageProblem(f"--period {text}: it ends before it begins")
    return days


def keys_of(connection: "DuckDBPyConnection", given: Sequence[str], messages: Messages) -> tuple[str, ...]:
    """Return the keys that arguments and files name, each once; those that no CA here has are named."""
    keys = list(dict.fromkeys(key for text in given for key in _one_or_file(text)))
    unknown = [key for key in keys if key not in known_keys(connection, keys)]
    if given and len(unknown) == len(keys):
        raise UsageProblem("no CA here has any of these keys: give the SHA-256 of SubjectPublicKeyInfos")
    if unknown:
        some = ", ".join(short_hash(key) for key in unknown[:5])
        messages.note(f"{counted(len(unknown), 'key')} of {len(keys)} that no CA here has: {some}")
    return tuple(keys)


def _one_or_file(text: str) -> list[str]:
    try:
        return [parse_fingerprint(text)]
    except ValueError:
        path = Path(text)
    if not path.is_file():
        raise UsageProblem(f"--issuer-key: neither a SHA-256 of 64 hex digits nor a file: {text[:80]!r}")
    return _lines(path, lambda words: parse_fingerprint(words[0]))


def intended_of(connection: "DuckDBPyConnection", path: Path) -> tuple[tuple[str, str], ...]:
    """Return (fingerprint, purpose) for every root of the file.

    Raises:
        UsageProblem: a line cannot be read, or no root here is so named.
    """
    pairs = [pair for line in _lines(path, _wish) for pair in line]
    named = {fingerprint for fingerprint, _ in pairs}
    if missing := sorted(named - roots_named(connection, named)):
        raise UsageProblem(
            f"{path}: no self-signed certificate here has or is {missing[0]}: ingest the root, and analyse"
        )
    return tuple(pairs)


def _wish(words: list[str]) -> list[tuple[str, str]]:
    """Read `SHA-256 purpose, purpose`."""
    fingerprint = parse_fingerprint(words[0])
    purposes = [Purpose(word) for word in " ".join(words[1:]).replace(",", " ").split()]
    if not purposes:
        raise ValueError("no purpose after the fingerprint")
    return [(fingerprint, purpose.value) for purpose in purposes]


def _lines(path: Path, read: Callable[[list[str]], Value]) -> list[Value]:
    """Return what `read` makes of the words of each line; blank lines and those with # are left out.

    Raises:
        UsageProblem: a line cannot be read, or none says anything.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1):
        words = line.partition("#")[0].split()
        if words:
            try:
                found.append(read(words))
            except ValueError as error:
                raise UsageProblem(f"{path}:{number}: {error}") from None
    if not found:
        raise UsageProblem(f"{path}: no line says anything")
    return found
