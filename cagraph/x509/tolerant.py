"""Reads what can be read of a certificate that pyca/cryptography refuses, extension by extension.

Extension values are decoded by pyasn1, one at a time, so that one bad extension costs that extension
only; what is wrong with it is recorded. Leniency ends at the outline: a certificate without names, dates
or key is none.
"""

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pyasn1_alt_modules import rfc5280

from cagraph.x509.der import BOOLEAN, OBJECT_IDENTIFIER, OCTET_STRING, Slices, children, dotted, element
from cagraph.x509.facts import NameConstraint
from cagraph.x509.names import Attribute, Name, show
from cagraph.x509.outline import (
    AUTHORITY_INFO_ACCESS,
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    CA_ISSUERS,
    CERTIFICATE_POLICIES,
    CRL_DISTRIBUTION_POINTS,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    KEY_USAGES,
    NAME_CONSTRAINTS,
    OCSP,
    PROCESSED,
    SUBJECT_KEY_IDENTIFIER,
    Extensions,
    Outline,
    first_line,
    signed_hex,
)

_ENCODINGS = {0x0C: "utf-8", 0x12: "ascii", 0x13: "utf-8", 0x16: "utf-8", 0x14: "utf-8", 0x1A: "utf-8"}
_WIDE = {0x1E: "utf-16-be", 0x1C: "utf-32-be"}
_UTC_TIME = 0x17
# By the number of digits: strptime alone takes 2359 for 23:05:09.
_TIME_FORMS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M"}


def read(slices: Slices) -> tuple[Outline, Extensions]:
    """Read a certificate's fields and each extension that can be read.

    Raises:
        ValueError: a name, a date or the serial number cannot be read at all.
    """
    _, start, end = element(slices.serial, 0, len(slices.serial))
    times = children(slices.validity, *element(slices.validity, 0, len(slices.validity))[1:])
    if len(times) != 2:
        raise ValueError("validity is not two times")
    not_before, not_after = (_time(tag, slices.validity[at:stop]) for tag, _, at, stop in times)
    outline = Outline(
        serial=int.from_bytes(slices.serial[start:end], signed=True),
        issuer=read_name(slices.issuer),
        subject=read_name(slices.subject),
        not_before=not_before,
        not_after=not_after,
    )
    return outline, _extensions(slices.extensions)


def read_name(der: bytes) -> Name:
    """Read a distinguished name whose strings may hold what their type forbids.

    Raises:
        ValueError: it is no sequence of sets of attributes.
    """
    name = []
    for _, _, at, stop in children(der, *element(der, 0, len(der))[1:]):
        rdn = []
        for _, _, start, end in children(der, at, stop):
            parts = children(der, start, end)
            if len(parts) != 2 or parts[0][0] != OBJECT_IDENTIFIER:
                raise ValueError("a name holds something that is no attribute")
            (_, _, oid, oid_end), (tag, _, value, value_end) = parts
            rdn.append(_attribute(dotted(der[oid:oid_end]), tag, der[value:value_end]))
        name.append(tuple(rdn))
    return tuple(name)


def _attribute(oid: str, tag: int, value: bytes) -> Attribute:
    """Return one attribute, as text where its type is a string's."""
    if tag in _WIDE:
        return oid, value.decode(_WIDE[tag], errors="replace")
    if tag not in _ENCODINGS:
        return oid, value
    try:
        return oid, value.decode(_ENCODINGS[tag])
    except UnicodeDecodeError:
        return oid, value.decode("latin-1")


def _time(tag: int, content: bytes) -> datetime:
    """Return a time as UTC: also without seconds, with a fraction, or with an offset instead of Z.

    Raises:
        ValueError: it is no time.
    """
    text = content.decode("ascii")
    offset = timedelta()
    if text.endswith("Z"):
        text = text[:-1]
    elif text[-5:-4] in ("+", "-"):
        sign = 1 if text[-5] == "+" else -1
        offset = sign * timedelta(hours=int(text[-4:-2]), minutes=int(text[-2:]))
        text = text[:-5]
    if tag == _UTC_TIME:
        text = ("20" if text[:2] < "50" else "19") + text  # RFC 5280 4.1.2.5.1
    digits, point, _ = text.partition(".")
    form = _TIME_FORMS.get(len(digits))
    if form is None or not digits.isdigit():
        raise ValueError(f"not a time: {content[:40]!r}")
    local = datetime.strptime(text, form + ".%f" if point else form).replace(tzinfo=UTC)
    return (local - offset).replace(tzinfo=None)


def _extensions(der: bytes) -> Extensions:
    """Return what each extension says; one that cannot be read is a problem by its identifier."""
    facts = Extensions()
    if not der:
        return facts
    try:
        found = children(der, *element(der, 0, len(der))[1:])
    except ValueError as problem:
        facts.problems.append(f"extensions: {first_line(problem)}")
        return facts
    for _, _, at, stop in found:
        try:
            parts = children(der, at, stop)
            if not parts or parts[0][0] != OBJECT_IDENTIFIER or parts[-1][0] != OCTET_STRING:
                raise ValueError("no identifier or no value")
            oid = dotted(der[parts[0][2] : parts[0][3]])
        except ValueError as problem:
            facts.problems.append(f"an extension that is none: {first_line(problem)}")
            continue
        critical = any(tag == BOOLEAN and der[start:end] != b"\x00" for tag, _, start, end in parts[1:-1])
        if critical and oid not in PROCESSED:
            facts.unknown_critical.append(oid)
        if oid in _DECODE:
            _fill(facts, oid, der[parts[-1][2] : parts[-1][3]])
    return facts


