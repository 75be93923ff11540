"""What strokes and pictures have in common: the box, the average, the centre of mass.

Shapes: H, W = 28 pixels of ink; a *canvas* is the 20 px ink box seen at 6 samples a pixel,
(120, 120) uint8, 0 = paper, 255 = ink. Both kinds of input end in `settle`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

INK_SIDE_PX: Final = 28
BOX_PX: Final = 20  # ink fits in this box, then moves by its centre of mass (LeCun et al. 1998)
SAMPLES: Final = 6  # per pixel and axis; 36 samples a pixel give 37 grey levels
CANVAS_SIDE: Final = BOX_PX * SAMPLES
MARGIN: Final = (INK_SIDE_PX - BOX_PX) * SAMPLES  # samples that the box can move by, per axis

# Where MNIST puts the centre of mass, in pixels from the left upper edge. Measured: those of its
# 60,000 training images lie at 14.50 ± 0.29 (down) and 14.51 ± 0.29 (right), all within 13.98 and
# 15.00: whole-pixel shifts towards the middle of pixel 14, not towards the middle of the picture.
MIDDLE_PX: Final = 14.5

GROUP_GAP: Final = 0.15  # of the drawing's height: nearer strokes belong together
GROUP_HEIGHT: Final = 0.5  # of the drawing's height: smaller groups are no digits of their own

Reason = Literal["empty", "dot", "scribble", "several"]
Canvas = NDArray[np.uint8]
Ink = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the imaging and how long it took, for the steps panel."""

    name: str
    ms: float


@dataclass(frozen=True, slots=True)
class Inking:
    """What became of some strokes or of a picture."""

    ink_HW: Ink
    """(28, 28) uint8, 0 = paper, 255 = ink; all paper when there was nothing."""

    could_be_digit: bool
    """Whether its geometry allows a digit; the model's familiarity has the other say."""

    reason: Reason | None
    """Why it cannot be one; None when it could."""

    steps: tuple[Step, ...]
    """What was done, in order."""


@dataclass(slots=True)
class Stopwatch:
    """Collects steps: `lap(name)` ends the one that has been running."""

    steps: list[Step] = field(default_factory=list)
    _since: float = field(default_factory=time.perf_counter)

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.steps.append(Step(name, (now - self._since) * 1000))
        self._since = now


def nothing(watch: Stopwatch, reason: Reason) -> Inking:
    """The answer when there is no ink at all."""
    paper_HW = np.zeros((INK_SIDE_PX, INK_SIDE_PX), np.uint8)
    return Inking(paper_HW, could_be_digit=False, reason=reason, steps=tuple(watch.steps))


def n_side_by_side(boxes_N4: NDArray[np.float64] | NDArray[np.intp]) -> int:
    """How many groups stand beside each other, each at least half as tall as all together.

    `boxes_N4`: left, top, right, bottom of strokes or connected parts.
    """
    height = float(boxes_N4[:, 3].max() - boxes_N4[:, 1].min())
    groups: list[tuple[float, float, float]] = []  # top, right, bottom
    for left, top, right, bottom in sorted(map(tuple, boxes_N4.tolist())):
        if groups and left - groups[-1][1] < GROUP_GAP * height:
            last = groups.pop()
            groups.append((min(last[0], top), max(last[1], right), max(last[2], bottom)))
        else:
            groups.append((top, right, bottom))
    return sum(bottom - top >= GROUP_HEIGHT * height for top, _, bottom in groups)


def centred_offset(canvas: Canvas, grid: int = 1) -> tuple[int, int]:
    """How far down and right the box must start for its centre of mass to be in the middle.

    In samples, 0 to 48: a very uneven shape stays whole inside the 28 px rather than be cut.
    `grid`: the nearest multiple of so many samples.
    """
    rows = canvas.sum(axis=1, dtype=np.uint32)
    columns = canvas.sum(axis=0, dtype=np.uint32)
    total = rows.sum()
    places = np.arange(CANVAS_SIDE) + 0.5
    middle = MIDDLE_PX * SAMPLES
    down, right = middle - (rows @ places) / total, middle - (columns @ places) / total
    return _on_grid(down, grid), _on_grid(right, grid)


def _on_grid(offset: float, grid: int) -> int:
    return min(max(round(offset / grid) * grid, 0), MARGIN)


def settle(canvas: Canvas, offset: tuple[int, int]) -> Ink:
    """Average a canvas over whole pixels, its box starting `offset` samples down and right.

    `canvas`: (120, 120) uint8, 0 to 255. Returns: (28, 28) uint8.
    """
    down, right = offset
    side = INK_SIDE_PX * SAMPLES
    whole = np.zeros((side, side), np.uint8)
    whole[down : down + CANVAS_SIDE, right : right + CANVAS_SIDE] = canvas
    # Rows first: whole rows are added at once, which is four times faster than both axes together.
    tall = whole.reshape(INK_SIDE_PX, SAMPLES, side).sum(axis=1, dtype=np.uint16)
    sums = tall.reshape(INK_SIDE_PX, INK_SIDE_PX, SAMPLES).sum(axis=2, dtype=np.uint32)
    ink_HW: Ink = ((sums + SAMPLES * SAMPLES // 2) // (SAMPLES * SAMPLES)).astype(np.uint8)
    return ink_HW


@cache
def _disc_spans(diameter: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of a disc of an odd diameter: flat canvas offsets of their first and past-last
    samples from the disc's middle, two arrays of `diameter` integers."""
    reach = diameter // 2
    rows = np.arange(-reach, reach + 1)
    half = np.floor(np.sqrt((diameter / 2) ** 2 - rows**2)).astype(np.intp)
    return rows * CANVAS_SIDE - half, rows * CANVAS_SIDE + half + 1


def stamp(centres: NDArray[np.intp], diameter: int) -> Canvas:
    """A canvas of 0 and 255 on which a disc lies around each of the flat indices `centres`.

    The discs must lie within the canvas. Their rows are summed up like brackets: +1 where one
    begins, -1 past its end; where the running sum is above zero there is ink. Its time hardly grows
    with the number of discs, as setting each sample of each disc would.
    """
    begin, end = _disc_spans(diameter)
    size = CANVAS_SIDE * CANVAS_SIDE + 1
    depth = np.bincount((centres[:, None] + begin).ravel(), minlength=size)
    depth -= np.bincount((centres[:, None] + end).ravel(), minlength=size)
    np.cumsum(depth, out=depth)
    inked: Canvas = (depth[:-1] > 0) * np.uint8(255)  # a third of the time of `np.where`
    return inked.reshape(CANVAS_SIDE, CANVAS_SIDE)
