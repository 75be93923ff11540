"""What each stored version would say of one drawing; what was read once is remembered.

A version takes about 20 ms to load and test, a digit 50 µs to read: so the newest ten versions are
asked, and of those only the ones that have not read this ink yet.
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
N_REMEMBERED = 5_000  # readings, at about 200 bytes


@dataclass(frozen=True, slots=True)
class OneReading:
    """What a version says of one ink."""

    label: int
    confidence: float
    is_digit: bool


class Readings:
    """Readings by version and ink, the least recently asked forgotten first."""

    def __init__(self, live: LiveModel) -> None:
        self._live = live
        self._known: OrderedDict[tuple[int, bytes], OneReading] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, version: int, ink: bytes) -> OneReading | None:
        """What `version` reads in 784 bytes of ink; None if its files cannot be run any more."""
        key = (version, ink)
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found
        try:
            found = _read(self._live, version, ink)
        except ModelFileError:
            return None
        with self._lock:
            self._known[key] = found
            while len(self._known) > N_REMEMBERED:
                self._known.popitem(last=False)
        return found


def _read(live: LiveModel, version: int, ink: bytes) -> OneReading:
    model = live.version(version)
    ink_HW = np.frombuffer(ink, np.uint8).reshape(INK_SIDE_PX, INK_SIDE_PX)
    reading = model.read(ink_HW[np.newaxis])
    label = int(reading.probabilities_NK[0].argmax())
    return OneReading(
        label=label,
        confidence=float(reading.probabilities_NK[0, label]),
        is_digit=bool(reading.familiarity_N[0] >= model.familiarity_threshold),
    )
