"""Relics: old formats, odd encodings, trust that has ended, anchors that constrain themselves.

Gorse 1998 Root (gorse-v1-root; version 1, trusted for TLS in all four and for e-mail in microsoft)
  └── Gorse 1999 CA (gorse-sha1; signed with SHA-1)
Gorse 1997 Root (gorse-v1-orphan; version 1, in no store, no record: not a CA)
GORSE ROOT CA (gorse-twin; self-signed again with the same key, its name in capitals; in no store)
Gorse Root CA (gorse-root; TLS: apple until 2025, chrome until 2024-01-01, not in microsoft (-infinity),
  │             mozilla for leaves before 2022-12-01; e-mail: apple until the day itself, microsoft, mozilla)
  ├── Gorse Case CA (gorse-case; its issuer's name is spelled in another string type; no AKI, no SKI)
  ├── Gorse Bad CRL CA (gorse-bad-crl; a malformed CRL distribution point)
  └── Gorse Short Time CA (gorse-short-time; times without seconds)
Gorse Mail Root (gorse-mail-root; an anchor with its own EKU emailProtection and pathLen 0)
  └── Gorse Mail Sub CA (gorse-mail-sub; below pathLen 0: no valid path)
"""

from data.sample.scenario.model import Owner, Record, Said, Told
from tests.pki import SECURE_EMAIL, SERVER_AUTH, Authority, extension, tlv

BAD_CRL = extension(
    "2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0x86, b"http://crl.gorse.example/1.crl"))))
)
OLDER, LATER = "2023-05-08", "2025-09-01"
# A year earlier chrome trusted it for TLS and apple for e-mail; at last apple no more for TLS.
ROOT_LATER: Said = {"tls": "z stale; * no_trusted_path"}
ROOT_ON: dict[str, Said] = {
    OLDER: {"tls": "acz own; * no_trusted_path", "email": "amz Standard=own; * no_trusted_path"},
    LATER: ROOT_LATER,
}
BELOW_OLDER = "acz inherited; * no_trusted_path"
CASE_ON: dict[str, Said] = {
    OLDER: {"tls": BELOW_OLDER, "email": "amz Standard=inherited; * no_trusted_path"},
    LATER: ROOT_LATER,
}
ODD_ON: dict[str, Said] = {
    OLDER: {"tls": BELOW_OLDER, "email": "amz not_capable; * no_trusted_path"},
    LATER: ROOT_LATER,
}
TLS_BY_ROOT, NO_MAIL = "az inherited; * no_trusted_path", "mz not_capable; * no_trusted_path"


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Gorse Relics Example", "G", "Gorseland")
    _version_1(owner)
    root = owner.ca("Gorse Root CA")
    record = Record(root=True, audits=owner.yearly("Standard", "NetSec", "TLS BR", "S/MIME BR"))
    answers: Told = {
        "tls": "az own; * no_trusted_path",
        "email": "mz own; * no_trusted_path",
        "on": ROOT_ON,
    }
    owner.add(
        "gorse-root", root.self_signed(not_before="2011-01-01", not_after="2036-01-01"), record, **answers
    )
    owner.add(
        "gorse-twin",
        root.self_signed(not_before="2012-01-01", not_after="2037-01-01", spelling="loud"),
        record,
        **answers,
    )
    _below_root(owner, root)
    _mail(owner)
    _trust(owner)
    return owner


def _trust(owner: Owner) -> None:
    owner.trust("gorse-v1-root", "acmz", "server_auth")
    owner.trust("gorse-v1-root", "m", "secure_email")
    owner.trust("gorse-root", "a", "server_auth", disabled_from="2025-01-01T00:00:00Z")
    owner.trust("gorse-root", "c", "server_auth", disabled_from="2024-01-01T00:00:00Z")
    owner.trust(
        "gorse-root", "m", "server_auth", disabled_from="-infinity", notbefore_until="2019-02-01T00:00:00Z"
    )
    owner.trust("gorse-root", "z", "server_auth", notbefore_until="2022-11-30T23:59:59Z")
    owner.trust("gorse-root", "a", "secure_email", disabled_from="2024-05-08T00:00:00Z")
    owner.trust("gorse-root", "mz", "secure_email")
    owner.trust("gorse-mail-root", "m", "server_auth")
    owner.trust("gorse-mail-root", "mz", "secure_email")


def _version_1(owner: Owner) -> None:
    first = owner.ca("Gorse 1998 Root")
    owner.add(
        "gorse-v1-root",
        first.self_signed(not_before="1998-01-29", not_after="2028-08-01", version=1),
        Record(root=True, audits=owner.yearly("Standard", "NetSec", "TLS BR", "S/MIME BR")),
        tls="* own",
        email="m own; * no_trusted_path",
    )
    owner.add(
        "gorse-sha1",
        first.issue(owner.ca("Gorse 1999 CA"), not_before="1999-01-01", not_after="2027-01-01", sha1=True),
        Record("gorse-v1-root", same=True),
        tls="* inherited",
        email="m inherited; * no_trusted_path",
    )
    owner.add(
        "gorse-v1-orphan",
        owner.ca("Gorse 1997 Root").self_signed(not_before="1997-01-01", not_after="2027-01-01", version=1),
        everything="* not_ca",
    )


def _below_root(owner: Owner, root: Authority) -> None:
    record = Record("gorse-root", same=True)
    owner.add(
        "gorse-case",
        root.issue(
            owner.ca("Gorse Case CA"),
            not_before="2013-01-01",
            not_after="2033-01-01",
            issuer_spelling="printable",
            aki="none",
            ski=False,
        ),
        record,
        tls=TLS_BY_ROOT,
        email="mz inherited; * no_trusted_path",
        on=CASE_ON,
    )
    _odd(owner, root, record)


def _odd(owner: Owner, root: Authority, record: Record) -> None:
    owner.add(
        "gorse-bad-crl",
        root.issue(
            owner.ca("Gorse Bad CRL CA"),
            not_before="2013-02-01",
            not_after="2033-02-01",
            eku=[SERVER_AUTH],
            extra=[BAD_CRL],
        ),
        record,
        tls=TLS_BY_ROOT,
        email=NO_MAIL,
        odd=True,
        on=ODD_ON,
    )
    owner.add(
        "gorse-short-time",
        root.issue(
            owner.ca("Gorse Short Time CA"),
            not_before="2013-03-01",
            not_after="2033-03-01",
            eku=[SERVER_AUTH],
            seconds=False,
        ),
        record,
        tls=TLS_BY_ROOT,
        email=NO_MAIL,
        odd=True,
        on=ODD_ON,
    )


def _mail(owner: Owner) -> None:
    mail = owner.ca("Gorse Mail Root")
    owner.add(
        "gorse-mail-root",
        mail.self_signed(not_before="2014-01-01", not_after="2034-01-01", eku=[SECURE_EMAIL], path_len=0),
        Record(root=True, audits=owner.yearly("Standard", "NetSec", "S/MIME BR", tag="-mail")),
        tls="m not_capable; * no_trusted_path",
        email="mz own; * no_trusted_path",
    )
    owner.add(
        "gorse-mail-sub",
        mail.issue(
            owner.ca("Gorse Mail Sub CA"), not_before="2015-01-01", not_after="2033-01-01", eku=[SECURE_EMAIL]
        ),
        Record("gorse-mail-root", same=True),
        everything="* no_trusted_path",
    )
