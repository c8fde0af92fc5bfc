"""Audit periods: every way in which a current-looking audit is not one.

    Elm Root CA (elm-root; TLS in all four; its period ends on 2024-03-31)
      ├── Elm Stale CA (elm-stale; period ended 459 days ago)
      ├── Elm Due CA (elm-due; period ended 458 days ago: claimed, with a warning)
      ├── Elm Late CA (elm-late; TLS BR stated on day 93: a warning; Standard on day 92; ended 365 days ago)
      ├── Elm Long CA (elm-long; a period of 486 days)
      ├── Elm Swapped CA (elm-swapped; a TLS BR period that starts after its end)
      ├── Elm Gap CA (elm-gap; the older report's period ends two months before the newer one starts)
      │     └── Elm Gap Web CA (elm-gap-web; inherits the gap)
      ├── Elm New CA (elm-new; younger than the inherited period)
      ├── Elm New Bare CA (elm-new-bare; younger than any audit of the owner, its record has none)
      ├── Elm Half CA (elm-half; own TLS BR audit, no Standard audit)
      ├── Elm Undated CA (elm-undated; TLS BR has a URL and no dates)
      └── Elm Twice CA (elm-twice inherits; elm-twice-own, of the same key, has a Standard audit of its own)
"""

from pki import SERVER_AUTH, Authority
from scenario.model import Audit, Audits, Owner, Record, audit

KINDS = ("Standard", "TLS BR")


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Elm Assurance Example", "E", "Elmland")
    root = owner.ca("Elm Root CA")
    owner.add(
        "elm-root",
        root.self_signed(not_before="2014-01-01", not_after="2039-01-01"),
        Record(root=True, audits=owner.yearly("Standard", "NetSec", "TLS BR")),
        tls="* own",
        email="* no_trusted_path",
    )
    _aged(owner, root)
    _odd_periods(owner, root)
    _gap(owner, root)
    _young(owner, root)
    _incomplete(owner, root)
    _twice(owner, root)
    owner.trust("elm-root", "acmz", "server_auth")
    return owner


def _add(
    owner: Owner,
    label: str,
    issuer: Authority,
    since: str,
    record: Record,
    tls: str,
    *warnings: tuple[str, str],
    subject: str = "",
) -> None:
    """Add a CA for TLS only, of an owner whose root is trusted for TLS only."""
    name = subject or label.replace("-", " ").title() + " CA"
    certificate = issuer.issue(
        owner.ca(name), not_before=since, not_after=f"{int(since[:4]) + 10}{since[4:]}", eku=[SERVER_AUTH]
    )
    owner.add(label, certificate, record, tls=tls, email="* no_trusted_path", warnings=warnings)


def _aged(owner: Owner, root: Authority) -> None:
    stale = owner.yearly(*KINDS, end="2023-02-04", tag="-stale")
    due = owner.yearly(*KINDS, end="2023-02-05", tag="-due")
    late = {
        **owner.yearly("Standard", end="2023-05-09", tag="-late", statement="2023-08-09"),
        **owner.yearly("TLS BR", end="2023-05-09", tag="-late", statement="2023-08-10"),
    }
    _add(owner, "elm-stale", root, "2018-01-01", Record("elm-root", audits=stale, before=stale), "* stale")
    warnings = [(kind, "audit_due") for kind in KINDS]
    _add(owner, "elm-due", root, "2018-02-01", Record("elm-root", audits=due, before=due), "* own", *warnings)
    _add(
        owner, "elm-late", root, "2018-03-01", Record("elm-root", audits=late), "* own", ("TLS BR", "late_statement")
    )


def _odd_periods(owner: Owner, root: Authority) -> None:
    long: Audits = {
        kind: audit(f"elm-long/2024-03-31/{kind.replace(' ', '-')}", "2024-03-31", start="2022-12-01")
        for kind in KINDS
    }
    _add(owner, "elm-long", root, "2018-04-01", Record("elm-root", audits=long), "* bad_period")
    swapped = {
        **owner.yearly("Standard", end="2023-12-31", tag="-swapped"),
        "TLS BR": audit("elm-swapped/2023-12-31/TLS-BR", "2023-12-31", start="2024-01-01"),
    }
    before = owner.yearly(*KINDS, end="2022-12-31", tag="-swapped")
    record = Record("elm-root", audits=swapped, before=before)
    _add(owner, "elm-swapped", root, "2018-05-01", record, "* own, TLS BR=bad_period")


def _gap(owner: Owner, root: Authority) -> None:
    now = {
        kind: audit(f"elm-gap/2024-02-29/{kind.replace(' ', '-')}", "2024-02-29", start="2023-03-01")
        for kind in KINDS
    }
    before = owner.yearly(*KINDS, end="2022-12-31", tag="-gap")
    _add(owner, "elm-gap", root, "2018-06-01", Record("elm-root", audits=now, before=before), "* period_gap")
    below = Record("elm-gap", same=True)
    _add(owner, "elm-gap-web", owner.ca("Elm Gap CA"), "2019-06-01", below, "* period_gap")


def _young(owner: Owner, root: Authority) -> None:
    _add(owner, "elm-new", root, "2024-04-15", Record("elm-root", same=True), "* issued_after_period")
    _add(owner, "elm-new-bare", root, "2024-04-20", Record("elm-root"), "* issued_after_period")


def _incomplete(owner: Owner, root: Authority) -> None:
    half = Record("elm-root", audits=owner.yearly("TLS BR", tag="-half"))
    _add(owner, "elm-half", root, "2021-01-01", half, "* own, Standard=no_audit_record")
    undated = {
        **owner.yearly("Standard", tag="-undated"),
        "TLS BR": Audit("https://audits.example/elm-undated/TLS-BR.pdf", None, None, None),
    }
    record = Record("elm-root", audits=undated, before=owner.yearly(*KINDS, end="2023-03-31", tag="-undated"))
    _add(owner, "elm-undated", root, "2021-02-01", record, "* own, TLS BR=audit_without_period")


def _twice(owner: Owner, root: Authority) -> None:
    own = {**owner.yearly("TLS BR"), **owner.yearly("Standard", tag="-twice")}
    warning = ("Standard", "inconsistent_sibling")
    name = "Elm Twice CA"
    plain = Record("elm-root", same=True)
    _add(owner, "elm-twice", root, "2021-03-01", plain, "* inherited", warning, subject=name)
    record = Record("elm-root", audits=own)
    _add(owner, "elm-twice-own", root, "2022-03-01", record, "* own", warning, subject=name)
