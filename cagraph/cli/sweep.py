"""`cagraph sweep`: the whole road in one command."""

from datetime import date
from pathlib import Path

import click

from cagraph.cli import ExitCode
from cagraph.cli.analyze import run_analysis
from cagraph.cli.crawling import CrawlChoice, crawl_options, run_crawl
from cagraph.cli.gaps import fail_on_option, write_findings
from cagraph.cli.ingest import run_ingest, whole
from cagraph.cli.inputs import spare_inputs
from cagraph.cli.letters import read_new_letters
from cagraph.cli.notes import print_notes
from cagraph.cli.options import (
    Messages,
    Output,
    as_of_option,
    database_option,
    ingest_options,
    output_options,
    verbosity_options,
)
from cagraph.errors import UsageProblem


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--source", "sources", multiple=True, metavar="SOURCE", help="Crawl this source, not the usual ones."
)
@fail_on_option
@crawl_options
@ingest_options
@database_option
@as_of_option
@output_options
@verbosity_options
def sweep(
    paths: tuple[Path, ...],
    sources: tuple[str, ...],
    fail_on: str | None,
    choice: CrawlChoice,
    dated: date | None,
    complete: bool | None,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """Gather, analyse, and list the gaps: `crawl` or `ingest`, then `analyze` and `gaps`, in one go.

    Without PATH it asks the live sources that `cagraph crawl` asks, or with --offline only the archive, and
    reads the audit letters that the source audits brought; with PATH it reads those files and asks nobody.

    \b
    Examples:
      cagraph sweep
      cagraph sweep --source ccadb --source crtsh-sql --csv -o gaps.csv
      cagraph sweep reports/2024-05-08 --as-of 2024-05-08
      cagraph sweep our-cas.pem records-of-one-owner.csv --dated 2024-05-08 --slice --fail-on gap
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.warehouse.database import open_warehouse

    if paths and (sources or choice != CrawlChoice()):
        raise UsageProblem("files are read and nobody is asked: no option of a crawl with them")
    if not paths and complete is not None:
        raise UsageProblem("--complete and --slice are about files, and none is named")
    spare_inputs(output.path, "-o", paths)
    with open_warehouse(db, write=True, as_of=as_of) as connection:
        if paths:
            gathered = whole(run_ingest(connection, paths, dated, complete, messages))
        else:
            gathered = not run_crawl(connection, db, sources, dated, choice, messages).failed_sources
            gathered &= read_new_letters(connection, choice.folder(db), messages)
        run_analysis(connection, messages)
        print_notes(connection, messages)
        failed = write_findings(connection, {}, output, messages, fail_on)
    if not gathered:
        raise SystemExit(ExitCode.SOURCE)
    if failed:
        raise SystemExit(ExitCode.FINDINGS)
