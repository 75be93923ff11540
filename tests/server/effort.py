"""The number of examples in tests with generated input: `TEST_EFFORT=20` for twenty times more."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings

EFFORT = float(os.environ.get("TEST_EFFORT", "1"))


def tries(n: int, *, n_steps: int = 50, **given: Any) -> settings:
    """Return Hypothesis settings for `n` examples times the effort. Deterministic up to effort 1.

    With more effort, examples differ from run to run, and a failing one is shrunk.
    """
    return settings(
        max_examples=max(1, round(n * EFFORT)),
        stateful_step_count=n_steps,
        derandomize=EFFORT <= 1,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if EFFORT > 1 else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        **given,
    )
