"""Disclosure, revocation and time: what a report does not say, and what cuts a path.

Fern Root CA (fern-root; TLS in all four, e-mail in three, code signing in microsoft)
  ├── Fern Silent CA (fern-silent; no EKU, 8 days old, no record: undisclosed)
  ├── Fern Young CA (fern-young; EKU serverAuth, 7 days old, no record: pending)
  ├── Fern Future CA (fern-future; not yet valid)
  ├── Fern Past CA (fern-past; expired on the last second of the day before)
  ├── www.fern.example (fern-leaf; not a CA)
  ├── Fern Forged CA (fern-forged; the issuer's name, another key's signature)
  ├── Fern Policy CA (fern-policy; revoked)
  │     └── Fern Policy Web CA (fern-policy-web; `Parent Cert Revoked`, its only path is cut)
  ├── Fern Bridge CA (fern-bridge-revoked; revoked)
  └── Fern Bridge CA (fern-bridge; the same key; its last second is the first of the day asked for)
        └── Fern Rescued CA (fern-rescued; `Parent Cert Revoked`, but the other path stands)
"""

from data.sample.scenario.model import Owner, Record, Said
from tests.pki import SERVER_AUTH, Authority

OLDER, SOON, LATER = "2023-05-08", "2024-06-01", "2025-09-01"
NO_MAIL, NO_CODE = "amz not_capable; * no_trusted_path", "m not_capable; * no_trusted_path"

# In the older report nothing was revoked, and the S/MIME BR audit was not asked for.
FOR_ALL: Said = {
    "tls": "* inherited",
    "email": "amz Standard=inherited; * no_trusted_path",
    "code": "m inherited; * no_trusted_path",
    "ev": "* no_trusted_path",
}
FOR_TLS: Said = {"tls": "* inherited", "email": NO_MAIL, "code": NO_CODE, "ev": "* no_trusted_path"}


def build() -> Owner:
    """Return the owner with its certificates, records, answers and trust."""
    owner = Owner("Fern Identity Example", "F", "Fernland")
    root = owner.ca("Fern Root CA")
    owner.add(
        "fern-root",
        root.self_signed(not_before="2016-01-01", not_after="2041-01-01"),
        Record(root=True, audits=owner.yearly("Standard", "NetSec", "TLS BR", "Code Signing", "S/MIME BR")),
        tls="* own",
        email="amz own; * no_trusted_path",
        code="m own; * no_trusted_path",
    )
    _undisclosed(owner, root)
    _times(owner, root)
    _not_issued(owner, root)
    _revoked(owner, root)
    _bridge(owner, root)
    owner.trust("fern-root", "acmz", "server_auth")
    owner.trust("fern-root", "amz", "secure_email")
    owner.trust("fern-root", "m", "code_signing")
    return owner


def _undisclosed(owner: Owner, root: Authority) -> None:
    owner.add(
        "fern-silent",
        root.issue(owner.ca("Fern Silent CA"), not_before="2024-04-30", not_after="2034-04-30"),
        tls="* undisclosed",
        email="amz undisclosed; * no_trusted_path",
        code="m undisclosed; * no_trusted_path",
    )
    owner.add(
        "fern-young",
        root.issue(
            owner.ca("Fern Young CA"), not_before="2024-05-01", not_after="2034-05-01", eku=[SERVER_AUTH]
        ),
        tls="* newly_issued",
        email=NO_MAIL,
        code=NO_CODE,
        # Its seven days are over, and the newest report is of the last of them.
        on={SOON: {"tls": "* report_too_old"}, LATER: {"tls": "* report_too_old"}},
    )


def _future(reason: str) -> Said:
    """Return what is said of `fern-future` once it is valid: it inherits audits, of a period before it."""
    return {
        "tls": f"* {reason}",
        "email": f"amz {reason}; * no_trusted_path",
        "code": f"m {reason}; * no_trusted_path",
        "ev": "* no_trusted_path",
    }


def _times(owner: Owner, root: Authority) -> None:
    owner.add(
        "fern-future",
        root.issue(owner.ca("Fern Future CA"), not_before="2024-06-01", not_after="2034-06-01"),
        Record("fern-root", same=True),
        everything="* not_yet_valid",
        on={SOON: _future("issued_after_period"), LATER: _future("stale")},
    )
    owner.add(
        "fern-past",
        root.issue(owner.ca("Fern Past CA"), not_before="2016-05-08", not_after="2024-05-07 23:59:59"),
        Record("fern-root", same=True),
        everything="* expired",
        on={OLDER: FOR_ALL},
    )


def _not_issued(owner: Owner, root: Authority) -> None:
    owner.add(
        "fern-leaf",
        root.issue(
            owner.ca("www.fern.example"),
            not_before="2024-01-01",
            not_after="2025-01-01",
            ca=False,
            eku=[SERVER_AUTH],
        ),
        everything="* not_ca",
    )
    owner.add(
        "fern-forged",
        root.issue(
            owner.ca("Fern Forged CA"),
            not_before="2023-07-01",
            not_after="2033-07-01",
            signer=owner.ca("Fern Forger"),
        ),
        everything="* no_trusted_path",
    )


def _revoked(owner: Owner, root: Authority) -> None:
    policy = owner.ca("Fern Policy CA")
    owner.add(
        "fern-policy",
        root.issue(policy, not_before="2017-01-01", not_after="2032-01-01"),
        Record("fern-root", same=True, revocation="Revoked"),
        everything="* revoked",
        on={OLDER: FOR_ALL},
    )
    owner.add(
        "fern-policy-web",
        policy.issue(owner.ca("Fern Policy Web CA"), not_before="2018-01-01", not_after="2031-01-01"),
        Record("fern-policy", same=True, revocation="Parent Cert Revoked"),
        everything="* no_trusted_path",
        on={OLDER: FOR_ALL},
    )


def _bridge(owner: Owner, root: Authority) -> None:
    bridge = owner.ca("Fern Bridge CA")
    owner.add(
        "fern-bridge-revoked",
        root.issue(bridge, not_before="2017-02-01", not_after="2032-02-01", eku=[SERVER_AUTH]),
        Record("fern-root", same=True, revocation="Revoked"),
        everything="* revoked",
        on={OLDER: FOR_TLS},
    )
    owner.add(
        "fern-bridge",
        root.issue(bridge, not_before="2018-05-08", not_after="2024-05-08", eku=[SERVER_AUTH]),
        Record("fern-root", same=True),
        tls="* inherited",
        email=NO_MAIL,
        code=NO_CODE,
    )
    owner.add(
        "fern-rescued",
        bridge.issue(
            owner.ca("Fern Rescued CA"), not_before="2019-02-01", not_after="2031-02-01", eku=[SERVER_AUTH]
        ),
        Record("fern-bridge-revoked", same=True, revocation="Parent Cert Revoked"),
        tls="* inherited",
        email=NO_MAIL,
        code=NO_CODE,
        # The other path ended with `fern-bridge`.
        on={day: {"everything": "* no_trusted_path"} for day in (SOON, LATER)},
    )
