"""Golden digits: hand-drawn forms of 0 to 9 that every version must read.

A server reads them with a version's file before it serves it, since an intact file can still
predict wrongly. They are also a rule of the gate. Each form is common, plain and different from
the other forms of its digit; none is from MNIST.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.imaging import ink_from_strokes, parse_strokes

PAGE_PX: Final = 280
"""Side of the square page that generated drawings are placed on."""
PEN_EVERY_MS: Final = 40


@dataclass(frozen=True, slots=True)
class GoldenDigit:
    """One form of a digit as pen points, x to the right and y down."""

    label: int
    form: str
    strokes: tuple[tuple[tuple[float, float], ...], ...]

    def as_json(self) -> list[list[list[float]]]:
        """Return the strokes as a browser sends them from a page of 280 by 280 pixels."""
        strokes = []
        time_ms = 0
        for points in self.strokes:
            stroke = []
            for x, y in points:
                stroke.append([90.0 + x, 70.0 + y, float(time_ms), 0.5])
                time_ms += PEN_EVERY_MS
            strokes.append(stroke)
            time_ms += 3 * PEN_EVERY_MS
        return strokes


def _drawn(label: int, form: str, *strokes: str) -> GoldenDigit:
    """Parse strokes written as "x,y x,y …" on a page 100 wide and 140 tall."""
    pairs = [[point.split(",") for point in stroke.split()] for stroke in strokes]
    return GoldenDigit(label, form, tuple(tuple((float(x), float(y)) for x, y in p) for p in pairs))


GOLDEN: Final = (
    _drawn(
        0,
        "oval",
        "52,4 34,10 20,28 12,54 11,82 18,110 34,130 52,135 70,128 84,108 90,80 "
        "88,50 80,24 66,8 50,4",
    ),
    _drawn(
        0,
        "round",
        "56,14 36,16 18,32 8,58 12,88 28,110 52,117 76,108 92,86 94,56 84,32 66,16 50,16",
    ),
    _drawn(
        0,
        "slanted with a tail",
        "68,12 50,8 32,24 18,52 10,84 14,114 30,130 48,124 66,102 80,70 86,40 "
        "80,18 64,8 52,14 46,24",
    ),
    _drawn(1, "bar", "50,4 49,50 50,96 51,136"),
    _drawn(1, "slanted bar", "68,6 58,46 46,92 36,134"),
    _drawn(1, "with a flag", "30,36 42,24 54,6 54,50 55,96 54,136"),
    _drawn(
        1, "with a flag and a foot", "28,34 42,22 54,6 54,50 53,96 54,132", "26,133 54,132 84,132"
    ),
    _drawn(
        2,
        "with a flat foot",
        "16,34 22,16 38,5 58,5 74,16 79,36 72,60 54,86 34,110 12,132 40,131 66,131 90,130",
    ),
    _drawn(
        2,
        "with a loop",
        "18,30 28,12 48,5 68,12 76,32 70,58 56,84 38,108 24,120 14,118 14,108 26,104 40,110 56,120 "
        "74,127 92,122",
    ),
    _drawn(2, "angular", "18,24 34,8 56,6 72,18 74,40 60,66 38,96 14,130 50,131 88,132"),
    _drawn(
        3,
        "round",
        "18,20 32,7 52,4 70,12 76,30 68,48 54,58 40,62 58,66 74,76 82,96 "
        "76,118 58,132 36,134 16,122",
    ),
    _drawn(
        3,
        "with a flat top",
        "16,8 44,7 78,6 62,28 44,54 62,60 76,74 80,96 72,118 54,132 32,133 14,122",
    ),
    _drawn(
        3,
        "with a small loop",
        "20,24 32,9 50,5 66,14 70,32 62,48 48,57 38,60 36,54 44,53 60,60 73,76 76,98 68,120 50,133 "
        "30,132 14,120",
    ),
    _drawn(4, "open", "24,8 20,34 14,66 12,82 40,82 68,80 92,78", "70,10 68,50 66,92 64,136"),
    _drawn(4, "closed", "64,6 48,32 28,64 8,92 36,92 66,92 94,92", "66,6 66,50 66,92 66,136"),
    _drawn(4, "in one go", "62,136 70,92 80,44 58,62 34,82 8,102 38,101 68,98 94,95"),
    _drawn(
        5,
        "in two strokes",
        "28,8 25,32 22,60 36,52 54,50 72,60 81,80 79,104 66,124 46,133 24,130 10,120",
        "28,8 52,8 84,6",
    ),
    _drawn(
        5,
        "slanted, in one go",
        "92,8 66,13 42,18 35,40 28,62 46,56 64,62 72,80 66,104 46,124 18,130",
    ),
    _drawn(
        6,
        "curved",
        "70,6 50,20 32,44 20,72 16,98 24,122 42,134 62,130 76,114 76,94 64,80 46,78 30,88 20,102",
    ),
    _drawn(
        6,
        "upright",
        "48,4 36,28 26,60 22,92 26,118 40,133 60,133 75,120 78,100 68,84 52,80 36,88 26,104",
    ),
    _drawn(7, "plain", "12,10 38,10 64,9 88,8 74,38 60,70 48,102 38,136"),
    _drawn(7, "crossed", "14,10 42,9 86,8 72,40 58,72 46,104 36,136", "30,74 56,72 82,70"),
    _drawn(7, "with a serif", "14,30 14,10 40,10 64,10 88,8 78,34 66,68 58,102 54,136"),
    _drawn(
        8,
        "in one go",
        "72,20 58,6 40,5 26,16 25,34 36,50 54,64 70,80 77,100 72,120 56,133 36,132 22,118 22,98 "
        "34,80 52,66 68,50 77,34 74,20 66,10",
    ),
    _drawn(
        8,
        "two rings",
        "50,62 34,54 26,38 30,18 46,6 62,10 72,26 70,46 58,59 48,62",
        "50,62 32,72 20,92 22,116 38,132 58,133 76,120 81,98 72,76 56,64 48,62",
    ),
    _drawn(
        9,
        "with a straight leg",
        "76,30 64,12 44,8 26,20 18,40 24,60 42,68 60,60 72,44 76,26 75,60 72,98 68,136",
    ),
    _drawn(
        9,
        "with a curved leg",
        "74,28 60,9 40,8 24,22 20,44 30,62 48,66 64,56 74,36 76,62 74,92 66,118 48,132 28,128",
    ),
    _drawn(
        9,
        "slanted",
        "82,22 66,9 48,16 34,34 32,52 44,60 60,54 74,40 84,20 76,52 64,92 52,134",
    ),
)


@cache
def golden_inks() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the golden digits as inks (N, 28, 28) and labels (N,), uint8. Read-only, cached."""
    inks_NHW = np.stack([_ink(digit) for digit in GOLDEN])
    labels_N = np.array([digit.label for digit in GOLDEN], np.uint8)
    inks_NHW.flags.writeable = labels_N.flags.writeable = False
    return inks_NHW, labels_N


def _ink(digit: GoldenDigit) -> NDArray[np.uint8]:
    strokes = parse_strokes(digit.as_json(), PAGE_PX, PAGE_PX)
    return ink_from_strokes(strokes, PAGE_PX, PAGE_PX).ink_HW
