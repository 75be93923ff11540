"""The list of benches. A new bench is one module with a `BENCH`, and one line here."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from benchmarks.bench import Bench

# In the order of the page.
MODULES: Final = (
    "model.stream",
    "system.loop",
    "model.gate",
    "model.speed",
    "model.seeds",
    "model.accuracy",
    "model.noise",
    "model.familiarity",
    "model.shift",
    "model.review",
    "system.dashboard",
    "system.serve",
    "system.load",
    "system.siege",
    "system.durability",
    "system.faults",
)

BENCHES: Final[tuple[Bench, ...]] = tuple(
    import_module(f"benchmarks.{name}").BENCH for name in MODULES
)
