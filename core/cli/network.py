"""Where the server can be reached: a free port, and the addresses that people type."""

from __future__ import annotations

import errno
import ipaddress
import socket
import time
from collections.abc import Callable

from core.base.errors import SettingsError

RETRY_SECONDS = 0.05
# A server whose supervisor was killed a moment ago may still be on its way out.
PORT_PATIENCE_SECONDS = 3.0


def require_free_port(host: str, port: int, patience_seconds: float = 0.0) -> None:
    """Make sure that nobody listens there; wait up to `patience_seconds` for it to become free.

    Granian listens with SO_REUSEPORT: a second one on the same port would start happily and take
    part of the traffic. This binds without, so the kernel refuses while anybody listens.

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
        # Connections of a server that just ended linger; only a listener is to count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def _why_not(host: str, port: int, exc: OSError) -> str:
    if exc.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is taken: stop what listens there, or name another port with "
            "INKLOOP_PORT (make run PORT=…)"
        )
    if exc.errno == errno.EACCES:
        return f"port {port} is for the system's own services: choose one above 1023"
    return f"the server cannot listen on {host}: {exc.strerror}; look at INKLOOP_HOST"


def is_everywhere(host: str) -> bool:
    """Whether this address means all networks that the machine is in."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def lan_address(find: Callable[[], str] | None = None) -> str | None:
    """This machine's address in its own network; None if it is in none."""
    try:
        address = (find or _outgoing_address)()
    except OSError:
        return None
    return None if ipaddress.ip_address(address).is_loopback else address


def _outgoing_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting a datagram socket sends nothing; it only looks up the route. The address is
        # one of those reserved for documentation (RFC 5737).
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


def local_url(host: str, port: int) -> str:
    """The address for a browser on this machine."""
    if is_everywhere(host):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
