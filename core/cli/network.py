"""The server's port and addresses."""

from __future__ import annotations

import errno
import ipaddress
import socket
import time
from collections.abc import Callable

from core.base.errors import SettingsError

RETRY_SECONDS = 0.05
# The server of a killed supervisor takes a moment to end.
PORT_PATIENCE_SECONDS = 3.0


def require_free_port(host: str, port: int, patience_seconds: float = 0.0) -> None:
    """Check that no process listens there; wait up to `patience_seconds` until the port is free.

    Granian listens with SO_REUSEPORT, so a second one on the port starts without an error and gets
    part of the traffic. This check binds without it, which the kernel refuses while one listens.

    Raises: SettingsError, if the port is taken or the address is not this machine's.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            _bind_once(host, port)
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(RETRY_SECONDS)
                continue
            raise SettingsError(_why_not(host, port, exc)) from exc
        return


def _bind_once(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        # Ignore lingering connections of a server that has just ended.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def _why_not(host: str, port: int, exc: OSError) -> str:
    if exc.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is taken: stop the program that listens there, or set "
            "INKLOOP_PORT to another port (make run PORT=…)"
        )
    if exc.errno == errno.EACCES:
        return f"port {port} is reserved for the system: choose one above 1023"
    return f"the server cannot listen on {host}: {exc.strerror}. Check INKLOOP_HOST"


def is_everywhere(host: str) -> bool:
    """Return whether this address stands for all of the machine's networks."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def lan_address(find: Callable[[], str] | None = None) -> str | None:
    """Return this machine's address in its local network; None without a network."""
    try:
        address = (find or _outgoing_address)()
    except OSError:
        return None
    return None if ipaddress.ip_address(address).is_loopback else address


def _outgoing_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting a datagram socket only looks up the route. The address is reserved for
        # documentation (RFC 5737).
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


def local_url(host: str, port: int) -> str:
    """Return the address for a browser on this machine."""
    if is_everywhere(host):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
