"""Real digits redrawn on canvases: other sizes, pens, positions and slants.

The digits are centre-lines of MNIST images by validation writers, whom no first model learns
from. Each cell of the grid redraws the same digits, so that cells differ only in the way of
drawing. The record also has the accuracy on the same images as MNIST has them: the difference is
the cost of tracing the centre-lines.

A cell reaches the model as *strokes*, points on whole pixels as from a mouse, without a pen width,
or as a *picture*, a black pen on white paper as PNG.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.base.arrays import Inks
from core.imaging import ink_from_picture, ink_from_strokes, parse_strokes
from core.symbols.digits import writers
from core.symbols.digits.mnist import Mnist
from tests.support.strokes_from_mnist import centre_lines

Points = NDArray[np.float64]
Lines = Sequence[Points]
Place = Literal["middle", "corner"]

SIDES_PX: Final = (120, 280)
PENS: Final = (0.02, 0.1, 0.2)
"""Pen width as a share of the digit's longer side. MNIST's pens have 0.13 ± 0.05."""

PLACES: Final[tuple[Place, ...]] = ("middle", "corner")
SLANTS: Final = (-0.3, 0.0, 0.3)
"""Pixels to the right per pixel upwards, added to the writer's own slant: ± 17°."""

DIGIT_SHARE: Final = 0.4
"""The digit's longer side as a share of the canvas, without slant and pen."""

MARGIN_SHARE: Final = 0.02  # of the canvas: distance of a digit in a corner from the edge
FINE: Final = 2
"""Oversampling factor of pictures."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One way of drawing. `pen` is None for strokes."""

    side_px: int
    pen: float | None
    place: Place
    slant: float

    @property
    def name(self) -> str:
        """Name in the record."""
        pen = "strokes" if self.pen is None else f"pen {self.pen:g}"
        return f"{self.side_px} px/{pen}/{self.place}/slant {self.slant:+g}"


def cells() -> list[Cell]:
    """Return the grid: 12 cells of strokes and 36 of pictures."""
    pens: tuple[float | None, ...] = (None, *PENS)
    return [Cell(*one) for one in product(SIDES_PX, pens, PLACES, SLANTS)]


@dataclass(frozen=True, slots=True)
class TracedDigits:
    """MNIST images (N, 28, 28) with labels (N,), and their centre-lines.

    A digit's lines are (P, 2) each: x and y in pixels of its image.
    """

    inks: Inks
    labels: NDArray[np.uint8]
    lines: list[Lines]


def traced_digits(mnist: Mnist, n: int, seed: int) -> TracedDigits:
    """Trace `n` images by validation writers, the same number of each digit, sorted by digit."""
    rng = np.random.default_rng(seed)
    candidates = rng.permutation(writers.validation_indices())
    labels = mnist.train_labels[candidates]
    chosen = np.concatenate([candidates[labels == digit][: n // 10] for digit in range(10)])
    inks = mnist.train_images[chosen]
    return TracedDigits(inks, mnist.train_labels[chosen], [centre_lines(ink) for ink in inks])


def inks_of(drawn: Sequence[Lines], cell: Cell) -> Inks:
    """Return the model's input (N, 28, 28) for digits drawn in this way."""
    return np.stack([_ink(lines, cell, number) for number, lines in enumerate(drawn)])


def _ink(lines: Lines, cell: Cell, number: int) -> Inks:
    """Ink (28, 28) of a digit. Its number chooses one of the four corners."""
    placed = _placed(lines, cell, (number % 2, number // 2 % 2))
    if cell.pen is None:
        raw = [np.rint(line).tolist() for line in placed]
        return ink_from_strokes(parse_strokes(raw, cell.side_px, cell.side_px)).ink_HW
    width = cell.pen * DIGIT_SHARE * cell.side_px
    return ink_from_picture(picture(placed, cell.side_px, width)).ink_HW


def _placed(lines: Lines, cell: Cell, corner: tuple[int, int]) -> list[Points]:
    """Place the lines on the canvas, in canvas pixels."""
    points = np.concatenate(list(lines))
    scale = DIGIT_SHARE * cell.side_px / max(float(np.ptp(points, axis=0).max()), 1e-6)
    lean = np.array([[1.0, 0.0], [-cell.slant, 1.0]])  # y goes downwards
    drawn = [line @ lean * scale for line in lines]
    points = np.concatenate(drawn)
    low, high = points.min(axis=0), points.max(axis=0)
    if cell.place == "middle":
        return [line + (cell.side_px - low - high) / 2 for line in drawn]
    gap = (MARGIN_SHARE + (cell.pen or 0.0) * DIGIT_SHARE / 2) * cell.side_px
    at_far_end = np.array(corner, dtype=bool)
    return [line + np.where(at_far_end, cell.side_px - gap - high, gap - low) for line in drawn]


def picture(lines: Lines, side_px: int, width_px: float) -> bytes:
    """Draw a PNG of black lines with round ends, `width_px` wide, on a square white page.

    `lines`: (P, 2) each, x and y in page pixels.
    """
    page = Image.new("L", (FINE * side_px, FINE * side_px), 255)
    pen = ImageDraw.Draw(page)
    radius = FINE * width_px / 2
    for line in lines:
        points = [(float(x), float(y)) for x, y in FINE * np.asarray(line)]
        pen.line(points, 0, max(1, round(2 * radius)), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    data = io.BytesIO()
    page.reduce(FINE).save(data, "PNG", compress_level=1)
    return data.getvalue()
