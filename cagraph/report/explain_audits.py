"""What the records say of a certificate in scope, audit by audit, in words: steps 6 to 9. Decides nothing."""

from collections.abc import Iterable, Iterator

from cagraph.report.explain import Row, Trace
from cagraph.report.explain_words import (
    BASES,
    ENDINGS,
    STEPS,
    all_or_some,
    change,
    gathered,
    kind_words,
    label,
    ruled,
    said,
    scope_words,
)
from cagraph.report.words import counted, file_name, short_hash

_WELL = ("claimed", "listed")
_ORDER = ("gap", "unknown", "pending", "warning", "note", *_WELL)


def summary_lines(trace: Trace) -> Iterator[str]:
    """Yield the answer in a few lines, the gravest first."""
    yield f"In short, on {trace['as_of']}:"
    audits = sorted(trace["audits"], key=lambda audit: _ORDER.index(audit["verdict"]))
    for group in gathered(audits, lambda audit: (audit["verdict"], audit["reason"])):
        first = group[0]
        kinds = ", ".join(dict.fromkeys(audit["audit_kind"] for audit in group if audit["audit_kind"]))
        # What is well may be brief here: most certificates have all their kinds claimed or listed.
        about = kinds if first["verdict"] in _WELL else kind_words(group)
        yield from said(label(first["verdict"]), f"{about}: {first['sentence']}")
    decided = {(*_about(audit), audit["reason"]) for audit in audits}
    further = [each for each in trace["findings"] if (*_about(each), each["reason"]) not in decided]
    for group in gathered(further, lambda finding: (finding["severity"], finding["reason"])):
        yield from said(group[0]["severity"], f"{kind_words(group)}: {group[0]['sentence']}")
    out = [scope for scope in trace["scopes"] if not scope["in_scope"]]
    for group in gathered(out, lambda scope: scope["verdict"] or "out"):
        reasons = gathered(group, lambda scope: scope["reason"])
        told = "; ".join(rows[0]["sentence"] or rows[0]["reason"] for rows in reasons)
        some = f"{len(group)} of {counted(len(trace['scopes']), 'scope')}, a program and a purpose each"
        about = all_or_some(group, trace) if len(group) == len(trace["scopes"]) else some
        yield from said(group[0]["verdict"] or "out", f"{about}: {told}")


def disclosure_lines(trace: Trace) -> Iterator[str]:
    """Yield the records of the certificate with their ways up, or what their absence means."""
    for record in trace["records"]:
        owner = record["subordinate_ca_owner"] or record["ca_owner"]
        ascent = [step for step in trace["ascents"] if step["record_id"] == record["record_id"]]
        yield from said(
            "yes",
            f"record {record['record_id']}, {record['record_type']} of {owner}: "
            f"{file_name(record['source'])} line {record['line']}, of {record['dated']}",
            f"{ENDINGS.get(record['ending'], record['ending'])}:",
            *(_above(step) for step in ascent),
        )
    in_scope = {(scope["root_program"], scope["purpose"]) for scope in trace["scopes"] if scope["in_scope"]}
    missing = [
        audit
        for audit in trace["audits"]
        if audit["audit_kind"] is None and (audit["root_program"], audit["purpose"]) in in_scope
    ]
    for group in gathered(missing, lambda audit: (audit["reason"], audit["detail"])):
        first = group[0]
        yield from said(
            label(first["verdict"]),
            f"for {scope_words(group)}",
            first["detail"],
            ruled(first["sentence"], first["citation"], first["since"]),
            change(first),
        )


def _above(step: Row) -> str:
    """Return one record on a way up, with the audits that it names."""
    kinds = f"names {', '.join(step['audit_kinds'])}" if step["audit_kinds"] else "names no audit"
    rise = "> " * step["depth"]
    return f"{rise}{step['at_id']} {step['certificate_name'] or ''} (line {step['line']}): {kinds}"


def audit_lines(trace: Trace) -> Iterator[str]:
    """Yield every audit that is asked for, by which rules, and what the records claim of it."""
    audits = [audit for audit in trace["audits"] if audit["audit_kind"]]
    requirements = trace["requirements"]
    if not audits:
        kinds = ", ".join(dict.fromkeys(rule["audit_kind"] for rule in requirements))
        yield f"7  {STEPS[7]}"
        yield from said("", f"what a record would be asked for: {kinds}")
        return
    yield f"7  {STEPS[7]}"
    audits.sort(key=lambda audit: _ORDER.index(audit["verdict"]))
    before = ""
    for group in gathered(audits, _same_answer):
        asked_by = _asked_by(group, requirements)
        yield from _audit(group, "the same rules as the one before" if asked_by == before else asked_by)
        before = asked_by
    well = [audit for audit in audits if audit["verdict"] in _WELL]
    for group in gathered(well, lambda audit: audit["reason"]):
        kinds = ", ".join(dict.fromkeys(audit["audit_kind"] for audit in group))
        test = next((each for each in group[0]["tests"] if each["verdict"] in _WELL), group[0])
        yield from said("9", f"{kinds}: {ruled(test['sentence'], test['citation'])}", change(test))
    unasked = [rule for rule in requirements if not rule["asked"]]
    for rules in gathered(
        unasked, lambda rule: (rule["audit_kind"], rule["period_basis"], rule["effective"])
    ):
        when = BASES.get(rules[0]["period_basis"], "").format(**rules[0])
        yield from said(
            "not asked", f"{rules[0]['audit_kind']} for {scope_words(rules)}: {when} ({_citations(rules)})"
        )


