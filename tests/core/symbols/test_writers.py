"""The writers of MNIST, and the validation split."""

from __future__ import annotations

import numpy as np

from core.symbols.digits import writers

WRITERS = writers.load()
VALIDATION = writers.validation_indices(WRITERS)


def test_each_image_has_a_writer() -> None:
    assert WRITERS.train_writer.shape == (60_000,)
    assert WRITERS.test_series.shape == (10_000,)


def test_the_first_half_of_the_test_set_is_by_students() -> None:
    assert set(WRITERS.test_series[:5000]) == {writers.STUDENTS}


def test_writers_of_the_validation_set_are_not_in_training() -> None:
    is_validation = np.zeros(60_000, bool)
    is_validation[VALIDATION] = True
    pairs = list(zip(WRITERS.train_series, WRITERS.train_writer, strict=True))
    inside = {pair for pair, here in zip(pairs, is_validation, strict=True) if here}
    outside = {pair for pair, here in zip(pairs, is_validation, strict=True) if not here}

    assert inside.isdisjoint(outside)


def test_the_validation_set_has_about_five_thousand_images_of_both_series() -> None:
    students = np.mean(WRITERS.train_series[VALIDATION] == writers.STUDENTS)

    assert 4_800 <= len(VALIDATION) <= 5_000
    assert 0.46 <= students <= 0.51  # 0.484 of the whole training set


def test_the_validation_set_is_deterministic() -> None:
    assert np.array_equal(VALIDATION, writers.validation_indices())
    assert (len(VALIDATION), int(VALIDATION.sum())) == (4950, CHECKSUM)


CHECKSUM = 146017739
