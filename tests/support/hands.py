"""A person with an odd hand: every drawing a little else, all of them alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.model.hands import draw, make_hand
from core.symbols.digits.golden import PAGE_PX

MARGIN_PX = 12  # the corners of the drawing area are round
MS_A_POINT = 8  # about what a browser reports


class OddHand:
    """The way of writing of one invented person; the same number is the same person."""

    def __init__(self, number: int) -> None:
        self._chance = np.random.default_rng(number)
        self._hand = make_hand("odd", self._chance)

    def draw(self, digit: int) -> dict[str, Any]:
        """`{"strokes", "width", "height", "label"}`, as the draw page would send it."""
        strokes, time_ms = [], 0
        for points in draw(self._hand, digit, self._chance):
            stroke = []
            for x, y in np.clip(points, MARGIN_PX, PAGE_PX - MARGIN_PX):
                stroke.append([round(float(x), 2), round(float(y), 2), time_ms, 0.5])
                time_ms += MS_A_POINT
            strokes.append(stroke)
        return {"strokes": strokes, "width": PAGE_PX, "height": PAGE_PX, "label": digit}
