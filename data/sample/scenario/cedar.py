"""TLS and EV: policies, path lengths and name constraints below one root.

Cedar Root CA (cedar-root; TLS in all four; EV in chrome for 2.23.140.1.1, in microsoft for Cedar's OID)
  ├── Cedar EV CA (cedar-ev; policy 2.23.140.1.1)
  ├── Cedar EV Own OID CA (cedar-ev-own-oid; Cedar's OID only: EV capable in microsoft, not in chrome)
  ├── Cedar EV Late CA (cedar-ev-late; EV capable, own audits without TLS EVG: wrong_kind)
  ├── Cedar Plain CA (cedar-plain; no policies, so not EV capable; pathLen 0)
  │     └── Cedar Deep CA (cedar-deep; below pathLen 0: no valid path)
  ├── Cedar Customer CA (cedar-customer; name constraints, complete: exempt but in chrome)
  │     └── Cedar Customer Web CA (cedar-customer-web; constrained through its only issuer)
  ├── Cedar Partner CA (cedar-partner; name constraints, complete, and defeated by its twin)
  ├── Cedar Partner CA (cedar-partner-open; the same name and key, no constraints)
  │     └── Cedar Partner Web CA (cedar-partner-web; one of its two paths is open: not constrained)
  └── Cedar Half CA (cedar-half; permitted dNSName alone does not make it constrained)
"""

from data.sample.scenario.model import Owner, Record
from tests.pki import ANY_POLICY, DV_POLICY, EV_POLICY, SERVER_AUTH, Authority, Issued

CEDAR_EV = "1.3.6.1.4.1.99999.3.1"
CONSTRAINTS = (
    "permitted:dns:customer.example",
    "permitted:directory:Cedar Web Example",
    "excluded:ip:0.0.0.0/0",
    "excluded:ip:::/0",
)
NO_MAIL = "* no_trusted_path"


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Cedar Web Example", "C", "Cedarland")
    root = owner.ca("Cedar Root CA")
    owner.add(
        "cedar-root",
        root.self_signed(not_before="2015-01-01", not_after="2040-01-01"),
        Record(root=True, audits=owner.yearly("Standard", "NetSec", "TLS BR", "TLS EVG")),
        tls="* own",
        email=NO_MAIL,
        ev="cm own; * no_trusted_path",
    )
    _ev(owner, root)
    _customer(owner, root)
    _partner(owner, root)
    owner.trust("cedar-root", "acmz", "server_auth")
    owner.trust("cedar-root", "m", "client_auth")
    owner.trust("cedar-root", "c", "ev_tls", ev_policy=EV_POLICY)
    owner.trust("cedar-root", "m", "ev_tls", ev_policy=CEDAR_EV)
    return owner


def _web(
    issuer: Authority, subject: Authority, since: str, *policies: str, constraints: tuple[str, ...] = ()
) -> Issued:
    until = f"{int(since[:4]) + 12}{since[4:]}"
    if constraints:
        return issuer.issue(
            subject,
            not_before=since,
            not_after=until,
            eku=[SERVER_AUTH],
            policies=policies,
            constraints=constraints,
        )
    return issuer.issue(subject, not_before=since, not_after=until, eku=[SERVER_AUTH], policies=policies)


def _ev(owner: Owner, root: Authority) -> None:
    owner.add(
        "cedar-ev",
        _web(root, owner.ca("Cedar EV CA"), "2016-01-01", EV_POLICY),
        Record("cedar-root", same=True),
        tls="* inherited",
        email=NO_MAIL,
        ev="cm inherited; * no_trusted_path",
    )
    owner.add(
        "cedar-ev-own-oid",
        _web(root, owner.ca("Cedar EV Own OID CA"), "2016-02-01", CEDAR_EV),
        Record("cedar-root", same=True),
        tls="* inherited",
        email=NO_MAIL,
        ev="c not_capable; m inherited; * no_trusted_path",
    )
    owner.add(
        "cedar-ev-late",
        _web(root, owner.ca("Cedar EV Late CA"), "2018-02-01", DV_POLICY, EV_POLICY),
        Record("cedar-root", audits=owner.yearly("Standard", "NetSec", "TLS BR", tag="-late")),
        tls="* own",
        email=NO_MAIL,
        ev="cm own, TLS EVG=wrong_kind; * no_trusted_path",
    )
    plain = owner.ca("Cedar Plain CA")
    owner.add(
        "cedar-plain",
        root.issue(plain, not_before="2017-01-01", not_after="2029-01-01", eku=[SERVER_AUTH], path_len=0),
        Record("cedar-root", same=True),
        tls="* inherited",
        email=NO_MAIL,
        ev="cm not_capable; * no_trusted_path",
    )
    owner.add(
        "cedar-deep",
        _web(plain, owner.ca("Cedar Deep CA"), "2018-01-01", EV_POLICY),
        Record("cedar-plain", same=True),
        everything="* no_trusted_path",
    )


def _customer(owner: Owner, root: Authority) -> None:
    customer = owner.ca("Cedar Customer CA")
    owner.add(
        "cedar-customer",
        _web(root, customer, "2019-01-01", ANY_POLICY, constraints=CONSTRAINTS),
        Record("cedar-root", same=True),
        tls="c inherited; * technically_constrained",
        email=NO_MAIL,
        ev="c inherited; m technically_constrained; * no_trusted_path",
    )
    owner.add(
        "cedar-customer-web",
        _web(customer, owner.ca("Cedar Customer Web CA"), "2019-06-01", DV_POLICY),
        Record("cedar-customer", same=True),
        tls="c inherited; * technically_constrained",
        email=NO_MAIL,
        ev="cm not_capable; * no_trusted_path",
    )
    owner.add(
        "cedar-half",
        _web(root, owner.ca("Cedar Half CA"), "2019-02-01", DV_POLICY, constraints=CONSTRAINTS[:1]),
        Record("cedar-root", same=True),
        tls="* inherited",
        email=NO_MAIL,
        ev="cm not_capable; * no_trusted_path",
    )


def _partner(owner: Owner, root: Authority) -> None:
    partner = owner.ca("Cedar Partner CA")
    owner.add(
        "cedar-partner",
        _web(root, partner, "2019-03-01", DV_POLICY, constraints=CONSTRAINTS),
        Record("cedar-root", same=True),
        tls="* inherited",
        email=NO_MAIL,
        ev="cm not_capable; * no_trusted_path",
    )
    owner.add(
        "cedar-partner-open",
        _web(root, partner, "2020-03-01", DV_POLICY),
        Record("cedar-root", same=True),
        tls="* inherited",
        email=NO_MAIL,
        ev="cm not_capable; * no_trusted_path",
    )
    owner.add(
        "cedar-partner-web",
        _web(partner, owner.ca("Cedar Partner Web CA"), "2020-06-01", DV_POLICY),
        Record("cedar-partner", same=True),
        tls="* inherited",
        email=NO_MAIL,
        ev="cm not_capable; * no_trusted_path",
    )
