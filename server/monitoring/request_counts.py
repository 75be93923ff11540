"""Counts of requests in this process, added to the shared state every few seconds."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from core.base.errors import NotReady
from core.storage.shared_state import SharedState

SEPARATOR = " "  # in names of totals: `requests POST /api/v1/drawings 201`
BUCKETS_SECONDS = (0.005, 0.015, 0.05, 0.15, 0.5, 1.5, 5.0)
"""Upper bounds of the histogram; 15 ms is the budget of a prediction."""


class RequestCounts:
    """Requests and their durations since the last transfer, by method, route and status."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: dict[str, float] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        bound = next((str(bound) for bound in BUCKETS_SECONDS if seconds <= bound), "+Inf")
        where = SEPARATOR.join((method, route))
        self._add(
            {
                f"requests {where} {status}": 1.0,
                f"took {where}": seconds,
                f"bucket {where} {bound}": 1.0,
            }
        )

    def _add(self, amounts: Mapping[str, float]) -> None:
        with self._lock:
            for name, amount in amounts.items():
                self._totals[name] = self._totals.get(name, 0.0) + amount

    def add_to(self, shared_state: SharedState) -> None:
        """Add the counts to the shared state; keep them if that fails.

        Raises: NotReady.
        """
        with self._lock:
            counted, self._totals = self._totals, {}
        if not counted:
            return
        try:
            shared_state.add_totals(counted)
        except NotReady:
            self._add(counted)
            raise
