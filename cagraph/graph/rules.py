"""What a path must satisfy, one certificate at a time: RFC 5280 6.1 with the root programs' practice.

A `Reading` is what the certificates so far have made of a path; `follow` says what one more makes of it, and
every reason why it breaks the path, not only the first. A broken path goes on,
so that whoever asks what would have to change hears everything. Dates are not looked at here: a path's
window is the overlap of its certificates' validity. Trust, revocation and the day come later, in SQL.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from cagraph.graph.purposes import Purposes
from cagraph.model import SignatureStatus
from cagraph.x509.constraints import Constraints, Names, constraints_of, names_of, nothing_left
from cagraph.x509.facts import CertificateFacts

ANY_POLICY = "2.5.29.32.0"

NOT_CA = "not_ca"
NO_KEY_CERT_SIGN = "no_key_cert_sign"
UNKNOWN_CRITICAL = "unknown_critical_extension"
PATH_LENGTH = "path_length"
NAME_CONSTRAINTS = "name_constraints"
NO_COMMON_VALIDITY = "no_common_validity"
EXTENDED_KEY_USAGE = "extended_key_usage"
"""Reasons, as data/path_reasons.csv explains them with their sources."""


class Break(NamedTuple):
    """One certificate that breaks a path, why, and the particulars where there are any."""

    sha256: str
    reason: str
    detail: str | None = None


@dataclass(eq=False)
class Certificate:
    """What the rules need of one certificate, worked out once. Compared by identity."""

    facts: CertificateFacts
    purposes: int
    """Bits of `Purposes` that its extended key usage permits."""
    policies: frozenset[str] | None
    """None: any (anyPolicy)."""
    constraints: Constraints | None
    self_issued: bool
    weak: bool
    """Its signature is by MD2, MD5 or SHA-1: proved, and refused by today's verifiers."""
    number: int
    """Its place among the certificates of the graph, in the order of their SHA-256."""

    def __post_init__(self) -> None:
        """Copy what is asked for millions of times."""
        self.sha256: str = self.facts.sha256
        self.ca: str = self.facts.ca_id
        self.not_before: datetime = self.facts.not_before
        self.not_after: datetime = self.facts.not_after
        self.path_len: int | None = self.facts.path_len
        self.leaves_all_room: bool = self.path_len is None and self.constraints is None

    def __repr__(self) -> str:
        return f"Certificate({self.sha256[:8]}, {self.facts.subject})"

    def is_valid(self, at: datetime | None) -> bool:
        """Say whether it is valid at an instant; None is any, and dates are not looked at."""
        return at is None or self.not_before <= at <= self.not_after

    @cached_property
    def names(self) -> Names:
        """The names it bears; few certificates stand below a name constraint."""
        return names_of(self.facts)

    @cached_property
    def unfit(self) -> tuple[Break, ...]:
        """Why it cannot issue, whatever the path (RFC 5280 6.1.4 k, n)."""
        found = []
        if not self.facts.is_ca:
            found.append(Break(self.sha256, NOT_CA))
        if self.facts.key_usage is not None and "keyCertSign" not in self.facts.key_usage:
            found.append(Break(self.sha256, NO_KEY_CERT_SIGN))
        return (*found, *self.unprocessable)

    @cached_property
    def unprocessable(self) -> tuple[Break, ...]:
        """Critical extensions that nobody knows, which end any path (RFC 5280 6.1.4 o, 6.1.5 f)."""
        unknown = self.facts.unknown_critical
        return (Break(self.sha256, UNKNOWN_CRITICAL, ", ".join(unknown)),) if unknown else ()


def prepare(
    facts: CertificateFacts, number: int, purposes: Purposes, status: SignatureStatus | None = None
) -> Certificate:
    """Work out what the rules need of a certificate."""
    policies = frozenset(facts.policy_oids or ())
    # One that could not be read is among the problems; looking into every certificate would take long.
    may_constrain = facts.name_constraints is not None or facts.problems
    return Certificate(
        facts=facts,
        purposes=purposes.permitted_by(facts.eku_oids, facts.not_before),
        policies=None if ANY_POLICY in policies else policies,
        constraints=constraints_of(facts) if may_constrain else None,
        self_issued=facts.subject_name_id == facts.issuer_name_id,
        weak=status is SignatureStatus.WEAK,
        number=number,
    )


class Room(NamedTuple):
    """What a path leaves for further certificates, whatever it permits them.

    `remaining`: CA certificates that may follow, self-issued ones not counted; None is no limit.
    `constrained_by`: the certificates whose name constraints hold from here on; a name must satisfy each of
    them, which is to lie in the intersection of what they permit and in nothing that one excludes (RFC 5280
    6.1.4 g).
    """

    remaining: int | None = None
    constrained_by: tuple[Certificate, ...] = ()

    def no_names_left(self) -> list[str]:
        """Return the kinds of names (dns, ip, email, directory, uri) of which the constraints leave none."""
        return sorted(nothing_left(each.constraints for each in self.constrained_by if each.constraints))


