"""What a CRL says: its head, and its entries one by one, as pyca/cryptography reads them.

A list that does not say which certificates are revoked (a delta, one of attribute certificates) is refused as
a whole; an entry that cannot be read costs that entry. Who signed the list is not asked here.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from cagraph.x509.crl_outline import cut_crl
from cagraph.x509.names import name_id
from cagraph.x509.outline import first_line, signed_hex
from cagraph.x509.tolerant import read_name


@dataclass(frozen=True, slots=True)
class CrlEntry:
    """One entry. `problem` says why it cannot be used; reasons are spelled as in RFC 5280 5.3.1."""

    serial: str
    revoked_at: datetime
    issuer_name_id: str | None
    reason: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Crl:
    """The head of a list, and the list itself as the library holds it. Times are naive UTC, numbers hex."""

    issuer_name_id: str
    this_update: datetime
    next_update: datetime | None
    number: str | None
    indirect: bool
    loaded: x509.CertificateRevocationList

    def entries(self) -> Iterator[CrlEntry]:
        """Yield each entry. In an indirect CRL an issuer stands until another is named (RFC 5280 5.3.3)."""
        standing: str | None = self.issuer_name_id
        for entry in self.loaded:
            issuer, reason, problem = _extensions_of(entry)
            if problem and self.indirect:
                standing = None
            standing = issuer or standing
            if standing is None and problem is None:
                problem = "its issuer was named by an entry that cannot be read"
            yield CrlEntry(
                serial=signed_hex(entry.serial_number),
                revoked_at=_naive(entry.revocation_date_utc),
                issuer_name_id=standing,
                reason=reason,
                problem=problem,
            )


def read_crl(der: bytes) -> Crl:
    """Return what the CRL `der` says.

    Raises:
        ValueError: it cannot be read, or is of no use here; one line says why.
    """
    try:
        issuer = name_id(read_name(cut_crl(der).issuer))
    except IndexError:
        raise ValueError("not a CRL: its issuer is no name") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = x509.load_der_x509_crl(der)
            extensions = loaded.extensions
            this_update, next_update = loaded.last_update_utc, loaded.next_update_utc
    except Exception as refusal:  # InvalidVersion, DuplicateExtension and others share no narrower root
        raise ValueError(f"pyca/cryptography: {first_line(refusal)}") from refusal
    number, indirect = _extensions_of_list(extensions)
    return Crl(
        issuer_name_id=issuer,
        this_update=_naive(this_update),
        next_update=_naive(next_update) if next_update else None,
        number=number,
        indirect=indirect,
        loaded=loaded,
    )


def _extensions_of_list(extensions: x509.Extensions) -> tuple[str | None, bool]:
    """Return a list's number, and whether it is indirect.

    Raises:
        ValueError: its entries do not say which certificates are revoked.
    """
    number, indirect = None, False
    for extension in extensions:
        match extension.value:
            case x509.CRLNumber():
                number = signed_hex(extension.value.crl_number)
            case x509.DeltaCRLIndicator():
                raise ValueError("a delta CRL: what it lacks says nothing")
            case x509.IssuingDistributionPoint(only_contains_attribute_certs=True):
                raise ValueError("a CRL of attribute certificates only")
            case x509.IssuingDistributionPoint():
                indirect = extension.value.indirect_crl
            case x509.UnrecognizedExtension() if extension.critical:
                # RFC 5280 5.2: such a list must not be used.
                raise ValueError(f"a critical extension that is not known: {extension.oid.dotted_string}")
    return number, indirect


def _extensions_of(entry: x509.RevokedCertificate) -> tuple[str | None, str | None, str | None]:
    """Return the issuer that an entry names, if it does, its reason, and why it cannot be used."""
    issuer, reason, problem = None, None, None
    try:
        for extension in entry.extensions:
            match extension.value:
                case x509.CRLReason():
                    reason = extension.value.reason.value
                case x509.CertificateIssuer():
                    issuer = _one_name(extension.value)
                case x509.UnrecognizedExtension() if extension.critical:
                    problem = f"a critical extension that is not known: {extension.oid.dotted_string}"
    except Exception as refusal:
        return None, None, f"pyca/cryptography: {first_line(refusal)}"
    if reason == x509.ReasonFlags.remove_from_crl.value:
        problem = "removeFromCRL, which only a delta CRL may say"
    return issuer, reason, problem


def _one_name(issuer: x509.CertificateIssuer) -> str:
    """Return the identity of the name of a certificate's issuer.

    Raises:
        ValueError: there is not exactly one.
    """
    names = issuer.get_values_for_type(x509.DirectoryName)
    if len(names) != 1:
        raise ValueError("a certificate issuer that is not one name")
    return name_id(read_name(names[0].public_bytes()))


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
