"""Trace images of digits and letters: their centre-lines as strokes.

For benches, tests of the imaging, and browser tests that draw with a mouse.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SAMPLE = Path(__file__).with_name("mnist_sample.npz")
ZOOM = 4  # the skeleton is computed on an enlarged image: no staircase
SPUR_PX = 2.0  # MNIST pixels; shorter branches are bumps of the outline, not strokes
LOOK_BACK = 6  # skeleton pixels that define a line's direction

Point = tuple[int, int]


@cache
def sample_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Ten training images of each digit, in the order of MNIST: (100, 28, 28) and (100,).

    Committed, so that tests need no download.
    """
    with np.load(SAMPLE, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"]


def strokes_from_mnist(
    image_HW: NDArray[np.uint8], scale: float = 10.0, left: float = 0.0, top: float = 0.0
) -> list[list[list[float]]]:
    """Trace (28, 28) uint8 ink. Returns: stroke JSON, `scale` canvas pixels a pixel.

    Points are about half an MNIST pixel apart, and have a time: 8 ms each, 120 ms between strokes.
    """
    strokes: list[list[list[float]]] = []
    time_ms = 0.0
    for line in centre_lines(image_HW):
        times = time_ms + 8.0 * np.arange(len(line))
        time_ms = float(times[-1]) + 120.0
        xy = np.round(line * scale + (left, top), 2)
        strokes.append([[x, y, t, 0.5] for (x, y), t in zip(xy.tolist(), times, strict=True)])
    return [[[float(value) for value in point] for point in stroke] for stroke in strokes]


def centre_lines(image_HW: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """The centre-lines as arrays (P, 2) of x and y in MNIST pixels."""
    return _centre_lines(image_HW.tobytes(), image_HW.shape[0])


@cache
def _centre_lines(ink: bytes, side: int) -> list[NDArray[np.float64]]:
    image = Image.frombytes("L", (side, side), ink)
    zoomed = image.resize((side * ZOOM, side * ZOOM), Image.Resampling.BICUBIC)
    lines = [np.array(line, float)[:, ::-1] for line in _traced(skeleton(np.array(zoomed) > 110))]
    longest = max((len(line) for line in lines), default=0)
    kept = [line for line in lines if len(line) >= min(SPUR_PX * ZOOM, longest)]
    return [_smooth((line + 0.5) / ZOOM) for line in kept]


def skeleton(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin a mask to lines one pixel wide. Source: Zhang and Suen 1984."""
    mask = np.pad(mask, 1)
    while True:
        before = mask.sum()
        for first in (True, False):
            mask &= ~_removable(mask, first)
        if mask.sum() == before:
            return mask[1:-1, 1:-1]


def _removable(mask: NDArray[np.bool_], first: bool) -> NDArray[np.bool_]:
    # Clockwise from north: p2 … p9 of the paper.
    turns = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    ring = np.stack([np.roll(mask, (-down, -right), (0, 1)) for down, right in turns])
    n_around = ring.sum(axis=0)
    n_rises = (~ring & np.roll(ring, -1, axis=0)).sum(axis=0)
    north, east, south, west = ring[0], ring[2], ring[4], ring[6]
    if first:
        open_side = ~(north & east & south) & ~(east & south & west)
    else:
        open_side = ~(north & east & west) & ~(north & south & west)
    return mask & (n_around >= 2) & (n_around <= 6) & (n_rises == 1) & open_side


def _traced(lines: NDArray[np.bool_]) -> list[list[Point]]:
    """Follow the skeleton, straight on at crossings, until every pixel is visited."""
    left = {(int(y), int(x)) for y, x in np.argwhere(lines)}
    everything = set(left)
    strokes = []
    while left:
        ends = [p for p in left if len(_around(p, left)) <= 1]
        start = min(ends) if ends else min(left)
        joint = [p for p in _around(start, everything) if p not in left]
        stroke = [*joint[:1], start]
        left.discard(start)
        while choices := _around(stroke[-1], left):
            stroke.append(_straightest(stroke, choices))
            left.discard(stroke[-1])
        # Close a loop, or join the line that it meets.
        met = [p for p in _around(stroke[-1], everything) if p not in stroke[-LOOK_BACK:]]
        strokes.append(stroke + met[:1])
    return strokes


def _around(point: Point, among: set[Point]) -> list[Point]:
    y, x = point
    near = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))
    return [(y + down, x + right) for down, right in near if (y + down, x + right) in among]


def _straightest(stroke: list[Point], choices: list[Point]) -> Point:
    y, x = stroke[-1]
    back = stroke[-min(LOOK_BACK, len(stroke))]
    heading = (y - back[0], x - back[1])

    def along(point: Point) -> float:
        down, right = point[0] - y, point[1] - x
        return (down * heading[0] + right * heading[1]) / float(np.hypot(down, right))

    return max(choices, key=along)


def _smooth(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over five neighbours and keep every second point and both ends."""
    if len(line) < 6:
        return line
    padded = np.pad(line, ((2, 2), (0, 0)), mode="edge")
    mean = np.stack([padded[k : k + len(line)] for k in range(5)]).mean(axis=0)
    mean[[0, -1]] = line[[0, -1]]
    return np.concatenate([mean[:-1:2], mean[-1:]])
