"""Towns in the lines of addresses: `Manchester, NH 03101`, `45141 Essen, Germany`, `Oslo, 1 March 2021`.

A town is what stands before a state or country that is known. A place that is not so named is not read:
a name on a line of its own may as well be a person's.
"""

import re

_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming", "PR": "Puerto Rico",
}  # fmt: skip


def _names(text: str) -> frozenset[str]:
    return frozenset(" ".join(name.split()) for name in text.split(";"))


_REGIONS = frozenset(name.lower() for name in _STATES.values()) | _names(
    """
    alberta; british columbia; manitoba; new brunswick; newfoundland; nova scotia; ontario; quebec;
    québec; saskatchewan; on; ab; bc; qc; d.c.; new south wales; victoria; queensland
    """
)
_COUNTRIES = _names(
    """
    argentina; australia; austria; bahrain; belgium; bermuda; brazil; bulgaria; canada; chile;
    china; colombia; croatia; cyprus; czech republic; czechia; denmark; egypt; england; estonia;
    finland; france; germany; greece; hong kong; hong kong sar; hungary; iceland; india; indonesia;
    ireland; israel; italy; japan; jordan; kazakhstan; kenya; korea; kuwait; latvia; lithuania;
    luxembourg; luxemburg; macao; macau; malaysia; malta; mauritius; mexico; morocco; méxico;
    netherlands; new zealand; norway; oman; p.r. china; p.r.china; pakistan; panama; people's
    republic of china; people\u2019s republic of china; peru; philippines; poland; portugal; prc;
    qatar; r.o.c.; republic of china; republic of korea; romania; russia; saudi arabia; scotland;
    serbia; singapore; slovakia; slovenia; south africa; south korea; spain; sri lanka; sweden;
    switzerland; taiwan; taiwan r.o.c.; thailand; tunisia; turkey; turkiye; türkiye; u.a.e.; u.k.;
    u.s.a.; uae; uk; ukraine; united arab emirates; united kingdom; united states; united states of
    america; uruguay; us; usa; venezuela; vietnam
    """
)
_POST_CODE = re.compile(
    r"\b\d\d-\d{3}\b|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b|\b[A-Z]{1,2}\d[\dA-Z]?\s?\d[A-Z]{2}\b"
    r"|\b(?:[A-Z]{1,2}\s?-\s?)?\d{3,6}(?:[-\s]\d{2,4})?\b|(?<=\d\d\d\d\s)[A-Z]{2}\b"
)
# Codes that no house number looks like.
_TOWN_CODE = re.compile(
    r"\s[A-Z]{1,2}\d[\dA-Z]?\s?\d[A-Z]{2}$|\s[A-Z]\d[A-Z]\s?\d[A-Z]\d$|^[A-Z]{1,2}\s?-\s?\d{4,6}\s"
)
ROLE = re.compile(r"\b(?:partner|director|manager|head|officer|accountants?|auditors?)\b", re.IGNORECASE)
_TOWN = re.compile(r"[^\W\d_][^\W\d_.\u2019'-]*\.?(?:[\s\u2019'-][^\W\d_][^\W\d_.\u2019']*\.?){0,3}")
_US_WITHOUT_COMMA = re.compile(
    r"(?P<town>[A-Z][A-Za-z. \u2019'-]{2,30})\s(?P<state>[A-Z]{2})\s\d{5}(?:-\d{4})?$"
)
_LABEL = re.compile(r"^(?:dated?|on|at|place|address)\b(?:\sand\sdate)?\s?:?\s?", re.IGNORECASE)
_DAY = re.compile(
    r"[,\s]{0,2}(?:\b\d{1,2}(?:st|nd|rd|th)?[\s.-])?"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b[\s.,-]{0,2}"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s?,\s?)?(?:19|20)\d\d"
    r"|[,\s]{0,2}\b(?:\d{4}[-./]\d\d[-./]\d\d|\d\d[./]\d\d[./]\d{4})\b",
    re.IGNORECASE,
)


def place_in(line: str) -> str | None:
    """Return the town of an address line with its state or country: `Tampa, Florida`, `Essen, Germany`.

    The state of an abbreviated US address is spelled out. A day behind a lone town shows that it is one.
    """
    line = _LABEL.sub("", " ".join(line.split())[:200])
    day = _DAY.search(line)
    place = (line[: day.start()] + line[day.end() :] if day else line).strip(" ,.;:")
    without_comma = _US_WITHOUT_COMMA.match(place)
    if without_comma and without_comma["state"] in _STATES:
        return f"{without_comma['town']}, {_STATES[without_comma['state']]}"
    parts = [part.strip(" .") if "." not in part[:-1] else part.strip() for part in place.split(",")]
    for index in range(1, len(parts)):
        region = _region(parts[index])
        town = _POST_CODE.sub("", parts[index - 1]).strip(" -")
        if region is None or not _TOWN.fullmatch(town) or ROLE.search(town):
            continue
        # "Ontario, Canada" names no town; "New York, USA" does.
        if town.lower() not in _REGIONS - {"new york"} or region.lower() not in _COUNTRIES:
            return f"{town}, {region}"
    return _lone_town(place, bool(day and day.start() > 0)) if len(parts) == 1 else None


def _lone_town(place: str, dated: bool) -> str | None:
    """Return a town that shows what it is without a country: by post code, by day, or as a state itself."""
    town = _TOWN_CODE.sub("", place).strip()
    known = place.lower() in {"hong kong", "singapore", "luxembourg", "macau", "monaco"}
    if (known or dated or town != place) and _TOWN.fullmatch(town) and town[0].isupper():
        return town
    return None


def _region(part: str) -> str | None:
    """Return a state or country as printed, a US state spelled out; None if it is neither.

    What has its post code before it is a town, though a country is called so, too: `1728 Luxembourg`.
    """
    if re.match(r"(?:[A-Z]{1,2}\s?-\s?)?\d", part):
        return None
    printed = _POST_CODE.sub("", part).strip(" -")
    if printed in _STATES:
        return _STATES[printed]
    plain = printed.lower().removeprefix("the ")
    known = plain in _REGIONS or plain in _COUNTRIES or plain.strip(".") in _COUNTRIES
    return printed if known else None
