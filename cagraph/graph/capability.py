"""What every certificate can issue for, exactly, without enumerating paths.

A claim is something an anchor may be trusted for: a program's purpose, for EV under one policy. From the
anchors down, each CA keeps labels: the claims that some path brings to it, with the path lengths and name
constraints that the path leaves. A label that brings nothing beyond one which leaves more is dropped, so
there are few, however many paths there are.

For a CA that is exact: a path that visits a CA twice leaves no more than the same without the loop. For a
certificate u → v it need not be, where v may lie on the way to u: then the labels of u are found again
without v. Purposes, lengths, constraints and policies are those of `rules`. Knows no program.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from cagraph.graph.paths import below
from cagraph.graph.rules import Certificate, Reading, begin, begin_bare, follow
from cagraph.graph.steps import Steps, Walkable, steps_of

Key = TypeVar("Key", bound=Hashable)
DEFAULT_LABELS = 1_000
"""Labels kept for one CA that differ in the name constraints and path lengths they leave."""

Line = tuple["Line", Certificate] | tuple[None, Certificate]
"""A path from its end: the path above, the last certificate."""


class Claim(NamedTuple, Generic[Key]):
    """One thing an anchor may be trusted for.

    `key` is the caller's word for it: several claims may share one. `purpose` is the word of an
    extended key usage. With `policy`, every certificate below the anchor must have that policy too, or any.
    """

    key: Key
    purpose: str
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Capable(Generic[Key]):
    """What one certificate can issue for: each key with the shortest path that shows it.

    `complete`: nothing else; otherwise there were too many labels to be sure that this is all.
    """

    witnesses: Mapping[Key, tuple[str, ...]]
    complete: bool


class _Label(NamedTuple):
    """Claims (bits) that one path brings to a CA, and what the path leaves."""

    claims: int
    reading: Reading
    line: Line


def capability(
    graph: Walkable,
    trust: Mapping[str, Iterable[Claim[Key]]],
    *,
    at: datetime | None = None,
    without: Collection[str] = (),
    bare: bool = False,
    labels: int = DEFAULT_LABELS,
) -> dict[str, Capable[Key]]:
    """Return what every certificate can issue for, by SHA-256; those that can nothing are left out.

    `trust` says what each anchor (SHA-256) is trusted for. `at`: only with certificates valid at that
    instant; without it, dates are not looked at. `without`: none of these certificates, anchors apart
    (those that are revoked, say). `bare`: anchors are a name and a key alone (RFC 5280 6.1.1 d).
    `labels` bounds the work at one CA; where it is reached, `Capable.complete` is False below.
    """
    steps = steps_of(graph)
    return _Capability(steps, trust, at, frozenset(without), bare, labels).of_all()


class _Claims(Generic[Key]):
    """Claims as bits."""

    def __init__(self, steps: Steps, trust: Mapping[str, Iterable[Claim[Key]]]) -> None:
        known = {anchor: list(claims) for anchor, claims in trust.items() if anchor in steps.certificates}
        self._claims = list(dict.fromkeys(claim for claims in known.values() for claim in claims))
        bits = {claim: 1 << place for place, claim in enumerate(self._claims)}
        self.of_anchor = {anchor: sum({bits[each] for each in claims}) for anchor, claims in known.items()}
        self._purposes = steps.purposes
        self._of_purpose: dict[int, int] = defaultdict(int)
        self._of_policy: dict[str, int] = defaultdict(int)
        self._without_policy = 0
        for claim, bit in bits.items():
            self._of_purpose[self._purposes.bit(claim.purpose)] |= bit
            if claim.policy is None:
                self._without_policy |= bit
            else:
                self._of_policy[claim.policy] |= bit
        self._permitted: dict[tuple[int, frozenset[str] | None], int] = {}

    def permitted(self, certificate: Certificate, *, policies: bool = True) -> int:
        """Return the claims that a certificate lets through; `policies`: by its policies too."""
        key = (certificate.purposes, certificate.policies if policies else None)
        if key not in self._permitted:
            self._permitted[key] = self._by_purposes(key[0]) & self._by_policies(key[1])
        return self._permitted[key]

    def _by_purposes(self, purposes: int) -> int:
        return sum(claims for bit, claims in self._of_purpose.items() if bit & purposes)

    def _by_policies(self, policies: frozenset[str] | None) -> int:
        if policies is None:
            return (1 << len(self._claims)) - 1
        return self._without_policy | sum(self._of_policy.get(policy, 0) for policy in policies)

    def keys_of(self, claims: int) -> Iterator[Key]:
        """Yield the caller's word for each claim."""
        while claims:
            lowest = claims & -claims
            yield self._claims[lowest.bit_length() - 1].key
            claims ^= lowest


