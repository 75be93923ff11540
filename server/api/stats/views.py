"""The answers of the front pages' figures as JSON."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.api.shared.json_values import Json
from server.serving.own_drawings import OwnDrawings


def learned_json(
    own: OwnDrawings,
    right_N: NDArray[np.bool_] | None,
    right_before_N: NDArray[np.bool_] | None,
) -> Json:
    """Count the drawings that the live version and the previous one read right."""

    def counts(chosen_N: NDArray[np.bool_]) -> Json:
        return {
            "n": int(chosen_N.sum()),
            "n_right": 0 if right_N is None else int((right_N & chosen_N).sum()),
            "n_right_before": None
            if right_before_N is None
            else int((right_before_N & chosen_N).sum()),
        }

    all_N = np.ones(len(own.labels_N), np.bool_)
    return counts(all_N) | {"exam": counts(own.is_exam_N)}
