"""What strokes and pictures share: the ink box, averaging, centring by mass.

Shapes: H, W = 28 pixels of ink; a *canvas* is the 20 px ink box at 6 samples a pixel, (120, 120)
uint8, 0 = paper, 255 = ink. Both kinds of input end in `ink_from_canvas`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

INK_SIDE_PX: Final = 28
BOX_PX: Final = 20  # ink fits in this box, then is centred by its mass (LeCun et al. 1998)
SAMPLES: Final = 6  # per pixel and axis; 36 samples a pixel give 37 grey levels
CANVAS_SIDE: Final = BOX_PX * SAMPLES
MARGIN: Final = (INK_SIDE_PX - BOX_PX) * SAMPLES  # range of the box, in samples per axis

# The centre of mass of MNIST images, in pixels from the upper left edge. Measured on its 60,000
# training images: 14.50 ± 0.29 (down) and 14.51 ± 0.29 (right), all within 13.98 and 15.00. So they
# were shifted by whole pixels towards the middle of pixel 14, not towards the middle of the image.
MIDDLE_PX: Final = 14.5

GROUP_GAP: Final = 0.15  # of the drawing's height: closer strokes form one group
GROUP_HEIGHT: Final = 0.5  # of the drawing's height: smaller groups are not separate digits

Reason = Literal["empty", "dot", "scribble", "several"]
Canvas = NDArray[np.uint8]
Ink = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the imaging and its duration, for the steps panel."""

    name: str
    ms: float


@dataclass(frozen=True, slots=True)
class Inking:
    """The result of the imaging."""

    ink_HW: Ink
    """(28, 28) uint8, 0 = paper, 255 = ink; all 0 if there is no ink."""

    could_be_digit: bool
    """Whether the geometry allows a digit. The model's familiarity is checked separately."""

    reason: Reason | None
    """Why it cannot be a digit; None if it can."""

    steps: tuple[Step, ...]
    """The steps in order."""


@dataclass(slots=True)
class Stopwatch:
    """Measures steps: `lap(name)` ends the current one."""

    steps: list[Step] = field(default_factory=list)
    _since: float = field(default_factory=time.perf_counter)

    def lap(self, name: str) -> None:
        """End the current step and start the next."""
        now = time.perf_counter()
        self.steps.append(Step(name, (now - self._since) * 1000))
        self._since = now


def no_ink(watch: Stopwatch, reason: Reason) -> Inking:
    """The result when there is no ink."""
    paper_HW = np.zeros((INK_SIDE_PX, INK_SIDE_PX), np.uint8)
    return Inking(paper_HW, could_be_digit=False, reason=reason, steps=tuple(watch.steps))


def n_side_by_side(boxes_N4: NDArray[np.float64] | NDArray[np.intp]) -> int:
    """The number of groups side by side that are at least half as tall as the whole drawing.

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
    """The offset (down, right) of the box that puts its centre of mass in the middle.

    In samples, 0 to 48, so that even a very uneven shape stays within the 28 px. It is rounded to
    multiples of `grid` samples.
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


def ink_from_canvas(canvas: Canvas, offset: tuple[int, int]) -> Ink:
    """Average a canvas over pixels, with its box `offset` samples (down, right) from the corner.

    `canvas`: (120, 120) uint8, 0 to 255. Returns: (28, 28) uint8.
    """
    down, right = offset
    side = INK_SIDE_PX * SAMPLES
    whole = np.zeros((side, side), np.uint8)
    whole[down : down + CANVAS_SIDE, right : right + CANVAS_SIDE] = canvas
    # Rows first: adding whole rows is four times faster than summing over both axes at once.
    tall = whole.reshape(INK_SIDE_PX, SAMPLES, side).sum(axis=1, dtype=np.uint16)
    sums = tall.reshape(INK_SIDE_PX, INK_SIDE_PX, SAMPLES).sum(axis=2, dtype=np.uint32)
    ink_HW: Ink = ((sums + SAMPLES * SAMPLES // 2) // (SAMPLES * SAMPLES)).astype(np.uint8)
    return ink_HW


@cache
def _disc_spans(diameter: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of a disc of odd diameter, as flat canvas offsets from its middle.

    Two arrays of `diameter` integers: the first sample of each row, and the one after its last.
    """
    reach = diameter // 2
    rows = np.arange(-reach, reach + 1)
    half = np.floor(np.sqrt((diameter / 2) ** 2 - rows**2)).astype(np.intp)
    return rows * CANVAS_SIDE - half, rows * CANVAS_SIDE + half + 1


def stamp(centres: NDArray[np.intp], diameter: int) -> Canvas:
    """Draw a disc around each of the flat indices `centres`. Returns a canvas of 0 and 255.

    The discs must lie within the canvas. Each row of a disc adds +1 at its begin and -1 after its
    end; there is ink where the running sum is above zero. The time hardly depends on the number of
    discs, unlike setting each sample of each disc.
    """
    begin, end = _disc_spans(diameter)
    size = CANVAS_SIDE * CANVAS_SIDE + 1
    depth = np.bincount((centres[:, None] + begin).ravel(), minlength=size)
    depth -= np.bincount((centres[:, None] + end).ravel(), minlength=size)
    np.cumsum(depth, out=depth)
    inked: Canvas = (depth[:-1] > 0) * np.uint8(255)  # a third of the time of `np.where`
    return inked.reshape(CANVAS_SIDE, CANVAS_SIDE)
