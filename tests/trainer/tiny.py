"""The digit world of the tests of training: see `trainer/benchmarks/tiny_world.py`."""

from __future__ import annotations

from trainer.benchmarks.tiny_world import (
    FIRST,
    RUN,
    SMALL_FIT,
    draw_ahead,
    easy_digits,
    load_tiny,
    tiny_mnist,
    tiny_workshop,
)

__all__ = [
    "FIRST",
    "RUN",
    "SMALL_FIT",
    "draw_ahead",
    "easy_digits",
    "load_tiny",
    "tiny_mnist",
    "tiny_workshop",
]
