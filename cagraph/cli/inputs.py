"""The files that a command reads: their bytes, and that nothing is written over them. Knows no command."""

from collections.abc import Iterable
from pathlib import Path

from cagraph.errors import SourceError, UsageProblem


def body_of(file: Path) -> bytes:
    """Return all of a file.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file}: cannot be read: {error.strerror}") from error


def spare_inputs(target: Path | None, option: str, inputs: Iterable[Path | None]) -> None:
    """Refuse to write over what is to be read, or written otherwise.

    Raises:
        UsageProblem: the option names one of the files.
    """
    if target is not None and any(each is not None and _is_same(each, target) for each in inputs):
        raise UsageProblem(f"{option} {target} is one of the other files of this command: give another")


def _is_same(one: Path, other: Path) -> bool:
    """Say whether two names are of one file, which need not be there yet."""
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()
