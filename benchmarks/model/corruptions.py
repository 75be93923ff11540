"""Ten of the fifteen corruptions of MNIST-C (Mu and Gilmer 2019), at their published severities.

These ten need only NumPy. Glass blur, motion blur, fog, spatter and Canny edges are left out. Each
image has its own random parameters, from the given generator.

Shapes: N images, (N, 28, 28) uint8, 255 = ink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Inks

Array = NDArray[np.float64]
Corruption = Callable[[Inks, np.random.Generator], Inks]

SIDE: Final = 28
MIDDLE: Final = (SIDE - 1) / 2
CHUNK: Final = 1_000
"""Images resampled at once, in 40 MB."""

PHOTONS: Final = 3.0  # of full ink
IMPULSES: Final = 0.17  # share of pixels, half of them black, half white
SHEAR: Final = 0.4  # radians, as rotation
ROTATION: Final = 0.4
SCALE: Final = 0.7
MOVE_PX: Final = 3.0
LIGHT: Final = 0.5
STRIPE_PX: Final = 7
REACH_PX: Final = 2.3  # half width of a line
ZIG_PX: Final = 2.0  # amplitude of the zigzag


def shot_noise(inks: Inks, rng: np.random.Generator) -> Inks:
    """Poisson noise, as in low light."""
    return _inked(rng.poisson(inks / 255.0 * PHOTONS) / PHOTONS)


def impulse_noise(inks: Inks, rng: np.random.Generator) -> Inks:
    """Salt-and-pepper noise."""
    chance = rng.random(inks.shape)
    salted = np.where(chance < IMPULSES / 2, np.uint8(255), inks)
    return np.where((chance >= IMPULSES / 2) & (chance < IMPULSES), np.uint8(0), salted)


def shear(inks: Inks, rng: np.random.Generator) -> Inks:
    """Shear to the left or right."""
    one = np.ones(len(inks))
    return _resampled(inks, one, -np.sin(SHEAR * _sides(inks, rng)), 0 * one, one * np.cos(SHEAR))


def rotate(inks: Inks, rng: np.random.Generator) -> Inks:
    """Rotate to the left or right."""
    angle = ROTATION * _sides(inks, rng)
    cos, sin = np.cos(angle), np.sin(angle)
    return _resampled(inks, cos, -sin, sin, cos)


def scale(inks: Inks, rng: np.random.Generator) -> Inks:
    """Shrink."""
    size = np.full(len(inks), 1 / SCALE)
    return _resampled(inks, size, 0 * size, 0 * size, size)


def translate(inks: Inks, rng: np.random.Generator) -> Inks:
    """Move towards one of the corners."""
    one = np.ones(len(inks))
    across, down = MOVE_PX * _sides(inks, rng), MOVE_PX * _sides(inks, rng)
    return _resampled(inks, one, 0 * one, 0 * one, one, across, down)


def brightness(inks: Inks, rng: np.random.Generator) -> Inks:
    """Make the paper grey."""
    return _inked(inks / 255.0 + LIGHT)


def stripe(inks: Inks, rng: np.random.Generator) -> Inks:
    """Invert a stripe on the left and one on the right."""
    out = inks.copy()
    for part in (np.s_[:, :, :STRIPE_PX], np.s_[:, :, -STRIPE_PX:]):
        out[part] = 255 - out[part]
    return out


def dotted_line(inks: Inks, rng: np.random.Generator) -> Inks:
    """Draw a dotted line from edge to edge: two columns on, two off."""
    left, right = rng.integers(0, SIDE - 1, (2, len(inks))).astype(float)
    across = np.zeros(len(inks))
    line = _line(across, left, across + SIDE - 1, right)
    line[:, :, np.arange(SIDE) % 4 < 2] = 0.0
    return _inked(inks / 255.0 + line)


def zigzag(inks: Inks, rng: np.random.Generator) -> Inks:
    """Draw a nearly horizontal zigzag line."""
    begin, width = 2.0, 23.0
    start = rng.integers(0, SIDE - 1, len(inks)).astype(float)
    rise = rng.integers(-5, 5, len(inks)) / width
    length = width * np.hypot(1.0, rise)
    cos, sin = width / length, rise * width / length
    # One tooth per four pixels of the line's length, which is between 23 and 24.
    along = [np.zeros(len(inks)), *(np.full(len(inks), 2 * ZIG_PX * k + ZIG_PX) for k in range(6))]
    aside = [0.0, *(ZIG_PX * (-1) ** k for k in range(6)), -ZIG_PX / 7.0]
    x, y = [], []
    for t, u in zip([*along, length], aside, strict=True):
        x.append(begin + cos * t - sin * u)
        y.append(start + sin * t + cos * u)
    ink = inks / 255.0
    for corner in range(len(x) - 1):
        line = _line(x[corner], y[corner], x[corner + 1], y[corner + 1])
        ink = np.minimum(ink + line, 1.0)
    return _inked(ink)


CORRUPTIONS: Final[Mapping[str, Corruption]] = MappingProxyType(
    {
        one.__name__: one
        for one in (shot_noise, impulse_noise, shear, scale, rotate, brightness, translate, stripe,
                    dotted_line, zigzag)
    }
)  # fmt: skip


def _inked(ink: Array) -> Inks:
    """Convert 0 to 1 into pixels, clipped."""
    return np.asarray(np.clip(ink, 0.0, 1.0) * 255.0).astype(np.uint8)


def _sides(inks: Inks, rng: np.random.Generator) -> Array:
    """Random signs (N,)."""
    return rng.choice([-1.0, 1.0], len(inks))


def _resampled(
    inks: Inks, a: Array, b: Array, c: Array, d: Array,
    across: Array | float = 0.0, down: Array | float = 0.0,
) -> Inks:  # fmt: skip
    """Affine resampling: pixel (x, y), relative to the centre, shows (ax+by+across, cx+dy+down).

    Bilinear; paper outside the image. All coefficients are (N,).
    """
    place = np.arange(SIDE) - MIDDLE
    padded = np.pad(inks, ((0, 0), (1, 2), (1, 2))).astype(np.float64)
    moves = np.stack([np.broadcast_to(one, len(inks)) for one in (a, b, c, d, across, down)])
    out = np.empty(inks.shape, np.uint8)
    for start in range(0, len(inks), CHUNK):
        part = slice(start, start + CHUNK)
        a1, b1, c1, d1, across1, down1 = moves[:, part, None, None]
        x = a1 * place + b1 * place[:, None] + across1 + MIDDLE
        y = c1 * place + d1 * place[:, None] + down1 + MIDDLE
        # One pixel of padding stands for all paper outside.
        x, y = np.clip(x, -1.0, SIDE) + 1.0, np.clip(y, -1.0, SIDE) + 1.0
        left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
        u, v = x - left, y - top
        which = np.arange(len(x))[:, None, None]
        source = padded[part]
        upper = source[which, top, left] * (1 - u) + source[which, top, left + 1] * u
        lower = source[which, top + 1, left] * (1 - u) + source[which, top + 1, left + 1] * u
        out[part] = _inked((upper * (1 - v) + lower * v) / 255.0)
    return out


def _line(x0: Array, y0: Array, x1: Array, y1: Array) -> Array:
    """Darkness (N, 28, 28) of lines from left to right, fading towards both sides."""
    place = np.arange(SIDE, dtype=float)
    slope = (y1 - y0) / (x1 - x0)
    middle = slope[:, None] * (place - x0[:, None]) + y0[:, None]
    distance = np.abs(place[None, :, None] - middle[:, None, :])
    ink = np.log1p(-np.minimum(distance, REACH_PX - 1e-9) / REACH_PX) + 1.0
    is_beside = (place < np.floor(x0)[:, None]) | (place >= np.ceil(x1)[:, None])
    return np.where(is_beside[:, None, :], 0.0, np.clip(ink, 0.0, 1.0))
