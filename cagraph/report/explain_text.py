"""The trace of a certificate's verdicts in words, test by test, for a person to read. Decides nothing.

Programs and purposes that have the same answer stand together. Every line is safe to show.
"""

from collections.abc import Callable, Iterator

from cagraph.report.explain import Row, Trace
from cagraph.report.explain_audits import audit_lines, beside_lines, disclosure_lines, summary_lines
from cagraph.report.explain_words import STEPS, all_or_some, change, gathered, label, ruled, said
from cagraph.report.terminal import safe
from cagraph.report.words import counted, day, short_hash, short_name

_IN_SCOPE = 6
"""The first step that is asked of what is in scope alone."""

_SIBLINGS_SHOWN = 5

_DUTY = "a cross-certificate is for the owner of the CA that issued it (CCADB Policy 2.1 section 5.1)"


def explain_lines(trace: Trace) -> Iterator[str]:
    """Yield the whole explanation."""
    yield from _heading(trace)
    yield ""
    yield from summary_lines(trace)
    yield ""
    for step, facts in enumerate((_ca, _validity, _revocation, _trusted, _capable, _exempt)):
        yield from _step(trace, step, facts)
    if not any(scope["in_scope"] for scope in trace["scopes"]):
        yield from beside_lines(trace)
        return
    yield f"{_IN_SCOPE}  {STEPS[_IN_SCOPE]}"
    yield from disclosure_lines(trace)
    yield from audit_lines(trace)
    yield from beside_lines(trace)


def _heading(trace: Trace) -> Iterator[str]:
    """Yield what the certificate is, and whose."""
    certificate = trace["certificate"]
    yield safe(certificate["subject"])
    yield from said("SHA-256", certificate["sha256"])
    yield from said("issuer", "itself" if certificate["self_signed"] else certificate["issuer"])
    yield from said("valid", _window(certificate))
    if certificate["is_cross_certificate"]:
        yield from said("kind", "cross-certificate: another issuer certified the same name and key too")
    because = f": {_DUTY}" if certificate["is_cross_certificate"] else ""
    yield from said("on duty", f"{certificate['owner'] or 'nobody known'}{because}")
    siblings = trace["same_ca"]
    for sibling in siblings[:_SIBLINGS_SHOWN]:
        yield from said("sibling", _sibling(sibling))
    if len(siblings) > _SIBLINGS_SHOWN:
        yield from said("sibling", f"and {len(siblings) - _SIBLINGS_SHOWN} more: `cagraph show` has them all")


def _sibling(sibling: Row) -> str:
    """Return another certificate of the same name and key, with what its records claim and lack."""
    issuer = "self-signed" if sibling["self_signed"] else f"by {short_name(sibling['issuer'])}"
    verdicts = {"listed": "listed", "claimed": "claimed", "gap": "gaps", "pending": "pending"}
    told = [
        f"{verdict} {', '.join(sibling[column])}" for verdict, column in verdicts.items() if sibling[column]
    ]
    audits = f": {'; '.join(told)}" if told else ""
    return f"{short_hash(sibling['sha256'])} {issuer}, {_window(sibling)}, {sibling['state']}{audits}"


def _window(certificate: Row) -> str:
    return f"{day(certificate['not_before'])} to {day(certificate['not_after'])}"


Facts = Callable[[Trace, list[Row]], Iterator[str]]


def _step(trace: Trace, step: int, facts: Facts) -> Iterator[str]:
    """Yield one test of the certificate: what goes on from it, by which facts, and what ends there."""
    reached = [scope for scope in trace["scopes"] if _ends_at(scope) >= step]
    if not reached:
        return
    yield f"{step}  {STEPS[step]}"
    yield from facts(trace, [scope for scope in reached if _ends_at(scope) > step])
    ending = [scope for scope in reached if _ends_at(scope) == step]
    for group in gathered(ending, lambda scope: scope["reason"]):
        first = group[0]
        yield from said(
            label(first["verdict"] or "out"),
            all_or_some(group, trace),
            ruled(first["sentence"] or first["reason"], first["citation"]),
            *_grounds(group),
            change(first),
        )
    if ending and step in (3, 4):
        yield from _broken(trace)


def _ends_at(scope: Row) -> int:
    """Return the step that ends the question, by the rule of its reason; what is in scope goes past all."""
    if scope["in_scope"]:
        return _IN_SCOPE
    return int(scope["step"][0]) if scope["step"] else 0


def _grounds(group: list[Row]) -> Iterator[str]:
    """Yield by which rule each program exempts."""
    exempt = [scope for scope in group if scope["exempt_citation"]]
    for rows in gathered(exempt, lambda scope: (scope["exempt_certainty"], scope["exempt_citation"])):
        programs = ", ".join(dict.fromkeys(row["root_program"] for row in rows))
        yield f"{rows[0]['exempt_certainty']} by {programs}: {rows[0]['exempt_citation']}"


