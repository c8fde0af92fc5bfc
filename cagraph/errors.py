"""What can go wrong in a way that a user can mend, each with its documented exit code.

    CagraphError            1   a query failed, or something unexpected
    ├── UsageProblem        2   the command line asks for what does not exist
    ├── SourceError         4   a source could not be read or fetched
    └── WarehouseError      5   the database file: locked, newer, damaged, missing

Every message is one line that says what to do. Exit code 3 (findings at `--fail-on`) and 130
(interrupted) are no errors and stand in `cagraph.cli`.
"""


class CagraphError(Exception):
    """The root of the tree; `exit_code` is what the command ends with."""

    exit_code = 1


class UsageProblem(CagraphError):
    """The command line names something that does not exist or cannot be combined."""

    exit_code = 2


class SourceError(CagraphError):
    """A file or an answer that is not what it should be, as a whole."""

    exit_code = 4


class WarehouseError(CagraphError):
    """The database cannot be opened, is of a newer schema, is locked or damaged."""

    exit_code = 5
