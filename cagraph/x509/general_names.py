"""General names: which of them a certificate bears (RFC 5280 4.2.1.6), and sets of them.

Names of one kind form a tree, so a name is a path from the root of it: `www.a.example` is
`("example", "a", "www")`, a mailbox hangs below its host. Subtrees make a set (`Trees`). Knows nothing of
what is permitted.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from cagraph.x509.der import OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, children, cut, dotted, element
from cagraph.x509.facts import CertificateFacts
from cagraph.x509.names import Name, normal_form, show
from cagraph.x509.tolerant import read_name

T = TypeVar("T")
Path = tuple[str, ...]
"""Where a name stands in the tree of its kind, from the root down."""
Tree = tuple[Path, bool]
"""A subtree: where its top stands, and whether only what is below the top belongs to it."""
GeneralName = tuple[str, str | bytes | Path]
"""Kind and value: text for dns, email and uri, octets for ip, a path for directory, "" for all others."""

AT = "@"
"""The step of a path from a host to what is at it: mailboxes, or for a URI nothing more."""

ANY_LABEL = "*."
"""The step for the label of a wildcard; no label and no mailbox is spelled so."""

KINDS = ("dns", "ip", "email", "directory", "uri")
"""The kinds of names that can be compared with a constraint."""

LONGEST_TEXT = 80
SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"

_TEXT = {0x81: "email", 0x82: "dns", 0x86: "uri"}
_OTHER_NAME, _DIRECTORY_NAME, _IP_ADDRESS = 0xA0, 0xA4, 0x87
_NOT_PROCESSED = {0xA3: "x400Address", 0xA5: "ediPartyName", 0x88: "registeredID"}

# RFC 5280 4.2.1.6 asks for the preferred syntax of RFC 1034 3.5 and RFC 1123 2.1. As mozilla::pkix
# (IsValidDNSID) has it: underscores are let through, a last label of digits alone is an address and no
# host, and an absolute name (a dot at the end) is none; Go and pyca refuse that dot too.
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*(?![0-9]+\Z){_LABEL}")
_LONGEST_HOST = 253

# RFC 5280 4.2.1.6: a Mailbox of RFC 2821 4.1.2. mozilla::pkix and pyca know no quoted local part; Go does.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")

# RFC 3986 3.2, and of its characters no others: what one reader takes for a blank or a backslash, another
# takes for the end of the host.
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://(?:[A-Za-z0-9._~%!$&'()*+,;=:-]*@)?([A-Za-z0-9._-]+)(?::[0-9]*)?"
    r"(?:[/?#][A-Za-z0-9._~%!$&'()*+,;=:@/?#\[\]-]*)?"
)

# The beginning of an attribute in the normal form of a name.
_ATTRIBUTE = re.compile(r"[0-9]+(?:\.[0-9]+)+=")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a certificate bears, as name constraints look at them.

    `directory` are the subject, if it is not empty, and directoryNames, as normalised RDNs. `other` are the
    kinds that no one can compare: `otherName:<oid>`, x400Address, ediPartyName, registeredID. Where the
    subject alternative names are there and cannot be read, `unreadable` is true.
    """

    directory: tuple[Path, ...]
    dns: tuple[str, ...]
    ip: tuple[bytes, ...]
    email: tuple[str, ...]
    uri: tuple[str, ...]
    other: tuple[str, ...]
    unreadable: bool


def names_of(certificate: CertificateFacts) -> Names:
    """Return the names that a certificate bears."""
    subject: Name = ()
    found: list[GeneralName] = []
    unreadable = False
    try:
        subject = read_name(certificate.subject_der)
        value = extension_value(certificate.der, SUBJECT_ALTERNATIVE_NAME)
        # RFC 5280 4.2.1.10: mailboxes in the subject count where the extension is absent, not where it is
        # there without a mailbox; mozilla::pkix (SearchNames) reads it so, Go and pyca never look.
        found = _subject_mailboxes(subject) if value is None else _alternative_names(value)
    except ValueError:
        unreadable = True
    return Names(
        directory=(*([normal_form(subject)] if subject else []), *_of("directory", found, tuple)),
        dns=_of("dns", found, str),
        ip=_of("ip", found, bytes),
        email=_of("email", found, str),
        uri=_of("uri", found, str),
        other=tuple(dict.fromkeys(kind for kind, _ in found if kind not in KINDS)),
        unreadable=unreadable,
    )


