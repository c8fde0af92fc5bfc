"""Paths as a person reads them, from the rows of the query `paths`: in groups, or as a tree. Decides nothing.

Reissued certificates multiply paths: those through the same CAs stand together, their certificates once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cagraph.report.terminal import safe
from cagraph.report.words import by_program, counted, day, short_hash, short_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cagraph.graph.count import Count

Row = Mapping[str, Any]
"""One path, by column of the query."""
Sentences = Mapping[str, str]
"""What each reason means, from data/path_reasons.csv."""

_LEGIBLE = 10**15

NO_PATH = "no path: no chain of proved signatures leads from a self-signed or trusted root to it"


def path_lines(paths: Iterable[Row], sentences: Sentences) -> Iterator[str]:
    """Yield every path, those through the same CAs together, in the order of the query."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for path in paths:
        groups.setdefault(tuple(each["ca_id"] for each in path["certificates"]), []).append(path)
    if not groups:
        yield NO_PATH
    for number, group in enumerate(groups.values()):
        if number:
            yield ""
        yield from _group(group, sentences)


def _group(paths: list[Row], sentences: Sentences) -> Iterator[str]:
    """Yield the CAs of some paths with their certificates, then each path."""
    for position, certificates in enumerate(zip(*(path["certificates"] for path in paths), strict=True)):
        first = "   " * (position - 1) + "└─ " if position else ""
        yield first + safe(certificates[0]["subject"])
        for certificate in {each["sha256"]: each for each in certificates}.values():
            yield f"{' ' * len(first)}  {_certificate(certificate, is_anchor=not position)}"
    for path in paths:
        yield from _path(path, sentences)


def _certificate(certificate: Row, *, is_anchor: bool) -> str:
    """Return one certificate with its dates and what is to be known of it."""
    marks = [_window(certificate["not_before"], certificate["not_after"])]
    if is_anchor:
        marks.append("anchor")
    if certificate["is_cross_certificate"]:
        marks.append("cross-certificate")
    if certificate["weakly_signed"]:
        marks.append("signed with SHA-1 or weaker")
    if certificate["siblings"]:
        marks.append(counted(certificate["siblings"], "sibling"))
    return f"{certificate['sha256']}  {', '.join(marks)}"


def _path(path: Row, sentences: Sentences) -> Iterator[str]:
    """Yield one path: its certificates by their first digits, what it comes to, what breaks it."""
    line = " > ".join(short_hash(each["sha256"]) for each in path["certificates"])
    yield f"  {line}, {_window(path['valid_from'], path['valid_to'])}: {path['state']}"
    yield f"      permits {', '.join(path['purposes']) or 'nothing'}"
    yield f"      counts for {by_program(path['counts_for']) or 'no program'}"
    if path["self_signed_hop"]:
        yield "      the last certificate is self-signed, of the CA that the path had reached"
    if path["constrained_by"]:
        holders = ", ".join(short_hash(sha256) for sha256 in path["constrained_by"])
        none = f"; they leave no {', no '.join(path['no_names_left'])} name" if path["no_names_left"] else ""
        yield f"      names are constrained by {holders}{none}"
    yield from (f"      ✗ {_breaker(breaker, sentences)}" for breaker in path["breakers"])


def _breaker(breaker: Row, sentences: Sentences) -> str:
    """Return what breaks a path, in words."""
    asked = f" {breaker['root_program']}" if breaker["root_program"] else ""
    asked += f" {breaker['purpose']}" if breaker["purpose"] else ""
    sentence = sentences.get(breaker["reason"], breaker["reason"])
    detail = f" ({breaker['detail']})" if breaker["detail"] else ""
    return safe(f"{short_hash(breaker['sha256'])}{asked}: {sentence}{detail}")


@dataclass(slots=True)
class _Branch:
    """A certificate in the tree: who issued it, by further branches, and the paths that begin with it."""

    certificate: Row
    issuers: "dict[str, _Branch]" = field(default_factory=dict)
    paths: list[Row] = field(default_factory=list)


def tree_lines(paths: Iterable[Row]) -> Iterator[str]:
    """Yield the certificate, below it those that issued it, and so on up to the anchors."""
    trunk: dict[str, _Branch] = {}
    for path in paths:
        at, branch = trunk, None
        for certificate in reversed(path["certificates"]):
            branch = at.setdefault(certificate["sha256"], _Branch(certificate))
            at = branch.issuers
        if branch:
            branch.paths.append(path)
    if not trunk:
        yield NO_PATH
    for branch in trunk.values():
        yield from _tree(branch, "", "")


def _tree(branch: _Branch, first: str, further: str) -> Iterator[str]:
    """Yield one branch; `first` stands before its own line, `further` before those below."""
    certificate = branch.certificate
    mark = ", cross-certificate" if certificate["is_cross_certificate"] else ""
    window = _window(certificate["not_before"], certificate["not_after"])
    name = safe(short_name(certificate["subject"]))
    yield f"{first}{name}  {short_hash(certificate['sha256'])}  {window}{mark}"
    for path in branch.paths:
        counts = f": {by_program(path['counts_for'])}" if path["counts_for"] else ""
        broken = "".join(f"; {short_hash(each['sha256'])} {each['reason']}" for each in path["breakers"])
        yield f"{further}  = {path['state']}{counts}{broken}"
    issuers = list(branch.issuers.values())
    for place, issuer in enumerate(issuers, 1):
        last = place == len(issuers)
        yield from _tree(
            issuer, f"{further}{'└─ ' if last else '├─ '}", f"{further}{'   ' if last else '│  '}"
        )


def counted_paths(count: "Count") -> str:
    """Return a number of paths, or its bounds."""
    if count.exact:
        return f"{count.at_least:,} paths"
    return f"at least {count.at_least:,} and at most {_rounded(count.at_most)} paths"


def _rounded(number: int) -> str:
    """Return a number in full, or its order of magnitude where nobody would read it."""
    return f"{number:,}" if number < _LEGIBLE else f"10^{len(str(number))}"


def _window(start: Any, end: Any) -> str:
    return f"{day(start)} to {day(end)}"


def path_sentences(connection: "DuckDBPyConnection") -> dict[str, str]:
    """Return what each reason for a broken path means."""
    return dict(connection.execute("SELECT reason, sentence FROM rule_path_reasons").fetchall())


def paths_were_cut(connection: "DuckDBPyConnection", sha256: str) -> bool:
    """Say whether the budget cut some of the paths to a certificate."""
    return bool(connection.execute("SELECT 1 FROM path_truncation WHERE sha256 = ?", [sha256]).fetchone())
