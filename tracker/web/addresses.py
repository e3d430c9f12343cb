"""Addresses: of our own pages, and of who asks."""

import ipaddress
from urllib.parse import urlsplit

from flask import request

_LONGEST = 2_000
_FIRST_PRINTABLE = 0x21


def safe_path(target: str) -> str:
    """The target if it is a path on our own host, else the first page."""
    if len(target) > _LONGEST or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(letter) < _FIRST_PRINTABLE or letter == "\x7f" for letter in target):
        return "/"
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else target


def peer() -> str:
    """Where the request comes from: the address, or the network of one household on IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
