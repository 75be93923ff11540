"""Parsing strokes from JSON, and storing them as compressed bytes.

A stroke is (P, 4) float64: x and y in canvas pixels (rounded to 1/100), time in whole ms, pressure
in steps of 1/255. Storing is lossless after parsing, so that re-inking gives the same ink.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.base.errors import BadStrokes

Strokes = list[NDArray[np.float64]]

MAX_STROKES: Final = 64
MAX_POINTS: Final = 4096
MAX_CANVAS_PX: Final = 100_000.0
MAX_COORDINATE_PX: Final = 1_000_000.0  # a captured pointer may leave its canvas
MAX_TIME_MS: Final = 2.0**53  # whole milliseconds are exact up to here; covers clocks since 1970
DEFAULT_TIME_MS: Final = 0.0
DEFAULT_PRESSURE: Final = 0.5  # what browsers report for a mouse

_XY_STEPS: Final = 100  # per canvas pixel
_PRESSURE_STEPS: Final = 255
_STEPS: Final = np.array([_XY_STEPS, _XY_STEPS, 1, _PRESSURE_STEPS], np.float64)
_HEAD: Final = struct.Struct("<4sddH")  # magic and version, width, height, number of strokes
_MAGIC: Final = b"ISt\x01"
_POINT_BYTES: Final = 4 + 4 + 8 + 1
_MAX_BODY_BYTES: Final = MAX_STROKES * 2 + MAX_POINTS * _POINT_BYTES
_SHAPE: Final = "a list of strokes, each a list of points [x, y], [x, y, t_ms] or with pressure"


def parse_strokes(raw: object, width: object, height: object) -> Strokes:
    """Parse strokes from JSON.

    Empty strokes are dropped; a missing time is 0, a missing pressure 0.5.

    Raises: BadStrokes, for a wrong shape or type (booleans and strings are not numbers), numbers
    that are not finite or out of range, more than 64 strokes or 4,096 points.
    """
    for side in (width, height):
        if type(side) not in (int, float) or not 1 <= side <= MAX_CANVAS_PX:  # type: ignore[operator]
            raise BadStrokes("width and height must be numbers from 1 to 100,000 (pixels)")
    if not isinstance(raw, list | tuple):
        raise BadStrokes(f"strokes must be {_SHAPE}")
    if len(raw) > MAX_STROKES:
        raise BadStrokes(f"at most {MAX_STROKES} strokes, here are {len(raw)}")
    _check_types(raw, f"strokes must be {_SHAPE}")
    n_points = sum(map(len, raw))
    if n_points > MAX_POINTS:
        raise BadStrokes(f"at most {MAX_POINTS:,} points in all, here are {n_points:,}")
    return [_checked(stroke) for stroke in raw if stroke]


def _check_types(sequence: Sequence[object], message: str) -> None:
    if not set(map(type, sequence)) <= {list, tuple}:
        raise BadStrokes(message)


def _checked(stroke: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """One stroke as (P, 4). Types are compared in bulk: 4,096 points take under 1 ms."""
    _check_types(stroke, "each stroke must be a list of points")
    sizes = set(map(len, stroke))
    if not sizes <= {2, 3, 4}:
        raise BadStrokes("each point must be [x, y], [x, y, t_ms] or [x, y, t_ms, pressure]")
    if not set(map(type, chain.from_iterable(stroke))) <= {int, float}:
        raise BadStrokes("points must be made of numbers only")
    if len(sizes) > 1 or sizes != {4}:
        defaults = (0.0, 0.0, DEFAULT_TIME_MS, DEFAULT_PRESSURE)
        stroke = [(*point, *defaults[len(point) :]) for point in stroke]
    try:
        points_P4 = np.array(stroke, np.float64)
    except OverflowError as exc:
        raise BadStrokes("a number is too large") from exc
    return _within_limits(points_P4)


def _within_limits(points_P4: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to the stored precision. Raises: BadStrokes, for values out of range or NaN."""
    x, y, t_ms, pressure = np.abs(points_P4).max(axis=0).tolist()
    if not (x <= MAX_COORDINATE_PX and y <= MAX_COORDINATE_PX):
        raise BadStrokes("x and y must be finite and within a million pixels")
    if not t_ms <= MAX_TIME_MS:
        raise BadStrokes("t_ms must be a finite number of milliseconds")
    if not (pressure <= 1 and points_P4[:, 3].min() >= 0):
        raise BadStrokes("pressure must be from 0 to 1")
    return np.rint(points_P4 * _STEPS) / _STEPS + 0.0  # + 0.0: no minus zero


def encode_strokes(strokes: Strokes, width: float, height: float) -> bytes:
    """Pack strokes for the database: about 3 bytes a point, no pickle.

    `decode_strokes` returns exactly what `parse_strokes` returned.
    """
    lengths = np.array([len(stroke) for stroke in strokes], "<u2")
    points_P4 = np.concatenate([*strokes, np.empty((0, 4))])
    steps = np.rint(points_P4 * _STEPS).astype(np.int64)
    # Differences are small, with long runs of zero bytes: they compress three times better.
    deltas = np.diff(steps[:, :3], axis=0, prepend=0)
    planes = (
        lengths,
        deltas[:, 0].astype("<i4"),
        deltas[:, 1].astype("<i4"),
        deltas[:, 2].astype("<i8"),
        steps[:, 3].astype("u1"),
    )
    body = zlib.compress(b"".join(plane.tobytes() for plane in planes), 6)
    return _HEAD.pack(_MAGIC, width, height, len(strokes)) + body


def decode_strokes(data: bytes) -> tuple[Strokes, float, float]:
    """Unpack the result of `encode_strokes`: strokes, width, height. Memory is bounded.

    Raises: BadStrokes, if the bytes are damaged, truncated or of another version.
    """
    broken = BadStrokes("stored strokes are damaged or of an unknown version")
    if len(data) < _HEAD.size:
        raise broken
    magic, width, height, n_strokes = _HEAD.unpack_from(data)
    sides_fit = 1 <= width <= MAX_CANVAS_PX and 1 <= height <= MAX_CANVAS_PX
    if magic != _MAGIC or not sides_fit or n_strokes > MAX_STROKES:
        raise broken
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(data[_HEAD.size :], _MAX_BODY_BYTES + 1)
    except zlib.error as exc:
        raise broken from exc
    if len(body) < n_strokes * 2:
        raise broken
    lengths = np.frombuffer(body[: n_strokes * 2], "<u2").astype(int)
    n_points = int(lengths.sum())
    if not unpacker.eof or len(body) != n_strokes * 2 + n_points * _POINT_BYTES:
        raise broken
    return _planes_to_strokes(body[n_strokes * 2 :], lengths), width, height


def _planes_to_strokes(body: bytes, lengths: NDArray[np.int_]) -> Strokes:
    n_points = int(lengths.sum())
    steps = np.empty((n_points, 4), np.int64)
    offset = 0
    for column, kind in enumerate(("<i4", "<i4", "<i8", "u1")):
        plane = np.frombuffer(body, kind, n_points, offset).astype(np.int64)
        offset += plane.size * np.dtype(kind).itemsize
        steps[:, column] = np.cumsum(plane) if column < 3 else plane
    points_P4 = steps / _STEPS
    if n_points:
        _within_limits(points_P4)
    return np.split(points_P4, np.cumsum(lengths)[:-1]) if len(lengths) else []
