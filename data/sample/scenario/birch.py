"""The same graph as Alder's, and the parent's record has no S/MIME BR audit: the incident itself.

    Birch Root CA (birch-root; TLS and e-mail; not in chrome; no S/MIME BR audit)
      └── Birch Network CA (birch-cross; no EKU, AKI without keyid, Audits Same as Parent)
    Birch Network CA (birch-network; self-signed, trusted by all four; own S/MIME BR audit)
      ├── Birch Mail CA (birch-mail; its record's parent is birch-cross)
      ├── Birch Old Mail CA (birch-old-mail; own audit, its period ends on 2023-10-30)
      └── Birch Staff Mail CA (birch-staff-mail; name constraints on rfc822Name and directoryName)

The self-signed `birch-network` is covered; the cross-certificate of the same key is not, because it inherits
from `birch-root`: wrong_kind. CCADB's own column says that it is not S/MIME capable. So it goes with
`birch-mail`, issued by the same key: audits are inherited along the one declared parent. No S/MIME BR audit
is asked of `birch-old-mail`, as only periods that end after 2023-10-30 need one.
"""

from data.sample.scenario.model import Owner, Record
from tests.pki import CLIENT_AUTH, SECURE_EMAIL


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Birch Certification Example", "B", "Birchland")
    old, network = owner.ca("Birch Root CA"), owner.ca("Birch Network CA")
    plain = owner.yearly("Standard", "NetSec", "TLS BR")
    owner.add(
        "birch-root",
        old.self_signed(not_before="2004-02-01", not_after="2030-02-01"),
        Record(root=True, audits=plain),
        tls="amz own; * no_trusted_path",
        email="amz own, S/MIME BR=wrong_kind; * no_trusted_path",
    )
    owner.add(
        "birch-network",
        network.self_signed(not_before="2010-05-03", not_after="2035-05-03"),
        Record(root=True, audits={**plain, **owner.yearly("S/MIME BR")}),
        tls="* own",
        email="amz own; * no_trusted_path",
    )
    owner.add(
        "birch-cross",
        old.issue(network, not_before="2010-05-03", not_after="2029-12-31", aki="issuer"),
        Record("birch-root", same=True, cells={"S/MIME Capable": "False"}),
        tls="amz inherited; * no_trusted_path",
        email="amz inherited, S/MIME BR=wrong_kind; * no_trusted_path",
    )
    _mail(owner)
    owner.trust("birch-root", "amz", "server_auth", "secure_email")
    owner.trust("birch-network", "acmz", "server_auth")
    owner.trust("birch-network", "amz", "secure_email")
    return owner


def _mail(owner: Owner) -> None:
    network = owner.ca("Birch Network CA")
    owner.add(
        "birch-mail",
        network.issue(
            owner.ca("Birch Mail CA"), not_before="2020-09-01", not_after="2030-09-01", eku=[SECURE_EMAIL]
        ),
        Record("birch-cross", same=True),
        tls="* not_capable",
        email="amz inherited, S/MIME BR=wrong_kind; * no_trusted_path",
    )
    owner.add(
        "birch-old-mail",
        network.issue(
            owner.ca("Birch Old Mail CA"), not_before="2015-09-01", not_after="2025-09-01", eku=[SECURE_EMAIL]
        ),
        Record("birch-network", audits=owner.yearly("Standard", end="2023-10-30", tag="-old-mail")),
        tls="* not_capable",
        email="amz Standard=own; * no_trusted_path",
    )
    owner.add(
        "birch-staff-mail",
        network.issue(
            owner.ca("Birch Staff Mail CA"),
            not_before="2021-01-01",
            not_after="2031-01-01",
            eku=[SECURE_EMAIL, CLIENT_AUTH],
            constraints=["permitted:email:birch.example", "permitted:directory:Birch Staff"],
        ),
        Record("birch-network", same=True),
        tls="* not_capable",
        email="amz technically_constrained; * no_trusted_path",
    )