def _same_answer(audit: Row) -> tuple[object, ...]:
    """Return what two answers share to be told as one: all but who asks, and the kind if none is found."""
    columns = ("verdict", "reason", "detail", "url", "source_record_id", "statement_date")
    tests = tuple((test["step"], test["reason"], test["detail"]) for test in audit["tests"])
    kind = audit["audit_kind"] if audit["source_record_id"] else None
    return (kind, *(audit[column] for column in columns), tests)


def _audit(group: list[Row], asked_by: str) -> Iterator[str]:
    """Yield one audit: who asks for it, where its record is, what hits."""
    first = group[0]
    hits = [test for test in first["tests"] if test["verdict"] not in _WELL]
    found = first["source_record_id"] is not None
    yield from said(
        label(first["verdict"]),
        kind_words(group),
        _found(first) if found else first["detail"],
        first["url"],
        *_listing(first),
        *(_hit(test, first["reason"], told=not found) for test in hits),
        *(
            [f"such audits are near, and cover nothing: {near}"]
            if not found and (near := _near(first))
            else []
        ),
        f"asked by {asked_by}",
        *(change(test) for test in hits if first["verdict"] in _WELL or test["reason"] == first["reason"]),
    )


def _listing(audit: Row) -> Iterator[str]:
    """Yield where the letter lists the certificate, or that it was read and does not."""
    letter = audit["letter"]
    if letter and letter["page"]:
        printed = " / ".join(letter["printed"].splitlines())
        yield f"listed on page {letter['page']}, line {letter['line']}: {printed}"
    elif letter:
        yield f"the letter had from there: {short_hash(letter['body_sha256'])}"


def _near(audit: Row) -> str:
    """Return by which ways an audit of the kind is near: the sibling's, an issuer's, an owner's."""
    return ", ".join(
        f"by {via}" if via.endswith("owner") else f"by the {via}" for via in audit["covered_by"] or []
    )


def _found(audit: Row) -> str:
    """Return the audit that a record leads to."""
    trail = audit["trail"] or [audit["source_record_id"]]
    way = f"inherited by {' > '.join(trail)}" if len(trail) > 1 else f"its own, in record {trail[0]}"
    period = f"{audit['period_start'] or '?'} to {audit['period_end'] or '?'}"
    kind = f", {audit['audit_type']}" if audit["audit_type"] else ""
    return f"{way}: period {period}, stated {audit['statement_date'] or 'on no day'}{kind}"


def _hit(test: Row, reason: str, *, told: bool) -> str:
    """Return a test that hits, the one that decides by its step; `told`: its detail stands there already."""
    detail = "" if told or not test["detail"] else f": {test['detail']}"
    decides = "by step" if test["reason"] == reason else f"also {test['verdict']}, step"
    return f"{decides} {test['step']}: {ruled(test['sentence'], test['citation'], test['since'])}{detail}"


def _asked_by(group: list[Row], requirements: list[Row]) -> str:
    """Return the programs that ask, with their rules and the periods these speak of."""
    asking = {_about(audit) for audit in group}
    rules = [rule for rule in requirements if rule["asked"] and _about(rule) in asking]
    told = []
    for same in gathered(rules, lambda rule: (rule["severity"], rule["citation"], rule["effective"])):
        programs = ", ".join(dict.fromkeys(rule["root_program"] for rule in same))
        dated = f"; {BASES[same[0]['period_basis']].format(**same[0])}" if same[0]["effective"] else ""
        only = f"; a {same[0]['severity']} only" if same[0]["severity"] != "gap" else ""
        told.append(f"{programs} ({same[0]['citation']}{dated}{only})")
    return "; ".join(told) or _citations(group)


def _citations(rows: Iterable[Row]) -> str:
    return "; ".join(dict.fromkeys(str(row.get("requirement_citation") or row["citation"]) for row in rows))


def beside_lines(trace: Trace) -> Iterator[str]:
    """Yield the findings that no audit's own answer has told."""
    found = _beside(trace)
    if not found:
        return
    yield f"8  {STEPS[8]}"
    for group in gathered(found, lambda finding: (finding["step"], finding["reason"])):
        first = group[0]
        yield from said(
            label(first["severity"]),
            f"step {first['step']}: {ruled(first['sentence'], first['citation'])}",
            *(_instance(same) for same in gathered(group, lambda each: (each["audit_kind"], each["detail"]))),
            change(first),
        )


def _instance(findings: list[Row]) -> str:
    """Return what a rule hits, and since when."""
    since = f", since {findings[0]['since']}" if findings[0]["since"] else ""
    return f"{kind_words(findings)}: {findings[0]['detail']}{since}"


def _beside(trace: Trace) -> list[Row]:
    """Return the findings that stand beside the audits."""
    told: set[tuple[str | None, ...]] = set()
    for audit in trace["audits"]:
        reasons = (audit["reason"], *(test["reason"] for test in audit["tests"]))
        told.update((*_about(audit), reason) for reason in reasons)
    return [finding for finding in trace["findings"] if (*_about(finding), finding["reason"]) not in told]


def _about(row: Row) -> tuple[str, str, str | None]:
    """Return what a verdict or a finding is about."""
    return row["root_program"], row["purpose"], row["audit_kind"]
