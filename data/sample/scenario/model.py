"""The words in which the sample is told: owners, certificates, records, audits, trust and answers.

Holds no rule of coverage. An answer is what the author of a certificate declared beside it; this module
only reads the short notation:

    tls="* inherited"                          every program, every required kind: claimed, inherited
    email="amz own, S/MIME BR=wrong_kind; * no_trusted_path"
    code="a -; m Standard=own; * no_trusted_path"

A clause names programs by letter (a apple, c chrome, m microsoft, z mozilla, * all not named before) and
then reasons: a bare one for every required kind, `Kind=reason` for one kind; `-` is `not_required`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypedDict, Unpack

from tests.pki import Authority, Issued

PROGRAMS = {"a": "apple", "c": "chrome", "m": "microsoft", "z": "mozilla"}
REQUIRED = {
    "server_auth": ("Standard", "TLS BR"),
    "secure_email": ("Standard", "S/MIME BR"),
    "code_signing": ("Standard", "Code Signing"),
    "ev_tls": ("Standard", "TLS BR", "TLS EVG"),
}
REASONS = {
    "out": (
        "not_ca", "expired", "not_yet_valid", "revoked", "no_trusted_path", "not_capable",
        "not_required", "technically_constrained",
    ),
    "gap": (
        "undisclosed", "no_audit_record", "wrong_kind", "broken_inheritance", "stale", "bad_period",
        "period_gap",
    ),
    "pending": ("newly_issued", "issued_after_period"),
    "unknown": ("audit_without_period", "ev_trust_not_loaded"),
    "claimed": ("own", "inherited"),
}  # fmt: skip
VERDICT = {reason: verdict for verdict, reasons in REASONS.items() for reason in reasons}
WHOLE = {*REASONS["out"], "ev_trust_not_loaded", "undisclosed", "newly_issued"}
"""Reasons that hold for the certificate as a whole, whatever the kind of audit."""


@dataclass(frozen=True)
class Answer:
    """What is true of one certificate for one program and purpose; `kind` is blank where it says nothing."""

    program: str
    purpose: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Audit:
    """The cells of one kind of audit in one record."""

    url: str
    start: date | None
    end: date | None
    statement: date | None

    def year_before(self) -> "Audit":
        """Return the audit that this one follows without a gap."""
        if self.start is None:
            raise ValueError("an audit without a period follows none")
        end = self.start - timedelta(days=1)
        return Audit(self.url.replace(".pdf", "-before.pdf"), year_from(end), end, end + timedelta(days=22))


class Told(TypedDict, total=False):
    """What is told of a certificate beside its records.

    `everything` is one answer for all purposes. Without it, `tls` and `email` are needed; `code` and `ev`
    are `* no_trusted_path` unless told, as most roots of the sample are trusted for neither.
    """

    everything: str
    tls: str
    email: str
    code: str
    ev: str
    warnings: Sequence[tuple[str, str]]
    pem: bool
    odd: bool


Audits = Mapping[str, Audit]

FIRST = {"S/MIME BR": ("2023-09-02", "2024-03-31"), "NetSec": ("2023-10-01", "2024-04-15")}
"""The kinds that the sample's owners had audited for the first time, and the periods of that.

The NetSec period is the latest of every record that has one: it ends after 2023-10-30 and starts after
2023-09-01, so that an S/MIME BR audit is due by any of the programs' dated rules.
"""


def year_from(end: date) -> date:
    """Return the first day of the year that ends on `end`."""
    return end.replace(year=end.year - 1) + timedelta(days=1)


def audit(url: str, end: str, *, start: str = "", statement: str = "") -> Audit:
    """Return an audit of the year that ends on `end`, stated 22 days later."""
    last = date.fromisoformat(end)
    return Audit(
        f"https://audits.example/{url}.pdf",
        date.fromisoformat(start) if start else year_from(last),
        last,
        date.fromisoformat(statement) if statement else last + timedelta(days=22),
    )


@dataclass(frozen=True)
class Record:
    """One CCADB record of a certificate. `parent` is the label of the certificate whose record is above it.

    `before` are the audits in the older report; by default each kind's year before, where there was one.
    """

    parent: str = ""
    same: bool = False
    audits: Audits = field(default_factory=dict)
    before: Audits | None = None
    revocation: str = "Not Revoked"
    root: bool = False
    operator: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    def older_audits(self) -> Audits:
        """Return the audits that the older report showed."""
        if self.before is not None:
            return self.before
        return {kind: each.year_before() for kind, each in self.audits.items() if kind not in FIRST}


@dataclass(frozen=True)
class Entry:
    """One certificate of the sample with its records, its answers and its warnings."""

    label: str
    certificate: Issued
    records: Sequence[Record]
    answers: Sequence[Answer]
    warnings: Sequence[tuple[str, str]]
    pem: bool
    odd: bool

    def reasons(self, purpose: str) -> dict[str, set[str]]:
        """Return each program's reasons for one purpose."""
        found: dict[str, set[str]] = {program: set() for program in PROGRAMS.values()}
        for answer in self.answers:
            if answer.purpose == purpose:
                found[answer.program].add(answer.reason)
        return found