def _fill(facts: Extensions, oid: str, value: bytes) -> None:
    """Take what one extension says; where it cannot be read, that is a problem and no more."""
    specification, fill = _DECODE[oid]
    try:
        decoded, _ = decoder.decode(value, asn1Spec=specification())
        fill(facts, decoded)
    except (PyAsn1Error, ValueError, TypeError, LookupError, OverflowError, RecursionError) as problem:
        facts.problems.append(f"extension {oid}: {first_line(problem)}")


def _basic_constraints(facts: Extensions, value: Any) -> None:
    facts.has_basic_constraints, facts.is_ca = True, bool(value["cA"])
    facts.path_len = int(value["pathLenConstraint"]) if value["pathLenConstraint"].isValue else None


def _key_usage(facts: Extensions, value: Any) -> None:
    facts.key_usage = tuple(name for name, bit in zip(KEY_USAGES, value, strict=False) if bit)


def _extended_key_usage(facts: Extensions, value: Any) -> None:
    facts.eku_oids = tuple(str(oid) for oid in value)


def _policies(facts: Extensions, value: Any) -> None:
    facts.policy_oids = tuple(str(policy["policyIdentifier"]) for policy in value)


def _subject_key_identifier(facts: Extensions, value: Any) -> None:
    facts.subject_key_id = bytes(value).hex()


def _authority_key_identifier(facts: Extensions, value: Any) -> None:
    if value["keyIdentifier"].isValue:
        facts.authority_key_id = bytes(value["keyIdentifier"]).hex()
    if value["authorityCertSerialNumber"].isValue:
        facts.authority_serial = signed_hex(int(value["authorityCertSerialNumber"]))


def _name_constraints(facts: Extensions, value: Any) -> None:
    facts.name_constraints = tuple(
        _subtree(permitted, subtree["base"])
        for permitted, key in ((True, "permittedSubtrees"), (False, "excludedSubtrees"))
        if value[key].isValue
        for subtree in value[key]
    )


def _subtree(permitted: bool, base: Any) -> NameConstraint:
    """Return one subtree in our words."""
    kind, value = base.getName(), base.getComponent()
    match kind:
        case "dNSName":
            return NameConstraint(permitted, "dns", str(value))
        case "iPAddress":
            return NameConstraint(permitted, "ip", _ip_subtree(bytes(value)))
        case "rfc822Name":
            return NameConstraint(permitted, "email", str(value))
        case "uniformResourceIdentifier":
            return NameConstraint(permitted, "uri", str(value))
        case "directoryName":
            rdns = value["rdnSequence"]
            name = tuple(tuple((str(a["type"]), _any(bytes(a["value"]))) for a in rdn) for rdn in rdns)
            return NameConstraint(permitted, "directory", show(name))
        case _:
            return NameConstraint(permitted, "other", str(kind))


def _any(der: bytes) -> str | bytes:
    """Return an attribute's value from its whole element."""
    tag, start, end = element(der, 0, len(der))
    return _attribute("", tag, der[start:end])[1]


def _ip_subtree(octets: bytes) -> str:
    """Return `address/bits`, or `address/mask` where the mask is no prefix; host bits stay as they are."""
    half = len(octets) // 2
    address, mask = ipaddress.ip_address(octets[:half]), ipaddress.ip_address(octets[half:])
    bits = f"{int(mask):0{half * 8}b}".rstrip("0")
    return f"{address}/{len(bits)}" if "0" not in bits else f"{address}/{mask}"


def _authority_info_access(facts: Extensions, value: Any) -> None:
    for access in value:
        urls = {OCSP: facts.ocsp_urls, CA_ISSUERS: facts.ca_issuers_urls}.get(str(access["accessMethod"]))
        if urls is not None and access["accessLocation"].getName() == "uniformResourceIdentifier":
            urls.append(str(access["accessLocation"].getComponent()))


def _crl_distribution_points(facts: Extensions, value: Any) -> None:
    for point in value:
        location = point["distributionPoint"]
        if location.isValue and location.getName() == "fullName":
            facts.crl_urls.extend(
                str(name.getComponent())
                for name in location.getComponent()
                if name.getName() == "uniformResourceIdentifier"
            )


_DECODE: dict[str, tuple[Callable[[], Any], Callable[[Extensions, Any], None]]] = {
    BASIC_CONSTRAINTS: (rfc5280.BasicConstraints, _basic_constraints),
    KEY_USAGE: (rfc5280.KeyUsage, _key_usage),
    EXTENDED_KEY_USAGE: (rfc5280.ExtKeyUsageSyntax, _extended_key_usage),
    CERTIFICATE_POLICIES: (rfc5280.CertificatePolicies, _policies),
    SUBJECT_KEY_IDENTIFIER: (rfc5280.SubjectKeyIdentifier, _subject_key_identifier),
    AUTHORITY_KEY_IDENTIFIER: (rfc5280.AuthorityKeyIdentifier, _authority_key_identifier),
    NAME_CONSTRAINTS: (rfc5280.NameConstraints, _name_constraints),
    AUTHORITY_INFO_ACCESS: (rfc5280.AuthorityInfoAccessSyntax, _authority_info_access),
    CRL_DISTRIBUTION_POINTS: (rfc5280.CRLDistributionPoints, _crl_distribution_points),
}
