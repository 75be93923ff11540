"""Strokes to ink. Only the path matters: not the size of the screen, the position or the pen.

P points, S samples along the path; a stroke is (P, 4) float64: x and y in canvas pixels, time in
ms, pressure 0 to 1. Strokes are parsed and stored in `points.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.imaging.ink import (
    CANVAS_SIDE,
    SAMPLES,
    Canvas,
    Inking,
    Reason,
    Stopwatch,
    centred_offset,
    ink_from_canvas,
    n_side_by_side,
    no_ink,
    stamp,
)
from core.imaging.points import Strokes

Array = NDArray[np.float64]

# 2.5 px; odd in samples, so that a disc has a middle. Measured on 2,000 MNIST images: ink area /
# length of the centre-line has a median of 2.48 px and a mean of 2.69 ± 0.98 px.
PEN_DIAMETER: Final = 15
PATH_SIDE: Final = CANVAS_SIDE - PEN_DIAMETER  # box of the path; with its width it fills 20 px
STEP: Final = 3.0  # samples between discs; the scallops between them are 0.1 samples deep
COARSE_STEP: Final = 6.0  # for extremely long paths; the scallops are 0.5 samples deep
LONG_PATH: Final = 9_000.0  # samples; the longest of 2,000 MNIST centre-lines has 430
CORNER_COS: Final = 0.34  # a turn of more than 70° is a corner and stays sharp

# Bounds of what can be one digit. In brackets: the maximum of 2,000 MNIST centre-lines.
DOT_SIDE: Final = 0.03  # of the canvas's longer side: 8 px of 280
DOT_PATH: Final = 0.06  # path length, in the same unit
SCRIBBLE_LENGTH: Final = 8.0  # path length in longer sides of the drawing (4.0)
SCRIBBLE_COVER: Final = 0.62  # inked part of the 20 px box (0.43; MNIST's own ink, 99.9 %: 0.57)
TURNING_FROM_LENGTH: Final = 4.5  # for shorter paths the turning is not checked
SCRIBBLE_TURNING: Final = 45.0  # radians (28.8)


@dataclass(frozen=True, slots=True)
class Path:
    """The points of all strokes in one array, in canvas samples, without repetitions."""

    xy_P2: Array
    starts_P: NDArray[np.bool_]
    """Whether a stroke starts at this point."""

    lengths_P: Array
    """Distance from the previous point; 0 where a stroke starts."""


def ink_from_strokes(strokes: Strokes, width: float = 280.0, height: float = 280.0) -> Inking:
    """Convert strokes of `parse_strokes` or `decode_strokes` to ink. Raises nothing.

    `width` and `height` of the canvas serve only to tell a dot from a digit.
    """
    watch = Stopwatch()
    drawn = [stroke for stroke in strokes if len(stroke)]
    if not drawn:
        watch.lap("points")
        return no_ink(watch, "empty")
    xy_P2 = np.concatenate([stroke[:, :2] for stroke in drawn])
    starts_P = np.zeros(len(xy_P2), np.bool_)
    starts_P[np.cumsum([0] + [len(stroke) for stroke in drawn[:-1]])] = True
    watch.lap("points")

    low, high = xy_P2.min(axis=0), xy_P2.max(axis=0)
    longer = float((high - low).max())
    path = _path(_fitted(xy_P2, low, longer), starts_P)
    xy_S2 = _sampled(path)
    watch.lap("box")

    # A curve may bulge past its points, so fit again, by what is actually drawn.
    low_S, high_S = xy_S2.min(axis=0), xy_S2.max(axis=0)
    cells_S2 = np.rint(_fitted(xy_S2, low_S, float((high_S - low_S).max()))).astype(np.intp)
    # In the middle of the box, from where the centre of mass can move equally in all directions.
    cells_S2 += (CANVAS_SIDE - cells_S2.max(axis=0)) // 2
    centres = cells_S2[:, 1] * CANVAS_SIDE + cells_S2[:, 0]
    canvas = stamp(_distinct(centres), PEN_DIAMETER)
    watch.lap("pen")

    offset = centred_offset(canvas)
    watch.lap("centre")
    ink_HW = ink_from_canvas(canvas, offset)
    watch.lap("average")

    reason = _reason(path, xy_S2, canvas, longer / max(width, height))
    return Inking(ink_HW, reason is None, reason, tuple(watch.steps))


def _fitted(xy: Array, low: Array, longer: float) -> Array:
    """Move and scale so that the longer side fills the box of the path; a point stays a point."""
    scale = (PATH_SIDE - 1) / longer if longer > 0 else 1.0
    return (xy - low) * scale


def _steps(xy_P2: Array) -> Array:
    """Difference from the previous point, 0 for the first. Five times faster than `np.diff`."""
    steps_P2 = np.zeros_like(xy_P2)
    np.subtract(xy_P2[1:], xy_P2[:-1], out=steps_P2[1:])
    return steps_P2


def _next(values_P: NDArray[Any]) -> NDArray[Any]:
    """The value of each point's successor, cyclically. Five times faster than `np.roll`."""
    return np.concatenate([values_P[1:], values_P[:1]])


