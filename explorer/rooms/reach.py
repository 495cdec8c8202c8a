"""The addresses at which phones can reach a server on this machine."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlencode, urlsplit

# An address of documentation (RFC 5737). Connecting a datagram socket sends nothing; it only
# asks the system by which of its addresses it would.
ANYWHERE = ("192.0.2.1", 9)


def join_link(page: str, code: str, door: str) -> str:
    """Return the link of the QR code.

    >>> join_link("http://192.168.1.5:8501/room", "BCDFG", "BBBB")
    'http://192.168.1.5:8501/room?room=BCDFG&door=BBBB'
    """
    return f"{page}?{urlencode({'room': code, 'door': door})}"


def is_loopback(host: str) -> bool:
    """Return whether a host's name or address is this machine's alone.

    >>> is_loopback("localhost"), is_loopback("[::1]"), is_loopback("school.example")
    (True, True, False)
    """
    bare = host.strip("[]")
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost"


def with_host(url: str, host: str) -> str:
    """Return an address with another host and the same port.

    >>> with_host("http://localhost:8501/room", "192.168.1.5")
    'http://192.168.1.5:8501/room'
    """
    parts = urlsplit(url)
    port = "" if parts.port is None else f":{parts.port}"
    return parts._replace(netloc=host + port).geturl()


def network_addresses() -> list[str]:
    """Return this machine's IPv4 addresses in its networks, the one that it mostly uses first."""
    import psutil

    up = {name for name, one in psutil.net_if_stats().items() if one.isup}
    found = [
        one.address
        for name, addresses in psutil.net_if_addrs().items()
        if name in up
        for one in addresses
        if one.family == socket.AF_INET and is_of_network(one.address)
    ]
    usual = usual_address()
    return sorted(dict.fromkeys(found), key=lambda one: one != usual)


def is_of_network(address: str) -> bool:
    """Return whether other machines may reach an address of this one.

    >>> [is_of_network(one) for one in ("192.168.1.5", "127.0.0.1", "169.254.3.4")]
    [True, False, False]
    """
    read = ipaddress.ip_address(address)
    return not (read.is_loopback or read.is_link_local)


def usual_address() -> str | None:
    """Return the address by which this machine reaches other networks; None without any."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(ANYWHERE)
            return str(probe.getsockname()[0])
    except OSError:
        return None
