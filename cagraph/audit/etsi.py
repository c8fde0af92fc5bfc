"""Criteria of ETSI: standards, and certificate policies within them that say what they are for."""

import re
from collections.abc import Iterator, Sequence

from cagraph.audit.letter import Fact, Letter, Part, Section, iterate
from cagraph.audit.mention import ELSEWHERE, VERSION, CriteriaRead, Mention, said_elsewhere, versions
from cagraph.model import AuditKind

_ETSI = re.compile(
    r"(?:etsi\s)?(?P<number>(?:en\s319\s?401|en\s319\s?411\s?[-\u2013]\s?[12]|ts\s119\s?411\s?[-\u2013]\s?[56]|ts\s102\s042"
    r"|ts\s101\s456))(?!\d)(?:\s?[,:]?\s?\(?(?:version\s|v\.?\s?)(?P<version>\d{1,2}\.\d{1,2}\.\d{1,2})"
    r"(?:\s?\((?:19|20)\d\d[-\u2013]\d\d\))?)?",
    re.IGNORECASE,
)
# Capitals matter here: these are names, not words.
_POLICY = re.compile(
    r"(?<![\w-])(?:LCP|NCP\+?|DVCP|OVCP|IVCP|EVCP\+?|PTC-BR|QEVCP-w|QNCP-w|QCP-w|QCP-[ln](?:-qscd)?)(?![\w])"
)
_NETSEC = re.compile(r"network\sand\scertificate\ssystems?\ssecurity\srequirements", re.IGNORECASE)
_CODE_SIGNING = re.compile(r"code[\s-]signing\scertificates?|code\ssigning\sbaseline", re.IGNORECASE)
_ATTESTATION = re.compile(r"[^\n]{0,60}audit\sattestation[^\n]{0,60}", re.IGNORECASE)
_POLICY_KINDS = {
    **dict.fromkeys(("DVCP", "OVCP", "IVCP", "PTC-BR", "QCP-w", "QNCP-w"), AuditKind.TLS_BR),
    **dict.fromkeys(("EVCP", "EVCP+", "QEVCP-w"), AuditKind.TLS_EVG),
}


def etsi_mentions(letter: Letter, sections: Sequence[Section]) -> Iterator[Mention]:
    """Yield where standards are named that this letter reports on."""
    for match in iterate(sections, _ETSI, letter.text):
        if ELSEWHERE.search(letter.sentence(match.start(), match.end())):
            continue
        version = None
        if match["version"]:
            version = (match["version"], match.start("version"), match.end("version"))
        printed = " ".join(match[0].split())
        number = re.sub(r"[\s\u2013-]", "", match["number"]).lower()
        # A bracket that was opened before the version closes behind it.
        end = match.end() + (
            printed.count("(") > printed.count(")") and letter.text[match.end() : match.end() + 1] == ")"
        )
        name = " ".join(letter.text[match.start() : end].split())
        yield Mention(name, number, version, match.start(), end, based=True)


def read_etsi(letter: Letter, mentions: Sequence[Mention]) -> CriteriaRead:
    """Return the standards, each once and with its version where that is said anywhere."""
    chosen: dict[str, Mention] = {}
    for mention in mentions:
        known = chosen.get(mention.topic)
        if known is None or (known.version is None and mention.version is not None):
            chosen[mention.topic] = mention
    found = sorted(chosen.values(), key=lambda each: each.start)
    main = next((each for each in found if each.topic.startswith("en319411")), None)
    return CriteriaRead(
        scheme=letter.fact("ETSI EN 319 411", main.start, main.end) if main else None,
        kinds=tuple(_etsi_kinds(letter, chosen)) if main else (),
        criteria=tuple(letter.fact(each.name, each.start, each.end) for each in found),
        versions=versions(letter, found),
    )


def _etsi_kinds(letter: Letter, standards: dict[str, Mention]) -> list[Fact[AuditKind]]:
    """Return the kinds of an attestation: of its title, or else by standards and policies."""
    titled = _titled(letter)
    if titled:
        return titled
    kinds: dict[AuditKind, Fact[AuditKind]] = {}
    main = next(each for topic, each in standards.items() if topic.startswith("en319411"))
    kinds[AuditKind.STANDARD] = letter.fact(AuditKind.STANDARD, main.start, main.end)
    # The policies often stand with the list of CAs, which may be an annex.
    sections = letter.of(Part.FRONT, Part.REPORT, Part.APPENDIX)
    for match in iterate(sections, _POLICY, letter.text):
        kind = _POLICY_KINDS.get(match[0])
        if kind is not None and kind not in kinds and not said_elsewhere(letter, match):
            kinds[kind] = letter.fact(kind, match.start(), match.end())
    if "ts1194116" in standards:
        mention = standards["ts1194116"]
        kinds[AuditKind.SMIME_BR] = letter.fact(AuditKind.SMIME_BR, mention.start, mention.end)
    for kind, pattern in ((AuditKind.NETSEC, _NETSEC), (AuditKind.CODE_SIGNING, _CODE_SIGNING)):
        for match in iterate(letter.own_words(), pattern, letter.text):
            if _is_listed(letter, match) and not said_elsewhere(letter, match):
                kinds.setdefault(kind, letter.fact(kind, match.start(), match.end()))
    return list(kinds.values())


def _titled(letter: Letter) -> list[Fact[AuditKind]]:
    """Return the kind that the title names: since 2023 there is an attestation for each."""
    words = (
        (AuditKind.STANDARD, r"\bstandard\b"),
        (AuditKind.SMIME_BR, r"s/?mime"),
        (AuditKind.CODE_SIGNING, r"code[\s-]signing"),
        (AuditKind.TLS_EVG, r"\btls[\s-]evg?\b|\bev[\s-]tls\b"),
        (AuditKind.TLS_BR, r"\btls[\s-]brs?\b"),
        (AuditKind.NETSEC, r"\bnet(?:work\s)?sec(?:urity)?\b"),
    )
    head = letter.text[:1500]
    for title in _ATTESTATION.finditer(head):
        found = [kind for kind, pattern in words if re.search(pattern, title[0], re.IGNORECASE)]
        if found:
            return [letter.fact(kind, title.start(), title.end()) for kind in found]
    return []


def _is_listed(letter: Letter, match: "re.Match[str]") -> bool:
    """Say whether a document is named among the criteria: with its version, as the standards are."""
    return bool(
        re.match(
            rf"[^\n.;]{{0,40}}\n?[^\n.;]{{0,20}}?\b{VERSION}",
            letter.text[match.end() : match.end() + 110],
            re.IGNORECASE,
        )
    )
