"""Rate limits, counted by all workers together in the shared state.

A request is counted for its contributor and for its address, of which only an HMAC is stored. A
prediction takes about a millisecond, and counting each in the shared file would slow it noticeably:
a worker reserves a fortieth of a limit at once and counts that in memory. While the shared file
cannot be written, such as on a full disk, each worker counts by itself.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import threading
import time
from dataclasses import dataclass

from core.base.clock import utc_now
from core.base.errors import NotReady, TooManyRequests
from core.base.settings import Settings
from core.storage.shared_state import SharedState

MINUTE = 60  # seconds
LOGIN_WINDOW = 300  # seconds
LOGINS_PER_ACCOUNT_AND_ADDRESS = 10
LOGINS_PER_ADDRESS = 30
# High, so that wrong guesses of others do not lock the owner out.
LOGINS_PER_ACCOUNT = 100
# A school class may share one address.
CONTRIBUTORS_PER_ADDRESS = 20
IPV6_PREFIX_BITS = 64  # the network of one household
CHUNK_SHARE = 40
MAX_KEYS = 10_000


@dataclass(slots=True)
class _Allowance:
    n_left: int = 0
    expires: float = 0.0
    blocked_until: float = 0.0
    n_local: int = 0
    """Counted since `local_since` without the shared file."""
    local_since: float = 0.0


class Limits:
    """Counts requests; does nothing when the settings turn rate limits off."""

    def __init__(self, shared_state: SharedState, settings: Settings, secret: bytes) -> None:
        self.is_on = settings.rate_limits == "on"
        self._shared_state = shared_state
        self._settings = settings
        self._secret = secret
        self._lock = threading.Lock()
        self._allowances: dict[str, _Allowance] = {}

    def prediction(self, contributor: str | None, address: str | None) -> None:
        """Count a prediction. Raises: TooManyRequests."""
        limit = self._settings.max_predictions_per_minute
        self._take_both("predictions", contributor, address, limit)

    def drawing(self, contributor: str, address: str | None) -> None:
        """Count a drawing that is stored or changed. Raises: TooManyRequests."""
        self._take_both("drawings", contributor, address, self._settings.max_drawings_per_minute)

    def login(self, email: str, address: str | None) -> None:
        """Count an attempt to sign in. Raises: TooManyRequests."""
        account, network = self._hash(email.strip().lower()), self._network(address)
        for key, limit in (
            (f"login:{account}:{network}", LOGINS_PER_ACCOUNT_AND_ADDRESS),
            (f"login-from:{network}", LOGINS_PER_ADDRESS),
            (f"login-to:{account}", LOGINS_PER_ACCOUNT),
        ):
            self._take(key, limit, LOGIN_WINDOW, chunk=1)

    def _take_both(
        self, what: str, contributor: str | None, address: str | None, limit: int
    ) -> None:
        if not self.is_on:
            return
        network = self._network(address)
        per_address = limit * CONTRIBUTORS_PER_ADDRESS
        self._take(f"{what}-from:{network}", per_address, MINUTE, chunk=per_address // CHUNK_SHARE)
        if contributor is not None:
            self._take(f"{what}:{contributor}", limit, MINUTE, chunk=limit // CHUNK_SHARE)

    def _network(self, address: str | None) -> str:
        return self._hash(network_of(address or ""))

    def _hash(self, text: str) -> str:
        return hmac.digest(self._secret, b"limits\0" + text.encode(), hashlib.sha256).hex()[:32]

    def _take(self, key: str, limit: int, window_seconds: int, *, chunk: int) -> None:
        if not self.is_on:
            return
        now = time.monotonic()
        with self._lock:
            if len(self._allowances) > MAX_KEYS:
                self._allowances.clear()
            allowance = self._allowances.setdefault(key, _Allowance())
            if allowance.blocked_until > now:
                raise _slow_down(round(allowance.blocked_until - now))
            if allowance.n_left > 0 and allowance.expires > now:
                allowance.n_left -= 1
                return
            n = max(1, chunk)
            try:
                wait = self._shared_state.hit(
                    key, limit=limit, window_seconds=window_seconds, now=utc_now(), n=n
                )
            except NotReady:
                _take_local(allowance, limit, window_seconds, now)
                return
            if wait is not None:
                allowance.blocked_until = now + wait
                raise _slow_down(wait)
            allowance.n_left = n - 1
            allowance.expires = now + window_seconds


def _take_local(allowance: _Allowance, limit: int, window_seconds: int, now: float) -> None:
    """Count in this worker's memory, in fixed windows."""
    if now - allowance.local_since >= window_seconds:
        allowance.n_local, allowance.local_since = 0, now
    if allowance.n_local >= limit:
        raise _slow_down(round(allowance.local_since + window_seconds - now))
    allowance.n_local += 1


def network_of(address: str) -> str:
    """Return what counts as one address: for IPv6 the /64 prefix, which one household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address  # the path of a socket, or empty
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), IPV6_PREFIX_BITS), strict=False))


def _slow_down(wait_seconds: int) -> TooManyRequests:
    seconds = max(1, wait_seconds)
    return TooManyRequests(f"too many requests: try again in {seconds} s", seconds)
