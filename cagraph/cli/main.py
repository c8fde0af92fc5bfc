"""The `cagraph` command: the table of its commands, and the entry point."""

import click

from cagraph.cli.lazy import Entry, LazyGroup

COMMANDS = {
    "sweep": Entry("cagraph.cli.sweep:sweep", "The whole road: gather or read, analyse, list the gaps."),
    "crawl": Entry("cagraph.cli.crawl:crawl", "Gather from the live sources: CCADB, crt.sh, OneCRL, CRLs."),
    "ingest": Entry("cagraph.cli.ingest:ingest", "Read certificates, records and trust from files."),
    "analyze": Entry("cagraph.cli.analyze:analyze", "Find every issuer and every path."),
    "gaps": Entry("cagraph.cli.gaps:gaps", "List capable certificates that lack audit coverage."),
    "scope": Entry("cagraph.cli.scope:scope", "List which certificate belongs in which audit statement."),
    "statement": Entry(
        "cagraph.cli.statement:statement", "Check audit statements against what they must list."
    ),
    "paths": Entry("cagraph.cli.paths:paths", "Show every path to a certificate."),
    "explain": Entry("cagraph.cli.explain:explain", "Explain a certificate's verdicts, test by test."),
    "show": Entry("cagraph.cli.show:show", "Show everything about a certificate."),
    "query": Entry("cagraph.cli.query:query", "Ask one of the named questions, or list them."),
    "sql": Entry("cagraph.cli.sql:sql", "Ask anything, in SQL, read-only."),
    "export": Entry("cagraph.cli.export:export", "Write tables and views to files."),
    "status": Entry("cagraph.cli.status:status", "Say what is in the database, and how complete it is."),
    "doctor": Entry("cagraph.cli.doctor:doctor", "Check this installation, its settings and the database."),
}


@click.command(
    cls=LazyGroup,
    entries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 fine, 1 error, 2 usage, 3 findings (--fail-on), 4 source, 5 database, 130 ^C.",
)
@click.version_option(package_name="cagraph", prog_name="cagraph")
@click.option("--debug", is_flag=True, envvar="CAGRAPH_DEBUG", help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Which CA certificates lack an audit that a root program requires, path by path.

    \b
    Examples:
      cagraph status
      cagraph query
      cagraph sql 'SELECT count(*) FROM certificate'
    """  # noqa: D301 - click reads the backspace itself
    group = ctx.command
    assert isinstance(group, LazyGroup)
    group.debug = debug


def main() -> None:
    """Run the command line and exit."""
    cli(prog_name="cagraph")
