"""The command line. Its exit codes are an API: scripts and CI gates are written against them.

One file for each group of commands; no logic here that a library user would miss.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command ends with. Never 0 for work that was done in part."""

    OK = 0
    """Fine."""
    ERROR = 1
    """A query failed, or something unexpected."""
    USAGE = 2
    """The command line asks for what does not exist or cannot be combined."""
    FINDINGS = 3
    """There are findings at or above `--fail-on`."""
    SOURCE = 4
    """A source could not be read or fetched."""
    DATABASE = 5
    """The database: missing, locked, newer, damaged."""
    INTERRUPTED = 130
    """Ctrl-C."""
