"""Golden digits: forms, labels and inks."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging import ink_from_strokes, parse_strokes
from core.symbols.digits.golden import GOLDEN, golden_inks


def test_every_digit_has_at_least_two_forms() -> None:
    labels = [golden.label for golden in GOLDEN]

    assert all(labels.count(digit) >= 2 for digit in range(10))


def test_each_golden_digit_passes_the_imaging_checks() -> None:
    for golden in GOLDEN:
        strokes = parse_strokes(golden.as_json(), 280, 280)
        assert ink_from_strokes(strokes).reason is None, golden.form


def test_golden_digits_differ_from_each_other() -> None:
    inks, _ = golden_inks()
    likeness = np.corrcoef(inks.reshape(len(inks), -1)) - 2 * np.eye(len(inks))

    assert likeness.max() < 0.95


def test_golden_inks_have_labels_and_are_read_only() -> None:
    inks, labels = golden_inks()

    assert inks.shape == (len(GOLDEN), 28, 28)
    assert labels.tolist() == [golden.label for golden in GOLDEN]
    with pytest.raises(ValueError, match="read-only"):
        inks[0, 0, 0] = 1
