"""What goes wrong on demand: every failure that CCADB and crt.sh are known for, by a seed or by a script.

By a seed, what happens to a request follows from its path and from how often it was asked, so that it does
not matter which of many requests comes first; and never three times in a row, so that five tries get through.
"""

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase


class Fault(StrEnum):
    """One thing that goes wrong."""

    BUSY_WAIT = "429 with Retry-After"
    BUSY = "429 without Retry-After"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    DATABASE = "503 with the text of a database"
    GATEWAY_TIMEOUT = "504"
    PAGE = "an HTML page with 200"
    GLUED = "half a list, then headers as text"
    HALF = "half of the body, as if it were all"
    RESET = "the connection is reset in the middle"
    DRIP = "a byte now and then"
    WRONG_LENGTH = "a length that is longer than the body"
    WRONG_CERTIFICATE = "another certificate"
    LOOP = "a redirect onto itself"
    LOOP_OF_TWO = "two redirects onto each other"
    ENDLESS = "a body without an end"
    LARGE = "a body of two gigabytes"
    BOMB = "a gzip bomb"
    EMPTY = "nothing, with 200"
    GONE = "404"


LASTING = (Fault.LOOP, Fault.LOOP_OF_TWO, Fault.ENDLESS, Fault.LARGE, Fault.BOMB, Fault.GONE)
"""Those that a client takes for the last word."""
PASSING = tuple(fault for fault in Fault if fault not in LASTING)
"""Those that another try gets past."""
ONLY_AT = {
    Fault.DATABASE: re.compile(r"/crtsh/"),
    Fault.GLUED: re.compile(r"/crtsh/.*output=json"),
    Fault.WRONG_CERTIFICATE: re.compile(r"/crtsh/\?d=[0-9a-f]{64}"),
}
"""Where alone a fault makes sense in a mix: by its number, nobody can tell one certificate from another."""
MOST_IN_A_ROW = 2


class Faults:
    """Decides what goes wrong with the next request for a path."""

    def __init__(
        self,
        *,
        seed: int = 0,
        share: float = 0.0,
        kinds: Sequence[Fault] = PASSING,
        script: Mapping[str, Sequence[Fault | None]] | None = None,
        always: Mapping[str, Fault] | None = None,
    ) -> None:
        """Take a share of faults of some kinds; or what happens to paths that match, once each or always."""
        self._seed, self._share, self._kinds = seed, share, kinds
        self._script = {pattern: list(faults) for pattern, faults in (script or {}).items()}
        self._always = dict(always or {})
        self._asked: Counter[str] = Counter()
        self._in_a_row: Counter[str] = Counter()

    def next(self, path: str) -> Fault | None:
        """Return what goes wrong now with a request for a path with its query."""
        for pattern, fault in self._always.items():
            if fnmatchcase(path, pattern):
                return fault
        for pattern, faults in self._script.items():
            if faults and fnmatchcase(path, pattern):
                return faults.pop(0)
        self._asked[path] += 1
        rng = random.Random(f"{self._seed} {path} {self._asked[path]}")
        if rng.random() >= self._share or self._in_a_row[path] >= MOST_IN_A_ROW:
            self._in_a_row[path] = 0
            return None
        self._in_a_row[path] += 1
        return rng.choice([kind for kind in self._kinds if kind not in ONLY_AT or ONLY_AT[kind].search(path)])
