"""Synthetic hands: generated digits in unfamiliar handwriting.

A digit is a few strokes through control points. A *hand* has one form of each digit, and its own
slant, proportions, smooth warp and tremor. Three ways of drawing:

- `joined`: usual forms on a tablet that keeps eight points a digit and joins its strokes.
- `tablet`: the same with usual and odd forms, and both sides scaled to the same length.
- `odd`: flags, loops, bars and open tops, strongly slanted or widened.

Control points are (x, y) in a unit box, y downwards. All drawings go through `core.imaging`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.imaging import ink_from_strokes, parse_strokes
from core.symbols.digits.golden import PAGE_PX
from core.symbols.digits.non_digits import resampled

Points = NDArray[np.float64]
Way = Literal["joined", "tablet", "odd"]

MARGIN_PX = 12  # the corners of the drawing area are round
MS_A_POINT = 8  # about what a browser reports

WAYS: Final[tuple[Way, ...]] = ("joined", "tablet", "odd")

_Form = tuple[tuple[tuple[float, float], ...], ...]

PLAIN: Final[dict[int, tuple[_Form, ...]]] = {
    0: (
        (((0.5, 0.0), (0.1, 0.2), (0.0, 0.55), (0.2, 0.95), (0.6, 1.0), (0.9, 0.7),
          (0.95, 0.3), (0.7, 0.03), (0.45, 0.02)),),
        (((0.6, 0.05), (0.3, 0.0), (0.05, 0.3), (0.05, 0.75), (0.35, 1.0), (0.75, 0.85),
          (0.9, 0.45), (0.75, 0.1), (0.4, 0.1)),),
    ),
    1: (
        (((0.5, 0.0), (0.5, 0.35), (0.5, 0.7), (0.5, 1.0)),),
        (((0.25, 0.25), (0.55, 0.0), (0.55, 0.5), (0.55, 1.0)),),
    ),
    2: (
        (((0.1, 0.25), (0.35, 0.0), (0.75, 0.1), (0.8, 0.4), (0.45, 0.7), (0.05, 1.0),
          (0.5, 0.98), (0.95, 0.97)),),
        (((0.1, 0.2), (0.5, 0.0), (0.85, 0.25), (0.6, 0.6), (0.15, 0.9), (0.25, 0.75),
          (0.55, 0.9), (0.95, 0.95)),),
    ),
    3: (
        (((0.1, 0.1), (0.5, 0.0), (0.85, 0.2), (0.6, 0.45), (0.35, 0.48), (0.7, 0.52),
          (0.9, 0.75), (0.55, 1.0), (0.05, 0.9)),),
        (((0.1, 0.05), (0.8, 0.03), (0.45, 0.4), (0.85, 0.6), (0.8, 0.9), (0.4, 1.0),
          (0.05, 0.88)),),
    ),
    4: (
        (((0.3, 0.0), (0.15, 0.35), (0.05, 0.6), (0.5, 0.6), (0.95, 0.58)),
         ((0.7, 0.2), (0.68, 0.6), (0.66, 1.0))),
        (((0.1, 0.05), (0.1, 0.45), (0.5, 0.52), (0.85, 0.48)),
         ((0.85, 0.0), (0.83, 0.5), (0.8, 1.0))),
    ),
    5: (
        (((0.2, 0.0), (0.15, 0.4), (0.5, 0.35), (0.85, 0.6), (0.7, 0.92), (0.35, 1.0),
          (0.05, 0.9)),
         ((0.2, 0.0), (0.5, 0.02), (0.9, 0.0))),
        (((0.9, 0.02), (0.3, 0.03), (0.2, 0.42), (0.6, 0.4), (0.88, 0.7), (0.55, 1.0),
          (0.1, 0.9)),),
    ),
    6: (
        (((0.7, 0.0), (0.3, 0.25), (0.08, 0.65), (0.3, 0.98), (0.75, 0.92), (0.8, 0.62),
          (0.45, 0.52), (0.12, 0.7)),),
        (((0.5, 0.0), (0.15, 0.4), (0.1, 0.8), (0.5, 1.0), (0.85, 0.75), (0.55, 0.55),
          (0.2, 0.7)),),
    ),
    7: (
        (((0.05, 0.05), (0.5, 0.03), (0.9, 0.02), (0.65, 0.4), (0.4, 1.0)),),
        (((0.05, 0.05), (0.5, 0.0), (0.92, 0.05), (0.6, 0.5), (0.45, 1.0)),
         ((0.3, 0.5), (0.8, 0.48))),
    ),
    8: (
        (((0.75, 0.15), (0.4, 0.0), (0.15, 0.22), (0.5, 0.48), (0.85, 0.75), (0.5, 1.0),
          (0.12, 0.78), (0.5, 0.48), (0.82, 0.22), (0.6, 0.02)),),
        (((0.5, 0.48), (0.2, 0.25), (0.5, 0.0), (0.8, 0.25), (0.5, 0.48), (0.15, 0.75),
          (0.5, 1.0), (0.88, 0.75), (0.5, 0.48)),),
    ),
    9: (
        (((0.8, 0.2), (0.45, 0.0), (0.15, 0.25), (0.4, 0.5), (0.75, 0.35), (0.82, 0.15),
          (0.78, 0.6), (0.7, 1.0)),),
        (((0.75, 0.25), (0.4, 0.05), (0.15, 0.3), (0.45, 0.5), (0.78, 0.3), (0.75, 0.75),
          (0.45, 1.0), (0.15, 0.9)),),
    ),
}  # fmt: skip

ODD: Final[dict[int, tuple[_Form, ...]]] = {
    0: (
        (((0.5, 0.0), (0.05, 0.3), (0.1, 0.85), (0.5, 1.0), (0.92, 0.7), (0.9, 0.25),
          (0.55, 0.0)),
         ((0.85, 0.0), (0.15, 1.0))),
        (((0.9, 0.0), (0.4, 0.05), (0.02, 0.5), (0.4, 1.0), (0.9, 0.7), (0.75, 0.2),
          (0.3, 0.15), (0.55, 0.4)),),
    ),
    1: (
        (((0.1, 0.45), (0.5, 0.0), (0.5, 0.5), (0.5, 1.0)), ((0.1, 1.0), (0.9, 1.0))),
        (((0.0, 0.55), (0.3, 0.3), (0.6, 0.0), (0.6, 0.5), (0.6, 1.0)),),
    ),
    2: (
        (((0.2, 0.35), (0.25, 0.05), (0.7, 0.0), (0.8, 0.35), (0.4, 0.75), (0.05, 0.85),
          (0.1, 0.6), (0.4, 0.75), (0.6, 1.0), (1.0, 0.8)),),
        (((0.05, 0.0), (0.8, 0.0), (0.85, 0.4), (0.1, 0.6), (0.05, 1.0), (0.9, 1.0)),),
    ),
    3: (
        (((0.0, 0.0), (0.9, 0.0), (0.3, 0.4), (0.9, 0.5), (0.95, 0.9), (0.5, 1.0),
          (0.0, 0.8), (0.15, 0.65)),),
        (((0.1, 0.2), (0.45, 0.0), (0.8, 0.2), (0.5, 0.45), (0.25, 0.4), (0.3, 0.55),
          (0.8, 0.6), (0.7, 1.0), (0.1, 1.0)),),
    ),
    4: (
        (((0.75, 1.0), (0.75, 0.5), (0.75, 0.0), (0.35, 0.35), (0.0, 0.7), (0.5, 0.7),
          (1.0, 0.7)),),
        (((0.15, 0.0), (0.1, 0.6), (0.5, 0.65), (1.0, 0.6)), ((0.45, 0.3), (0.45, 1.0))),
    ),
    5: (
        (((0.95, 0.15), (0.7, 0.0), (0.3, 0.05), (0.2, 0.4), (0.7, 0.5), (0.75, 0.85),
          (0.35, 1.0), (0.1, 0.75)),),
        (((0.15, 0.0), (0.15, 0.5), (0.75, 0.45), (0.8, 0.95), (0.1, 1.0)),
         ((0.15, 0.0), (1.0, 0.15))),
    ),
    6: (
        (((0.95, 0.2), (0.6, 0.0), (0.2, 0.3), (0.1, 0.8), (0.5, 1.0), (0.75, 0.8),
          (0.5, 0.6), (0.1, 0.75)),),
        (((0.3, 0.0), (0.2, 0.5), (0.2, 1.0), (0.7, 1.0), (0.75, 0.7), (0.25, 0.65)),),
    ),
    7: (
        (((0.05, 0.25), (0.05, 0.0), (0.5, 0.05), (0.95, 0.0), (0.5, 0.5), (0.4, 1.0)),
         ((0.1, 0.55), (0.9, 0.4))),
        (((0.0, 0.15), (0.3, 0.0), (0.6, 0.15), (0.9, 0.0), (0.7, 0.5), (0.75, 1.0)),),
    ),
    8: (
        (((0.95, 0.0), (0.45, 0.05), (0.2, 0.25), (0.6, 0.5), (0.8, 0.8), (0.45, 1.0),
          (0.15, 0.8), (0.45, 0.45), (0.95, 0.0)),),
        (((0.5, 0.0), (0.2, 0.15), (0.5, 0.33), (0.8, 0.15), (0.5, 0.0)),
         ((0.5, 0.35), (0.05, 0.7), (0.5, 1.0), (0.95, 0.7), (0.5, 0.35))),
    ),
    9: (
        (((0.7, 0.25), (0.4, 0.0), (0.1, 0.2), (0.35, 0.45), (0.7, 0.3), (0.75, 0.7),
          (0.5, 1.0), (0.1, 0.9), (0.3, 0.7), (0.95, 0.6)),),
        (((0.8, 0.05), (0.3, 0.0), (0.15, 0.35), (0.5, 0.45), (0.8, 0.1), (0.8, 0.6),
          (0.8, 1.0)),),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hand:
    """One person's handwriting. Angles in radians, lengths in parts of the unit box."""

    forms: dict[int, _Form]
    slant: float
    width: float
    warp_K2: Points
    tremor: float
    n_points: int | None
    """Points that the tablet keeps of a digit, strokes joined; None for all points."""

    is_stretched: bool = False
    """Whether the tablet scales width and height to 0 to 100."""


