"""A path: anchor → … → certificate, certificate by certificate, no CA twice.

It is its parent path and one more step. It holds for all time: it carries the window in which all its
certificates are valid, and what it permits holds for any day of it. Trust comes later: nothing here knows
which program trusts an anchor, or what day it is.
"""

from datetime import datetime
from typing import cast

from cagraph.graph.rules import EXTENDED_KEY_USAGE, NO_COMMON_VALIDITY, Break, Certificate
from cagraph.graph.steps import Step
from cagraph.model import sha256_hex

ID_MODULUS = 2**53 - 111
"""A prime: every path's number is below it, so that JSON readers that know floating point only keep it."""
ID_FACTOR = 6_364_136_223_846_793


class Path(tuple["Path | None", Step]):
    """One path: the path without its last certificate (None for an anchor alone), and the last step.

    Sets of purposes are bits of `Purposes`. What is said of purposes and policies is what the last
    certificate may issue for, as the whole path permits it; of a subscriber's certificate, what it is
    good for.
    """

    __slots__ = ()

    @property
    def parent(self) -> "Path | None":
        """The path without its last certificate."""
        return self[0]

    @property
    def step(self) -> Step:
        """The last step."""
        return self[1]

    @property
    def certificate(self) -> Certificate:
        """The last certificate."""
        return self[1].certificate

    @property
    def steps(self) -> list[Step]:
        """Every step, the anchor first."""
        found, path = [], cast("Path | None", self)
        while path is not None:
            found.append(path[1])
            path = path[0]
        return found[::-1]

    def certificates(self) -> list[str]:
        """Return the SHA-256 of each certificate, the anchor first."""
        return [step.certificate.sha256 for step in self.steps]

    def anchor(self) -> str:
        """Return the SHA-256 of the anchor."""
        return self.steps[0].certificate.sha256

    @property
    def length(self) -> int:
        """Certificates on the path, anchor and target included."""
        return len(self.steps)

    @property
    def valid_from(self) -> datetime:
        """The first instant at which every certificate is valid, if `valid_to` is not before it."""
        return max(step.certificate.not_before for step in self.steps)

    @property
    def valid_to(self) -> datetime:
        """The last instant at which every certificate is valid."""
        return min(step.certificate.not_after for step in self.steps)

    @property
    def breaks(self) -> tuple[Break, ...]:
        """Every certificate that breaks the path whatever the purpose, the anchor first, and why."""
        found: list[Break] = []
        earliest, latest = datetime.min, datetime.max
        for step in self.steps:
            found += step.breaks
            had_common = earliest <= latest
            earliest = max(earliest, step.certificate.not_before)
            latest = min(latest, step.certificate.not_after)
            if had_common and earliest > latest:
                found.append(Break(step.certificate.sha256, NO_COMMON_VALIDITY))
        return tuple(found)

    def breaks_for(self, purpose: int) -> tuple[Break, ...]:
        """Return every certificate that breaks the path for one purpose (its bit), with its reason."""
        lacking = [
            Break(step.certificate.sha256, EXTENDED_KEY_USAGE)
            for step in self.steps
            if not step.certificate.purposes & purpose
        ]
        return (*self.breaks, *lacking)

    @property
    def sound(self) -> bool:
        """Whether nothing breaks the path, whatever the purposes."""
        return self[1].standing.reading.sound and self.valid_from <= self.valid_to

    @property
    def purposes(self) -> int:
        """What the path permits, the anchor's own extensions applied as mozilla::pkix applies them."""
        return self[1].standing.reading.purposes if self.sound else 0

    @property
    def purposes_bare(self) -> int:
        """What it permits with the anchor as a name and a key alone (RFC 5280 6.1.1 d)."""
        bare = self[1].standing.bare
        return bare.purposes if bare.sound and self.valid_from <= self.valid_to else 0

    @property
    def policies(self) -> frozenset[str] | None:
        """Certificate policies left below the anchor; None is any."""
        return self[1].standing.reading.policies

    @property
    def constrained_by(self) -> list[str]:
        """The certificates whose name constraints hold for what the last one issues."""
        return [each.sha256 for each in self[1].standing.reading.room.constrained_by]

    @property
    def no_names_left(self) -> list[str]:
        """The kinds of names (dns, ip, email, directory, uri) of which those constraints leave none."""
        return self[1].standing.reading.room.no_names_left()

    @property
    def weak(self) -> list[str]:
        """The certificates below the anchor that are signed with MD2, MD5 or SHA-1."""
        return [step.certificate.sha256 for step in self.steps[1:] if step.certificate.weak]

    @property
    def self_signed_hop(self) -> bool:
        """Whether the last certificate is a self-signed one of the CA that the path had reached."""
        return self[1].hop

    @property
    def id(self) -> int:
        """The path's number: the same certificates in the same order have the same one everywhere."""
        return self.numbered()

    def numbered(self, salt: int = 0) -> int:
        """Return the path's number; with a `salt` another one, for where two paths would have the same."""
        number = 0
        for step in self.steps:
            number = (number * ID_FACTOR + id_of(step.certificate.sha256, salt)) % ID_MODULUS
        return number

    def visits(self, ca: str) -> bool:
        """Say whether the path goes through this CA."""
        path = cast("Path | None", self)
        while path is not None:
            if path[1].certificate.ca == ca:
                return True
            path = path[0]
        return False


def id_of(sha256: str, salt: int = 0) -> int:
    """Return what a certificate adds to the number of a path; `salt`: another number, as unlike as can be."""
    return int((sha256_hex(f"{salt} {sha256}".encode()) if salt else sha256)[:13], 16)
