"""What a drawn letter prints beside its fingerprints, as it is to be read: none of it otherwise."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from cagraph.audit.fingerprints import Printed
from tests.audit.corpus import Letter

KEYS = {
    "CA": "subject", "CA Name": "subject", "CA name": "subject", "Name": "subject", "Subject": "subject",
    "Subject DN": "subject", "Distinguished Name": "subject", "Issuer": "issuer",
    "Serial number": "serial", "Serial No": "serial", "Serial No.": "serial", "Serial": "serial",
    "Valid from": "not_before", "From": "not_before", "Not Before": "not_before",
    "Valid to": "not_after", "To": "not_after", "Until": "not_after", "Expiry": "not_after",
    "Not After": "not_after",
}  # fmt: skip


def printed(letter: Letter, sha256: str) -> dict[str, str]:
    """Return what stands beside a fingerprint, by key."""
    said = {KEYS[head]: text for head, text in letter.beside.get(sha256, {}).items() if head in KEYS and text}
    found = {}
    for key, text in said.items():
        found[key] = text
        if key == "serial":
            found[key] = text.replace(" ", "").replace(":", "").lower().lstrip("0")
        elif key.startswith("not_"):
            found[key] = _day(text)
    return found


def _day(text: str) -> str:
    for pattern in ("%Y-%m-%d", "%m/%d/%Y", "%b %d, %Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, pattern).date().isoformat()
        except ValueError:
            continue
    raise ValueError(text)


def wrong(letter: Letter, found: Iterable[Printed]) -> list[tuple[str, str, str]]:
    """Return what was read beside fingerprints and is not there."""
    return [
        (key, value, printed(letter, each.sha256).get(key, ""))
        for each in found
        for key, value in each.beside.items()
        if printed(letter, each.sha256).get(key) != value
    ]


def counts(letter: Letter, found: Iterable[Printed]) -> Counter[str]:
    """Return how many of each key there are to be read, and how many were."""
    count: Counter[str] = Counter()
    for each in found:
        count.update(f"{key} printed" for key in printed(letter, each.sha256))
        count.update(f"{key} given" for key in each.beside)
    return count
