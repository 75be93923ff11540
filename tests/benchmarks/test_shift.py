"""The bench `shift`: corruptions, the grid of canvases, and its tables."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmarks.model import canvas, shift
from benchmarks.model.canvas import DIGIT_SHARE, Cell, cells, inks_of
from benchmarks.model.corruptions import CORRUPTIONS
from core.base.arrays import Inks
from tests.support.strokes_from_mnist import centre_lines, sample_digits


def corrupted(name: str, seed: int = 0) -> Inks:
    return CORRUPTIONS[name](sample_digits()[0], np.random.default_rng(seed))


def middle_of(inks: Inks) -> NDArray[np.float64]:
    """(N, 2) rows and columns of the centres of mass."""
    places = np.arange(28)
    mass = inks.sum(axis=(1, 2))
    return np.stack([inks.sum(axis=2) @ places, inks.sum(axis=1) @ places], axis=1) / mass[:, None]


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_changes_every_image_but_no_shape_or_type(name: str) -> None:
    images = sample_digits()[0]
    before = images.copy()

    made = corrupted(name)

    assert made.shape == images.shape
    assert made.dtype == np.uint8
    assert (made != images).any(axis=(1, 2)).all()
    assert np.array_equal(images, before)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_depends_on_its_seed(name: str) -> None:
    assert np.array_equal(corrupted(name), corrupted(name))
    is_drawn_by_lot = name not in ("scale", "brightness", "stripe")
    assert np.array_equal(corrupted(name), corrupted(name, seed=1)) != is_drawn_by_lot


def test_corruptions_are_as_severe_as_published() -> None:
    images = sample_digits()[0]
    moved = np.abs(middle_of(corrupted("translate")) - middle_of(images))
    is_paper = images == 0
    spread = {
        name: np.mean([np.ptp(np.nonzero(one > 60)[0]) for one in inks])
        for name, inks in (("before", images), ("scale", corrupted("scale")))
    }

    assert np.median(moved) == pytest.approx(3.0)
    # The other half of the impulses leaves paper as it is.
    assert corrupted("impulse_noise")[is_paper].astype(bool).mean() == pytest.approx(
        0.085, abs=0.01
    )
    assert spread["scale"] / spread["before"] == pytest.approx(0.7, abs=0.04)
    assert corrupted("brightness").min() == 127
    assert set(np.unique(corrupted("shot_noise"))) == {0, 85, 170, 255}
    assert np.array_equal(corrupted("stripe")[:, :, 7:21], images[:, :, 7:21])
    assert (corrupted("stripe")[:, 0, :7] == 255).all()


@pytest.mark.parametrize("name", ["dotted_line", "zigzag"])
def test_a_line_crosses_the_picture_and_takes_no_ink_away(name: str) -> None:
    added = corrupted(name).astype(int) - sample_digits()[0]

    assert added.min() >= -1  # rounding
    touched = (added.max(axis=1) > 60).sum(axis=1)
    assert np.median(touched) >= 10
    assert touched.min() >= 4  # some leave the picture at its upper or lower edge
    assert (added[:, :, :8].max(axis=(1, 2)) > 60).mean() > 0.9


def test_the_grid_has_every_canvas_pen_place_and_slant_once() -> None:
    names = [cell.name for cell in cells()]

    assert len(set(names)) == len(names) == 2 * (1 + 3) * 2 * 3


QUICK = [cell for cell in cells() if cell.pen is None or cell.side_px == 120]


@pytest.mark.parametrize("cell", QUICK, ids=lambda cell: cell.name)
def test_a_digit_is_the_same_digit_in_every_cell(cell: Cell) -> None:
    lines = [centre_lines(image) for image in sample_digits()[0][::25]]
    usual = inks_of(lines, Cell(280, None, "middle", cell.slant))

    for ink, other in zip(inks_of(lines, cell), usual, strict=True):
        assert np.corrcoef(ink.ravel(), other.ravel())[0, 1] > 0.8


@pytest.mark.parametrize("number", range(4))
def test_a_digit_in_a_corner_is_complete(number: int) -> None:
    lines = [centre_lines(image) for image in sample_digits()[0][:4]]
    cell = Cell(280, 0.1, "corner", 0.0)
    placed = canvas._placed(lines[number], cell, (number % 2, number // 2))
    width = 0.1 * DIGIT_SHARE * 280

    page = np.asarray(Image.open(io.BytesIO(canvas.picture(placed, 280, width))))

    rows, columns = np.nonzero(page < 128)
    assert max(np.ptp(rows), np.ptp(columns)) == pytest.approx(DIGIT_SHARE * 280 + width, abs=3)
    assert min(rows.min(), columns.min()) >= 3
    assert max(rows.max(), columns.max()) <= 276
    to_edge = [(columns.min(), 279 - columns.max()), (rows.min(), 279 - rows.max())]
    assert [one[end] for one, end in zip(to_edge, (number % 2, number // 2), strict=True)] <= [9, 9]


def test_leaning_to_the_right_moves_the_top_to_the_right() -> None:
    bar = [np.array([[14.0, 4.0], [14.0, 24.0]])]

    (top, bottom) = canvas._placed(bar, Cell(280, None, "middle", 0.3), (0, 0))[0]

    assert (top - bottom)[0] == pytest.approx(0.3 * (bottom - top)[1])


def a_result() -> dict[str, object]:
    """An example of a result."""
    grid = {cell.name: 0.99 for cell in cells()} | {"as MNIST has them": 1.0}
    grid["120 px/pen 0.02/corner/slant +0.3"] = 0.91
    sure = {"accuracy": 0.9, "ece": 0.02}
    home = {"accuracy": 0.996, "students": 0.995, "employees": 0.997, "ece": 0.001,
            "accuracies": [0.995, 0.997], "by_digit": [0.99] * 10}  # fmt: skip
    return {
        "home": home,
        "digits": {"n": 1797, "accuracies": [0.96, 0.98]},
        "corruptions": {name: {"pixels": 0.1, "uploads": 0.3} for name in CORRUPTIONS},
        "grid": grid,
        "sure": {"odd": {"n": 10, "promoted": True, "before": sure, "after": sure}},
    }


def test_the_worst_cell_is_named_in_its_aim() -> None:
    rows = {what: others for what, *others in shift.aims(a_result(), shift.Options())}

    worst = "accuracy in the worst cell of pictures (120 px/pen 0.02/corner/slant +0.3)"
    assert rows[worst] == ["≥ 98.00%", "91.00%", "7.00%"]
    assert rows["accuracy on scikit-learn's digits"] == ["≥ 97.00%", "97.00%", ""]


def test_the_tables_have_every_cell_and_the_mean_of_the_corruptions() -> None:
    result = a_result()

    assert sum(row.count("99.0%") for row in shift.grid_table(result)) == len(cells()) - 1
    assert ("120", "0.02", "corner", "99.0%", "99.0%", "91.0%") in shift.grid_table(result)
    assert shift.corruption_table(result)[-1] == ("mean corruption error", "10.0%", "30.0%")
    assert ("all", "99.60% ± 0.14%") in shift.home_table(result)
    assert shift.calibration_table(result)[-1][-1] == "yes"
