"""Incidents told as small graphs, many of them in one warehouse, and what the views say of each.

    TOLD = Ecosystem()
    ROOT, ROOT_CERT = TOLD.root("Some Root", "Some owner", "mozilla:server_auth", audits())
    SUB = TOLD.sub(ROOT.issue(Authority("Some CA", "Some owner")), ROOT_CERT, SAME)

Every certificate has one record, unless it is only seen (`TOLD.seen`). Knows no verdict.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.pki import EV_POLICY, Authority, Issued
from tests.policy.lab import DAY, TRUST, Lab, ago, audits, open_lab, record, root

OLDER, NEWER = ago(372), ago(7)
MAIL_KINDS = ("Standard", "S/MIME BR")
EVERY_KIND = ("Standard", "TLS BR", "S/MIME BR")
EV_KINDS = ("Standard", "TLS BR", "TLS EVG")
NO_AUDIT: dict[str, str] = {}


class Finding(NamedTuple):
    """What a finding says, without its words."""

    reason: str
    program: str
    purpose: str
    kind: str | None
    owner: str
    severity: str


class Ecosystem:
    """The certificates, records and trust of a module's incidents."""

    def __init__(self) -> None:
        self._certificates: list[Issued] = []
        self._trust = TRUST
        self._newer: list[dict[str, str]] = []
        self._older: list[dict[str, str]] = []

    def root(self, name: str, owner: str, trust: str, cells: Mapping[str, str]) -> tuple[Authority, Issued]:
        """Tell a root with its record. `trust` is `program:purpose`, parted by blanks; `<day` for leaves."""
        authority, certificate = root(name, owner)
        self.trust(certificate, trust)
        self.record(certificate, None, owner, cells)
        self.seen(certificate)
        return authority, certificate

    def sub(
        self,
        certificate: Issued,
        parent: Issued,
        cells: Mapping[str, str],
        before: Mapping[str, str] | None = None,
    ) -> Issued:
        """Tell a certificate with its record, of its issuer's owner; `before`: the older report's cells."""
        self.record(certificate, parent, certificate.issuer.owner, cells, before)
        return self.seen(certificate)

    def seen(self, certificate: Issued) -> Issued:
        """Tell a certificate without a record."""
        self._certificates.append(certificate)
        return certificate

    def trust(self, certificate: Issued, text: str) -> None:
        """Say which programs trust a root for what; EV by the policy of the CA/Browser Forum."""
        for entry in text.split():
            program, _, rest = entry.partition(":")
            purpose, _, until = rest.partition("<")
            policy = EV_POLICY if purpose == "ev_tls" else ""
            self._trust += f"{program},{certificate.sha256},{purpose},{policy},,{until},2020-01-01\n"

    def record(
        self,
        certificate: Issued,
        parent: Issued | None,
        owner: str,
        cells: Mapping[str, str],
        before: Mapping[str, str] | None = None,
    ) -> None:
        """Add a record; the same again, with another parent, is a second one."""
        salesforce_id = f"{certificate.sha256[:12]}-{parent.sha256[:4] if parent else 'root'}"
        above = next(
            (each["Salesforce Record ID"] for each in self._newer if parent and _is_of(each, parent)), ""
        )
        row = record(certificate, salesforce_id, above, owner, **cells)
        self._newer.append(row)
        self._older.append(row | dict(before or {}))

    @contextmanager
    def open(self, folder: Path, *, with_older: bool = False) -> Iterator[Lab]:
        """Open a lab that holds it all: the report of a week before DAY, or that of a year before too."""
        with open_lab(folder) as lab:
            lab.certificates(*self._certificates)
            lab.file(self._trust, "2020-01-01")
            if with_older:
                lab.report(OLDER, *self._older)
            lab.report(NEWER, *self._newer)
            yield lab


def _is_of(row: Mapping[str, str], certificate: Issued) -> bool:
    return row["SHA-256 Fingerprint"] == certificate.sha256.upper()


def ca(name: str, issuer: Authority) -> Authority:
    """Return a new CA of its issuer's owner."""
    return Authority(name, issuer.owner)


def letter(name: str, *kinds: str) -> dict[str, str]:
    """Return audit cells of the usual period that point to a letter of its own."""
    return audits(kinds, url=f"https://audits.example/{name}.pdf")


def said(lab: Lab, certificate: Issued, day: str = DAY) -> set[Finding]:
    """Return all that is found about a certificate."""
    return {
        Finding(
            each.reason, each.root_program, each.purpose, each.audit_kind, each.owner or "", each.severity
        )
        for each in lab.findings(certificate, day)
    }


def witness(lab: Lab, certificate: Issued, purpose: str, program: str = "mozilla") -> list[str]:
    """Return the fingerprints on the path that puts a certificate in scope, the anchor first."""
    rows = lab.query(
        "SELECT member.sha256 FROM scope_state AS state"
        " JOIN path_certificate AS member ON member.path_id = state.witness_path_id"
        f" WHERE state.sha256 = '{certificate.sha256}' AND state.root_program = '{program}'"
        f" AND state.purpose = '{purpose}' AND state.in_scope ORDER BY member.position"
    )
    return [sha256 for (sha256,) in rows]


def verdicts(
    lab: Lab, certificate: Issued, purpose: str, *kinds: str, program: str = "mozilla"
) -> dict[str, str]:
    """Return verdict and reason for each kind."""
    return {kind: lab.verdict(certificate, kind, program, purpose) for kind in kinds}
