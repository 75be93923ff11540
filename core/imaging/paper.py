"""Finding the sheet in a picture: paper on a table, or a dark tile on a light page."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.imaging.components import find_parts
from core.imaging.files import Grey

# Of the picture's area, and of the sheet's bounding box. The boldest MNIST ink has 0.29 and 0.57.
MIN_SHEET_AREA: Final = 0.2
MIN_SHEET_FILL: Final = 0.7
EDGE_SHARE: Final = 0.03  # of the sheet's sides; cut off, so that the edge does not count as ink


def find_sheet(grey: Grey) -> Grey | None:
    """Crop a picture to a sheet on a darker or lighter background; None if there is none.

    A sheet is one solid patch away from the picture's border. A bold 1 is one, too: a caller that
    finds no ink on the sheet must use the whole picture.
    """
    bright = grey > otsu_threshold(grey)
    for patch in (bright, ~bright):
        border = np.concatenate([patch[0], patch[-1], patch[:, 0], patch[:, -1]])
        parts = find_parts(patch) if border.mean() < 0.1 else None
        if parts is None or not len(parts.areas_N):
            continue
        largest = int(parts.areas_N.argmax())
        area = int(parts.areas_N[largest])
        left, top, right, bottom = parts.boxes_N4[largest].tolist()
        is_solid = area >= MIN_SHEET_FILL * (right - left) * (bottom - top)
        if is_solid and area >= MIN_SHEET_AREA * grey.size:
            across, down = (round(EDGE_SHARE * side) for side in (right - left, bottom - top))
            return grey[top + down : bottom - down, left + across : right - across]
    return None


def otsu_threshold(grey: NDArray[np.uint8]) -> int:
    """The threshold that best splits grey levels into two classes (Otsu 1979, equation 18)."""
    counts = np.bincount(grey.ravel(), minlength=256) / grey.size
    below = np.cumsum(counts)
    mean_below = np.cumsum(counts * np.arange(256))
    weights = below * (1 - below)
    between = (mean_below[-1] * below - mean_below) ** 2 / np.maximum(weights, 1e-9)
    return int(between.argmax())
