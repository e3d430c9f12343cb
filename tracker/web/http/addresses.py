"""Addresses: of our own pages, and of who asks."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Request, request

from tracker.commands.accounts import links as password_links
from tracker.web.http.context import current_programme, current_settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PROBES = frozenset({"/healthz", "/readyz"})  # load balancers ask by address
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


def is_for_any_host(asked: Request, trusted: Iterable[str]) -> bool:
    """Whether the request is answered whatever its Host says, or is for an IPv6 address of ours, which Werkzeug's list
    of trusted hosts cannot hold.
    """
    if asked.path in PROBES:
        return True
    name, bracket, port = asked.environ.get("HTTP_HOST", "").partition("]")
    is_of_ours = name + bracket in {f"[{host}]" for host in trusted if ":" in host}
    return is_of_ours and (not port or (port.startswith(":") and port[1:].isdecimal()))


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


def link_address(token: str) -> str:
    """The whole address of a one-time link: on the configured public address, else on the host that was asked for,
    which is one of ours.
    """
    return f"{our_address()}{password_links.PATH}{token}"


def our_address() -> str:
    """Where we are, without a closing slash."""
    public = current_settings().public_url
    base = public if public and not current_programme().is_demo else request.host_url
    return base.rstrip("/")
