"""Type names for the NumPy arrays that modules exchange.

Variables carry their axes as a suffix where it helps: `ink_HW`, `inks_NHW`, `probabilities_NK`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Inks = NDArray[np.uint8]
"""Normalised pictures, (N, 28, 28) or (28, 28): 0 = paper, 255 = ink."""

Labels = NDArray[np.integer[Any]]
"""Symbol ids (N,): labels that people gave, or predictions of a model."""

Floats = NDArray[np.float32]
"""Model outputs and whatever is computed from them."""

Mask = NDArray[np.bool_]
"""One truth value for each image."""