def _path(xy_P2: Array, starts_P: NDArray[np.bool_]) -> Path:
    steps_P2 = _steps(xy_P2)
    lengths_P = np.hypot(steps_P2[:, 0], steps_P2[:, 1])
    kept = starts_P | (lengths_P > 1e-3)
    if kept.all():
        lengths_P[starts_P] = 0.0
        return Path(xy_P2, starts_P, lengths_P)
    return _path(xy_P2[kept], starts_P[kept])


def _sampled(path: Path) -> Array:
    """Sample smooth curves through the points of the path, densely enough to draw discs at.

    Cubic Hermite segments: fast strokes have few points, and straight lines between them would look
    like a polygon. At a point the tangent is that of the parabola through it and its neighbours; at
    corners and ends the curve leaves straight, so that a 7 of three points keeps its corner.
    """
    segment_P = np.flatnonzero(~path.starts_P)  # a segment has the index of the point where it ends
    firsts = path.xy_P2[path.starts_P]
    if not len(segment_P):
        return firsts
    lengths = path.lengths_P[segment_P]
    total = lengths.sum()
    step = STEP if total < LONG_PATH else COARSE_STEP
    n_samples = np.ceil(lengths / step).astype(np.intp)
    leaving_P2, arriving_P2 = _headings(path)

    # One row per sample: its segment, and the position along it, 0 < u <= 1.
    of = np.repeat(segment_P, n_samples)
    n_before = np.repeat(np.cumsum(n_samples) - n_samples, n_samples)
    share = np.repeat(1.0 / n_samples, n_samples)
    u = ((np.arange(len(of)) - n_before + 1) * share)[:, None]
    chord = path.lengths_P[of][:, None]
    begin, end = path.xy_P2[of - 1], path.xy_P2[of]
    rest = 1.0 - u
    blend = u * u * (3.0 - 2.0 * u)
    bulge = (leaving_P2[of - 1] * rest - arriving_P2[of] * u) * (chord * u * rest)
    return np.concatenate([firsts, begin + (end - begin) * blend + bulge])


def _headings(path: Path) -> tuple[Array, Array]:
    """Unit tangents with which the curve leaves and reaches each point, two (P, 2)."""
    lengths_P1 = path.lengths_P[:, None]
    into_P2 = _steps(path.xy_P2)
    into_P2 /= np.where(lengths_P1 > 0, lengths_P1, 1.0)
    onward_P2 = _next(into_P2)
    next_P1 = _next(lengths_P1)
    turns = (into_P2 * onward_P2).sum(axis=1)
    ends_P = path.starts_P | _next(path.starts_P)
    is_smooth = (~ends_P & (turns > CORNER_COS))[:, None]
    both = np.maximum(lengths_P1 + next_P1, 1e-9)
    through_P2 = (into_P2 * next_P1 + onward_P2 * lengths_P1) / both
    return np.where(is_smooth, through_P2, onward_P2), np.where(is_smooth, through_P2, into_P2)


def _distinct(centres: NDArray[np.intp]) -> NDArray[np.intp]:
    """Drop repetitions if there are many, which bounds the time for a scribble."""
    if len(centres) < 2000:
        return centres
    seen = np.zeros(CANVAS_SIDE * CANVAS_SIDE, np.bool_)
    seen[centres] = True
    return np.flatnonzero(seen)


def _reason(path: Path, xy_S2: Array, canvas: Canvas, size_share: float) -> Reason | None:
    """Why this cannot be one digit; None if it can.

    `size_share`: longer side of the drawing / longer side of the canvas. The bounds are far beyond
    the maxima of MNIST's centre-lines, which the constants have beside them.
    """
    length = float(path.lengths_P.sum()) / (PATH_SIDE - 1)  # in longer sides of the drawing
    if size_share == 0 or (size_share < DOT_SIDE and length * size_share < DOT_PATH):
        return "dot"
    if n_side_by_side(_boxes_N4(path)) > 1:
        return "several"
    if length > SCRIBBLE_LENGTH or np.count_nonzero(canvas) > SCRIBBLE_COVER * canvas.size:
        return "scribble"
    if length > TURNING_FROM_LENGTH and _turning(xy_S2) > SCRIBBLE_TURNING:
        return "scribble"
    return None


def _boxes_N4(path: Path) -> Array:
    """Left, top, right, bottom of each stroke."""
    begins = np.flatnonzero(path.starts_P)
    low = np.minimum.reduceat(path.xy_P2, begins)
    high = np.maximum.reduceat(path.xy_P2, begins)
    return np.concatenate([low, high], axis=1)


def _turning(xy_S2: Array) -> float:
    """The sum of the absolute turns along the path in radians, in steps of 2 px."""
    steps_S2 = np.diff(xy_S2[:: round(2 * SAMPLES / STEP)], axis=0)
    headings = np.arctan2(steps_S2[:, 1], steps_S2[:, 0])
    return float(np.abs((np.diff(headings) + np.pi) % (2 * np.pi) - np.pi).sum())
