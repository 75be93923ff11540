"""Rate limits, shared by all workers through the shared state.

Whoever asks is counted twice: as a contributor, and by address, of which only an HMAC is kept. A
prediction takes about a millisecond, so counting each one in the shared file would be a sizeable
part of it: a worker takes a fortieth of a limit at a time and hands that out from memory. While the
shared file cannot be written, such as on a full disk, each worker counts for itself.
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
# High, so that a stranger's wrong guesses do not lock the owner out.
LOGINS_PER_ACCOUNT = 100
# A class of pupils may share one address.
CONTRIBUTORS_PER_ADDRESS = 20
HOUSEHOLD_BITS = 64
CHUNK_SHARE = 40
MAX_KEYS = 10_000


@dataclass(slots=True)
class _Allowance:
    n_left: int = 0
    expires: float = 0.0
    blocked_until: float = 0.0
    n_alone: int = 0
    """Taken since `alone_since` without the shared file."""
    alone_since: float = 0.0


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
        self._both("predictions", contributor, address, limit)

    def drawing(self, contributor: str, address: str | None) -> None:
        """Count a drawing that is handed over or changed. Raises: TooManyRequests."""
        self._both("drawings", contributor, address, self._settings.max_drawings_per_minute)

    def login(self, email: str, address: str | None) -> None:
        """Count an attempt to sign in. Raises: TooManyRequests."""
        account, place = self._hidden(email.strip().lower()), self._place(address)
        for key, limit in (
            (f"login:{account}:{place}", LOGINS_PER_ACCOUNT_AND_ADDRESS),
            (f"login-from:{place}", LOGINS_PER_ADDRESS),
            (f"login-to:{account}", LOGINS_PER_ACCOUNT),
        ):
            self._take(key, limit, LOGIN_WINDOW, chunk=1)

    def _both(self, what: str, contributor: str | None, address: str | None, limit: int) -> None:
        if not self.is_on:
            return
        place = self._place(address)
        per_address = limit * CONTRIBUTORS_PER_ADDRESS
        self._take(f"{what}-from:{place}", per_address, MINUTE, chunk=per_address // CHUNK_SHARE)
        if contributor is not None:
            self._take(f"{what}:{contributor}", limit, MINUTE, chunk=limit // CHUNK_SHARE)

    def _place(self, address: str | None) -> str:
        return self._hidden(network_of(address or ""))

    def _hidden(self, word: str) -> str:
        return hmac.digest(self._secret, b"limits\0" + word.encode(), hashlib.sha256).hex()[:32]

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
                _take_alone(allowance, limit, window_seconds, now)
                return
            if wait is not None:
                allowance.blocked_until = now + wait
                raise _slow_down(wait)
            allowance.n_left = n - 1
            allowance.expires = now + window_seconds


def _take_alone(allowance: _Allowance, limit: int, window_seconds: int, now: float) -> None:
    """Count in this worker's memory alone, in windows that do not slide."""
    if now - allowance.alone_since >= window_seconds:
        allowance.n_alone, allowance.alone_since = 0, now
    if allowance.n_alone >= limit:
        raise _slow_down(round(allowance.alone_since + window_seconds - now))
    allowance.n_alone += 1


def network_of(address: str) -> str:
    """What counts as one address: of version 6 the first half, which is what one household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address  # a socket's path, or nothing at all
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), HOUSEHOLD_BITS), strict=False))


def _slow_down(wait_seconds: int) -> TooManyRequests:
    seconds = max(1, wait_seconds)
    return TooManyRequests(f"too many requests: try again in {seconds} s", seconds)
