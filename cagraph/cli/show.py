"""`cagraph show`: everything about one certificate."""

from datetime import date
from pathlib import Path

import click

from cagraph.cli.notes import reading
from cagraph.cli.options import Messages, as_of_option, database_option, verbosity_options
from cagraph.cli.sections import write_sections
from cagraph.report.lookup import find_certificates, one_certificate
from cagraph.report.rows import Table
from cagraph.report.show import certificate_sections


@click.command()
@click.argument("certificate", metavar="SHA256|NAME")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@database_option
@as_of_option
@verbosity_options
def show(certificate: str, as_json: bool, db: Path, as_of: date | None, messages: Messages) -> None:
    """Show a certificate: itself, its verdicts, its CA's other certificates, its records, its neighbours.

    Where NAME fits several certificates they are listed instead.

    \b
    Examples:
      cagraph show 949424DC2CCAAB5E9E80D66E0E3F7DEEB3201C607D4315EF4C6F2D93A917279D
      cagraph show 'Example Root'
      cagraph show 949424dc --json | jq '.same_ca'
    """  # noqa: D301 - click reads the backspace itself
    with reading(db, as_of, messages) as connection:
        found = find_certificates(connection, certificate)
        if len(found) > 1:
            columns = ("sha256", "subject", "issuer", "not_before", "not_after")
            sections = {"certificates": Table(columns, found, f"{len(found)} certificates fit")}
        else:
            sections = certificate_sections(connection, one_certificate(connection, certificate))
    write_sections(sections, messages, as_json=as_json)
