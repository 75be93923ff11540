"""Temperature scaling: one number per version that calibrates its probabilities.

Guo et al. (2017): divide all logits by the temperature that maximises the likelihood of held-out
labels. Predictions do not change. Fitted on validation images, never on the exam.
"""

from __future__ import annotations

import numpy as np

from core.base.arrays import Floats, Labels

LOWEST, HIGHEST = 0.25, 4.0


def fit_temperature(logits_NK: Floats, labels_N: Labels, n_rounds: int = 40) -> float:
    """Return the temperature in 0.25 … 4 with the least negative log-likelihood; 1.0 without data.

    Golden-section search over its logarithm: the likelihood has one maximum in 1 / temperature.
    """
    if not len(labels_N):
        return 1.0
    logits_NK = np.asarray(logits_NK, dtype=np.float64)
    labels_N = np.asarray(labels_N)

    def loss(log_temperature: float) -> float:
        scaled_NK = logits_NK / np.exp(log_temperature)
        scaled_NK -= scaled_NK.max(axis=1, keepdims=True)
        chosen_N = scaled_NK[np.arange(len(labels_N)), labels_N]
        return float((np.log(np.exp(scaled_NK).sum(axis=1)) - chosen_N).mean())

    golden = (np.sqrt(5.0) - 1.0) / 2.0
    low, high = np.log(LOWEST), np.log(HIGHEST)
    for _ in range(n_rounds):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2.0))
