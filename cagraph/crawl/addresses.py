"""Which addresses may be asked: a URL of a stranger must not lead into this machine or its network.

DNS is asked once, and the very address it gives is the one that is looked at and connected to. Knows nothing
of requests and answers.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

Address = IPv4Address | IPv6Address
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


class ForbiddenAddress(OSError):
    """An address that may not be asked; the text says which and why."""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its spelling alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refusal(text: str) -> str | None:
    """Return why an address may not be asked for a stranger, or None where it may.

    Addresses that carry another one inside (mapped, NAT64, 6to4, Teredo) are looked at for that one too.
    """
    address = ip_address(text.partition("%")[0])
    for inner in (address, *_inside(address)):
        if kind := _kind(inner):
            return f"{text} is {kind} address"
    return None


def _kind(address: Address) -> str | None:
    """Return what kind of address it is, if not one of the public Internet."""
    kinds = {
        "an unspecified": address.is_unspecified,
        "a loopback": address.is_loopback,
        "a link-local": address.is_link_local,
        "a multicast": address.is_multicast,
        "a reserved": address.is_reserved and not _is_translation(address),
        "a site-local": isinstance(address, IPv6Address) and address.is_site_local,
        "a private": not address.is_global and not _is_translation(address),
    }
    return next((kind for kind, holds in kinds.items() if holds), None)


def _is_translation(address: Address) -> bool:
    """Whether it is only a spelling of an IPv4 address, which is looked at by itself."""
    return isinstance(address, IPv6Address) and bool(_inside(address))


def _inside(address: Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    if any(address in network for network in _NAT64) or (address in _COMPATIBLE and int(address) > 1):
        found.append(low)
    return [inner for inner in found if inner is not None]


class PublicOnly(AbstractResolver):
    """Gives those addresses of a name that may be asked; `ForbiddenAddress` where it has no other."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Ask DNS, and leave out what may not be asked."""
        found = await self._resolver.resolve(host, port, family)
        reasons = {entry["host"]: refusal(entry["host"]) for entry in found}
        allowed = [entry for entry in found if reasons[entry["host"]] is None]
        if found and not allowed:
            raise ForbiddenAddress(f"{host}: {next(reason for reason in reasons.values() if reason)}")
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
