"""Strokes to ink."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from core.imaging import Inking, ink_from_strokes, parse_strokes
from core.symbols.digits.golden import GOLDEN
from tests.support.strokes_from_mnist import sample_digits, strokes_from_mnist

Lines = list[list[list[float]]]


def inked(strokes: Lines, width: float = 280, height: float = 280) -> Inking:
    return ink_from_strokes(parse_strokes(strokes, width, height), width, height)


def alike(one_HW: NDArray[np.uint8], other_HW: NDArray[np.uint8]) -> float:
    """Correlation of two inks; 1 if equal."""
    return float(np.corrcoef(one_HW.ravel(), other_HW.ravel())[0, 1])


def circle(x: float, y: float, radius: float, n: int = 40) -> list[list[float]]:
    turns = [2 * math.pi * k / n for k in range(n + 1)]
    return [[x + radius * math.cos(turn), y + radius * math.sin(turn)] for turn in turns]


def line(*points: tuple[float, float]) -> list[list[float]]:
    return [[x, y] for x, y in points]


def middle_of(ink_HW: NDArray[np.uint8]) -> tuple[float, float]:
    places = np.arange(28) + 0.5
    total = ink_HW.sum(dtype=float)
    return float(ink_HW.sum(1) @ places / total), float(ink_HW.sum(0) @ places / total)


@pytest.mark.parametrize("scale", [1.5, 10, 40, 200])
def test_the_size_of_the_canvas_does_not_change_the_ink(scale: float) -> None:
    images, _ = sample_digits()

    for image in images[:10]:
        usual = inked(strokes_from_mnist(image)).ink_HW
        other = inked(strokes_from_mnist(image, scale), 28 * scale, 28 * scale).ink_HW
        assert alike(usual, other) > 0.99


@pytest.mark.parametrize(("left", "top"), [(0, 0), (-2000, 35), (7000, 90_000)])
def test_the_position_does_not_change_the_ink(left: float, top: float) -> None:
    image = sample_digits()[0][0]

    moved = inked(strokes_from_mnist(image, left=left, top=top)).ink_HW

    assert alike(moved, inked(strokes_from_mnist(image)).ink_HW) > 0.995


def test_pressure_and_time_do_not_change_the_ink() -> None:
    strokes = strokes_from_mnist(sample_digits()[0][0])
    pressed = [[[x, y, 9 * t, 1.0] for x, y, t, _ in stroke] for stroke in strokes]

    assert (inked(pressed).ink_HW == inked(strokes).ink_HW).all()


def test_a_fast_stroke_of_few_points_is_as_smooth_as_a_slow_one() -> None:
    slow = inked([circle(140, 140, 100, n=200)]).ink_HW
    fast = inked([circle(140, 140, 100, n=10)]).ink_HW

    assert alike(slow, fast) > 0.98


def test_a_corner_stays_sharp() -> None:
    seven = inked([line((50, 40), (200, 40), (110, 250))]).ink_HW
    rows, columns = np.nonzero(seven > 128)

    assert seven[rows.min(), columns.max()] > 64


def test_mnist_digits_redrawn_from_their_centre_lines_look_like_the_originals() -> None:
    images, _ = sample_digits()
    redrawn = [inked(strokes_from_mnist(image)).ink_HW for image in images]

    # The pen's width is the difference: MNIST has bold and fine writers.
    assert np.median([alike(*pair) for pair in zip(redrawn, images, strict=True)]) > 0.8
    assert np.mean(redrawn) == pytest.approx(images.mean(), rel=0.1)


def test_mnist_digits_are_accepted_as_digits() -> None:
    images, _ = sample_digits()

    assert {inked(strokes_from_mnist(image)).reason for image in images} == {None}


def test_ink_fits_the_box_and_is_centred_like_mnist() -> None:
    for golden in GOLDEN:
        ink_HW = inked(golden.as_json()).ink_HW
        rows, columns = np.nonzero(ink_HW)

        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (20, 21)  # 20 px, on the grid or across it
        assert middle_of(ink_HW) == pytest.approx((14.5, 14.5), abs=0.15)


@pytest.mark.parametrize("end", [(140, 220), (220, 140), (200, 200)])
def test_a_straight_line_is_accepted_as_a_one(end: tuple[float, float]) -> None:
    inking = inked([line((140, 60), end)])

    assert inking.could_be_digit
    assert inking.ink_HW.max() == 255


def test_a_tiny_drawing_is_accepted() -> None:
    tiny = inked([circle(20, 20, 3)])

    assert tiny.could_be_digit
    assert alike(tiny.ink_HW, inked([circle(140, 140, 90)]).ink_HW) > 0.99


@pytest.mark.parametrize(
    ("strokes", "reason"),
    [
        ([], "empty"),
        ([[]], "empty"),
        ([[[140, 140]]], "dot"),
        ([[[140, 140]] * 4096], "dot"),
        ([line((140, 140), (142, 141), (140, 142))], "dot"),
        ([line(*((40 + 200 * (k % 2), 40 + 4 * k) for k in range(50)))], "scribble"),
        ([circle(140, 140, 10 + 4 * k) for k in range(25)], "scribble"),
        ([circle(80, 140, 40), circle(200, 140, 40)], "several"),
        ([line((100, 60), (100, 220)), line((160, 60), (160, 220))], "several"),
        ([circle(15 + 27 * k, 140, 9) for k in range(10)], "several"),
    ],
)
def test_a_shape_that_cannot_be_a_digit_has_a_reason(strokes: Lines, reason: str) -> None:
    inking = inked(strokes)

    assert (inking.could_be_digit, inking.reason) == (False, reason)


def test_two_strokes_of_one_digit_are_not_two_digits() -> None:
    arcs = [circle(140, 140, 90)[10:31], circle(145, 140, 90)[-11:] + circle(145, 140, 90)[:11]]

    assert inked(arcs).could_be_digit


def test_no_strokes_give_blank_ink() -> None:
    assert not inked([]).ink_HW.any()


def test_4096_random_points_are_a_scribble() -> None:
    points = np.random.default_rng(0).uniform(0, 280, (4096, 2)).tolist()

    assert inked([points]).reason == "scribble"


def test_every_step_has_a_duration() -> None:
    steps = inked([circle(140, 140, 90)]).steps

    assert [step.name for step in steps] == ["points", "box", "pen", "centre", "average"]
    assert all(step.ms >= 0 for step in steps)
