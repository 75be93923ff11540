"""Requests counted in this process, handed over to what all workers share now and then."""

from __future__ import annotations

import threading

from core.volatile import Volatile

SEPARATOR = " "  # in names of totals: `requests POST /api/v1/drawings 201`


class RequestCounts:
    """Requests and their seconds since the last hand-over, by method, route and status."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: dict[str, float] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = SEPARATOR.join((method, route, str(status)))
        with self._lock:
            for name, amount in ((f"requests {key}", 1.0), (f"seconds {key}", seconds)):
                self._totals[name] = self._totals.get(name, 0.0) + amount

    def hand_over(self, volatile: Volatile) -> None:
        """Add what was counted to what all workers share."""
        with self._lock:
            counted, self._totals = self._totals, {}
        if counted:
            volatile.add_totals(counted)
