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

from data.sample.scenario.model import Audit, Audits, Owner, Record, audit
from tests.pki import SERVER_AUTH, Authority, Issued

KINDS = ("Standard", "TLS BR")
# The audits of the older report were in order.
OLDER = "2023-05-08"
NO_MAIL = "* no_trusted_path"
LATE = ("TLS BR", "late_statement")


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Elm Assurance Example", "E", "Elmland")
    root = owner.ca("Elm Root CA")
    owner.add(
        "elm-root",
        root.self_signed(not_before="2014-01-01", not_after="2039-01-01"),
        Record(root=True, audits=owner.yearly("Standard", "NetSec", "TLS BR")),
        tls="* own",
        email=NO_MAIL,
    )
    _aged(owner, root)
    _odd_periods(owner, root)
    _gap(owner, root)
    _young(owner, root)
    _incomplete(owner, root)
    _twice(owner, root)
    owner.trust("elm-root", "acmz", "server_auth")
    return owner


def _web(owner: Owner, issuer: Authority, name: str, since: str) -> Issued:
    """Issue a CA for TLS only, valid for ten years."""
    until = f"{int(since[:4]) + 10}{since[4:]}"
    return issuer.issue(owner.ca(name), not_before=since, not_after=until, eku=[SERVER_AUTH])


def _aged(owner: Owner, root: Authority) -> None:
    stale = owner.yearly(*KINDS, end="2023-02-04", tag="-stale")
    due = owner.yearly(*KINDS, end="2023-02-05", tag="-due")
    late = {
        **owner.yearly("Standard", end="2023-05-09", tag="-late", statement="2023-08-09"),
        **owner.yearly("TLS BR", end="2023-05-09", tag="-late", statement="2023-08-10"),
    }
    owner.add(
        "elm-stale",
        _web(owner, root, "Elm Stale CA", "2018-01-01"),
        Record("elm-root", audits=stale, before=stale),
        tls="* stale",
        email=NO_MAIL,
        on={OLDER: {"tls": "* own"}},
    )
    warnings = [(kind, "audit_due") for kind in KINDS]
    owner.add(
        "elm-due",
        _web(owner, root, "Elm Due CA", "2018-02-01"),
        Record("elm-root", audits=due, before=due),
        tls="* own",
        email=NO_MAIL,
        warnings=warnings,
        on={
            OLDER: {"warnings": []},
            "2024-06-01": {"tls": "* stale", "warnings": []},
            "2025-09-01": {"tls": "* stale", "warnings": []},
        },
    )
    owner.add(
        "elm-late",
        _web(owner, root, "Elm Late CA", "2018-03-01"),
        Record("elm-root", audits=late),
        tls="* own",
        email=NO_MAIL,
        warnings=[LATE],
        on={
            OLDER: {"warnings": []},
            # A statement that came late stays late; a stale audit is no longer called due.
            "2024-06-01": {"warnings": [LATE, *warnings]},
        },
    )


def _odd_periods(owner: Owner, root: Authority) -> None:
    long: Audits = {
        kind: audit(f"elm-long/2024-03-31/{kind.replace(' ', '-')}", "2024-03-31", start="2022-12-01")
        for kind in KINDS
    }
    owner.add(
        "elm-long",
        _web(owner, root, "Elm Long CA", "2018-04-01"),
        Record("elm-root", audits=long),
        tls="* bad_period",
        email=NO_MAIL,
        on={OLDER: {"tls": "* own"}},
    )
    swapped = {
        **owner.yearly("Standard", end="2023-12-31", tag="-swapped"),
        "TLS BR": audit("elm-swapped/2023-12-31/TLS-BR", "2023-12-31", start="2024-01-01"),
    }
    before = owner.yearly(*KINDS, end="2022-12-31", tag="-swapped")
    record = Record("elm-root", audits=swapped, before=before)
    owner.add(
        "elm-swapped",
        _web(owner, root, "Elm Swapped CA", "2018-05-01"),
        record,
        tls="* own, TLS BR=bad_period",
        email=NO_MAIL,
        on={OLDER: {"tls": "* own"}},
    )


def _gap(owner: Owner, root: Authority) -> None:
    now = {
        kind: audit(f"elm-gap/2024-02-29/{kind.replace(' ', '-')}", "2024-02-29", start="2023-03-01")
        for kind in KINDS
    }
    before = owner.yearly(*KINDS, end="2022-12-31", tag="-gap")
    owner.add(
        "elm-gap",
        _web(owner, root, "Elm Gap CA", "2018-06-01"),
        Record("elm-root", audits=now, before=before),
        tls="* period_gap",
        email=NO_MAIL,
        on={OLDER: {"tls": "* own"}},
    )
    below = Record("elm-gap", same=True)
    owner.add(
        "elm-gap-web",
        _web(owner, owner.ca("Elm Gap CA"), "Elm Gap Web CA", "2019-06-01"),
        below,
        tls="* period_gap",
        email=NO_MAIL,
        on={OLDER: {"tls": "* inherited"}},
    )


def _young(owner: Owner, root: Authority) -> None:
    owner.add(
        "elm-new",
        _web(owner, root, "Elm New CA", "2024-04-15"),
        Record("elm-root", same=True),
        tls="* issued_after_period",
        email=NO_MAIL,
    )
    owner.add(
        "elm-new-bare",
        _web(owner, root, "Elm New Bare CA", "2024-04-20"),
        Record("elm-root"),
        tls="* issued_after_period",
        email=NO_MAIL,
        on={"2025-09-01": {"tls": "* no_audit_record, NetSec=no_audit_record"}},
    )


def _incomplete(owner: Owner, root: Authority) -> None:
    half = Record("elm-root", audits=owner.yearly("TLS BR", tag="-half"))
    owner.add(
        "elm-half",
        _web(owner, root, "Elm Half CA", "2021-01-01"),
        half,
        tls="* own, Standard=wrong_kind",
        email=NO_MAIL,
    )
    undated = {
        **owner.yearly("Standard", tag="-undated"),
        "TLS BR": Audit("https://audits.example/elm-undated/TLS-BR.pdf", None, None, None),
    }
    record = Record("elm-root", audits=undated, before=owner.yearly(*KINDS, end="2023-03-31", tag="-undated"))
    owner.add(
        "elm-undated",
        _web(owner, root, "Elm Undated CA", "2021-02-01"),
        record,
        tls="* own, TLS BR=audit_without_period",
        email=NO_MAIL,
        on={OLDER: {"tls": "* own"}},
    )


def _twice(owner: Owner, root: Authority) -> None:
    own = {**owner.yearly("TLS BR"), **owner.yearly("Standard", tag="-twice")}
    warning = ("Standard", "inconsistent_sibling")
    name = "Elm Twice CA"
    plain = Record("elm-root", same=True)
    owner.add(
        "elm-twice",
        _web(owner, root, name, "2021-03-01"),
        plain,
        tls="* inherited",
        email=NO_MAIL,
        warnings=[warning],
    )
    record = Record("elm-root", audits=own)
    owner.add(
        "elm-twice-own",
        _web(owner, root, name, "2022-03-01"),
        record,
        tls="* own",
        email=NO_MAIL,
        warnings=[warning],
    )
