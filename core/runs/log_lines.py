"""The lines of a run's log in English. Pure.

A line is stored as a name and figures; the pages render the same ones in each of their languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Facts = Mapping[str, Any]

PHASES = {
    "gather": "Collecting drawings",
    "train": "Training",
    "evaluate": "Evaluating",
    "gate": "Judging",
    "export": "Exporting",
    "publish": "Publishing",
}
REQUESTS = {
    "schedule": "Requested by the schedule",
    "first": "Queued automatically: there is no model yet",
    "command": "Requested on the command line",
    "user": "Requested by a user",
}
ENDS = {
    "promoted": "Promoted: version {version} is live",
    "held": "Held: version {version} does not go live",
    "failed": "Failed",
    "cancelled": "Cancelled; the live version is unchanged",
}


def line_sentence(name: str, facts: Facts) -> str:
    """Return one line of a run's log as a sentence; an unknown name is returned as it is."""
    words = _LINES.get(name)
    return name if words is None else words(facts)


def _percent(share: float) -> str:
    """A share as a percentage, cut rather than rounded: 99.999 % reads 99.99 %."""
    return f"{int(share * 10_000 + 1e-6) / 100:.2f} %"


def _n_drawings(n: int, kind: str = "") -> str:
    return f"{n} {kind}drawing" if n == 1 else f"{n} {kind}drawings"


def _resumed(facts: Facts) -> str:
    if facts["attempt"] > 1:
        return f"The trainer was interrupted; the run resumes, attempt {facts['attempt']}"
    return "The run resumes"


def _gathered(facts: Facts) -> str:
    if facts["n_new"] + facts["n_older"] == 0:
        return "Trains on MNIST alone"
    return f"Trains on {_n_drawings(facts['n_new'], 'new ')} and {facts['n_older']} older"


def _learned(facts: Facts) -> str:
    accuracy = facts.get("accuracy")
    measured = "" if accuracy is None else f": {_percent(accuracy)} read right"
    return f"Trained for {facts['n_steps']} steps{measured}"


def _judged(facts: Facts) -> str:
    which = "The candidate" if facts["look"] == 1 else "The second, more cautious candidate"
    return f"{which} {'passes' if facts['passed'] else 'does not pass'} the gate"


_LINES: dict[str, Callable[[Facts], str]] = {
    "asked": lambda facts: REQUESTS.get(facts["by"], "Requested"),
    "began": lambda _facts: "The trainer starts the run",
    "resumed": _resumed,
    "stopped": lambda _facts: "The trainer was stopped; the run resumes at the next start",
    "phase": lambda facts: PHASES.get(facts["phase"], str(facts["phase"])),
    "put_aside": lambda facts: f"Left out for review: {_n_drawings(facts['n'])}",
    "gathered": _gathered,
    "checkpoint": lambda facts: f"Resumes from the checkpoint at step {facts['step']}",
    "learned": _learned,
    "judged": _judged,
    "packed": lambda facts: f"Exported: {facts['n_bytes'] / 1e6:.1f} MB, predictions unchanged",
    "cancel_asked": lambda _facts: "Cancellation requested",
    "ended": lambda facts: ENDS[facts["status"]].format_map(facts),
}

LINES = tuple(_LINES)
"""The names of all lines that a log may hold."""
