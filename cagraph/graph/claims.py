"""What anchors are trusted for, as bits: which claims a certificate lets through.

The computation of capability joins and intersects sets of claims millions of times, so a set is an integer.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from cagraph.graph.rules import Certificate
from cagraph.graph.steps import Steps

Key = TypeVar("Key", bound=Hashable)


class Claim(NamedTuple, Generic[Key]):
    """One thing an anchor may be trusted for.

    `key` is the caller's word for it: several claims may share one. `purpose` is the word of an
    extended key usage. With `policy`, every certificate below the anchor must have that policy too, or any.
    """

    key: Key
    purpose: str
    policy: str | None = None


class Claims(Generic[Key]):
    """Claims as bits."""

    def __init__(self, steps: Steps, trust: Mapping[str, Iterable[Claim[Key]]]) -> None:
        known = {anchor: list(claims) for anchor, claims in trust.items() if anchor in steps.certificates}
        self._claims = list(dict.fromkeys(claim for claims in known.values() for claim in claims))
        bits = {claim: 1 << place for place, claim in enumerate(self._claims)}
        self.of_anchor = {anchor: sum({bits[each] for each in known[anchor]}) for anchor in sorted(known)}
        self._of_purpose: dict[int, int] = defaultdict(int)
        self._of_policy: dict[str, int] = defaultdict(int)
        self._without_policy = 0
        for claim, bit in bits.items():
            self._of_purpose[steps.purposes.bit(claim.purpose)] |= bit
            if claim.policy is None:
                self._without_policy |= bit
            else:
                self._of_policy[claim.policy] |= bit
        self._permitted: dict[tuple[int, frozenset[str] | None], int] = {}
        self._keys: dict[int, frozenset[Key]] = {}

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

    def key_of(self, claim: int) -> Key:
        """Return the caller's word for one claim."""
        return self._claims[claim.bit_length() - 1].key

    def keys_of(self, claims: int) -> frozenset[Key]:
        """Return the caller's words for some claims, each set of claims worked out once."""
        if claims not in self._keys:
            self._keys[claims] = frozenset(map(self.key_of, bits_of(claims)))
        return self._keys[claims]


def bits_of(claims: int) -> Iterator[int]:
    """Yield each bit."""
    while claims:
        lowest = claims & -claims
        yield lowest
        claims ^= lowest