def _subject_mailboxes(subject: Name) -> list[GeneralName]:
    """Return the mailboxes that stand in a subject, as general names."""
    return [
        ("email", value if isinstance(value, str) else value.decode("latin-1"))
        for rdn in subject
        for oid, value in rdn
        if oid == EMAIL_ADDRESS
    ]


def _alternative_names(value: bytes) -> list[GeneralName]:
    """Return the general names in the value of a subjectAltName extension.

    Raises:
        ValueError: one of them cannot be read.
    """
    return [general_name(tag, value[start:end]) for tag, _, start, end in sequence(value)]


def _of(kind: str, found: Iterable[GeneralName], type_: type[T]) -> tuple[T, ...]:
    """Return the values of the names of one kind."""
    return tuple(value for other, value in found if other == kind and isinstance(value, type_))


def sequence(der: bytes) -> list[tuple[int, int, int, int]]:
    """Return the parts of the one SEQUENCE that `der` is, as `children` does.

    Raises:
        ValueError: it is none, or more than that.
    """
    tag, start, end = element(der, 0, len(der))
    if tag != SEQUENCE or end != len(der):
        raise ValueError("not one SEQUENCE")
    return children(der, start, end)


def extension_value(der: bytes, oid: str) -> bytes | None:
    """Return the value of one extension of the certificate `der`; None if it has no such extension.

    Raises:
        ValueError: the extensions cannot be read, or this one has no value or stands there twice, which
            RFC 5280 4.2 forbids.
    """
    extensions = cut(der).extensions
    if not extensions:
        return None
    values = []
    for _, _, start, end in sequence(extensions):
        try:
            tag, first, after = element(extensions, start, end)
            named = tag == OBJECT_IDENTIFIER and dotted(extensions[first:after]) == oid
        except ValueError:
            continue  # it says of nothing what it is
        if named:
            tag, _, first, after = children(extensions, start, end)[-1]
            if tag != OCTET_STRING:
                raise ValueError(f"extension {oid} has no value")
            values.append(extensions[first:after])
    if len(values) > 1:
        raise ValueError(f"extension {oid} is there twice")
    return values[0] if values else None


def general_name(tag: int, content: bytes) -> GeneralName:
    """Return the general name with this tag and content.

    Raises:
        ValueError: it is none.
    """
    if tag in _TEXT:
        return _TEXT[tag], content.decode("latin-1")  # one character a byte: what is not ASCII stays visible
    if tag == _IP_ADDRESS:
        return "ip", content
    if tag in _NOT_PROCESSED:
        return _NOT_PROCESSED[tag], ""
    if tag == _OTHER_NAME:
        kind, start, end = element(content, 0, len(content))
        if kind != OBJECT_IDENTIFIER:
            raise ValueError("an otherName without a type")
        return f"otherName:{dotted(content[start:end])}", ""
    if tag == _DIRECTORY_NAME:
        if any(part[0] != SET for part in sequence(content)):
            raise ValueError("a directoryName that is no name")
        return "directory", normal_form(read_name(content))
    raise ValueError(f"not a general name: tag {tag:#x}")


def host_path(text: str) -> Path | None:
    """Return where a host stands, the last label first; None if it is no host's name."""
    if len(text) > _LONGEST_HOST or not _HOST.fullmatch(text):
        return None
    return tuple(reversed(text.lower().split(".")))


