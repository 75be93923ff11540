"""What a person should do after a run's end: names and figures, and English sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FAILURES = ("broken_off", "no_drawings", "disk", "memory", "model_file", "data", "unexpected")
"""Kinds of failure, as `runs.failure` keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a run ended, as far as it matters for what to do next."""

    status: str
    failure: str | None = None
    is_first: bool = False
    """Whether it was to make the first model."""
    n_drawings: int = 0
    n_checking: int = 0
    """Drawings in quarantine, whose labels a reviewer has to check."""
    failed_rules: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence of advice, by its name and figures."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def advice(end: End) -> list[Advice]:
    """Return what to do after this end, in order; empty while the run is open or promoted."""
    if end.status == "held":
        return _after_held(end)
    if end.status == "cancelled":
        return [Advice("cancelled")]
    if end.status == "failed":
        kind = end.failure if end.failure in FAILURES else "unexpected"
        return [Advice(f"failed_{kind}")]
    return []


def advice_sentence(one: Advice) -> str:
    """Return one piece of advice as a sentence."""
    return _SENTENCES[one.name](one.facts)


def what_to_do(found: Sequence[Advice]) -> str | None:
    """Return all advice as one text; None if there is none."""
    return " ".join(advice_sentence(one) for one in found) or None


def _after_held(end: End) -> list[Advice]:
    if end.is_first:
        return [Advice("first_model_retries")]
    stay = Advice("drawings_stay", {"n": end.n_drawings})
    if end.n_checking:
        return [stay, Advice("review_drawings", {"n": end.n_checking})]
    if end.failed_rules and all(name.startswith("holdout") for name in end.failed_rules):
        return [stay, Advice("check_exam_drawings")]
    return [stay, Advice("next_run_retries")]


def _drawings_stay(facts: Mapping[str, Any]) -> str:
    which = "its drawing stays" if facts["n"] == 1 else f"all {facts['n']} drawings stay"
    return f"The live version stays in service, and {which} in the mix of later runs."


def _review_drawings(facts: Mapping[str, Any]) -> str:
    if facts["n"] == 1:
        return (
            "1 drawing is being checked and left out until then: review it, so that the next run "
            "can learn from it if its label is right."
        )
    return (
        f"{facts['n']} drawings are being checked and left out until then: review them, so that "
        "the next run learns from those whose labels are right."
    )


def _always(sentence: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _facts: sentence


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "drawings_stay": _drawings_stay,
    "review_drawings": _review_drawings,
    "check_exam_drawings": _always(
        "Only exam drawings got worse: check the newest ones for wrong labels, or collect more "
        "from the same people."
    ),
    "next_run_retries": _always(
        "If the labels below look right, there is nothing to do: the next run tries again with "
        "the drawings that have arrived by then."
    ),
    "first_model_retries": _always(
        "There is nothing to do: the trainer retries by itself with another seed, at most three "
        "times."
    ),
    "cancelled": _always(
        "The live version is unchanged and the drawings still count as new: request a run at any "
        "time."
    ),
    "failed_broken_off": _always(
        "Look in the trainer's log for the cause (often too little memory), then request a new "
        "run. The drawings still count as new."
    ),
    "failed_no_drawings": _always("Draw some digits, then request a new run."),
    "failed_disk": _always(
        "Free some disk space, then request a new run. The drawings still count as new."
    ),
    "failed_memory": _always(
        "Close other programs or lower INKLOOP_TRAIN_THREADS, then request a new run. The "
        "drawings still count as new."
    ),
    "failed_model_file": _always(
        "`inkloop models verify` names the broken file: go back to another version or restore a "
        "backup, then request a new run."
    ),
    "failed_data": _always(
        "Download the MNIST files again with `inkloop data fetch`, then request a new run."
    ),
    "failed_unexpected": _always(
        "The live version is unchanged and the drawings still count as new. Request a new run; if "
        "it fails again, see the trainer's log."
    ),
}

ADVICE = tuple(_SENTENCES)
"""The names of all advice."""
