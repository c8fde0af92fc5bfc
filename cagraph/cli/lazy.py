"""A click group whose commands are imported when they are run, and where every exception ends.

`cagraph --help` imports none of them, so it is there at once. Knows no command.
"""

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, NoReturn, cast

import click
from click.shell_completion import CompletionItem

from cagraph.cli.failure import exit_code_of
from cagraph.cli.interrupt import ctrl_c_ends_it


class Entry(NamedTuple):
    """A command that is not imported yet."""

    target: str
    """`module:function`."""
    help: str
    """Its line in the list of commands."""


class LazyGroup(click.Group):
    """A group over a table of `Entry`, in the table's order."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.entries = entries
        self.debug = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order: the order in which they are used."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        if cmd_name not in self.entries:
            return None
        module, _, function = self.entries[cmd_name].target.partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), function))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names of commands without importing them."""
        matching = [(name, entry) for name, entry in self.entries.items() if name.startswith(incomplete)]
        # click.Group would import every command for its help, so ask what stands above it for the options.
        return [CompletionItem(name, help=entry.help) for name, entry in matching] + super(
            click.Group, self
        ).shell_complete(ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or fail with those that are close."""
        if args and not args[0].startswith("-") and args[0] not in self.entries:
            from cagraph.warehouse.catalogue import nearest

            ctx.fail(f"no command {args[0]!r}{nearest(args[0], self.entries)}")
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run, turn whatever goes wrong into one line and an exit code, and exit."""
        self.debug = False

        run = partial(super().main, args, prog_name, complete_var, standalone_mode=False, **extra)
        return self._run_and_exit(run) if standalone_mode else run()

    def _run_and_exit(self, run: Callable[[], Any]) -> NoReturn:
        try:
            with ctrl_c_ends_it():
                result = run()
            # A pipe that broke shows itself here at the latest, not in the interpreter's own shutdown.
            sys.stdout.flush()
        except (Exception, KeyboardInterrupt) as error:
            sys.exit(int(exit_code_of(error, debug=self.debug)))
        sys.exit(result if isinstance(result, int) else 0)