def dns_path(text: str) -> Path | None:
    """Return where a dNSName stands, which may begin with a wildcard; None if it is malformed."""
    wildcard = text.startswith("*.")
    path = host_path(text[2:] if wildcard else text)
    return (*path, ANY_LABEL) if path and wildcard else path


def mailbox_path(text: str) -> Path | None:
    """Return where an rfc822Name stands, host in lower case (RFC 5280 7.5); None if malformed."""
    local, _, domain = text.partition("@")
    host = host_path(domain)
    return (*host, AT, local) if host and _LOCAL_PART.fullmatch(local) else None


def uri_path(text: str) -> Path | None:
    """Return where a URI's host stands; None if it has no host, or an address in its place."""
    match = _URI.fullmatch(text)
    host = host_path(match[1]) if match else None
    return (*host, AT) if host else None


def subtree(kind: str, base: str | Path) -> Tree | None:
    """Return the subtree with this base, as RFC 5280 4.2.1.10 says; None if the base is malformed.

    An empty base is everything (so mozilla::pkix and Go, for mailboxes and URIs too). For DNS names RFC 5280
    knows no leading dot: it is what lies below the host, as for the other kinds (so mozilla::pkix, as real
    CAs write it, and Go; pyca refuses it). A wildcard is malformed (so mozilla::pkix and pyca).
    """
    if isinstance(base, tuple) or not base:
        return (base if isinstance(base, tuple) else ()), False
    if kind == "email" and AT in base:
        path = mailbox_path(base)
    else:
        path = host_path(base.removeprefix("."))
        if path and kind != "dns" and not base.startswith("."):
            path = (*path, AT)  # that host and none below it
    return (path, base.startswith(".")) if path else None


@dataclass(frozen=True)
class Trees:
    """A set of names of one kind: subtrees, of which any two are nested or disjoint."""

    subtrees: frozenset[Tree]

    def find(self, name: Path) -> Tree | None:
        """Return a subtree that has the name in it: if it is a wildcard, all that it can stand for."""
        for depth in self._depths:
            if depth > len(name):
                break
            top = name[:depth]
            if (top, False) in self.subtrees:
                return top, False
            if depth < len(name) and name[depth] != AT and (top, True) in self.subtrees:
                return top, True
        return None

    def meet(self, name: Path) -> Tree | None:
        """Return a subtree that has the name in it: if it is a wildcard, one that it can stand for."""
        return self.find(name) or self._below_wildcards.get(name)

    def covers(self, tree: Tree) -> bool:
        """Say whether one subtree of the set holds all of `tree`."""
        return tree in self.subtrees or self.find(tree[0]) is not None

    @cached_property
    def _depths(self) -> list[int]:
        """How deep tops stand: a long name is looked up at these depths only."""
        return sorted({len(top) for top, _ in self.subtrees})

    @cached_property
    def _below_wildcards(self) -> dict[Path, Tree]:
        """The subtrees, by the wildcard that can stand for their top."""
        return {(*top[:-1], ANY_LABEL): (top, below) for top, below in self.subtrees if top and not below}


def subtree_text(kind: str, tree: Tree) -> str:
    """Return a subtree as a person reads it: its top as RFC 5280 and RFC 4514 write it."""
    path, below = tree
    if not path:
        return "everything"
    if kind == "directory":
        # show() knows the short names of attributes.
        return ", ".join(_ATTRIBUTE.sub(lambda m: show((((m[0][:-1], ""),),)), rdn) for rdn in reversed(path))
    host = path[: path.index(AT)] if AT in path else path
    mailbox = "".join(f"{each}@" for each in path[len(host) + 1 :])
    return mailbox + "." * below + ".".join(reversed(host))


def address_text(octets: bytes) -> str:
    """Return an address as a person reads it; octets that are none, in hex."""
    return str(ipaddress.ip_address(octets)) if len(octets) in (4, 16) else octets.hex()


def short(text: str) -> str:
    """Return a stranger's text on one line and of bounded length."""
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: LONGEST_TEXT + 1])
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
