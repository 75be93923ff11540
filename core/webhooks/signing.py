"""Which addresses a webhook may call, and the signature of a delivery. Pure.

An administrator chooses the address, but Inkloop can reach hosts that the administrator cannot: its
own machine, its network, the metadata service of its cloud. Only public addresses are called unless
INKLOOP_WEBHOOK_PRIVATE allows others. `trainer.process.notify` connects to the exact address that
was checked, so that a later change of the name's DNS record has no effect.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal
from urllib.parse import SplitResult, urlsplit

from core.base.errors import InvalidInput

EVENTS: Final = ("promoted", "held", "failed")
"""Ends of runs that can be sent; a cancelled run is not, since a person cancelled it."""
TEST: Final = "test"
MAX_URL: Final = 1_000  # characters
# Printable ASCII only, so that no line break can be injected into the request.
PLAIN: Final = re.compile(r"[\x21-\x7e]+")
SCHEMES: Final = {"http": 80, "https": 443}
GLOBAL_V6: Final = IPv6Network("2000::/3")
"""Addresses routed on the public network; unique local, link-local and multicast are outside."""
NAT64: Final = IPv6Network("64:ff9b::/96")
RELAYS: Final = (IPv6Network("2001::/23"), IPv6Network("2002::/16"))
"""Teredo and 6to4 contain an IPv4 address, which a relay forwards to."""
RELAY_V4: Final = "192.88.99."

Address = IPv4Address | IPv6Address


def check_url(url: str, *, allows_private: bool) -> SplitResult:
    """Parse an address that may be called. Does not resolve names.

    Raises: InvalidInput, with what is expected.
    """
    if len(url) > MAX_URL or not PLAIN.fullmatch(url):
        raise InvalidInput(
            f"the address must be at most {MAX_URL} plain characters without spaces, such as "
            "https://example.org/inkloop"
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise InvalidInput(
            f"this is not an address ({exc}): write it as https://host/path"
        ) from exc
    if parts.scheme not in SCHEMES or not host or port == 0:
        raise InvalidInput("the address must begin with https:// or http://, then a host")
    if "@" in parts.netloc:
        raise InvalidInput(
            "the address must not carry a name or password: what is sent is signed instead"
        )
    if parts.fragment:
        raise InvalidInput("the address must not have a # in it: a server never sees that part")
    if not allows_private and _is_private_by_name(host):
        raise InvalidInput(
            f"{host} is this machine or in a private network, which Inkloop does not call: give a "
            "public address, or start it with INKLOOP_WEBHOOK_PRIVATE=on"
        )
    return parts


def port_of(parts: SplitResult) -> int:
    """The port of a URL, or the default of its scheme."""
    return parts.port or SCHEMES[parts.scheme]


def is_public(address: Address) -> bool:
    """Whether an address is on the public network.

    Loopback, private, shared, link-local, multicast, reserved and documentation addresses are not.
    An IPv6 address that contains an IPv4 address counts as that address.
    """
    if isinstance(address, IPv4Address):
        is_relay = str(address).startswith(RELAY_V4)
        return address.is_global and not (address.is_multicast or address.is_reserved or is_relay)
    inner = address.ipv4_mapped
    if inner is None and address in NAT64:
        inner = IPv4Address(address.packed[-4:])
    if inner is not None:
        return is_public(inner)
    if address.scope_id is not None or any(address in network for network in RELAYS):
        return False
    return address in GLOBAL_V6 and address.is_global


def signing_secret(instance_secret: bytes, salt: str) -> str:
    """The secret with which the receiver checks signatures. Only the salt is stored."""
    return hmac.new(instance_secret, f"webhook:{salt}".encode(), hashlib.sha256).hexdigest()


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Inkloop-Signature`: `sha256=` and the HMAC of the body in hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _is_private_by_name(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False  # a name, which is resolved and checked when it is called


Outcome = Literal[
    "delivered",
    "refused",
    "redirected",
    "timed_out",
    "unknown_host",
    "private",
    "unreachable",
    "insecure",
    "no_http",
    "withdrawn",
]
"""The outcome of an attempt; `core/webhooks/outcomes.py` has a sentence for each."""
FINAL: Final[frozenset[str]] = frozenset({"delivered", "private", "withdrawn"})
"""Outcomes after which no attempt follows."""
