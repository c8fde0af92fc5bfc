"""`cagraph explain`: why each verdict about a certificate is what it is, test by test."""

import json
from datetime import date
from pathlib import Path

import click

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
from cagraph.errors import UsageProblem
from cagraph.model import Purpose, RootProgram
from cagraph.report.lookup import one_certificate
from cagraph.report.rows import plain
from cagraph.report.terminal import safe_json


@click.command()
@click.argument("certificate", metavar="SHA256|NAME")
@click.option("--program", type=words_of(RootProgram), help="Only this root program.")
@click.option("--purpose", type=words_of(Purpose), help="Only this purpose.")
@database_option
@as_of_option
@output_options
@verbosity_options
def explain(
    certificate: str,
    program: str | None,
    purpose: str | None,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """Explain every verdict about a certificate, test by test, with the rules and what would change it.

    The tests are those of the decision table, in its order. Root programs and purposes with the same answer
    stand together. Asked about one program and one purpose it also says what breaks the paths that do not
    count. As text, or with --json the whole trace.

    \b
    Examples:
      cagraph explain D911AABE03BF74D9BB0CE2CC37D55BC75602678244BE3A2049905F5D391838BB
      cagraph explain d911aabe --as-of 2024-05-08
      cagraph explain d911aabe --program chrome --purpose secure_email
      cagraph explain 'Fern Silent' --json | jq '.audits'
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.report.explain import trace_of
    from cagraph.report.explain_text import explain_lines

    if output.form not in ("table", "json"):
        raise UsageProblem(f"an explanation is text (--format table) or --json, not {output.form}")
    with reading(db, as_of, messages) as connection:
        trace = trace_of(connection, one_certificate(connection, certificate), program, purpose)
    if output.form == "json":
        output.write_lines([safe_json(json.dumps(plain(trace), ensure_ascii=False, indent=2))])
    else:
        output.write_lines(explain_lines(trace))
    if trace["certificate"]["paths_truncated"]:
        messages.note("the budget cut some of its paths: `cagraph analyze --budget` stores more")
