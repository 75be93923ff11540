"""Parsing strokes from JSON, and storing them without loss."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.errors import BadStrokes
from core.imaging import decode_strokes, encode_strokes, ink_from_strokes, parse_strokes
from tests.support.strokes_from_mnist import sample_digits, strokes_from_mnist

numbers = st.floats() | st.integers() | st.floats(-300, 300) | st.integers(0, 280)
points = st.lists(numbers, min_size=1, max_size=5)
scalars = st.none() | st.booleans() | numbers | st.text(max_size=3)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4), max_leaves=20)
canvas_points = st.tuples(
    st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e12, 1e15), st.floats(0, 1)
)
drawings = st.lists(st.lists(canvas_points, max_size=12), max_size=6)


@given(anything | st.lists(st.lists(points, max_size=6), max_size=5), scalars | st.just(280))
def test_any_json_is_converted_to_ink_or_refused_as_bad_strokes(raw: object, side: object) -> None:
    try:
        strokes = parse_strokes(raw, side, 280)
    except BadStrokes:
        return

    assert ink_from_strokes(strokes).ink_HW.shape == (28, 28)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "7",
        {"0": []},
        [[1, 2]],
        [["1,2"]],
        [[["1", "2"]]],
        [[[True, 2]]],
        [[[1, None]]],
        [[[1]]],
        [[[1, 2, 3, 0.5, 5]]],
        [[[float("nan"), 1]]],
        [[[1e308, 1]]],
        [[[10**400, 1]]],
        [[[1, 2, float("inf")]]],
        [[[1, 2, 3, 1.5]]],
        [[[1, 2, 3, -0.1]]],
        [[[1, 2]]] * 65,
        [[[1, 2]] * 4097],
    ],
)
def test_malformed_strokes_are_refused(raw: object) -> None:
    with pytest.raises(BadStrokes):
        parse_strokes(raw, 280, 280)


@pytest.mark.parametrize("side", [0, -1, True, "280", None, float("nan"), 1e9, 10**400])
def test_an_invalid_canvas_size_is_refused(side: object) -> None:
    with pytest.raises(BadStrokes, match="width and height"):
        parse_strokes([], 280, side)


def test_deep_nesting_is_refused_without_recursion() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]

    with pytest.raises(BadStrokes):
        parse_strokes(nested, 280, 280)


def test_time_and_pressure_are_optional() -> None:
    (stroke,) = parse_strokes([[[1, 2], [3, 4, 50], [5, 6, 70, 1]]], 280, 280)

    assert stroke[:, 2].tolist() == [0, 50, 70]
    assert stroke[:, 3] == pytest.approx([0.5, 0.5, 1], abs=0.5 / 255)


@given(drawings, st.floats(1, 1e5), st.floats(1, 1e5))
def test_stored_strokes_are_decoded_exactly(
    raw: list[list[tuple[float, float, float, float]]], width: float, height: float
) -> None:
    strokes = parse_strokes(raw, width, height)

    restored, *sides = decode_strokes(encode_strokes(strokes, width, height))

    assert sides == [width, height]
    assert len(restored) == len(strokes)
    assert all(np.array_equal(*pair) for pair in zip(restored, strokes, strict=True))


def test_stored_coordinates_are_precise_to_a_hundredth_of_a_pixel() -> None:
    (stroke,) = parse_strokes([[[1.23456, -9.87654, 12.4, 0.3]]], 280, 280)

    assert stroke[0] == pytest.approx([1.23456, -9.87654, 12.4, 0.3], abs=0.5)
    assert stroke[0, :2] == pytest.approx([1.23456, -9.87654], abs=0.005)
    assert stroke[0, 3] == pytest.approx(0.3, abs=0.5 / 255)


def test_stored_strokes_give_the_same_ink() -> None:
    for image in sample_digits()[0][:20]:
        strokes = parse_strokes(strokes_from_mnist(image), 280, 280)

        restored, width, height = decode_strokes(encode_strokes(strokes, 280, 280))

        assert (ink_from_strokes(restored).ink_HW == ink_from_strokes(strokes).ink_HW).all()
        assert (width, height) == (280, 280)


def test_a_point_takes_few_bytes() -> None:
    strokes = parse_strokes(strokes_from_mnist(sample_digits()[0][0]), 280, 280)

    assert len(encode_strokes(strokes, 280, 280)) < 6 * sum(map(len, strokes)) + 60


@given(st.binary(max_size=80))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadStrokes):
        decode_strokes(data)


@given(st.data())
def test_damaged_bytes_are_refused_or_still_strokes(data: st.DataObject) -> None:
    stored = bytearray(encode_strokes(parse_strokes([[[1, 2], [30, 40]]], 280, 280), 280, 280))
    at = data.draw(st.integers(0, len(stored) - 1))
    stored[at] ^= data.draw(st.integers(1, 255))

    try:
        strokes, _, _ = decode_strokes(bytes(stored))
    except BadStrokes:
        return

    assert all(stroke.shape[1] == 4 for stroke in strokes)


def test_a_decompression_bomb_in_stored_strokes_is_not_unpacked() -> None:
    head = struct.pack("<4sddH", b"ISt\x01", 280, 280, 1)

    with pytest.raises(BadStrokes):
        decode_strokes(head + zlib.compress(bytes(100_000_000)))