def make_hand(way: Way, rng: np.random.Generator) -> Hand:
    """Generate a hand."""
    is_odd = way == "odd"
    pool = ODD if is_odd else PLAIN
    if way == "tablet":
        pool = {digit: PLAIN[digit] + ODD[digit] for digit in PLAIN}
    return Hand(
        forms={digit: forms[rng.integers(len(forms))] for digit, forms in pool.items()},
        slant=float(rng.choice([-1, 1]) * rng.uniform(0.15, 0.5) if is_odd
                    else rng.normal(0, 0.15)),
        width=float(rng.uniform(0.6, 1.6) if is_odd else rng.uniform(0.75, 1.05)),
        warp_K2=rng.normal(0, 0.05 if is_odd else 0.035, (4, 2)),
        tremor=float(rng.uniform(0.02, 0.04) if is_odd else rng.uniform(0.02, 0.035)),
        n_points=None if is_odd else 8,
        is_stretched=way == "tablet",
    )  # fmt: skip


def draw(hand: Hand, digit: int, rng: np.random.Generator) -> list[Points]:
    """Draw one digit by one hand: strokes as arrays (n, 2) of canvas pixels, each a little else."""
    slant = hand.slant + rng.normal(0, 0.05)
    width = hand.width * np.exp(rng.normal(0, 0.06))
    strokes = []
    for control in hand.forms[digit]:
        points = np.asarray(control) + rng.normal(0, hand.tremor, (len(control), 2))
        xy = _smooth(points)
        phase = np.pi * xy[:, ::-1]
        bend = hand.warp_K2
        xy = xy + bend[0] * np.sin(phase) + bend[1] * np.sin(2 * phase) + bend[2] * np.cos(phase)
        xy = np.stack([(xy[:, 0] - 0.5) * width + slant * (0.5 - xy[:, 1]), xy[:, 1]], axis=1)
        strokes.append(60.0 + 160.0 * xy)
    if hand.n_points is None:
        return strokes
    kept = resampled(np.concatenate(strokes), hand.n_points)  # strokes joined
    return [_stretched(kept) if hand.is_stretched else kept]


