"""A small ecosystem of a test's own, and what the views say of it as of a day.

Certificates come from `tests.pki`, records and trust as files of stated days, through ingest and analysis
as ever. Knows no verdict.

    with open_lab(tmp_path) as lab:
        lab.certificates(ROOT_CERT, sub)
        lab.trust("mozilla", ROOT_CERT)
        lab.report("2024-05-01", record(ROOT_CERT, "R", **audits()), record(sub, "S", "R", **SAME))
        assert lab.verdict(sub, "TLS BR") == "claimed inherited"
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Unpack

import duckdb

from cagraph.analysis import analyze
from cagraph.audit.document import format_of, read_document
from cagraph.audit.pdf import Unreadable
from cagraph.audit.statement import read_pages, unreadable
from cagraph.ingest import ingest
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.day import Day
from cagraph.warehouse.load import store_fetch
from cagraph.warehouse.statements import store_statements
from tests.made_once import empty_warehouse
from tests.pki import Authority, Issued, Options
from tests.sources.ccadb_files import V5, table

DAY = "2024-05-08"
TRUST = "root_program,sha256,purpose,ev_policy_oid,disabled_from,notbefore_until,as_of\n"
SAME = {"Audits Same as Parent": "True"}
REVOKED = {"Revocation Status": "Revoked"}
TLS_KINDS = ("Standard", "TLS BR")
ALL_KINDS = (*TLS_KINDS, "NetSec", "S/MIME BR", "TLS EVG", "Code Signing", "VMC")

ROOT = Authority("Lab Root", owner="Own")
ROOT_CERT = ROOT.self_signed(not_before="2010-01-01", not_after="2040-01-01")

Key = tuple[str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Covered:
    """One row of the view `coverage`."""

    verdict: str
    reason: str
    severity: str | None
    also: list[str]
    detail: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """One row of the view `finding`."""

    finding_id: str
    reason: str
    severity: str
    verdict: str
    root_program: str
    purpose: str
    audit_kind: str | None
    owner: str | None
    detail: str


def ago(days: int, day: str = DAY) -> str:
    """Return the date so many days before a day; a negative number looks ahead."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def root(name: str, owner: str, **options: Unpack[Options]) -> tuple[Authority, Issued]:
    """Return another root, of 2010 to 2040."""
    authority = Authority(name, owner=owner)
    options.setdefault("not_before", "2010-01-01")
    options.setdefault("not_after", "2040-01-01")
    return authority, authority.self_signed(**options)


def child(
    name: str, issuer: Authority = ROOT, owner: str = "Own", **options: Unpack[Options]
) -> tuple[Authority, Issued]:
    """Return a new CA and the certificate that `issuer` gave it, of 2015 to 2035 if nothing else is said."""
    authority = Authority(name, owner=owner)
    options.setdefault("not_before", "2015-01-01")
    options.setdefault("not_after", "2035-01-01")
    return authority, issuer.issue(authority, **options)


def audits(
    kinds: Iterable[str] = TLS_KINDS,
    start: str = "2023-04-01",
    end: str = "2024-03-31",
    stated: str = "2024-05-01",
    url: str = "https://audits.example/letter.pdf",
) -> dict[str, str]:
    """Return the audit cells of a record: the same letter for each of the kinds."""
    cells = {
        "URL": url,
        "Type": "WebTrust",
        "Statement Date": stated,
        "Period Start Date": start,
        "Period End Date": end,
    }
    return {f"{kind} Audit {cell}": value for kind in kinds for cell, value in cells.items()}


def record(
    certificate: Issued | str, salesforce_id: str, parent: str = "", owner: str = "Own", **cells: str
) -> dict[str, str]:
    """Return a CCADB record; without a parent it is a root's. Cells whose name has a blank: by `**{}`."""
    sha256 = certificate if isinstance(certificate, str) else certificate.sha256
    return {
        "CA Owner": owner,
        "Salesforce Record ID": salesforce_id,
        "Parent Salesforce Record ID": parent,
        "Certificate Record Type": "Intermediate Certificate" if parent else "Root Certificate",
        "SHA-256 Fingerprint": sha256.upper(),
        "Revocation Status": "Not Revoked",
        "Audits Same as Parent": "False",
    } | cells


