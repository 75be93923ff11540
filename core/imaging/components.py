"""Connected components of a picture's ink: finding, measuring, and dropping what is not the digit.

A mask is (H, W) bool, True = ink. Coordinates are whole pixels; right and bottom are exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Ints = NDArray[np.intp]

SPECK_SHARE: Final = 0.04  # of the largest part's area: smaller parts are specks
BAND_SHARE: Final = 0.12  # of the picture's side: shadows and frames lie in this outer band
LINE_SHARE: Final = 0.15  # of the picture's side: ruled lines are thinner, and cross all of it
EDGE_SHARE: Final = 0.01  # of the side: shadows and frames come this close to the picture's edge
LONG_SHARE: Final = 0.6  # of the side: frames and edges of sheets are longer
DIGIT_SHARE: Final = 0.08  # of the picture's longer side: a digit is larger


@dataclass(frozen=True, slots=True)
class Parts:
    """N connected parts (components)."""

    runs_of: Ints
    """The part of each run of pixels, in reading order."""

    begins: Ints
    ends: Ints
    """First pixel of each run and the one after its last, as flat indices with row stride W + 2."""

    areas_N: Ints
    boxes_N4: Ints
    """Left, top, right, bottom."""


def find_parts(mask: Mask) -> Parts:
    """Find the 8-connected parts of a mask, by joining runs of pixels."""
    height, width = mask.shape
    stride = width + 2  # two empty columns separate the last pixel of a row from the next row
    padded = np.zeros((height, stride), np.int8)
    padded[:, :width] = mask
    changes = np.diff(padded.ravel(), prepend=0)
    begins, ends = np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)
    first = np.searchsorted(ends, begins - stride, "left")
    last = np.searchsorted(begins, ends - stride, "right")
    parents = _joined(first.tolist(), last.tolist())
    _, runs_of = np.unique(np.array(parents, np.intp), return_inverse=True)
    n_parts = int(runs_of.max()) + 1 if len(runs_of) else 0
    areas_N = np.bincount(runs_of, ends - begins, n_parts).astype(np.intp)
    rows = begins // stride
    left_N, top_N = np.full(n_parts, width), np.full(n_parts, height)
    right_N, bottom_N = np.zeros(n_parts, np.intp), np.zeros(n_parts, np.intp)
    np.minimum.at(left_N, runs_of, begins % stride)
    np.minimum.at(top_N, runs_of, rows)
    np.maximum.at(right_N, runs_of, ends % stride)
    np.maximum.at(bottom_N, runs_of, rows + 1)
    boxes_N4 = np.stack([left_N, top_N, right_N, bottom_N], axis=1)
    return Parts(runs_of, begins, ends, areas_N, boxes_N4)


def _joined(first: list[int], last: list[int]) -> list[int]:
    """Union-find; run i touches the runs first[i] to last[i] - 1 of the row above."""
    parents = list(range(len(first)))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    for run, (above, past) in enumerate(zip(first, last, strict=True)):
        for other in range(above, past):
            low, high = sorted((root(run), root(other)))
            parents[high] = low
    return [root(run) for run in range(len(parents))]


def mask_of(parts: Parts, kept_N: Mask, shape: tuple[int, int]) -> Mask:
    """The mask of the parts in `kept_N`."""
    height, width = shape
    stride = width + 2
    changes = np.zeros(height * stride + 1, np.int8)
    runs = kept_N[parts.runs_of]
    changes[parts.begins[runs]] = 1
    changes[parts.ends[runs]] = -1
    inked = np.cumsum(changes, dtype=np.int8)[:-1] > 0
    return inked.reshape(height, stride)[:, :width]


def digit_parts(mask: Mask) -> tuple[Mask, Ints]:
    """Drop specks, and shadows, frames and ruled lines at the picture's border.

    Returns: the mask of the remaining parts, and their boxes (N, 4). If nothing inside is large
    enough to be the digit, parts at the border stay.
    """
    parts = find_parts(mask)
    if not len(parts.areas_N):
        return mask, parts.boxes_N4
    borders_N = _at_border(parts, mask)
    inside = parts.boxes_N4[~borders_N]
    largest_side = (inside[:, 2:] - inside[:, :2]).max(initial=0)
    has_other = largest_side >= DIGIT_SHARE * max(mask.shape)
    kept_N = ~borders_N if has_other else np.ones_like(borders_N)
    kept_N &= parts.areas_N >= SPECK_SHARE * parts.areas_N[kept_N].max()
    return mask_of(parts, kept_N, mask.shape), parts.boxes_N4[kept_N]


def _at_border(parts: Parts, mask: Mask) -> Mask:
    """Whether each part lies mostly in the outer band, or is a thin line across the picture."""
    height, width = mask.shape
    down, right = round(BAND_SHARE * height), round(BAND_SHARE * width)
    inner = np.zeros((height, width + 2), np.bool_)
    inner[down : height - down, right : width - right] = mask[
        down : height - down, right : width - right
    ]
    sums = np.concatenate([[0], np.cumsum(inner.ravel())])
    inner_areas_N = np.bincount(
        parts.runs_of, sums[parts.ends] - sums[parts.begins], len(parts.areas_N)
    )
    sizes_N2 = parts.boxes_N4[:, 2:] - parts.boxes_N4[:, :2]
    sides = np.array([width, height])
    is_thin_N2 = sizes_N2 < LINE_SHARE * sides
    crosses_N2 = sizes_N2 >= 0.95 * sides
    is_line_N = (crosses_N2 & is_thin_N2[:, ::-1]).any(axis=1)
    # Shadows and frames reach the picture's edge; a digit in the corner does not.
    reach = EDGE_SHARE * sides
    reaches_N = (parts.boxes_N4[:, :2] <= reach).any(axis=1)
    reaches_N |= (parts.boxes_N4[:, 2:] >= sides - reach).any(axis=1)
    is_long_N = (sizes_N2 >= LONG_SHARE * sides).any(axis=1)
    is_outer_N = (inner_areas_N < 0.5 * parts.areas_N) & (reaches_N | is_long_N)
    return is_outer_N | is_line_N