def ink_of(strokes: list[Points]) -> NDArray[np.uint8]:
    """Ink (28, 28) of strokes in canvas pixels, by the imaging of the server."""
    raw = [stroke.tolist() for stroke in strokes]
    return ink_from_strokes(parse_strokes(raw, PAGE_PX, PAGE_PX)).ink_HW


def _smooth(points: Points, per_span: int = 6) -> Points:
    """A Catmull-Rom curve through `points`."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, per_span, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(
            b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        )
    return np.concatenate([*pieces, points[-1:]])


def _stretched(xy: Points) -> Points:
    """Scale both sides to 0 to 100 in whole steps, on a canvas of 280."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    steps = np.rint(100.0 * (xy - low) / np.maximum(high - low, 1e-9))
    return np.asarray(60.0 + 1.6 * steps)


class OddHand:
    """The drawings of one synthetic person. The same number is the same person."""

    def __init__(self, number: int) -> None:
        self._chance = np.random.default_rng(number)
        self._hand = make_hand("odd", self._chance)

    def draw(self, digit: int) -> dict[str, Any]:
        """`{"strokes", "width", "height", "label"}` as the draw page sends it."""
        strokes, time_ms = [], 0
        for points in draw(self._hand, digit, self._chance):
            stroke = []
            for x, y in np.clip(points, MARGIN_PX, PAGE_PX - MARGIN_PX):
                stroke.append([round(float(x), 2), round(float(y), 2), time_ms, 0.5])
                time_ms += MS_A_POINT
            strokes.append(stroke)
        return {"strokes": strokes, "width": PAGE_PX, "height": PAGE_PX, "label": digit}
