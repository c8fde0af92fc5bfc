"""Audits Same as Parent, followed where it leads.

Damson Root CA (damson-root; TLS in all four)
  ├── Damson Root X (damson-x-cross)
  │   Damson Root X (damson-x-root; self-signed, in no store, its record has no audit at all)
  │     ├── Damson X1 CA (damson-x1; record's parent damson-x-root: the chain ends at nothing)
  │     ├── Damson X2 CA (damson-x2; record's parent damson-x-cross: inherits)
  │     └── Damson X3 CA (damson-x3; as damson-x1, but younger than the owner's audits: pending)
  ├── Damson East CA (damson-east)
  │     └── Damson West CA (damson-west-by-east; record's parent damson-east-by-west)
  ├── Damson West CA (damson-west)
  │     └── Damson East CA (damson-east-by-west; record's parent damson-west-by-east: a cycle)
  ├── Damson Orphan CA (damson-orphan; the parent record is not in the report)
  ├── Damson Stray CA (damson-stray; the parent record is of a CA that did not issue it)
  ├── Damson Mixed CA (damson-mixed; own TLS BR audit, the rest inherited)
  ├── Damson Paper CA (damson-paper-lost; the same key; a record and no PEM)
  └── Damson Paper CA (damson-paper)
        └── Damson Paper Web CA (damson-paper-web; inherits through the record without PEM)
"""

from data.sample.scenario.model import Audits, Owner, Record, Said
from tests.pki import SERVER_AUTH, Authority

# No period on record to date the rules by: the day itself does, and NetSec is asked for.
LATER = "2025-09-01"
NO_NETSEC: dict[str, Said] = {LATER: {"tls": "* broken_inheritance, NetSec=broken_inheritance"}}


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Damson Digital Example", "D", "Damsonland")
    root = owner.ca("Damson Root CA")
    audits = owner.yearly("Standard", "NetSec", "TLS BR")
    owner.add(
        "damson-root",
        root.self_signed(not_before="2012-01-01", not_after="2037-01-01"),
        Record(root=True, audits=audits),
        tls="* own",
        email="* no_trusted_path",
    )
    _root_x(owner, root)
    _cycle(owner, root)
    _strays(owner, root, audits)
    _paper(owner, root)
    owner.trust("damson-root", "acmz", "server_auth")
    return owner


def _add(
    owner: Owner, issuer: Authority, subject: str, label: str, since: str, record: Record, tls: str
) -> None:
    """Add a CA for TLS only, valid for six years, of an owner whose root is trusted for TLS only.

    A way up that leads to no audit leads to none of any kind; what waits for the owner's next audit waits in
    vain.
    """
    certificate = issuer.issue(
        owner.ca(subject),
        not_before=since,
        not_after=f"{int(since[:4]) + 6}{since[4:]}",
        eku=[SERVER_AUTH],
    )
    on = NO_NETSEC if tls in ("* broken_inheritance", "* issued_after_period") else {}
    owner.add(label, certificate, record, tls=tls, email="* no_trusted_path", on=on)


def _root_x(owner: Owner, root: Authority) -> None:
    x = owner.ca("Damson Root X")
    owner.add(
        "damson-x-root",
        x.self_signed(not_before="2022-02-01", not_after="2047-02-01"),
        Record(root=True),
        tls="* no_audit_record",
        email="* no_trusted_path",
        on={LATER: {"tls": "* no_audit_record, NetSec=no_audit_record"}},
    )
    _add(
        owner,
        root,
        x.common_name,
        "damson-x-cross",
        "2022-02-01",
        Record("damson-root", same=True),
        "* inherited",
    )
    from_root, from_cross = Record("damson-x-root", same=True), Record("damson-x-cross", same=True)
    _add(owner, x, "Damson X1 CA", "damson-x1", "2022-03-01", from_root, "* broken_inheritance")
    _add(owner, x, "Damson X2 CA", "damson-x2", "2022-03-01", from_cross, "* inherited")
    _add(owner, x, "Damson X3 CA", "damson-x3", "2024-04-15", from_root, "* issued_after_period")


def _cycle(owner: Owner, root: Authority) -> None:
    east, west = owner.ca("Damson East CA"), owner.ca("Damson West CA")
    plain = Record("damson-root", same=True)
    _add(owner, root, east.common_name, "damson-east", "2020-01-01", plain, "* inherited")
    _add(owner, root, west.common_name, "damson-west", "2020-01-01", plain, "* inherited")
    by_west, by_east = Record("damson-west-by-east", same=True), Record("damson-east-by-west", same=True)
    _add(owner, west, east.common_name, "damson-east-by-west", "2021-01-01", by_west, "* broken_inheritance")
    _add(owner, east, west.common_name, "damson-west-by-east", "2021-01-01", by_east, "* broken_inheritance")


def _strays(owner: Owner, root: Authority, audits: Audits) -> None:
    orphan, stray = Record("damson-missing", same=True), Record("damson-x-cross", same=True)
    mixed = Record("damson-root", same=True, audits=owner.yearly("TLS BR", tag="-mixed"))
    _add(owner, root, "Damson Orphan CA", "damson-orphan", "2021-02-01", orphan, "* broken_inheritance")
    _add(owner, root, "Damson Stray CA", "damson-stray", "2021-03-01", stray, "* broken_inheritance")
    _add(owner, root, "Damson Mixed CA", "damson-mixed", "2021-04-01", mixed, "* inherited, TLS BR=own")


def _paper(owner: Owner, root: Authority) -> None:
    paper = owner.ca("Damson Paper CA")
    plain = Record("damson-root", same=True)
    _add(owner, root, paper.common_name, "damson-paper", "2021-05-01", plain, "* inherited")
    owner.add(
        "damson-paper-lost",
        root.issue(paper, not_before="2020-05-01", not_after="2026-05-01", eku=[SERVER_AUTH]),
        plain,
        tls="* inherited",
        email="* no_trusted_path",
        pem=False,
    )
    below = Record("damson-paper-lost", same=True)
    _add(owner, paper, "Damson Paper Web CA", "damson-paper-web", "2022-05-01", below, "* inherited")