def _ca(trace: Trace, going_on: list[Row]) -> Iterator[str]:
    certificate = trace["certificate"]
    usage = certificate["key_usage"]
    basic = "basicConstraints says cA TRUE" if certificate["is_ca"] else "no basicConstraints with cA TRUE"
    keys = "no keyUsage extension" if usage is None else f"keyUsage {', '.join(usage) or 'empty'}"
    yield from said("yes" if going_on else "no", f"{basic}; {keys}")


def _validity(trace: Trace, going_on: list[Row]) -> Iterator[str]:
    yield from said(
        "yes" if going_on else "no", f"{_window(trace['certificate'])}; asked of {trace['as_of']}"
    )


def _revocation(trace: Trace, going_on: list[Row]) -> Iterator[str]:
    """Yield who says that it is revoked, or who was asked."""
    for claim in trace["revocations"]:
        revoked_at = f", revoked on {day(claim['revoked_at'])}" if claim["revoked_at"] else ""
        yield from said("yes", f"{claim['source']}: {claim['reference']} of {claim['dated']}{revoked_at}")
    if not trace["revocations"]:
        asked = [
            f"record {record['record_id']} says {record['revocation_status'] or 'nothing'}"
            for record in trace["records"]
        ]
        for kind, title in (("crl", "its issuer's CRL"), ("onecrl", "OneCRL")):
            days = [str(each["dated"]) for each in trace["revocation_lists"] if each["kind"] == kind]
            asked.append(f"{title} of {max(days)} lacks it" if days else f"{title}: none loaded")
        yield from said("no", "; ".join(asked))
    elif going_on:
        yield from said("but", f"{all_or_some(going_on, trace)}: that does not reach so far")


def _trusted(trace: Trace, going_on: list[Row]) -> Iterator[str]:
    if going_on:
        yield from said("yes", all_or_some(going_on, trace))


def _capable(trace: Trace, going_on: list[Row]) -> Iterator[str]:
    """Yield the witness of each answer with what limits it."""
    paths = {path["path_id"]: path["certificates"] for path in trace["witnesses"]}
    capable = [scope for scope in going_on if scope["witness_path_id"] is not None]
    for group in gathered(capable, lambda scope: (scope["witness_path_id"], scope["paths"])):
        first = group[0]
        members = paths[first["witness_path_id"]]
        many = "" if first["paths"] == 1 else ", a shortest one"
        ev = any(scope["purpose"] == "ev_tls" for scope in group)
        yield from said(
            "yes",
            f"{all_or_some(group, trace)}, by {counted(first['paths'], 'path')}{many}:",
            " > ".join(f"{short_name(each['subject'])} [{short_hash(each['sha256'])}]" for each in members),
            f"extended key usage: {_along(members, 'purposes')}",
            f"certificate policies: {_along(members, 'policy_oids')}" if ev else None,
        )


def _along(members: list[Row], column: str) -> str:
    """Return what each certificate of a path is limited to; the anchor's own extensions bind as well."""
    if all(each[column] is None for each in members):
        return "none on the path, so everything is open"
    return "; ".join(
        f"{short_hash(each['sha256'])} {'none (open)' if each[column] is None else ', '.join(each[column])}"
        for each in members
    )


def _exempt(trace: Trace, going_on: list[Row]) -> Iterator[str]:
    """Yield why what goes on is not exempt."""
    some_are = any(scope["exempt_citation"] for scope in trace["scopes"])
    for group in gathered(going_on, _why_not_exempt):
        these = f"{all_or_some(group, trace)}: " if some_are or len(group) < len(going_on) else ""
        yield from said("no", these + _why_not_exempt(group[0]))


def _why_not_exempt(scope: Row) -> str:
    if not scope["constrained_on_all_paths"]:
        return "it is not technically constrained on every path"
    if not scope["program_exempts"]:
        return "it is technically constrained on every path, and the program exempts nothing"
    return "it is technically constrained on every path, a certificate of the same name and key is not"


def _broken(trace: Trace) -> Iterator[str]:
    """Yield what breaks the paths that do not count, where one program and purpose was asked about."""
    for path in trace["broken_paths"]:
        line = " > ".join(short_hash(each["sha256"]) for each in path["certificates"])
        reasons = [
            f"{short_hash(each['sha256'])}: {each['sentence']}"
            + (f" ({each['detail']})" if each["detail"] else "")
            for each in path["breakers"]
        ]
        yield from said("path", f"{line}: {path['state']}", *reasons)
