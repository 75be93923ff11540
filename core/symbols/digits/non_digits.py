"""Generate drawings that are not digits, and digits as pens draw them, to fit the familiarity.

A classifier that knows only digits assigns one to every drawing. Trained on letters, crosses,
scribbles, several digits at once and torn digits beside real ones, a small network on its features
learns to tell digits from other drawings (outlier exposure: Hendrycks et al. 2019). Both kinds come
in both styles, as MNIST's images and as pen strokes; otherwise the pen's style alone would count
as unfamiliar.

Letters that many people write like digits (I, l, O, S, Z, B, b, g, q) are left out.

Inks are (N, 28, 28) uint8. The same seed gives the same inks.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Inks
from core.imaging import ink_from_strokes, parse_strokes
from core.symbols.digits.golden import GOLDEN, PAGE_PX

Points = NDArray[np.float64]
Strokes = list[Points]

LETTERS: Final[dict[str, str]] = {
    "A": "0,100 50,0 100,100|20,62 80,62",
    "C": "95,15 60,0 20,20 5,55 25,90 60,100 95,85",
    "E": "90,0 10,0 10,100 90,100|10,50 75,50",
    "F": "90,0 10,0 10,100|10,48 70,48",
    "G": "90,15 55,0 15,20 5,60 30,95 70,98 92,80 92,55 60,55",
    "H": "5,0 5,100|95,0 95,100|5,50 95,50",
    "J": "35,0 85,0|60,0 60,75 40,100 10,85",
    "K": "10,0 10,100|90,0 12,55 90,100",
    "L": "15,0 15,100 85,100",
    "M": "0,100 8,0 50,70 92,0 100,100",
    "N": "5,100 5,0 95,100 95,0",
    "P": "15,100 15,0 65,2 85,25 65,50 15,52",
    "Q": "50,0 10,25 5,65 40,98 80,85 95,45 75,8 50,0|60,70 100,105",
    "R": "15,100 15,0 65,2 82,25 62,48 15,50 85,100",
    "T": "0,0 100,0|50,0 50,100",
    "U": "5,0 8,70 35,100 70,98 92,65 95,0",
    "V": "0,0 50,100 100,0",
    "W": "0,0 25,100 50,30 75,100 100,0",
    "X": "0,0 100,100|100,0 0,100",
    "Y": "0,0 50,50 100,0|50,50 50,100",
    "a": "85,20 50,10 12,35 12,80 45,95 82,70 85,15 85,90 98,95",
    "d": "80,55 45,45 12,65 20,95 55,98 80,75|80,0 80,100",
    "e": "10,55 85,52 75,20 40,8 10,40 15,80 50,98 88,85",
    "f": "85,8 60,0 45,20 45,100|15,45 80,45",
    "h": "12,0 12,100|12,60 45,42 80,55 82,100",
    "k": "15,0 15,100|75,40 18,68 80,100",
    "m": "5,95 5,30|5,45 28,28 48,45 48,95|48,45 72,28 95,45 95,95",
    "n": "12,95 12,30|12,50 45,28 82,45 85,95",
    "p": "15,30 15,130|15,45 50,28 80,50 75,85 45,95 15,80",
    "r": "20,95 20,30|20,55 45,32 80,32",
    "t": "45,0 45,80 65,98 85,85|15,30 80,30",
    "u": "10,30 12,75 40,95 80,75|82,30 82,95",
    "w": "0,30 22,95 50,45 78,95 100,30",
    "x": "8,30 92,95|92,30 8,95",
    "y": "8,30 50,80|92,30 30,130",
    "+": "50,0 50,100|0,50 100,50",
    "*": "50,0 50,100|5,22 95,78|95,22 5,78",
    "#": "30,0 20,100|75,0 65,100|0,32 100,32|0,68 100,68",
    "?": "10,25 35,0 80,10 80,40 50,60 48,75|48,95 50,100",
    "=": "0,30 100,30|0,70 100,70",
    "v": "0,55 35,100 100,0",
    "heart": "50,100 5,45 10,10 35,5 50,30 65,5 92,12 95,45 50,100",
    "box": "0,0 100,0 100,100 0,100 0,0",
    "triangle": "50,0 100,95 0,95 50,0",
    "star": "20,100 50,0 80,100 0,38 100,38 20,100",
    "arrow": "0,50 100,50|65,15 100,50 65,85",
    "face": "50,0 10,15 0,55 25,95 70,98 98,60 85,15 50,0|32,35 34,42|66,35 66,42|28,68 72,66",
}


def letter(name: str, rng: np.random.Generator) -> Inks:
    """Draw one of `LETTERS` in a random handwriting: (28, 28)."""
    return _inked(_handwritten(_parsed(LETTERS[name]), rng))


def drawn_digit(rng: np.random.Generator) -> Inks:
    """Draw a golden digit in a random handwriting, sometimes as a coarse tablet records it."""
    digit = GOLDEN[rng.integers(len(GOLDEN))]
    strokes = _handwritten([np.asarray(stroke) for stroke in digit.strokes], rng)
    if rng.random() < 0.3:
        # A tablet that records few points and misses pen lifts.
        strokes = [resampled(np.concatenate(strokes), int(rng.integers(8, 14)))]
    return _inked(strokes)


def scribble(rng: np.random.Generator) -> Inks:
    """Draw a random walk, a zigzag, or overlapping circles: (28, 28)."""
    kind = rng.integers(3)
    if kind == 0:
        steps = rng.normal(0, 1, (int(rng.integers(12, 60)), 2))
        return _inked([np.cumsum(0.6 * steps + 0.4 * np.roll(steps, 1, axis=0), axis=0)])
    if kind == 1:
        # Circles over each other, each slightly displaced, as people cross something out.
        angle = np.linspace(0, 2 * np.pi * rng.uniform(2, 6), 70)
        reach = np.clip(0.7 + np.cumsum(rng.normal(0, 0.07, 70)), 0.1, 1.0)
        drift = np.cumsum(rng.normal(0, 0.02, (70, 2)), axis=0)
        xy = np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[:, None] + drift
        return _inked([xy * [1.0, rng.uniform(0.6, 1.0)]])
    n = int(rng.integers(5, 16))
    across = np.where(np.arange(n) % 2, 100.0, 0.0) + rng.normal(0, 10, n)
    along = np.linspace(0, rng.uniform(30, 140), n) + rng.normal(0, 5, n)
    xy = np.stack([across, along], axis=1)
    return _inked([xy if rng.random() < 0.5 else xy[:, ::-1]])


def several(rng: np.random.Generator, digits: Inks) -> Inks:
    """Shrink two or three of `digits` side by side into one image: (28, 28)."""
    n = int(rng.integers(2, 4))
    chosen = [_cropped(digits[rng.integers(len(digits))]) for _ in range(n)]
    height = max(len(one) for one in chosen)
    row = np.concatenate(
        [np.pad(one, ((0, height - len(one)), (0, int(rng.integers(0, 3))))) for one in chosen],
        axis=1,
    )
    return _fitted(row)


def torn(rng: np.random.Generator, digits: Inks) -> Inks:
    """Cut a digit in half and swap or mirror the halves: (28, 28)."""
    one = digits[rng.integers(len(digits))]
    upper, lower = one[:14], one[14:]
    if rng.random() < 0.5:
        return np.concatenate([lower, upper])
    return np.concatenate([upper[:, ::-1], lower[::-1]])


@cache
def pen_drawn_digits(n: int, seed: int) -> Inks:
    """Generate n digits as pens draw them: (n, 28, 28), cached, read-only."""
    rng = np.random.default_rng(seed)
    return _frozen(np.stack([drawn_digit(rng) for _ in range(n)]))


@cache
def pen_drawn_non_digits(n: int, seed: int) -> Inks:
    """Generate n letters, signs and scribbles: (n, 28, 28), cached, read-only."""
    rng = np.random.default_rng(seed)
    names = list(LETTERS)
    inks = [
        scribble(rng) if rng.random() < 0.25 else letter(names[rng.integers(len(names))], rng)
        for _ in range(n)
    ]
    return _frozen(np.stack(inks))


def non_digits_from(digits: Inks, n: int, seed: int) -> Inks:
    """Make n non-digits from digits: several at once, and torn ones."""
    rng = np.random.default_rng(seed)
    makers = (several, several, torn)
    return np.stack([makers[i % len(makers)](rng, digits) for i in range(n)])


def _frozen(inks: Inks) -> Inks:
    inks.flags.writeable = False
    return inks


def _parsed(text: str) -> Strokes:
    """Parse "x,y x,y|x,y …": points separated by spaces, strokes separated by bars."""
    return [
        np.array([[float(value) for value in point.split(",")] for point in stroke.split()])
        for stroke in text.split("|")
    ]


def _handwritten(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Apply one random slant, stretch, bend and tremor to all strokes."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    size = float((high - low).max())
    turn, slant = rng.normal(0, 0.12), rng.normal(0, 0.25)
    stretch = np.exp(rng.normal(0, 0.25))
    bends = rng.normal(0, 0.05, (3, 2))
    tremor = rng.uniform(0, 0.025)
    bent = []
    for stroke in strokes:
        xy = (stroke - (low + high) / 2) / size
        xy = xy + rng.normal(0, tremor, xy.shape)
        phase = np.pi * xy[:, ::-1]
        xy = xy + bends[0] * np.sin(2 * phase) + bends[1] * np.cos(2 * phase) + bends[2] * phase**2
        x, y = xy[:, 0] * stretch - slant * xy[:, 1], xy[:, 1]
        xy = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], 1)
        bent.append(xy)
    return bent


def resampled(xy: Points, n: int) -> Points:
    """Return `n` points (n, 2) at equal distances along the path through `xy` (N, 2)."""
    steps = np.hypot(*np.diff(xy, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], n)
    return np.stack([np.interp(at, along, xy[:, axis]) for axis in (0, 1)], axis=1)


def _inked(strokes: Strokes) -> Inks:
    """Fit strokes onto the page and convert them to ink."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 0.7 * PAGE_PX / max(float((high - low).max()), 1e-6)
    raw = [((stroke - low) * scale + 0.15 * PAGE_PX).tolist() for stroke in strokes]
    return ink_from_strokes(parse_strokes(raw, PAGE_PX, PAGE_PX), PAGE_PX, PAGE_PX).ink_HW