@dataclass(frozen=True)
class Trust:
    """One row of the trust list."""

    program: str
    label: str
    purpose: str
    ev_policy: str = ""
    disabled_from: str = ""
    notbefore_until: str = ""


def read_answers(purpose: str, text: str) -> Iterator[Answer]:
    """Read the notation of this module's docstring.

    Raises:
        ValueError: a program is left out, or a reason or kind is unknown.
    """
    left = dict(PROGRAMS)
    for clause in text.split(";"):
        letters, _, outcome = clause.strip().partition(" ")
        for letter in list(left) if letters == "*" else letters:
            program = left.pop(letter)
            for kind, reason in _outcome(purpose, outcome):
                yield Answer(program, purpose, kind, reason)
    if left:
        raise ValueError(f"{purpose}: no answer for {', '.join(left.values())}")


def _outcome(purpose: str, text: str) -> list[tuple[str, str]]:
    if text == "-":
        return [("", "not_required")]
    kinds: dict[str, str] = {}
    for part in text.split(","):
        kind, equals, reason = part.strip().rpartition("=")
        if reason not in VERDICT or (kind and kind not in REQUIRED[purpose]):
            raise ValueError(f"{purpose}: {part!r} is no reason")
        if not equals and reason in WHOLE:
            return [("", reason)]
        kinds |= {kind: reason} if equals else dict.fromkeys(REQUIRED[purpose], reason)
    return list(kinds.items())


def _of_ev(answer: Answer, answers: Sequence[Answer]) -> Answer:
    """Return an answer; EV's `no_trusted_path` holds only where TLS has none either.

    Where a root that the program trusts for TLS is reached, EV fails for want of an EV policy of that root,
    or, in the programs whose trust list says nothing about EV, is not known.
    """
    if answer.purpose != "ev_tls" or answer.reason != "no_trusted_path":
        return answer
    tls = {each.reason for each in answers if (each.program, each.purpose) == (answer.program, "server_auth")}
    if tls & (set(REASONS["out"]) - {"not_capable", "technically_constrained"}):
        return answer
    known = answer.program in ("chrome", "microsoft")
    return replace(answer, reason="not_capable" if known else "ev_trust_not_loaded")


class Owner:
    """One CA owner: its certificates in the order they are told, and the trust in its roots."""

    def __init__(self, name: str, letter: str, country: str) -> None:
        self.name = name
        self.letter = letter
        self.country = country
        self.entries: list[Entry] = []
        self.trusts: list[Trust] = []

    def ca(self, common_name: str) -> Authority:
        """Return a CA of this owner."""
        return Authority(common_name, self.name)

    def yearly(self, *kinds: str, end: str = "2024-03-31", tag: str = "", statement: str = "") -> Audits:
        """Return own audits of the year that ends on `end`, or of the period of `FIRST`."""
        found = {}
        for kind in kinds:
            start, last = FIRST.get(kind, ("", end))
            slug = f"{self.name.split()[0].lower()}{tag}/{last}/{kind.replace('/', '').replace(' ', '-')}"
            found[kind] = audit(slug, last, start=start, statement=statement)
        return found

    def add(self, label: str, certificate: Issued, *records: Record, **told: Unpack[Told]) -> None:
        """Tell one certificate, with the answer for every program and purpose."""
        everything, nowhere = told.get("everything", ""), "* no_trusted_path"
        by_purpose = {
            "server_auth": everything or told["tls"],
            "secure_email": everything or told["email"],
            "code_signing": everything or told.get("code", nowhere),
            "ev_tls": everything or told.get("ev", nowhere),
        }
        answers = [each for purpose, text in by_purpose.items() for each in read_answers(purpose, text)]
        if not everything:
            answers = [_of_ev(each, answers) for each in answers]
        warnings, pem, odd = told.get("warnings", ()), told.get("pem", True), told.get("odd", False)
        self.entries.append(Entry(label, certificate, records, answers, warnings, pem, odd))

    def trust(
        self,
        label: str,
        programs: str,
        *purposes: str,
        ev_policy: str = "",
        disabled_from: str = "",
        notbefore_until: str = "",
    ) -> None:
        """Say which programs trust a root for which purposes."""
        for letter in programs:
            for purpose in purposes:
                row = Trust(PROGRAMS[letter], label, purpose, ev_policy, disabled_from, notbefore_until)
                self.trusts.append(row)
