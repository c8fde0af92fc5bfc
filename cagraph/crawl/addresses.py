"""Which addresses may be asked: a URL of a stranger must not lead into this machine or its network.

    URL ─► askable: its text, a literal address ─► PublicOnly: what DNS says ─► public_socket: the connection

DNS is asked once, and the very address it gives is the one that is looked at and connected to. Any port is
allowed: what is kept out is a network, and real lists of revoked certificates lie on odd ports. Knows nothing
of requests and answers.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from cagraph.sources.urls import found_url

Address = IPv4Address | IPv6Address
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out for the public Internet."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_LABEL, _LONGEST_NAME = 63, 253


class ForbiddenAddress(OSError):
    """What may not be asked; the text says which and why. An OSError: that passes through the client."""


def askable(url: str, *, guarded: bool) -> URL:
    """Return a URL as it is asked; `guarded`: a literal address must be a public one.

    Names are looked at when DNS says what they stand for.

    Raises:
        ForbiddenAddress: it may not be asked.
    """
    try:
        target = URL(found_url(url), encoded=True)
    except ValueError as problem:
        raise ForbiddenAddress(f"a URL that {problem}: {url[:100]}") from None
    host = (target.host or "").removesuffix(".")
    if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        # Other spellings of an address (octal, hexadecimal, one number) mean different things to different
        # readers, so only the usual one is asked.
        if (reason := _spelled(host)) or (guarded and (reason := refusal(host))):
            raise ForbiddenAddress(reason)
    elif len(host) > _LONGEST_NAME or not all(0 < len(label) <= _LONGEST_LABEL for label in host.split(".")):
        raise ForbiddenAddress(f"a host that DNS could not know: {host[:100]}")
    return target


def _spelled(host: str) -> str | None:
    try:
        ip_address(host)
    except ValueError:
        return f"{host[:100]} is no address in its usual spelling"
    return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its spelling alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refusal(text: str) -> str | None:
    """Return why an address may not be asked for a stranger, or None where it may."""
    for address in _meant(ip_address(text.partition("%")[0])):
        if kind := _kind(address):
            return f"{text} is {kind} address"
    return None


def _meant(address: Address) -> list[Address]:
    """Return what an address stands for: itself, or the IPv4 addresses that are written inside."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.teredo:
        return list(address.teredo)
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    # `::` and `::1` lie among the IPv4-compatible addresses and are none.
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return [low]
    return [address.ipv4_mapped or address.sixtofour or address]


def _kind(address: Address) -> str | None:
    """Return what kind of address it is, if not one of the public Internet."""
    kinds = {
        "an unspecified": address.is_unspecified,
        "a loopback": address.is_loopback,
        "a link-local": address.is_link_local,
        "a multicast": address.is_multicast,
        "a private": not address.is_global,
        "a reserved": address.is_reserved or (address.version == 6 and address not in _UNICAST),
    }
    return next((kind for kind, holds in kinds.items() if holds), None)


class PublicOnly(AbstractResolver):
    """Gives those addresses of a name that may be asked; `ForbiddenAddress` where it has no other."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Ask DNS, and leave out what may not be asked."""
        found = await self._resolver.resolve(host, port, family)
        reasons = [refusal(entry["host"]) for entry in found]
        allowed = [entry for entry, reason in zip(found, reasons, strict=True) if reason is None]
        if not found:
            raise OSError(f"{host} has no address")
        if not allowed:
            raise ForbiddenAddress(f"{host}: {reasons[0]}")
        return allowed

    async def close(self) -> None:
        """Close the resolver inside."""
        await self._resolver.close()


def public_socket(info: tuple[Any, ...]) -> socket.socket:
    """Make the socket for a connection, unless its address may not be asked: the last look before it."""
    family, kind, protocol, _, address = info
    if reason := refusal(address[0]):
        raise ForbiddenAddress(reason)
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    return made
