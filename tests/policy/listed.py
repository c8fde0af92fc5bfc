"""Certificates whose letters were read, one case each, for what asks about them. Knows the verdict of each.

    Root (Own; Mozilla, TLS) ─► one CA a case, each with a record and letters of its own

Every letter is plain text, as a PDF's would be read.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.pki import Issued
from tests.policy.lab import ROOT_CERT, SAME, TLS_KINDS, Lab, audits, child, open_lab, record

WEBTRUST = "WebTrust Principles and Criteria for Certification Authorities"
CRITERIA = {
    "Standard": f"{WEBTRUST} v2.2.2",
    "TLS BR": f"{WEBTRUST} - SSL Baseline v2.8",
}
NOT_FOUND = b"<html><head><title>Sorry</title></head><body><h1>This page is not available</h1></body></html>"
SCAN = b"%PDF-1.4 and nothing that a reader of PDF takes"


def url(name: str) -> str:
    """Return the address of a case's letter."""
    return f"https://audits.example/{name.replace(' ', '-')}.pdf"


def report(
    *printed: str,
    kinds: tuple[str, ...] = TLS_KINDS,
    period: str = "April 1, 2023 to March 31, 2024",
    stated: str = "May 1, 2024",
    criteria: str | None = None,
) -> bytes:
    """Return a letter over the usual period that prints these lines as its list."""
    return "\n".join(
        (
            "REPORT OF THE INDEPENDENT ACCOUNTANT",
            "To the management of Own:",
            f"We have examined the assertion of the management throughout the period {period},",
            "based on the",
            (criteria or ", and the\n".join(CRITERIA[kind] for kind in kinds)) + ".",
            "In our opinion the assertion is fairly stated.",
            "Auditor LLP",
            stated,
            "",
            "SHA-256 Fingerprint",
            *(line + "\n" for line in printed),
        )
    ).encode()


def strict(certificate: Issued) -> str:
    """Return a fingerprint as an ALV wants it."""
    return certificate.sha256.upper()


def colons(certificate: Issued) -> str:
    """Return it with colons."""
    digits = strict(certificate)
    return ":".join(digits[at : at + 2] for at in range(0, 64, 2))


def slipped(certificate: Issued) -> str:
    """Return it with one digit wrong."""
    digits = strict(certificate)
    return digits[:20] + ("0" if digits[20] != "0" else "1") + digits[21:]


def short(certificate: Issued) -> str:
    """Return it with one digit missing."""
    return strict(certificate)[:30] + strict(certificate)[31:]


def sha1(certificate: Issued) -> str:
    """Return the SHA-1 thumbprint."""
    return hashlib.sha1(certificate.der).hexdigest().upper()


@dataclass
class Case:
    """A CA with its record, and what stands at its letter's address (nothing: nobody had it)."""

    name: str
    said: str
    letter: bytes | None = None
    cells: dict[str, str] = field(default_factory=dict)
    also: set[str] = field(default_factory=set)
    kind: str = "TLS BR"
    not_before: str = "2015-01-01"

    def __post_init__(self) -> None:
        self.certificate = child(self.name, not_before=self.not_before)[1]

    def row(self, number: int) -> dict[str, str]:
        """Return its record."""
        return record(
            self.certificate, f"R{number}", "R", **(audits(TLS_KINDS, url=url(self.name)) | self.cells)
        )


def _letters(case: Case) -> bytes | None:
    """Return its letter, the certificate's own fingerprint put in where the case leaves room for it."""
    spelled = {
        b"<strict>": strict,
        b"<colons>": colons,
        b"<slipped>": slipped,
        b"<short>": short,
        b"<sha1>": sha1,
    }
    body = case.letter
    for word, spell in spelled.items():
        body = body.replace(word, spell(case.certificate).encode()) if body else body
    return body


