"""An old root cross-certifies a newer one, and everything is in order.

    Alder Root CA (alder-root; e-mail and code signing; not in chrome)
      ├── Alder Network CA (alder-cross-expired)
      ├── Alder Network CA (alder-cross-revoked)
      └── Alder Network CA (alder-cross; no EKU, AKI without keyid, Audits Same as Parent)
    Alder Network CA (alder-network; self-signed, trusted by all four; the same key as the three)
      ├── Alder TLS EV CA (alder-tls; EKU serverAuth, clientAuth)
      └── Alder Mail CA (alder-mail; EKU emailProtection)

One key, four certificates. `alder-cross` says nothing of e-mail, yet it is S/MIME capable, because nothing on
its path forbids it. Its record's AKI cell is blank, so an edge drawn from AKIs misses it. It inherits all its
audits, the S/MIME BR audit too: claimed. Apple trusts only the old root for code signing, so the newer root
is capable of that through the cross-certificate alone, by one self-signed hop at the end.
"""

from data.sample.scenario.model import Owner, Record, Said
from tests.pki import ANY_POLICY, CLIENT_AUTH, EV_POLICY, SECURE_EMAIL, SERVER_AUTH, Authority

# A year earlier, one of its twins had not expired and the other was not revoked.
AS_THE_THIRD: Said = {
    "tls": "* no_trusted_path",
    "email": "amz Standard=inherited; * no_trusted_path",
    "code": "a -; m inherited; * no_trusted_path",
    "ev": "* no_trusted_path",
}
KINDS = ("Standard", "NetSec", "TLS BR", "TLS EVG", "Code Signing", "S/MIME BR")


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Alder Trust Example", "A", "Alderland")
    old, network = owner.ca("Alder Root CA"), owner.ca("Alder Network CA")
    audits = owner.yearly(*KINDS)
    owner.add(
        "alder-root",
        old.self_signed(not_before="2002-06-11", not_after="2027-06-11", ski=False, key_usage=()),
        Record(root=True, audits=audits),
        tls="* no_trusted_path",
        email="amz own; * no_trusted_path",
        code="a -; m own; * no_trusted_path",
    )
    owner.add(
        "alder-network",
        network.self_signed(not_before="2008-10-22", not_after="2029-12-31", policies=[ANY_POLICY]),
        Record(root=True, audits=audits),
        tls="* own",
        email="amz own; * no_trusted_path",
        code="a -; m own; * no_trusted_path",
        ev="cm own; * no_trusted_path",
    )
    _cross(owner, old, network)
    _below(owner, network)
    owner.trust("alder-root", "amz", "secure_email")
    owner.trust("alder-root", "am", "code_signing")
    owner.trust("alder-network", "acmz", "server_auth")
    owner.trust("alder-network", "amz", "secure_email")
    owner.trust("alder-network", "m", "code_signing")
    owner.trust("alder-network", "cm", "ev_tls", ev_policy=EV_POLICY)
    return owner


def _cross(owner: Owner, old: Authority, network: Authority) -> None:
    owner.add(
        "alder-cross-expired",
        old.issue(network, not_before="2008-11-01", not_after="2023-11-01", aki="issuer"),
        Record("alder-root", same=True),
        everything="* expired",
        on={"2023-05-08": AS_THE_THIRD},
    )
    owner.add(
        "alder-cross-revoked",
        old.issue(network, not_before="2008-10-23", not_after="2025-12-30", aki="issuer"),
        Record("alder-root", same=True, revocation="Revoked"),
        everything="* revoked",
        on={"2023-05-08": AS_THE_THIRD},
    )
    owner.add(
        "alder-cross",
        old.issue(
            network, not_before="2008-10-22", not_after="2027-06-10", aki="issuer", policies=[ANY_POLICY]
        ),
        Record("alder-root", same=True),
        tls="* no_trusted_path",
        email="amz inherited; * no_trusted_path",
        code="a -; m inherited; * no_trusted_path",
    )


def _below(owner: Owner, network: Authority) -> None:
    owner.add(
        "alder-tls",
        network.issue(
            owner.ca("Alder TLS EV CA"),
            not_before="2019-03-01",
            not_after="2029-03-01",
            path_len=0,
            eku=[SERVER_AUTH, CLIENT_AUTH],
            policies=[EV_POLICY],
        ),
        Record("alder-network", same=True),
        tls="* inherited",
        email="amz not_capable; * no_trusted_path",
        code="am not_capable; * no_trusted_path",
        ev="cm inherited; * no_trusted_path",
    )
    owner.add(
        "alder-mail",
        network.issue(
            owner.ca("Alder Mail CA"), not_before="2019-03-02", not_after="2029-03-02", eku=[SECURE_EMAIL]
        ),
        Record("alder-network", same=True),
        tls="* not_capable",
        email="amz inherited; * no_trusted_path",
        code="am not_capable; * no_trusted_path",
        ev="cm not_capable; * no_trusted_path",
    )
