"""E-mail and code signing: a root made S/MIME capable by another, two records for one certificate.

    Hazel Mail Root (hazel-mail-root; e-mail in three, code signing in apple and microsoft)
      ├── Hazel TLS Root (hazel-cross; no EKU)
      ├── Hazel Double CA (hazel-double; a Root record without audits, an Intermediate record that inherits)
      ├── Hazel Code CA (hazel-code; EKU codeSigning)
      ├── Hazel Bound Code CA (hazel-bound-code; name constraints exempt nobody from a code signing audit)
      └── Juniper Mail CA (hazel-juniper; run by Juniper Mail Example, with audits of its own)
    Hazel TLS Root (hazel-tls-root; self-signed, TLS in all four, no e-mail bit, no S/MIME BR audit)

No store trusts `hazel-tls-root` for e-mail, but `hazel-cross` makes its CA S/MIME and code signing capable:
wrong_kind for both, on the self-signed certificate, whose own record lacks these audits.
"""

from data.sample.scenario.model import Owner, Record, Told
from tests.pki import CODE_SIGNING, SECURE_EMAIL, Authority

NO_TLS, NO_CODE = "* no_trusted_path", "am not_capable; * no_trusted_path"
CODE_ONLY: Told = {
    "tls": "* no_trusted_path",
    "email": "amz not_capable; * no_trusted_path",
    "code": "a -; m inherited; * no_trusted_path",
}


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Hazel Signing Example", "H", "Hazelland")
    mail, web = owner.ca("Hazel Mail Root"), owner.ca("Hazel TLS Root")
    owner.add(
        "hazel-mail-root",
        mail.self_signed(not_before="2013-01-01", not_after="2038-01-01"),
        Record(root=True, audits=owner.yearly("Standard", "NetSec", "Code Signing", "S/MIME BR")),
        tls="* no_trusted_path",
        email="amz own; * no_trusted_path",
        code="a -; m own; * no_trusted_path",
    )
    owner.add(
        "hazel-tls-root",
        web.self_signed(not_before="2018-01-01", not_after="2043-01-01"),
        Record(root=True, audits=owner.yearly("Standard", "NetSec", "TLS BR")),
        tls="* own",
        email="amz own, S/MIME BR=wrong_kind; * no_trusted_path",
        code="a -; m own, Code Signing=wrong_kind; * no_trusted_path",
    )
    owner.add(
        "hazel-cross",
        mail.issue(web, not_before="2018-01-01", not_after="2037-01-01"),
        Record("hazel-mail-root", same=True),
        tls="* no_trusted_path",
        email="amz inherited; * no_trusted_path",
        code="a -; m inherited; * no_trusted_path",
    )
    _mail(owner, mail)
    _code(owner, mail)
    owner.trust("hazel-mail-root", "amz", "secure_email")
    owner.trust("hazel-mail-root", "am", "code_signing")
    owner.trust("hazel-tls-root", "acmz", "server_auth")
    return owner


def _mail(owner: Owner, mail: Authority) -> None:
    owner.add(
        "hazel-double",
        mail.issue(
            owner.ca("Hazel Double CA"), not_before="2019-01-01", not_after="2034-01-01", eku=[SECURE_EMAIL]
        ),
        Record("hazel-mail-root", same=True),
        Record(root=True),
        email="amz inherited; * no_trusted_path",
        tls=NO_TLS,
        code=NO_CODE,
        warnings=[("Standard", "records_disagree"), ("S/MIME BR", "records_disagree")],
        # Without the S/MIME BR audit nothing is said of it; once both records lead to a gap, they agree.
        on={"2023-05-08": {"warnings": [("Standard", "records_disagree")]}, "2025-09-01": {"warnings": []}},
    )
    owner.add(
        "hazel-juniper",
        mail.issue(
            Authority("Juniper Mail CA", "Juniper Mail Example"),
            not_before="2020-01-01",
            not_after="2030-01-01",
            eku=[SECURE_EMAIL],
        ),
        Record(
            "hazel-mail-root",
            audits=owner.yearly("Standard", "NetSec", "S/MIME BR", tag="-juniper"),
            operator="Juniper Mail Example",
        ),
        email="amz own; * no_trusted_path",
        tls=NO_TLS,
        code=NO_CODE,
    )


def _code(owner: Owner, mail: Authority) -> None:
    record = Record("hazel-mail-root", same=True)
    owner.add(
        "hazel-code",
        mail.issue(
            owner.ca("Hazel Code CA"), not_before="2021-01-01", not_after="2031-01-01", eku=[CODE_SIGNING]
        ),
        record,
        **CODE_ONLY,
    )
    owner.add(
        "hazel-bound-code",
        mail.issue(
            owner.ca("Hazel Bound Code CA"),
            not_before="2021-02-01",
            not_after="2031-02-01",
            eku=[CODE_SIGNING],
            constraints=["permitted:directory:Hazel Signing Example", "permitted:email:hazel.example"],
        ),
        record,
        **CODE_ONLY,
    )
