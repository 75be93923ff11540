"""Readings of one drawing by each stored version, cached.

Loading and testing a version takes about 20 ms, reading a digit 50 µs. Only the newest
`N_VERSIONS` versions are read, and a reading is computed once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from core.base.errors import ModelFileError
from core.imaging import INK_SIDE_PX
from server.serving.live_model import LiveModel

N_VERSIONS = 10
MAX_CACHED = 5_000  # readings, about 200 bytes each


@dataclass(frozen=True, slots=True)
class InkReading:
    """What a version reads in one ink."""

    label: int
    confidence: float
    is_digit: bool


class ReadingCache:
    """Readings by version and ink; the least recently used are dropped first. Thread-safe."""

    def __init__(self, live: LiveModel) -> None:
        self._live = live
        self._cached: OrderedDict[tuple[int, bytes], InkReading] = OrderedDict()
        self._lock = threading.Lock()

    def reading(self, version: int, ink: bytes) -> InkReading | None:
        """Return what `version` reads in 784 bytes of ink; None if its files cannot be loaded."""
        key = (version, ink)
        with self._lock:
            found = self._cached.get(key)
            if found is not None:
                self._cached.move_to_end(key)
                return found
        try:
            found = _read(self._live, version, ink)
        except ModelFileError:
            return None
        with self._lock:
            self._cached[key] = found
            while len(self._cached) > MAX_CACHED:
                self._cached.popitem(last=False)
        return found


def _read(live: LiveModel, version: int, ink: bytes) -> InkReading:
    model = live.version(version)
    ink_HW = np.frombuffer(ink, np.uint8).reshape(INK_SIDE_PX, INK_SIDE_PX)
    batch = model.read(ink_HW[np.newaxis])
    label = int(batch.probabilities_NK[0].argmax())
    return InkReading(
        label=label,
        confidence=float(batch.probabilities_NK[0, label]),
        is_digit=bool(batch.familiarity_N[0] >= model.familiarity_threshold),
    )
