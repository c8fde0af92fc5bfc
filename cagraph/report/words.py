"""Values as a person reads them in a table: short names, counts with their noun, scopes gathered.

Only for the eye: every format for programs has the values whole.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

_DIGITS = 8
# RFC 4514 writes a comma inside a value as `\,`, and a backslash as `\\`.
_FIRST_PART = re.compile(r"(?:[^\\,]|\\.)*", re.DOTALL)


def short_name(name: str) -> str:
    r"""Return the first part of a distinguished name, which is its most specific one.

    >>> short_name(r"CN=THE GLOSTEN ASSOCIATES\, INC. CA, O=Example")
    'CN=THE GLOSTEN ASSOCIATES\\, INC. CA'
    """
    match = _FIRST_PART.match(name)
    return match[0] if match else name


def short_hash(sha256: str) -> str:
    """Return as many digits as commands want to find a certificate."""
    return sha256[:_DIGITS]


def file_name(url: str) -> str:
    """Return the name of the file that a source was read from."""
    return unquote(url.removeprefix("file:").rsplit("/", 1)[-1])


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 gap` or `2 gaps`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def by_program(scopes: Iterable[str]) -> str:
    """Return `program:purpose` words as `purpose, purpose in program, program`."""
    programs: dict[str, list[str]] = {}
    for scope in scopes:
        program, _, purpose = scope.partition(":")
        programs.setdefault(purpose, []).append(program)
    return by_purpose(programs)


def by_purpose(purposes: Mapping[str, list[str]]) -> str:
    """Return purposes with the programs that ask about each, those with the same programs together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for purpose, programs in purposes.items():
        together.setdefault(tuple(programs), []).append(purpose)
    return "; ".join(f"{', '.join(words)} in {', '.join(programs)}" for programs, words in together.items())


def day(moment: Any) -> Any:
    """Return the day of a point in time."""
    return moment.date() if hasattr(moment, "date") else moment