class _Capability(Generic[Key]):
    """One computation over one graph."""

    def __init__(
        self,
        steps: Steps,
        trust: Mapping[str, Iterable[Claim[Key]]],
        at: datetime | None,
        without: frozenset[str],
        bare: bool,
        most: int,
    ) -> None:
        self._steps = steps
        self._claims = _Claims(steps, trust)
        self._bare = bare
        self._most = most
        self._crowded: set[str] = set()
        self._usable = {
            certificate
            for certificate in steps.certificates.values()
            if certificate.sha256 not in without
            and (at is None or certificate.not_before <= at <= certificate.not_after)
        }
        self._starts = self._begin(at)
        self._labels = self._spread(avoiding=None)
        self._avoiding: dict[str, dict[str, list[_Label]]] = {}

    def of_all(self) -> dict[str, Capable[Key]]:
        """Return what every certificate can issue for."""
        found = {
            certificate.sha256: self._witnesses(certificate)
            for certificate in self._steps.certificates.values()
        }
        unsure = below(self._steps, self._crowded)
        return {
            sha256: Capable(witnesses, complete)
            for sha256, witnesses in found.items()
            if (complete := self._steps.issuer.get(sha256) not in unsure) is False or witnesses
        }

    def _witnesses(self, certificate: Certificate) -> dict[Key, tuple[str, ...]]:
        """Return each key that a certificate can issue for, with a shortest path."""
        found: dict[Key, tuple[str, ...]] = {}
        seen = 0
        for label in self._labels_of(certificate):
            new = label.claims & ~seen
            seen |= new
            if new:
                line = _certificates(label.line)
                for key in self._claims.keys_of(new):
                    found.setdefault(key, line)
        return found

    def _begin(self, at: datetime | None) -> dict[Certificate, _Label]:
        """Return the label of each anchor alone."""
        starts = {}
        for sha256 in sorted(self._claims.of_anchor):
            anchor = self._steps.certificates[sha256]
            reading, _ = (begin_bare(self._steps.purposes), ()) if self._bare else begin(anchor)
            claims = self._claims.of_anchor[sha256]
            if not self._bare:
                claims &= self._claims.permitted(anchor, policies=False)
            valid = at is None or anchor.not_before <= at <= anchor.not_after
            if claims and reading.sound and valid:
                starts[anchor] = _Label(claims, reading, (None, anchor))
        return starts

    def _spread(self, avoiding: str | None) -> dict[str, list[_Label]]:
        """Return the labels of every CA, by paths that do not go through one of them."""
        labels: dict[str, list[_Label]] = defaultdict(list)
        level = [label for label in self._starts.values() if label.line[1].ca != avoiding]
        while level:
            kept = [rest for label in level if (rest := self._keep(label, labels))]
            level = [
                longer
                for label in kept
                for certificate in self._steps.issued.get(label.line[1].ca, ())
                if certificate.ca != avoiding and (longer := self._extended(label, certificate))
            ]
        return labels

    def _keep(self, label: _Label, labels: dict[str, list[_Label]]) -> _Label | None:
        """Keep what a label brings beyond those which leave as much or more; None if that is nothing."""
        ca = label.line[1].ca
        claims = label.claims
        for other in labels[ca]:
            if other.claims & claims and _leaves_as_much(other.reading, label.reading):
                claims &= ~other.claims
                if not claims:
                    return None
        if len(labels[ca]) >= self._most:
            self._crowded.add(ca)
            return None
        label = label._replace(claims=claims)
        labels[ca].append(label)
        return label

    def _extended(self, label: _Label, certificate: Certificate, *, hop: bool = False) -> _Label | None:
        """Return the label with one more certificate, or None if nothing comes through."""
        claims = label.claims & self._claims.permitted(certificate, policies=not hop)
        if not claims or certificate not in self._usable:
            return None
        reading, breaks = follow(label.reading, certificate, hop=hop)
        return None if breaks else _Label(claims, reading, (label.line, certificate))

    def _labels_of(self, certificate: Certificate) -> Iterator[_Label]:
        """Yield what a certificate can issue for, by paths no longer than those that follow."""
        if certificate in self._starts:
            yield self._starts[certificate]
        issuer = self._steps.issuer.get(certificate.sha256)
        if issuer is None:
            return
        hop = issuer == certificate.ca
        for label in self._labels_at(issuer, None if hop else certificate.ca):
            if label.line[1] is not certificate and (extended := self._extended(label, certificate, hop=hop)):
                yield extended

    def _labels_at(self, issuer: str, subject: str | None) -> list[_Label]:
        """Return the labels of a CA by paths that do not go through the one it issues to."""
        labels = self._labels.get(issuer, [])
        if subject is None or not self._steps.loops(issuer, subject):
            return labels
        if not any(_visits(label.line, subject) for label in labels):
            return labels
        if subject not in self._avoiding:
            self._avoiding[subject] = self._spread(avoiding=subject)
        return self._avoiding[subject].get(issuer, [])


def _leaves_as_much(one: Reading, other: Reading) -> bool:
    """Say whether every certificate that may follow one may follow the other with no less to come."""
    if one.remaining is not None and (other.remaining is None or one.remaining < other.remaining):
        return False
    if not one.constrained_by:
        return True
    said = {each.constraints for each in other.constrained_by}
    return all(each.constraints in said for each in one.constrained_by)


def _certificates(line: Line) -> tuple[str, ...]:
    """Return the SHA-256 of each certificate, the anchor first."""
    found = []
    at: Line | None = line
    while at is not None:
        found.append(at[1].sha256)
        at = at[0]
    return tuple(reversed(found))


def _visits(line: Line, ca: str) -> bool:
    """Say whether a path goes through a CA."""
    at: Line | None = line
    while at is not None:
        if at[1].ca == ca:
            return True
        at = at[0]
    return False
