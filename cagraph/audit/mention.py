"""Criteria as a letter names them at one place, and what is read from all such places.

A mention counts where the letter reports on it, not where it says that another letter does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cagraph.audit.letter import Fact, Letter
from cagraph.model import AuditKind

VERSION = r"(?:version|ver\.?|v\.?)\s?(?P<version>\d{1,2}(?:\.\d{1,2}){0,3})(?![\d])"
ELSEWHERE = re.compile(
    r"separate\s(?:cover|report|letter|engagement|examination|audit|assurance)|report(?:ed)?\s(?:on\s)?separately"
    r"|separately\s(?:report|audit|examin)|not\s(?:include|extend|cover|in\s(?:the\s)?scope|within\sthe\sscope|part\sof)"
    r"|another\sreport|other\sreports|out(?:side)?\s(?:of\s)?(?:the\s)?scope|(?:is|are|was|were)\sexcluded|no\sopinion",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CriteriaRead:
    """What was read about criteria; all empty where nothing was found."""

    scheme: Fact[str] | None
    kinds: tuple[Fact[AuditKind], ...]
    criteria: tuple[Fact[str], ...]
    versions: tuple[Fact[str], ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """Criteria named at one place."""

    name: str
    topic: str
    version: tuple[str, int, int] | None
    start: int
    end: int
    based: bool


def said_elsewhere(letter: Letter, match: "re.Match[str]") -> bool:
    """Say whether the sentence says that something else reports on this."""
    return bool(ELSEWHERE.search(letter.sentence(match.start(), match.end())))


def versions(letter: Letter, mentions: Sequence[Mention]) -> tuple[Fact[str], ...]:
    """Return the versions of the criteria, each once."""
    versions: dict[str, Fact[str]] = {}
    for mention in mentions:
        if mention.version is not None:
            value = mention.version[0]
            versions.setdefault(value, letter.fact(value, mention.start, mention.end))
    return tuple(versions.values())
