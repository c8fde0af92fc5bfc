"""Name constraints, a second opinion: RFC 5280 4.2.1.10 word by word, on what pyca/cryptography reads.

One rule for each kind of name, comparing texts, with none of the functions of the code under test.
"""

import ipaddress
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.x509.oid import NameOID

_OBJECT_IDENTIFIER = b"\x06\x03\x55\x1d\x1e"
"""2.5.29.30 in DER."""


@dataclass(frozen=True)
class _Said:
    """What one certificate says of names: those it bears, and its subtrees if it has any."""

    bears: tuple[x509.GeneralName, ...]
    constrains: x509.NameConstraints | None


def constrains(der: bytes) -> bool:
    """Say whether a certificate has name constraints; most have not, and pyca reads not every certificate."""
    return _OBJECT_IDENTIFIER in der and _read(der).constrains is not None


@cache
def allows(holder: bytes, certificate: bytes) -> bool:
    """Say whether the name constraints of one certificate allow the names of another."""
    subtrees = _read(holder).constrains
    assert subtrees
    permitted, excluded = subtrees.permitted_subtrees or (), subtrees.excluded_subtrees or ()
    for name in _read(certificate).bears:
        of_its_kind = [tree for tree in permitted if type(tree) is type(name)]
        if of_its_kind and not any(_within(name, tree) for tree in of_its_kind):
            return False
        if any(_touches(name, tree) for tree in excluded if type(tree) is type(name)):
            return False
    return True


@cache
def _read(der: bytes) -> _Said:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of serial numbers of zero, which some roots have
        read = x509.load_der_x509_certificate(der)
    constraints = None
    bears: list[x509.GeneralName] = [x509.DirectoryName(read.subject)] if read.subject.rdns else []
    alternative = False
    for extension in read.extensions:
        if isinstance(extension.value, x509.NameConstraints):
            constraints = extension.value
        if isinstance(extension.value, x509.SubjectAlternativeName):
            alternative = True
            bears += extension.value
    if not alternative:
        in_subject = read.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
        bears += [x509.RFC822Name(str(each.value)) for each in in_subject]
    return _Said(tuple(bears), constraints)


def _within(name: x509.GeneralName, tree: x509.GeneralName) -> bool:
    """Say whether a subtree holds a name."""
    if isinstance(name, x509.DNSName) and isinstance(tree, x509.DNSName):
        return _dns_within(name.value.lower(), tree.value.lower())
    if isinstance(name, x509.RFC822Name) and isinstance(tree, x509.RFC822Name):
        return _mailbox_within(name.value, tree.value)
    if isinstance(name, x509.IPAddress) and isinstance(tree, x509.IPAddress):
        assert isinstance(tree.value, ipaddress.IPv4Network | ipaddress.IPv6Network)
        return name.value in tree.value
    if isinstance(name, x509.DirectoryName) and isinstance(tree, x509.DirectoryName):
        top = list(_rdns(tree.value))
        return list(_rdns(name.value))[: len(top)] == top
    raise NotImplementedError(f"{name} under {tree}")


def _touches(name: x509.GeneralName, tree: x509.GeneralName) -> bool:
    """Say whether a subtree holds a name, or one that a wildcard can stand for."""
    if isinstance(name, x509.DNSName) and isinstance(tree, x509.DNSName) and name.value.startswith("*."):
        label, _, rest = tree.value.lower().partition(".")
        if label and rest == name.value.lower().removeprefix("*."):
            return True
    return _within(name, tree)


def _dns_within(host: str, tree: str) -> bool:
    """Labels may be added on the left; with a dot in front, as real CAs write it, at least one must be."""
    if not tree:
        return True
    if tree.startswith("."):
        return host.endswith(tree)
    return host == tree or host.endswith("." + tree)


def _mailbox_within(mailbox: str, tree: str) -> bool:
    """A mailbox, a host, or with a dot in front every host below a domain; a local part has its case."""
    local, _, host = mailbox.rpartition("@")
    if "@" in tree:
        wanted, _, on = tree.rpartition("@")
        return (local, host.lower()) == (wanted, on.lower())
    if tree.startswith("."):
        return host.lower().endswith(tree.lower())
    return host.lower() == tree.lower()


def _rdns(name: x509.Name) -> Iterator[set[tuple[str, str]]]:
    """Each relative distinguished name, compared without case and with single blanks (RFC 5280 7.1)."""
    for rdn in name.rdns:
        yield {(each.oid.dotted_string, " ".join(str(each.value).split()).casefold()) for each in rdn}
