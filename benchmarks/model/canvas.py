"""Digits as people draw and upload them: small or large, with any pen, anywhere, at any slant.

The digits are real: centre-lines of MNIST images by the validation writers, whom no first model has
learned from. Each cell of the grid draws the same digits again, so that cells differ by nothing but
the way of drawing, and the record says beside them how well the same images are read as MNIST has
them: the difference is what the centre-lines themselves cost.

Two ways lead to the model: *strokes*, points on whole pixels as a mouse gives them, which have no
pen's width, and *pictures*, a black pen on white paper as a PNG.
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

from core.imaging import ink_from_picture, ink_from_strokes, parse_strokes
from core.symbols.digits import writers
from core.symbols.digits.mnist import Mnist
from tests.support.strokes_from_mnist import centre_lines

Inks = NDArray[np.uint8]
Points = NDArray[np.float64]
Lines = Sequence[Points]
Place = Literal["middle", "corner"]

SIDES_PX: Final = (120, 280)
PENS: Final = (0.02, 0.1, 0.2)
"""Width by the digit's longer side. MNIST's own pens have 0.13 ± 0.05."""

PLACES: Final[tuple[Place, ...]] = ("middle", "corner")
SLANTS: Final = (-0.3, 0.0, 0.3)
"""Pixels to the right for each pixel upwards, beside the writer's own: 17° to either side."""

DIGIT_SHARE: Final = 0.4
"""The digit's longer side by the canvas's, slant and pen aside."""

MARGIN_SHARE: Final = 0.02  # of the canvas, between its edge and a digit in a corner
FINE: Final = 2
"""Pictures are drawn so many times as large, for grey edges."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One way of drawing. `pen` is None for strokes."""

    side_px: int
    pen: float | None
    place: Place
    slant: float

    @property
    def name(self) -> str:
        """As the record names it."""
        pen = "strokes" if self.pen is None else f"pen {self.pen:g}"
        return f"{self.side_px} px/{pen}/{self.place}/slant {self.slant:+g}"


def cells() -> list[Cell]:
    """The grid: 12 cells of strokes and 36 of pictures."""
    pens: tuple[float | None, ...] = (None, *PENS)
    return [Cell(*one) for one in product(SIDES_PX, pens, PLACES, SLANTS)]


@dataclass(frozen=True, slots=True)
class People:
    """Real digits as MNIST has them, (N, 28, 28) with labels (N,), and their centre-lines.

    A digit's lines are (P, 2) each: x and y in pixels of its image.
    """

    inks: Inks
    labels: NDArray[np.uint8]
    lines: list[Lines]


def people(mnist: Mnist, n: int, seed: int) -> People:
    """`n` images by validation writers, every digit equally often, 0 first."""
    rng = np.random.default_rng(seed)
    theirs = rng.permutation(writers.validation_indices())
    labels = mnist.train_labels[theirs]
    chosen = np.concatenate([theirs[labels == digit][: n // 10] for digit in range(10)])
    inks = mnist.train_images[chosen]
    return People(inks, mnist.train_labels[chosen], [centre_lines(ink) for ink in inks])


def inks_of(drawn: Sequence[Lines], cell: Cell) -> Inks:
    """(N, 28, 28) what the model is shown of digits drawn in this way."""
    return np.stack([_ink(lines, cell, number) for number, lines in enumerate(drawn)])


def _ink(lines: Lines, cell: Cell, number: int) -> Inks:
    """(28, 28) of the digit with this number, by which the four corners are taken in turn."""
    placed = _placed(lines, cell, (number % 2, number // 2 % 2))
    if cell.pen is None:
        raw = [np.rint(line).tolist() for line in placed]
        return ink_from_strokes(parse_strokes(raw, cell.side_px, cell.side_px)).ink_HW
    width = cell.pen * DIGIT_SHARE * cell.side_px
    return ink_from_picture(picture(placed, cell.side_px, width)).ink_HW


def _placed(lines: Lines, cell: Cell, corner: tuple[int, int]) -> list[Points]:
    """The lines on the canvas, in its pixels."""
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
    """A PNG of black lines with round ends on white paper, `width_px` wide.

    `lines`: (P, 2) each, x and y in pixels of the square page.
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
