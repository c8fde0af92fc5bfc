"""Rewrites the sample ecosystem: `python data/sample/generate.py [FOLDER]` (default: its own folder).

Keys, serials, dates and signatures are fixed, so every run writes the same bytes. The scenario itself is
told in scenario/, one module an owner; this file only turns it into the files that the sources publish.
"""

import csv
import io
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
if not __package__:  # run as a script: tests/ and data/ are found from the repository's root
    sys.path.insert(0, str(HERE.parents[1]))

from data.sample import scenario  # noqa: E402
from data.sample.scenario import days  # noqa: E402
from data.sample.scenario.model import Owner  # noqa: E402
from data.sample.scenario.records import report  # noqa: E402
from tests.audit.letters import letter  # noqa: E402

OLDER, AS_OF = date(2023, 5, 8), date(2024, 5, 8)
RECORDS = "AllCertificateRecordsCSVFormatV5.csv"
TRUST_COLUMNS = (
    "root_program",
    "sha256",
    "purpose",
    "ev_policy_oid",
    "disabled_from",
    "notbefore_until",
    "as_of",
)
ANSWER_COLUMNS = ("as_of", "label", "sha256", "root_program", "purpose", "audit_kind", "verdict", "reason")
WARNING_COLUMNS = ("as_of", "label", "sha256", "audit_kind", "reason")
TRUST_DATES = {"microsoft": "2024-05-01"}
DRAFT = "drafts/birch-smime.pdf"
FORGOTTEN = "birch-cross"
"""A draft of an S/MIME statement, and the certificate that it forgets."""
BLANK_LINES, TWICE = "gorse-sha1", "alder-network"
"""The PEM cell that holds blank lines, and the certificate that two files hold."""


def files() -> dict[str, bytes]:
    """Return every file of the sample, by its path below the sample's folder."""
    owners = scenario.owners()
    newer = str(AS_OF)
    return {
        f"{OLDER}/{RECORDS}": report(owners, older=OLDER, trailing_comma=False, bom=True),
        f"{newer}/{RECORDS}": report(owners, older=None, trailing_comma=True, bom=False),
        **{f"{newer}/{name}": body for name, body in _pem_files(owners).items()},
        f"{newer}/root_trust.csv": _table(TRUST_COLUMNS, _trust(owners)),
        DRAFT: _draft(owners),
        "ANSWERS.csv": _table(ANSWER_COLUMNS, _answers(owners)),
        "WARNINGS.csv": _table(WARNING_COLUMNS, _warnings(owners)),
        "README.md": _readme(owners).encode(),
    }


def write(folder: Path) -> None:
    """Write every file of the sample below `folder`."""
    for path, body in files().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


def _draft(owners: Iterable[Owner]) -> bytes:
    """Return Birch's draft: every certificate that has the S/MIME purpose to list but one."""
    owner = next(owner for owner in owners if owner.name.startswith("Birch"))
    listed = [
        (entry.certificate.subject.common_name, entry.certificate.sha256)
        for entry in owner.entries
        if entry.label != FORGOTTEN
    ]
    return letter(owner.name, "S/MIME BR", "April 1, 2023 to March 31, 2024", listed)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().encode()


def _pem_files(owners: Iterable[Owner]) -> dict[str, bytes]:
    years: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for entry in (entry for owner in owners for entry in owner.entries if entry.pem):
        issued = entry.certificate
        pem = issued.pem.replace("\n", "\n\n") if entry.label == BLANK_LINES else issued.pem
        rows = years[issued.not_before.year]
        rows.append((issued.sha256.upper(), pem))
        if entry.label == TWICE:
            rows.append(rows[-1])
    return {
        f"AllCertificatePEMsCSVFormat_NotBeforeYear_{year}.csv": _table(
            ("SHA-256 Fingerprint", "X.509 Certificate (PEM)"), sorted(rows)
        )
        for year, rows in sorted(years.items())
    }


def _trust(owners: Iterable[Owner]) -> list[tuple[str, ...]]:
    return sorted(
        (
            trust.program,
            entry.certificate.sha256,
            trust.purpose,
            trust.ev_policy,
            trust.disabled_from,
            trust.notbefore_until,
            TRUST_DATES.get(trust.program, str(AS_OF)),
        )
        for owner in owners
        for trust in owner.trusts
        for entry in owner.entries
        if entry.label == trust.label
    )


def _answers(owners: Iterable[Owner]) -> list[tuple[str, ...]]:
    return [
        (
            str(day.date),
            entry.label,
            entry.certificate.sha256,
            answer.program,
            answer.purpose,
            answer.kind,
            answer.verdict,
            answer.reason,
        )
        for day in days.DAYS
        for owner in owners
        for entry in owner.entries
        if entry.pem
        for answer in days.answers(entry, day)
    ]


def _warnings(owners: Iterable[Owner]) -> list[tuple[str, ...]]:
    return [
        (str(day.date), entry.label, entry.certificate.sha256, kind, reason)
        for day in days.DAYS
        for owner in owners
        for entry in owner.entries
        for kind, reason in days.warnings(entry, day)
    ]


def _readme(owners: Sequence[Owner]) -> str:
    parts = [(HERE / "scenario" / "README.head.md").read_text()]
    for owner, module in zip(owners, scenario.MODULES, strict=True):
        parts.append(f"## {owner.name}\n\n{_markdown(module.__doc__ or '')}\n")
    return "\n".join(parts)


def _markdown(docstring: str) -> str:
    """Return a docstring as Markdown: its drawing becomes a block of code."""
    found = []
    for paragraph in docstring.strip("\n").split("\n\n"):
        drawn = "└──" in paragraph
        found.append(f"```text\n{textwrap.dedent(paragraph).rstrip()}\n```" if drawn else paragraph.rstrip())
    return "\n\n".join(found)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
