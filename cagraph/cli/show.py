"""`cagraph show`: everything about one certificate."""

from datetime import date
from pathlib import Path

import click

from cagraph.cli.notes import reading
from cagraph.cli.options import Messages, as_of_option, database_option, verbosity_options
from cagraph.cli.sections import write_sections
from cagraph.report.lookup import find_certificates, one_certificate
from cagraph.report.rows import Table
from cagraph.report.show import certificate_sections, in_brief
from cagraph.report.words import counted


@click.command()
@click.argument("certificate", metavar="SHA256|NAME")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@database_option
@as_of_option
@verbosity_options
def show(certificate: str, as_json: bool, db: Path, as_of: date | None, messages: Messages) -> None:
    """Show a certificate: itself, its verdicts, its CA's other certificates, its records, its neighbours.

    Where NAME fits several certificates they are listed instead. Tables are in brief; --json has it all.

    \b
    Examples:
      cagraph show D911AABE03BF74D9BB0CE2CC37D55BC75602678244BE3A2049905F5D391838BB
      cagraph show 'Birch Network'
      cagraph show d911aabe --json | jq '.same_ca'
    """  # noqa: D301 - click reads the backspace itself
    with reading(db, as_of, messages) as connection:
        found = find_certificates(connection, certificate)
        if len(found) > 1:
            columns = ("sha256", "subject", "issuer", "not_before", "not_after")
            sections = {"certificates": Table(columns, found, f"{counted(len(found), 'certificate')} fit")}
        else:
            sections = certificate_sections(connection, one_certificate(connection, certificate))
    write_sections(sections if as_json else in_brief(sections), messages, as_json=as_json)
