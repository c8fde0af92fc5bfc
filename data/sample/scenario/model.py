"""The words in which the sample is told: owners, certificates, records, audits, trust and answers.

Holds no rule of coverage. An answer is what the author of a certificate declared beside it; this module
only reads the short notation:

    tls="* inherited"                          every program, every required kind: claimed, inherited
    email="amz own, S/MIME BR=wrong_kind; * no_trusted_path"
    code="a -; m Standard=own; * no_trusted_path"

A clause names programs by letter (a apple, c chrome, m microsoft, z mozilla, * all not named before) and
then reasons: a bare one for every required kind, `Kind=reason` for one kind; `-` is `not_required`.

What is told holds on 2024-05-08. `on` says what a certificate's own story makes different on another day;
what a day does to all alike stands in days.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypedDict, Unpack

from tests.pki import Authority, Issued

PURPOSES = {"tls": "server_auth", "email": "secure_email", "code": "code_signing", "ev": "ev_tls"}
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
    "unknown": ("audit_without_period", "ev_trust_not_loaded", "report_too_old"),
    "claimed": ("own", "inherited"),
}  # fmt: skip
VERDICT = {reason: verdict for verdict, reasons in REASONS.items() for reason in reasons}
WHOLE = {*REASONS["out"], "ev_trust_not_loaded", "undisclosed", "newly_issued", "report_too_old"}
"""Reasons that hold for the certificate as a whole, whatever the kind of audit."""
NOT_INSISTED_ON = "NetSec"
"""The kind that programs ask for by dated rules; that it is missing is a warning, no gap."""


@dataclass(frozen=True)
class Answer:
    """What is true of one certificate for one program and purpose; `kind` is blank where it says nothing."""

    program: str
    purpose: str
    kind: str
    reason: str

    @property
    def verdict(self) -> str:
        """The verdict that the reason means for the kind."""
        verdict = VERDICT[self.reason]
        return "warning" if verdict == "gap" and self.kind == NOT_INSISTED_ON else verdict


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


Warnings = Sequence[tuple[str, str]]


class Said(TypedDict, total=False):
    """What is said of a certificate on one day: `everything` for all purposes, or each of them by itself."""

    everything: str
    tls: str
    email: str
    code: str
    ev: str
    warnings: Warnings


class Told(Said, total=False):
    """What is told of a certificate beside its records.

    Without `everything`, `tls` and `email` are needed; `code` and `ev` are `* no_trusted_path` unless told,
    as most roots of the sample are trusted for neither. `on` has what is not so on another day.
    """

    on: Mapping[str, Said]
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
    told: Told
    pem: bool
    odd: bool

    @property
    def answers(self) -> list[Answer]:
        """What is true on 2024-05-08."""
        return with_ev(read_said(self.told))

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
        if reason not in VERDICT or (kind and kind not in (*REQUIRED[purpose], NOT_INSISTED_ON)):
            raise ValueError(f"{purpose}: {part!r} is no reason")
        if not equals and reason in WHOLE:
            return [("", reason)]
        kinds |= {kind: reason} if equals else dict.fromkeys(REQUIRED[purpose], reason)
    return list(kinds.items())


def read_said(said: Said) -> list[Answer]:
    """Read the answers for the purposes that are spoken of."""
    everything = said.get("everything")
    texts = {purpose: everything or said.get(word) for word, purpose in PURPOSES.items()}
    return [answer for purpose, text in texts.items() if text for answer in read_answers(purpose, str(text))]


def with_ev(answers: Sequence[Answer]) -> list[Answer]:
    """Return answers; EV's `no_trusted_path` holds only where TLS has none either.

    Where a root that the program trusts for TLS is reached, EV fails for want of an EV policy of that root,
    or, in the programs whose trust list says nothing about EV, is not known.
    """
    beyond = set(REASONS["out"]) - {"not_capable", "technically_constrained"}
    unreached = {each.program for each in answers if each.purpose == "server_auth" and each.reason in beyond}
    known = {"chrome": "not_capable", "microsoft": "not_capable"}
    return [
        replace(each, reason=known.get(each.program, "ev_trust_not_loaded"))
        if each.purpose == "ev_tls" and each.reason == "no_trusted_path" and each.program not in unreached
        else each
        for each in answers
    ]


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
        if "everything" not in told:
            told = {"code": "* no_trusted_path", "ev": "* no_trusted_path", **told}
            if not {"tls", "email"} <= set(told):
                raise ValueError(f"{label}: tls and email are needed")
        pem, odd = told.get("pem", True), told.get("odd", False)
        self.entries.append(Entry(label, certificate, records, told, pem, odd))

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
