"""Reads a certificate with pyca/cryptography, all of it or not at all.

Raises where that library refuses any part; `cagraph.x509.tolerant` then reads what can be read.
"""

import warnings
from collections.abc import Callable, Iterable

from cryptography import x509

from cagraph.x509.facts import NameConstraint
from cagraph.x509.names import Name, show
from cagraph.x509.outline import CA_ISSUERS, KEY_USAGES, OCSP, PROCESSED, Extensions, Outline, signed_hex


def read(der: bytes) -> tuple[Outline, Extensions]:
    """Read a certificate's fields and every extension.

    Raises:
        ValueError: pyca/cryptography refuses the certificate or one of its extensions.
    """
    with warnings.catch_warnings():
        # Serial numbers that are not positive, over-long attributes: facts of a stranger's certificate,
        # not something to print.
        warnings.simplefilter("ignore")
        certificate = x509.load_der_x509_certificate(der)
        outline = Outline(
            serial=certificate.serial_number,
            issuer=_name(certificate.issuer),
            subject=_name(certificate.subject),
            not_before=certificate.not_valid_before_utc.replace(tzinfo=None),
            not_after=certificate.not_valid_after_utc.replace(tzinfo=None),
        )
        return outline, _extensions(certificate.extensions)


def _name(name: x509.Name) -> Name:
    """Return the library's name as plain attributes."""
    return tuple(tuple((a.oid.dotted_string, a.value) for a in rdn) for rdn in name.rdns)


def _extensions(extensions: x509.Extensions) -> Extensions:
    """Return what the extensions say."""
    facts = Extensions()
    for extension in extensions:
        if extension.critical and extension.oid.dotted_string not in PROCESSED:
            facts.unknown_critical.append(extension.oid.dotted_string)
        fill = _FILL.get(type(extension.value))
        if fill:
            fill(facts, extension.value)
    return facts


def _basic_constraints(facts: Extensions, value: x509.BasicConstraints) -> None:
    facts.has_basic_constraints, facts.is_ca, facts.path_len = True, value.ca, value.path_length


def _key_usage(facts: Extensions, value: x509.KeyUsage) -> None:
    agreement = value.key_agreement
    bits = (
        value.digital_signature,
        value.content_commitment,
        value.key_encipherment,
        value.data_encipherment,
        agreement,
        value.key_cert_sign,
        value.crl_sign,
        agreement and value.encipher_only,
        agreement and value.decipher_only,
    )
    facts.key_usage = tuple(name for name, bit in zip(KEY_USAGES, bits, strict=True) if bit)


def _extended_key_usage(facts: Extensions, value: x509.ExtendedKeyUsage) -> None:
    facts.eku_oids = tuple(oid.dotted_string for oid in value)


def _policies(facts: Extensions, value: x509.CertificatePolicies) -> None:
    facts.policy_oids = tuple(policy.policy_identifier.dotted_string for policy in value)


def _subject_key_identifier(facts: Extensions, value: x509.SubjectKeyIdentifier) -> None:
    facts.subject_key_id = value.digest.hex()


def _authority_key_identifier(facts: Extensions, value: x509.AuthorityKeyIdentifier) -> None:
    facts.authority_key_id = value.key_identifier.hex() if value.key_identifier is not None else None
    if value.authority_cert_serial_number is not None:
        facts.authority_serial = signed_hex(value.authority_cert_serial_number)


def _name_constraints(facts: Extensions, value: x509.NameConstraints) -> None:
    facts.name_constraints = tuple(
        _subtree(permitted, name)
        for permitted, names in ((True, value.permitted_subtrees), (False, value.excluded_subtrees))
        for name in names or ()
    )


def _subtree(permitted: bool, name: x509.GeneralName) -> NameConstraint:
    """Return one subtree in our words."""
    match name:
        case x509.DNSName():
            return NameConstraint(permitted, "dns", name.value)
        case x509.IPAddress():
            return NameConstraint(permitted, "ip", str(name.value))
        case x509.RFC822Name():
            return NameConstraint(permitted, "email", name.value)
        case x509.UniformResourceIdentifier():
            return NameConstraint(permitted, "uri", name.value)
        case x509.DirectoryName():
            return NameConstraint(permitted, "directory", show(_name(name.value)))
        case _:
            kind = type(name).__name__
            return NameConstraint(permitted, "other", kind[0].lower() + kind[1:])


def _authority_info_access(facts: Extensions, value: x509.AuthorityInformationAccess) -> None:
    for access in value:
        urls = {OCSP: facts.ocsp_urls, CA_ISSUERS: facts.ca_issuers_urls}.get(
            access.access_method.dotted_string
        )
        if urls is not None:
            urls.extend(_urls([access.access_location]))


def _crl_distribution_points(facts: Extensions, value: x509.CRLDistributionPoints) -> None:
    for point in value:
        facts.crl_urls.extend(_urls(point.full_name or ()))


def _urls(names: Iterable[x509.GeneralName]) -> list[str]:
    """Return the URIs among general names."""
    return [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]


_FILL: dict[type[x509.ExtensionType], Callable[..., None]] = {
    x509.BasicConstraints: _basic_constraints,
    x509.KeyUsage: _key_usage,
    x509.ExtendedKeyUsage: _extended_key_usage,
    x509.CertificatePolicies: _policies,
    x509.SubjectKeyIdentifier: _subject_key_identifier,
    x509.AuthorityKeyIdentifier: _authority_key_identifier,
    x509.NameConstraints: _name_constraints,
    x509.AuthorityInformationAccess: _authority_info_access,
    x509.CRLDistributionPoints: _crl_distribution_points,
}