def _cropped(ink: Inks) -> Inks:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 40), np.flatnonzero(ink.max(axis=0) > 40)
    if not len(rows):
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fitted(ink: Inks) -> Inks:
    """Scale an image so that its longer side is 20 px, and centre it on a 28 × 28 image."""
    height, width = ink.shape
    scale = 20 / max(height, width)
    n_rows, n_columns = max(1, round(height * scale)), max(1, round(width * scale))
    # Average the pixels that fall into one: strokes become thin and grey, as in a small photograph.
    sums = _pooled(_pooled(ink.astype(np.float64), n_rows).T, n_columns).T
    out = np.zeros((28, 28), np.uint8)
    top, left = (28 - n_rows) // 2, (28 - n_columns) // 2
    brightest = max(float(sums.max()), 1.0)
    out[top : top + n_rows, left : left + n_columns] = np.minimum(sums * 255.0 / brightest, 255.0)
    return out


def _pooled(rows: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Average rows (H, W) over n bands: (n, W)."""
    edges = np.linspace(0, len(rows), n + 1)
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    whole = np.floor(edges).astype(int)
    part = (edges - whole)[:, None]
    padded = np.concatenate([rows, np.zeros((1, rows.shape[1]))])
    at = total[whole] + part * padded[whole]
    means: Points = np.diff(at, axis=0) / np.diff(edges)[:, None]
    return means
