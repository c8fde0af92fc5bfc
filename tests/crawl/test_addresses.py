"""The address rule, against IANA's registries written out by hand, and odd spellings of addresses."""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.crawl.addresses import (
    ForbiddenAddress,
    PublicOnly,
    askable,
    is_loopback,
    public_socket,
    refusal,
)
from tests.crawl.faulty import Names

# https://www.iana.org/assignments/iana-ipv4-special-registry: not globally reachable; and multicast.
NOT_PUBLIC = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/29",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
]
PUBLIC += [
    "128.0.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "223.255.255.255",
]
# 192.0.0.0/24 has single addresses that are public and some that were not always said to be.
UNCERTAIN = IPv4Network("192.0.0.0/24")

any_v4 = st.ip_addresses(v=4)
hidden = st.sampled_from(NOT_PUBLIC).flatmap(lambda network: st.ip_addresses(v=4, network=network))


def in_each_spelling(v4: IPv4Address) -> list[IPv6Address]:
    """Return the IPv6 addresses that mean an IPv4 address."""
    number = int(v4)
    return [
        IPv6Address((0xFFFF << 32) + number),
        IPv6Address(int(IPv6Address("64:ff9b::")) + number),
        IPv6Address((0x2002 << 112) + (number << 80) + 1),
        # Teredo: the server as it is, the client with every bit turned.
        IPv6Address((0x20010000 << 96) + (number << 64) + (int(IPv4Address("8.8.8.8")) ^ 0xFFFFFFFF)),
        IPv6Address((0x20010000 << 96) + (int(IPv4Address("8.8.8.8")) << 64) + (number ^ 0xFFFFFFFF)),
    ]


@given(any_v4)
def test_ipv4_as_the_registry_says(address: IPv4Address) -> None:
    if address not in UNCERTAIN:
        assert (refusal(str(address)) is None) == (not any(address in network for network in NOT_PUBLIC))


@given(hidden)
def test_no_spelling_hides_an_address(address: IPv4Address) -> None:
    assert refusal(str(address))
    for spelled in in_each_spelling(address):
        assert refusal(str(spelled)), spelled


@given(any_v4)
def test_a_spelling_of_a_public_address_is_public(address: IPv4Address) -> None:
    if refusal(str(address)) is None:
        assert [refusal(str(spelled)) for spelled in in_each_spelling(address)] == [None] * 5


@pytest.mark.parametrize("address", PUBLIC)
def test_neighbours_of_what_is_not_public(address: str) -> None:
    assert refusal(address) is None


@given(st.ip_addresses(v=6))
def test_ipv6_outside_of_what_was_given_out(address: IPv6Address) -> None:
    inside = any(
        address in IPv6Network(text) for text in ("2000::/3", "64:ff9b::/96", "::/96", "::ffff:0:0/96")
    )
    assert inside or refusal(str(address))


@pytest.mark.parametrize(
    ("network", "kind"),
    [
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fe80::/10", "link-local"),
        ("fc00::/7", "private"),
        ("ff00::/8", "multicast"),
        ("fec0::/10", ""),
        ("2001:db8::/32", "private"),
        ("100::/64", "private"),
        ("64:ff9b:1::/48", ""),
        ("::ffff:0:0:0/96", "reserved"),
        ("::7f00:0/104", "loopback"),
        ("5f00::/16", "reserved"),
    ],
)
def test_ipv6_that_is_not_public(network: str, kind: str) -> None:
    found = ip_network(network)
    for address in (found[0], found[-1]):
        assert kind in (refusal(str(address)) or "taken as public"), address
        assert refusal(str(address)), address


@pytest.mark.parametrize("address", ["2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450::1"])
def test_ipv6_that_is_public(address: str) -> None:
    assert refusal(address) is None


def test_an_address_with_a_zone() -> None:
    assert refusal("fe80::1%eth0") == "fe80::1%eth0 is a link-local address"


