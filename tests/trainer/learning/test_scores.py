"""Scores and temperature on cases that can be computed by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from core.symbols.digits import DIGITS
from trainer.learning.calibrate import fit_temperature
from trainer.learning.scores import (
    Predictions,
    accuracy,
    accuracy_by_symbol,
    as_images,
    certainty_bins,
    expected_calibration_error,
    negative_log_likelihood,
    predict,
)
from trainer.networks.base import SymbolNetwork


def certain(shares: list[float], digit: int = 0) -> np.ndarray:
    """Probabilities (N, 10): the given ones for `digit`, the rest shared by the others."""
    rows = np.stack([np.full(10, (1 - share) / 9) for share in shares])
    rows[:, digit] = shares
    return rows.astype(np.float32)


def test_ink_is_scaled_to_between_0_and_1() -> None:
    images = as_images(np.array([[[0, 255], [51, 102]]], dtype=np.uint8))

    assert images.shape == (1, 1, 2, 2)
    assert images.flatten().tolist() == pytest.approx([0.0, 1.0, 0.2, 0.4])


def test_predictions_do_not_depend_on_batches_and_keep_the_training_mode() -> None:
    torch.manual_seed(0)
    body = nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.Dropout(0.5), nn.ReLU())
    network = SymbolNetwork(body, nn.Linear(8, 10)).train()
    inks = np.random.default_rng(0).integers(0, 256, (1_201, 28, 28), dtype=np.uint8)
    told: list[int] = []

    together = predict(network, inks, lambda n_read, _n_all: told.append(n_read))

    alone = predict(network, inks[700:701])
    np.testing.assert_allclose(together.logits_NK[700], alone.logits_NK[0], atol=1e-5)
    assert told == [500, 1_000, 1_201]
    assert network.training


def test_no_drawings_give_empty_predictions() -> None:
    network = SymbolNetwork(nn.Flatten(), nn.Linear(784, 10))

    reading = predict(network, np.zeros((0, 28, 28), np.uint8))

    assert reading.predicted_N.shape == (0,)
    assert reading.probabilities_NK().shape == (0, 10)


def test_a_higher_temperature_lowers_confidence_and_keeps_predictions() -> None:
    nothing = np.zeros((1, 1), np.float32)
    reading = Predictions(np.array([[3.0, 1.0] + [0.0] * 8], np.float32), nothing, nothing)

    assert reading.probabilities_NK(2.0)[0, 0] < reading.probabilities_NK(1.0)[0, 0]
    assert reading.predicted_N.tolist() == [0]


def test_accuracy_is_computed_overall_and_by_symbol() -> None:
    predicted, labels = np.array([1, 1, 2, 3]), np.array([1, 2, 2, 3])

    assert accuracy(predicted, labels) == 0.75
    assert accuracy_by_symbol(predicted, labels, DIGITS)[:4] == [None, 1.0, 0.5, 1.0]


def test_confidence_equal_to_accuracy_is_calibrated() -> None:
    labels = np.array([0] * 80 + [1] * 20)

    assert expected_calibration_error(certain([0.8] * 100), labels, n_bins=1) == pytest.approx(
        0.0, abs=1e-6
    )


def test_the_calibration_error_is_the_mean_gap_of_bins_of_equal_mass() -> None:
    """Ten drawings at 0.6, all correct, and ten at 0.9, half correct: gaps 0.4 and 0.4."""
    probabilities = certain([0.6] * 10 + [0.9] * 10)
    labels = np.array([0] * 10 + [0, 1] * 5)

    assert expected_calibration_error(probabilities, labels, n_bins=2) == pytest.approx(0.4)


def test_a_reliability_diagram_counts_correct_predictions_by_confidence() -> None:
    """Ten drawings at 0.65, six of them correct, and twenty at 0.9995, all correct."""
    probabilities = certain([0.65] * 10 + [0.9995] * 20)
    labels = np.array([0] * 6 + [1] * 4 + [0] * 20)

    bins = certainty_bins(probabilities, labels)

    assert [(one["at_least"], one["n"], one["n_right"]) for one in bins] == [
        (0.6, 10, 6),
        (0.999, 20, 20),
    ]
    assert bins[0]["certainty"] == pytest.approx(0.65)


def test_the_likelihood_of_a_confident_error_is_bounded() -> None:
    assert negative_log_likelihood(certain([1.0]), np.array([3])) == pytest.approx(27.63, abs=0.01)


def test_the_fitted_temperature_is_the_one_that_scaled_the_logits() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2.0, (20_000, 10)).astype(np.float32)
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)

    assert fit_temperature(1.7 * logits, labels) == pytest.approx(1.7, abs=0.05)


def test_without_labels_the_temperature_is_1() -> None:
    assert fit_temperature(np.zeros((0, 10), np.float32), np.zeros(0, int)) == 1.0
