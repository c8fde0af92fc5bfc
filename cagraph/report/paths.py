"""Paths as a person reads them: one block a path, one line a certificate.

Takes the rows of the query `paths`; decides nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cagraph.report.terminal import safe
from cagraph.report.words import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_REASONS = {
    "no_common_validity": "its validity and those above do not overlap",
    "not_ca": "basicConstraints does not say cA TRUE",
    "no_key_cert_sign": "keyUsage lacks keyCertSign",
    "path_length": "a pathLenConstraint above allows no further CA",
    "extended_key_usage": "nothing is left of the extended key usages",
}


def path_lines(paths: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of every path, what counts first, as the query orders them."""
    number = 0
    for number, path in enumerate(paths, 1):
        if number > 1:
            yield ""
        yield from _block(number, path)
    if not number:
        yield "no path: no chain of proved signatures leads from a self-signed or trusted root to it"


def _block(number: int, path: dict[str, Any]) -> Iterator[str]:
    """Yield one path."""
    window = f"valid {_day(path['valid_from'])} to {_day(path['valid_to'])}"
    yield f"path {number}: {counted(path['length'], 'certificate')}, {window}, {path['state']}"
    pairs = zip(path["certificates"], path["subjects"], strict=True)
    for position, (sha256, subject) in enumerate(pairs):
        mark = "anchor" if position == 0 else "└─"
        broken = f"   ✗ {_REASONS.get(path['broken_reason'], path['broken_reason'])}"
        suffix = broken if path["broken_sha256"] == sha256 else ""
        yield f"  {'   ' * max(position - 1, 0)}{mark} {safe(subject)}  {sha256}{suffix}"
    if path["self_signed_hop"]:
        yield "  the last certificate is self-signed, of the CA that the path had reached"
    yield f"  permits: {', '.join(path['purposes']) or 'nothing'}"
    yield f"  counts for: {_by_program(path['counts_for']) or 'no program'}"


def _by_program(scopes: list[str]) -> str:
    """Return `program:purpose` words gathered by program."""
    gathered: dict[str, list[str]] = {}
    for scope in scopes:
        program, _, purpose = scope.partition(":")
        gathered.setdefault(program, []).append(purpose)
    return "; ".join(f"{program} ({', '.join(purposes)})" for program, purposes in gathered.items())


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def paths_were_cut(connection: "DuckDBPyConnection", sha256: str) -> bool:
    """Say whether the budget cut some of the paths to a certificate."""
    return bool(connection.execute("SELECT 1 FROM path_truncation WHERE sha256 = ?", [sha256]).fetchone())