ODD = ["0x7f.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "127.0.0.01", "1.2.3.256"]
ODD += ["127.0.0.0x1", "0x", "1.2.3.4.5"]


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("host", [*ODD, *(f"{host}." for host in ODD)])
def test_addresses_in_odd_spellings(host: str, guarded: bool) -> None:
    with pytest.raises(ForbiddenAddress, match="usual spelling"):
        askable(f"http://{host}/", guarded=guarded)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "10.0.0.1",
    ],
)
def test_literal_addresses(host: str) -> None:
    with pytest.raises(ForbiddenAddress, match="is a"):
        askable(f"http://{host}:8080/", guarded=True)
    assert askable(f"http://{host}:8080/", guarded=False).port == 8080


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("//example.org/", "neither http nor https"),
        ("http://user@example.org/", "user name or a password"),
        ("http://user:secret@example.org/", "user name or a password"),
        ("http://8.8.8.8@127.0.0.1/", "user name or a password"),
        ("http://example.org/a\r\nHost: b", "control characters"),
        ("http://example.org/\x00", "control characters"),
        ("http://example.org/" + "a" * 2050, "longer than"),
        ("http:///path", "no host"),
        ("http://[::1/", "Invalid IPv6 URL"),
        ("http://[fe80::1%25eth0]/", "no host that DNS"),
        ("http://example.org:99999/", "Port out of range"),
        ("http://ex ample.org/", "no host that DNS"),
        ("http://\uff11\uff12\uff17.0.0.1/", "no host that DNS"),
        ("http://bücher.example/", "no host that DNS"),
        ("http://\udcff.example/", "surrogates not allowed"),
        ("http://a..b/", "DNS could not know"),
        (f"http://{'a' * 64}.example/", "DNS could not know"),
        (f"http://{'abcdefgh.' * 30}example/", "DNS could not know"),
        ("http://./", "DNS could not know"),
    ],
)
@pytest.mark.parametrize("guarded", [True, False])
def test_urls_that_are_not_asked(url: str, reason: str, guarded: bool) -> None:
    with pytest.raises(ForbiddenAddress, match=reason):
        askable(url, guarded=guarded)


@given(st.text(max_size=60).map("http://".__add__) | st.text(max_size=60))
def test_any_text_is_asked_or_forbidden(text: str) -> None:
    try:
        target = askable(text, guarded=True)
    except ForbiddenAddress:
        return
    assert target.scheme in ("http", "https")
    assert target.host
    assert target.user is None


@pytest.mark.parametrize(
    "url", ["http://example.org", "http://xn--bcher-kva.example:8080/a?b=c", "https://a_b.example./"]
)
def test_urls_that_are_asked(url: str) -> None:
    assert askable(url, guarded=True).host


async def test_of_several_addresses_the_public_ones() -> None:
    names = Names(mixed_example=[["10.0.0.1", "8.8.8.8", "::1", "2606:4700:4700::1111"]])
    found = await PublicOnly(names).resolve("mixed.example")
    assert [entry["host"] for entry in found] == ["8.8.8.8", "2606:4700:4700::1111"]


async def test_a_name_with_private_addresses_only() -> None:
    names = Names(evil_example=[["10.0.0.1", "::1"]])
    with pytest.raises(ForbiddenAddress, match=r"evil\.example: 10\.0\.0\.1 is a private address"):
        await PublicOnly(names).resolve("evil.example")


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "localhost"])
async def test_what_the_system_makes_of_odd_spellings(host: str) -> None:
    """Even if one came as far as DNS, what comes out is looked at."""
    with pytest.raises(ForbiddenAddress, match="loopback"):
        await PublicOnly(aiohttp.ThreadedResolver()).resolve(host, 80)


def test_the_last_look_before_connecting() -> None:
    with pytest.raises(ForbiddenAddress, match="loopback"):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))
    with public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))) as made:
        assert not made.getblocking()


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("example.org", False),
        ("", False),
    ],
)
def test_loopback(host: str, answer: bool) -> None:
    assert is_loopback(host) is answer