LAST_YEAR = report("<strict>", period="April 1, 2022 to March 31, 2023")
CASES = [
    Case("nobody had it", "claimed own"),
    Case("strict", "listed listed_own", report("<strict>")),
    Case("reformatted", "listed listed_own", report("<colons>"), also={"bad_format"}),
    Case("both ways", "listed listed_own", report("<colons>", "<strict>")),
    Case(
        "under another name",
        "listed listed_own",
        report("Subject: CN=left out", "SHA-256 fingerprint: <strict>"),
    ),
    Case("left out", "gap not_listed", report(strict(ROOT_CERT))),
    Case("a digit off", "gap misprinted", report("<slipped>")),
    Case("a digit missing", "gap misprinted", report("<short>")),
    Case(
        "by SHA-1 alone",
        "gap letter_lists_nothing",
        report().replace(b"SHA-256 F", b"SHA-1 F") + b"\n<sha1>\n",
    ),
    Case("no list", "gap letter_lists_nothing", report()),
    Case("no letter", "unknown no_letter", NOT_FOUND),
    Case("a page with digits", "unknown no_letter", b"Build\nSHA-256\n" + b"5EED" * 16 + b"\n"),
    Case("a scan", "unknown letter_unreadable", SCAN),
    Case("of another kind", "unknown letter_other_kind", report("<strict>", kinds=("Standard",))),
    Case("of that kind", "listed listed_own", report("<strict>", kinds=("Standard",)), kind="Standard"),
    Case(
        "a letter that says no kind",
        "unknown letter_names_no_kind",
        b"List of certificates\nSHA-256 Fingerprint\n<strict>\n",
    ),
    Case(
        "an appendix",
        "listed listed_own",
        b"List of certificates\nSHA-256 Fingerprint\n<strict>\n",
        audits(TLS_KINDS, url=f"{url('root')}; {url('an appendix')}"),
    ),
    Case("too young", "pending issued_after_period", report(strict(ROOT_CERT)), not_before="2024-04-02"),
    Case("young and listed", "listed listed_own", report("<strict>"), not_before="2024-04-02"),
    Case(
        "another period",
        "listed listed_own",
        report("<strict>", period="April 1, 2023 to April 30, 2024"),
        also={"letter_other_period"},
    ),
    Case("the letter of last year", "unknown letter_other_year", LAST_YEAR, also={"letter_other_period"}),
    Case(
        "left out last year",
        "unknown letter_other_year",
        LAST_YEAR.replace(b"<strict>", strict(ROOT_CERT).encode()),
        also={"letter_other_period"},
    ),
    Case(
        "another date",
        "listed listed_own",
        report("<strict>", stated="April 30, 2024"),
        also={"letter_other_date"},
    ),
    Case(
        "one of two had",
        "claimed own",
        report(strict(ROOT_CERT)),
        audits(TLS_KINDS, url=f"{url('one of two had')}; {url('nowhere')}"),
    ),
    Case(
        "the second lists it",
        "listed listed_own",
        report("<strict>"),
        audits(TLS_KINDS, url=f"{url('root')}; {url('the second lists it')}"),
    ),
    Case(
        "stale and left out",
        "gap stale",
        report(strict(ROOT_CERT), period="April 1, 2020 to March 31, 2021", stated="May 1, 2021"),
        audits(TLS_KINDS, "2020-04-01", "2021-03-31", "2021-05-01", url("stale and left out")),
        also={"not_listed"},
    ),
]
HEIR, FORGOTTEN = child("listed by its parent's")[1], child("left out by its parent's")[1]


@contextmanager
def open_listed(folder: Path) -> Iterator[Lab]:
    """Open a lab that holds all cases at once."""
    with open_lab(folder) as lab:
        lab.certificates(ROOT_CERT, HEIR, FORGOTTEN, *(case.certificate for case in CASES))
        lab.trust("mozilla", ROOT_CERT)
        lab.report(
            "2024-05-01",
            record(ROOT_CERT, "R", **audits(url=url("root"))),
            record(HEIR, "H", "R", **SAME),
            record(FORGOTTEN, "F", "R", **SAME),
            *(case.row(number) for number, case in enumerate(CASES)),
        )
        lab.letter(url("root"), report(strict(ROOT_CERT), strict(HEIR)))
        for case in CASES:
            if (body := _letters(case)) is not None:
                lab.letter(url(case.name), body)
        yield lab
