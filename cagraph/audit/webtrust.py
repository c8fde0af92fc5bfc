"""Criteria of WebTrust: a document for each topic, named by it, as in `... - SSL Baseline - Version 2.8`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from cagraph.audit.letter import Fact, Letter, Section, iterate
from cagraph.audit.mention import ELSEWHERE, VERSION, CriteriaRead, Mention, versions
from cagraph.model import AuditKind

_WORD = (
    r"ssl|tls|baselines?|requirements?|with|and|&|networks?|security|certificates?|systems?|extended|validation|ev|"
    r"code|signing|publicly|trusted|s/?mime|verified|common|marks?|vmcs?|audit|criteria|principles|for|cas?|"
    r"registration|authority|authorities|server|services?|guidelines|minimum|of|the|issuance|management|qualified"
)
_WEBTRUST = re.compile(
    r"(?:(?:aicpa|cpa\scanada|cica|cpa)(?:\s?/\s?(?:cpa\scanada|cica|aicpa))?['\u2019]?s?\s)?"
    r"(?:webtrust\s?(?:®|™|sm|tm|\(r\))?(?:\s(?:program|services?))?|trust\sservices?)\s"
    r"(?:(?:principles\s(?:and|&)\s)?criteria\s)?for\s(?:certification\sauthorit(?:ies|y)|cas?)\b"
    rf"(?P<topic>(?:\s?[-\u2013\u2014:]\s?(?=[a-z])|\s(?:{_WORD})\b|(?<=[-\u2013\u2014:\s])(?:{_WORD})\b){{0,16}})"
    rf"(?:\s?[-\u2013\u2014,(]?\s?{VERSION})?",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:[\s\u2013\u2014:-]|\b(?:and|with|for|of|the)\b){1,6}$", re.IGNORECASE)
_TITLE_OR_SEAL = re.compile(
    r"[\s\u201c\u201d\"]{0,2}(?:seal|report|trust\sservices\sreport)\b", re.IGNORECASE
)
_BASED = re.compile(
    r"(?:based\son|accordance\swith|conformity\swith|complian(?:ce|t)\swith|against|pursuant\sto|set\sforth\sin)"
    r"\s(?:the\s)?(?:applicable\s)?(?:following\s)?(?:criteria\s)?:?\s?(?:•\s)?$",
    re.IGNORECASE,
)
# Between two criteria of one list: a short name in brackets, "and the".
_LISTED = re.compile(r"(?:\s\([^()]{0,80}\))?\s?[,;•]?\s?(?:and\s)?(?:•\s)?(?:the\s)?", re.IGNORECASE)
_TOPICS: tuple[tuple[AuditKind, str], ...] = (
    (AuditKind.CODE_SIGNING, r"code\ssigning"),
    (AuditKind.SMIME_BR, r"s/?mime"),
    (AuditKind.VMC, r"(?:verified|common)\smark|\bvmcs?\b|\bmark\scertificate"),
    (AuditKind.TLS_EVG, r"extended\svalidation|\bev\b"),
    (AuditKind.TLS_BR, r"(?:ssl|tls)\s(?:server\s)?(?:certificates?\s)?baseline|baseline\srequirements"),
    (AuditKind.NETSEC, r"network(?:\sand\scertificate\ssystems?)?\ssecurity"),
)


def webtrust_mentions(letter: Letter, sections: Sequence[Section]) -> Iterator[Mention]:
    """Yield where criteria are named that this letter reports on."""
    last: Mention | None = None
    matches = list(iterate(sections, _WEBTRUST, letter.text))
    for match, following in zip_longest(matches, matches[1:]):
        mention = _mention(letter, match)
        quoted = match.start() and letter.text[match.start() - 1] in "\u201c\"\u201d'\u2018"
        if quoted or _TITLE_OR_SEAL.match(letter.text, mention.end):
            continue
        if last is not None and _LISTED.fullmatch(letter.text[last.end : min(mention.start, last.end + 120)]):
            mention = replace(mention, based=mention.based or last.based)
        # What is said about one of a list is said before the next one.
        clause = letter.sentence(
            mention.start, mention.end, last.end if last else 0, following.start() if following else None
        )
        if not ELSEWHERE.search(clause):
            last = mention
            yield mention


def _mention(letter: Letter, match: "re.Match[str]") -> Mention:
    """Return criteria as named: without the words that only join them to what follows."""
    end = match.end()
    version = None
    if match["version"]:
        version = (match["version"], match.start("version"), match.end("version"))
    else:
        trailing = _TRAILING.search(letter.text[match.start() : end])
        if trailing:
            end = match.start() + trailing.start()
    before = letter.text[max(0, match.start() - 60) : match.start()]
    return Mention(
        name=" ".join(letter.text[match.start() : end].split()),
        topic=" ".join(match["topic"].lower().split()),
        version=version,
        start=match.start(),
        end=end,
        based=bool(_BASED.search(before)),
    )


def read_webtrust(letter: Letter, mentions: Sequence[Mention]) -> CriteriaRead:
    """Return the criteria, each topic and version once."""
    chosen: dict[object, Mention] = {}
    for mention in mentions:
        topic = re.sub(
            r"[^a-z/]+|\b(?:and|with|certificates?|requirements?|criteria|principles|audit)\b",
            "",
            mention.topic,
        )
        # One without its version is the same again, said shortly.
        has_version = [key for key in chosen if isinstance(key, tuple) and key[0] == topic and key[1]]
        if mention.version is None and has_version:
            continue
        if mention.version is not None:
            chosen.pop((topic, ""), None)
        chosen.setdefault((topic, mention.version[0] if mention.version else ""), mention)
    found = sorted(chosen.values(), key=lambda each: each.start)
    kinds: dict[AuditKind, Fact[AuditKind]] = {}
    for mention in found:
        for kind in _kinds(mention.topic):
            kinds.setdefault(kind, letter.fact(kind, mention.start, mention.end))
    first = found[0]
    return CriteriaRead(
        scheme=letter.fact("WebTrust", first.start, first.end),
        kinds=tuple(kinds.values()),
        criteria=tuple(letter.fact(each.name, each.start, each.end) for each in found),
        versions=versions(letter, found),
    )


def _kinds(topic: str) -> list[AuditKind]:
    """Return the kinds of criteria with this topic, in the order of its words; without any it is Standard."""
    if not re.search(r"[a-z]", re.sub(r"\b(?:principles|criteria|audit|and|of|the|for)\b", "", topic)):
        return [AuditKind.STANDARD]
    found = {kind: match.start() for kind, pattern in _TOPICS if (match := re.search(pattern, topic))}
    # Code signing and e-mail have baselines and extended validation of their own.
    if found.keys() & {AuditKind.CODE_SIGNING, AuditKind.SMIME_BR, AuditKind.VMC}:
        found.pop(AuditKind.TLS_EVG, None)
        if not re.search(r"(?:ssl|tls)\s", topic):
            found.pop(AuditKind.TLS_BR, None)
    return sorted(found, key=lambda kind: found[kind])
