"""Progress of an import, an export or a re-inking while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

BEAT_SECONDS: Final = 1.0
OnProgress = Callable[[int, int | None], None]
"""Called with the drawings done and the drawings in all, None while that is unknown."""


def ignore_progress(_n_done: int, _n_total: int | None) -> None:
    """An `OnProgress` that does nothing."""


class Heartbeat:
    """Limits writes of progress to the database to one a second."""

    def __init__(self) -> None:
        self._next = time.monotonic() + BEAT_SECONDS

    def is_due(self) -> bool:
        """Whether a second has passed since the last time this was true."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + BEAT_SECONDS
        return True
