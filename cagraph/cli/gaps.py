"""`cagraph gaps`: which capable certificates lack audit coverage."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cagraph.cli import ExitCode
from cagraph.cli.notes import reading
from cagraph.cli.options import (
    Messages,
    Output,
    as_of_option,
    database_option,
    output_options,
    verbosity_options,
    words_of,
)
from cagraph.model import AuditKind, Purpose, RootProgram
from cagraph.report.gaps import (
    SEVERITIES,
    completeness,
    count_severities,
    findings,
    first_certificate,
    in_brief,
)
from cagraph.report.words import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    help="Exit with 3 if a finding of this severity, or a graver one, is in the answer.",
)


@click.command()
@click.option("--owner", metavar="TEXT", help="Only findings whose owner on duty contains TEXT.")
@click.option("--program", type=words_of(RootProgram), help="Only this root program.")
@click.option("--purpose", type=words_of(Purpose), help="Only this purpose.")
@click.option("--kind", type=words_of(AuditKind), help="Only this audit kind.")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    help="Only this severity. [default: gap and warning]",
)
@fail_on_option
@database_option
@as_of_option
@output_options
@verbosity_options
def gaps(
    owner: str | None,
    program: str | None,
    purpose: str | None,
    kind: str | None,
    severity: str | None,
    fail_on: str | None,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """List capable certificates that lack audit coverage, by whose duty.

    A table shows them in brief, one row a certificate, audit kind and reason. Every other format has one
    row a finding, with its stable id, the witness path, the evidence and the rules.

    \b
    Examples:
      cagraph gaps
      cagraph gaps --owner Birch --as-of 2024-05-08
      cagraph gaps --kind 'S/MIME BR' --format markdown
      cagraph gaps --program mozilla --purpose secure_email --json
      cagraph gaps --severity gap --fail-on gap -q -o gaps.csv
    """  # noqa: D301 - click reads the backspace itself
    filters = {"owner": owner, "program": program, "purpose": purpose, "kind": kind, "severity": severity}
    with reading(db, as_of, messages) as connection:
        failed = write_findings(connection, filters, output, messages, fail_on)
    if failed:
        raise SystemExit(ExitCode.FINDINGS)


def write_findings(
    connection: "DuckDBPyConnection",
    filters: Mapping[str, str | None],
    output: Output,
    messages: Messages,
    fail_on: str | None,
) -> bool:
    """Write the findings and what they cannot speak of; say whether one is as grave as `fail_on`."""
    table = findings(connection, filters)
    counts = count_severities(table)
    brief = output.form in ("table", "markdown")
    output.write(in_brief(table) if brief else table, messages)
    said = ", ".join(counted(counts[severity], severity) for severity in SEVERITIES if counts[severity])
    messages.note(f"{said} (one a certificate, program, purpose and audit kind)" if said else "no findings")
    if brief and (digits := first_certificate(table)):
        messages.note(f"`cagraph show {digits}` for the evidence")
    for note in completeness(connection):
        messages.note(note)
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on else ()
    return any(counts[severity] for severity in grave)