class Reading(NamedTuple):
    """What has become of a path.

    `sound`: nothing broke it but perhaps dates. `purposes`: bits that every extended key usage so far
    permits, whatever broke it. `policies`: those left below the anchor, None for any.
    """

    sound: bool
    purposes: int
    policies: frozenset[str] | None = None
    room: Room = Room()


def begin_bare(purposes: Purposes) -> Reading:
    """Return what an anchor leaves as a name and a key alone: everything (RFC 5280 6.1.1 d)."""
    return Reading(sound=True, purposes=purposes.all)


def begin(anchor: Certificate) -> tuple[Reading, tuple[Break, ...]]:
    """Return what an anchor leaves, its own extensions applied, and why it is none.

    As in mozilla::pkix, a version 1 anchor needs no basicConstraints; one of version 3 does.
    """
    breaks = anchor.unfit
    if anchor.facts.version == 1:
        breaks = tuple(each for each in breaks if each.reason != NOT_CA)
    room = Room(anchor.path_len, (anchor,) if anchor.constraints else ())
    return Reading(sound=not breaks, purposes=anchor.purposes, room=room), breaks


def follow(
    above: Reading, certificate: Certificate, *, issues: bool = True, hop: bool = False
) -> tuple[Reading, tuple[Break, ...]]:
    """Return what one more certificate makes of a path, and every reason why it breaks it.

    `issues`: it is judged as an issuer, as if a subscriber's certificate followed; otherwise as the
    last one, by RFC 5280 6.1.5. `hop`: it is a self-signed certificate of the CA that the path had
    reached. It takes no policies away: roots carry none by rule (BR 7.1.2.1.2).
    """
    room, breaks = enter(above.room, certificate, issues=issues)
    reading = Reading(
        sound=above.sound and not breaks,
        purposes=above.purposes & certificate.purposes,
        policies=above.policies if hop else _policies(above.policies, certificate.policies),
        room=room,
    )
    return reading, breaks


def enter(room: Room, certificate: Certificate, *, issues: bool = True) -> tuple[Room, tuple[Break, ...]]:
    """Return the room that one more certificate leaves, and every reason why there is none for it."""
    breaks = certificate.unfit if issues else certificate.unprocessable
    remaining, constrained_by = room.remaining, room.constrained_by
    if constrained_by:
        breaks += tuple(_forbidden(room, certificate, issues=issues))
    if issues:
        too_deep, remaining = _path_length(remaining, certificate)
        if too_deep:
            breaks += (Break(certificate.sha256, PATH_LENGTH),)
    if certificate.constraints:
        constrained_by = _constrained(constrained_by, certificate)
    if remaining == room.remaining and constrained_by is room.constrained_by:
        return room, breaks
    return Room(remaining, constrained_by), breaks


def _forbidden(room: Room, certificate: Certificate, *, issues: bool) -> list[Break]:
    """Return a break for every constraint above that forbids a name of the certificate.

    RFC 5280 6.1.3 (b): a self-issued certificate is not checked unless it is the last.
    """
    if certificate.self_issued and issues:
        return []
    return [
        Break(certificate.sha256, NAME_CONSTRAINTS, f"{why}, by {holder.sha256}")
        for holder in room.constrained_by
        if holder.constraints and (why := holder.constraints.forbids(certificate.names))
    ]


def _constrained(above: tuple[Certificate, ...], certificate: Certificate) -> tuple[Certificate, ...]:
    """Add a certificate to those whose constraints hold, in an order that the path does not matter to."""
    return tuple(sorted({*above, certificate}, key=lambda each: each.number))


def _path_length(remaining: int | None, certificate: Certificate) -> tuple[bool, int | None]:
    """Return whether a CA certificate here is one too many, and how many more may follow it.

    RFC 5280 6.1.4 (l), (m): self-issued certificates are not counted. The certificate is judged as an
    issuer: a CA below a pathLenConstraint of zero can have no valid subscriber.
    """
    too_deep = False
    if remaining is not None and not certificate.self_issued:
        too_deep = remaining <= 0
        remaining = max(remaining - 1, 0)
    if certificate.path_len is not None and (remaining is None or certificate.path_len < remaining):
        remaining = certificate.path_len
    return too_deep, remaining


def _policies(above: frozenset[str] | None, own: frozenset[str] | None) -> frozenset[str] | None:
    """Intersect policies along a path; None is any. Without the extension there are none (6.1.3 e)."""
    if above is None:
        return own
    return above if own is None else above & own