class Lab:
    """One warehouse, filled step by step.

    It is analysed when it is first asked after new certificates or trust; records only matter to the views.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, *, analysed: bool) -> None:
        self.connection = connection
        self._folder = folder
        self._files = 0
        self._stale = not analysed
        self._coverage: dict[str, dict[Key, Covered]] = {}
        self._days: dict[str, Day] = {}

    def certificates(self, *issued: Issued) -> None:
        """Load certificates, from nowhere in particular."""
        self._take("pem", "\n".join(each.pem for each in issued) + "\n", DAY)

    def pem_report(self, day: str, *issued: Issued) -> None:
        """Load certificates by CCADB's report of PEMs."""
        lines = [f"{each.sha256.upper()},\"'{each.pem}'\"\n" for each in issued]
        self._take("csv", "SHA-256 Fingerprint,X.509 Certificate (PEM)\n" + "".join(lines), day)

    def trust(self, program: str, anchor: Issued, *purposes: str, day: str = "2020-01-01") -> None:
        """Load one program's store of a day: a root, for server_auth if no purpose is given.

        `ev_tls` stands with the policy `1.2.3.4`.
        """
        self.store(program, [(anchor, purpose) for purpose in purposes or ("server_auth",)], day=day)

    def store(self, program: str, rows: Sequence[tuple[Issued, str]], day: str = "2020-01-01") -> None:
        """Load one program's store of a day, of several roots."""
        lines = [
            f"{program},{anchor.sha256},{purpose},{'1.2.3.4' if purpose == 'ev_tls' else ''},,,{day}\n"
            for anchor, purpose in rows
        ]
        self._take("csv", TRUST + "".join(lines), day)

    def report(self, day: str, *rows: dict[str, str], complete: bool = True) -> None:
        """Load CCADB records as a complete report of a day, or as a slice."""
        stale = self._stale
        self._take("csv", table(V5, *rows), day, completeness="complete" if complete else "slice")
        self._stale = stale

    def letter(self, url: str, body: bytes, day: str = DAY) -> None:
        """Load a document as what stood at an audit URL on a day; read as ever, in this process."""
        kind = format_of(body)
        try:
            statement = read_pages(body, kind, list(read_document(body)))
        except Unreadable as problem:
            statement = unreadable(body, str(problem), kind)
        fetch_id = store_fetch(self.connection, url, (statement.body_sha256, len(body)), source="audits")
        self.connection.execute(
            "UPDATE fetched SET fetched_at = ? WHERE fetch_id = ?", [date.fromisoformat(day), fetch_id]
        )
        store_statements(self.connection, [statement])
        self.forget()

    def file(self, text: str, day: str = DAY) -> None:
        """Load a file as it is."""
        self._take("csv", text, day)

    def query(self, sql: str, day: str = DAY) -> list[tuple[Any, ...]]:
        """Return what a query says as of a day."""
        if self._stale:
            analyze(self.connection)
            self._stale = False
            self.forget()
        self.connection.execute("SET VARIABLE as_of = ?", [date.fromisoformat(day)])
        if day not in self._days:
            self._days[day] = Day(self.connection, date.fromisoformat(day))
        return self._days[day].ready_for(sql).execute(sql).fetchall()

    def coverage(
        self,
        certificate: Issued,
        kind: str | None = "Standard",
        program: str = "mozilla",
        purpose: str = "server_auth",
        day: str = DAY,
    ) -> Covered:
        """Return the row of `coverage`; kind None asks for what is said where no record is."""
        if day not in self._coverage:
            rows = self.query(
                "SELECT sha256, root_program, purpose, audit_kind,"
                " verdict, reason, severity, also, detail, since FROM coverage",
                day,
            )
            found: dict[Key, Covered] = {}
            for row in rows:
                assert row[:4] not in found, f"two verdicts for {row[:4]}"
                found[row[:4]] = Covered(*row[4:])
            self._coverage[day] = found
        return self._coverage[day][(certificate.sha256, program, purpose, kind)]

    def verdict(
        self,
        certificate: Issued,
        kind: str | None = "Standard",
        program: str = "mozilla",
        purpose: str = "server_auth",
        day: str = DAY,
    ) -> str:
        """Return verdict and reason in one: `gap undisclosed`."""
        row = self.coverage(certificate, kind, program, purpose, day)
        return f"{row.verdict} {row.reason}"

    def state(
        self, certificate: Issued, program: str = "mozilla", purpose: str = "server_auth", day: str = DAY
    ) -> str:
        """Return `in scope`, or why a certificate is not."""
        [[reason]] = self.query(
            f"SELECT coalesce(out_reason, 'in scope') FROM scope_state WHERE sha256 = '{certificate.sha256}'"
            f" AND root_program = '{program}' AND purpose = '{purpose}'",
            day,
        )
        return str(reason)

    def findings(self, certificate: Issued | None = None, day: str = DAY) -> list[Found]:
        """Return the findings about a certificate, or all."""
        rows = self.query(
            "SELECT finding_id, reason, severity, verdict, root_program, purpose, audit_kind, owner, detail"
            " FROM finding" + (f" WHERE sha256 = '{certificate.sha256}'" if certificate else ""),
            day,
        )
        return [Found(*row) for row in rows]

    def reasons(self, certificate: Issued, day: str = DAY) -> set[str]:
        """Return the reasons of every finding about a certificate, each said once."""
        return {found.reason for found in self.findings(certificate, day)}

    def notes(self, day: str = DAY) -> list[str]:
        """Return what `knowledge` says."""
        return [note for (note,) in self.query("SELECT note FROM knowledge", day)]

    def _take(self, suffix: str, text: str, day: str, completeness: str | None = None) -> None:
        self._files += 1
        path = self._folder / f"{self._files}.{suffix}"
        path.write_text(text, encoding="utf-8")
        ingest(self.connection, [path], dated=date.fromisoformat(day), completeness=completeness)
        self._stale = True
        self.forget()

    def forget(self) -> None:
        """Forget what was answered: the facts have changed."""
        self._coverage.clear()
        while self._days:
            self._days.popitem()[1].connection.close()


@contextmanager
def open_lab(folder: Path, copy_of: Path | None = None) -> Iterator[Lab]:
    """Open an empty lab in a folder, or a copy of the one in another folder, closed and asked before."""
    if copy_of:
        shutil.copy(copy_of / "lab.duckdb", folder)
    else:
        (folder / "lab.duckdb").write_bytes(empty_warehouse())
    with open_warehouse(folder / "lab.duckdb", write=True) as connection:
        yield Lab(connection, folder, analysed=copy_of is not None)
