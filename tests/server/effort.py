"""How hard tests that make things up try: `TEST_EFFORT=20` for twenty times as long."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings

EFFORT = float(os.environ.get("TEST_EFFORT", "1"))


def tries(n: int, *, n_steps: int = 50, **given: Any) -> settings:
    """Hypothesis's settings for `n` examples, times the effort; the same at each run.

    With more effort examples are new each time, and a failing one is made small.
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
