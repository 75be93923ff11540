"""The gate: rules that a candidate must pass to go live. Pure functions of predictions and labels.

Two models with predictions for the same N images differ only on *discordant* images: `n_lost`,
which only the reference predicts correctly, and `n_gained`, which only the candidate does. Each
rule is arithmetic on these two counts, so a verdict can be recomputed from stored predictions.

`gate_candidate(...)` applies the rules of a run, `gate_first_model(...)` those of the first model.
Both return a `Verdict`. The database stores `Verdict.to_json()`, and `core.runs.verdicts`
renders it. Accuracy must be shown not to fall; improvement is reported but not required: with eight
holdout drawings a true rise from 75 to 97 % is significant 2 % of the time. docs/gate.md has the
operating characteristics.

Shapes: N images of a holdout set. Labels and predictions are symbol ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from core.base.arrays import Labels
from core.symbols.symbols import Symbols
from core.versions.paired import (
    ALPHA,
    CHAMPION_ALPHA,
    MARGIN,
    SECOND_ALPHA,
    allowed_net_loss,
    is_non_inferior,
    largest_net_loss,
    mcnemar_p,
    tango_upper_bound,
)

PER_DIGIT_ALPHA: Final = 0.005
HALF_NET_LOSS: Final = 8
HOLDOUT_MIN: Final = 10
HOLDOUT_NET_LOSS: Final = 3
HOLDOUT_ALPHA: Final = 0.10
ECE_FACTOR: Final = 1.1
ECE_FLOOR: Final = 0.005
FIRST_ACCURACY: Final = 0.99
FIRST_PER_DIGIT: Final = 0.97


@dataclass(frozen=True, slots=True)
class Discordance:
    """Counts of the images on which a candidate and a reference differ."""

    n_lost: int
    """Images that only the reference predicts correctly."""

    n_gained: int
    """Images that only the candidate predicts correctly."""

    n: int
    """Number of all images."""

    @property
    def net_loss(self) -> int:
        """Losses minus gains; negative if the candidate is better."""
        return self.n_lost - self.n_gained

    @property
    def n_discordant(self) -> int:
        """Images that exactly one of the two predicts correctly."""
        return self.n_lost + self.n_gained


@dataclass(frozen=True, slots=True)
class PairedPredictions:
    """Labels and two models' predictions of the same images; three arrays (N,)."""

    labels: Labels
    candidate: Labels
    reference: Labels

    def __post_init__(self) -> None:
        if not len(self.labels) == len(self.candidate) == len(self.reference):
            raise ValueError("labels, candidate and reference must have the same length")

    def part(self, chosen: Any) -> PairedPredictions:
        """Return a part of the images, by a slice or a mask."""
        return PairedPredictions(
            self.labels[chosen], self.candidate[chosen], self.reference[chosen]
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """Outcome of one rule, with all figures that decided it."""

    name: str
    passed: bool
    value: float
    bound: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the form that the database stores."""
        return {
            "name": self.name,
            "passed": self.passed,
            "value": self.value,
            "bound": self.bound,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcomes of all rules for one candidate."""

    rules: tuple[Rule, ...]

    @property
    def passed(self) -> bool:
        """Whether every rule passed."""
        return all(rule.passed for rule in self.rules)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the form that the table `verdicts` stores."""
        return [rule.to_json() for rule in self.rules]


def compare(pairs: PairedPredictions) -> Discordance:
    """Count what the candidate loses and gains against the reference."""
    candidate_correct = np.asarray(pairs.candidate) == np.asarray(pairs.labels)
    reference_correct = np.asarray(pairs.reference) == np.asarray(pairs.labels)
    return Discordance(
        n_lost=int(np.count_nonzero(reference_correct & ~candidate_correct)),
        n_gained=int(np.count_nonzero(candidate_correct & ~reference_correct)),
        n=len(pairs.labels),
    )


# -- rules ------------------------------------------------------------------------------------


def _counts(difference: Discordance) -> dict[str, Any]:
    return {"n_lost": difference.n_lost, "n_gained": difference.n_gained, "n": difference.n}


def rule_vs_anchor(exam: PairedPredictions, look: int = 1) -> Rule:
    """Non-inferiority to the anchor on the whole exam; stricter at the second look."""
    alpha = ALPHA if look == 1 else SECOND_ALPHA
    difference = compare(exam)
    n_lost, n_gained, n = difference.n_lost, difference.n_gained, difference.n
    n_correct = int(np.count_nonzero(np.asarray(exam.candidate) == np.asarray(exam.labels)))
    return Rule(
        name="mnist_vs_anchor",
        passed=is_non_inferior(n_lost, n_gained, n, alpha),
        value=difference.net_loss,
        bound=allowed_net_loss(difference.n_discordant, n, alpha),
        facts=_counts(difference)
        | {
            "margin": MARGIN,
            "alpha": alpha,
            "upper_bound": tango_upper_bound(n_lost, n_gained, n, alpha),
            "n_correct": n_correct,
            "look": look,
        },
    )


def rule_vs_champion(exam: PairedPredictions) -> Rule:
    """Fails if the exact test finds the candidate worse than the champion on the exam."""
    difference = compare(exam)
    p = mcnemar_p(difference.n_lost, difference.n_gained)
    return Rule(
        name="mnist_vs_champion",
        passed=p >= CHAMPION_ALPHA,
        value=difference.net_loss,
        bound=largest_net_loss(
            difference.n_discordant, lambda b, c: mcnemar_p(b, c) >= CHAMPION_ALPHA
        ),
        facts=_counts(difference) | {"p": p, "alpha": CHAMPION_ALPHA},
    )


def rule_per_symbol(exam: PairedPredictions, symbols: Symbols) -> Rule:
    """Fails if the candidate is worse than the anchor on any one symbol, at p < 0.005 each."""
    tests = []
    for symbol in symbols:
        difference = compare(exam.part(np.asarray(exam.labels) == symbol))
        p = mcnemar_p(difference.n_lost, difference.n_gained)
        tests.append((p, symbol, difference))
    p, symbol, worst = min(tests, key=lambda one: (one[0], -one[2].net_loss, one[1]))
    return Rule(
        name="per_digit",
        passed=p >= PER_DIGIT_ALPHA,
        value=worst.net_loss,
        bound=largest_net_loss(worst.n_discordant, lambda b, c: mcnemar_p(b, c) >= PER_DIGIT_ALPHA),
        facts=_counts(worst)
        | {
            "digit": symbol,
            "p": p,
            "alpha": PER_DIGIT_ALPHA,
            "net_losses": [one[2].net_loss for one in tests],
        },
    )


def rules_per_stratum(exam: PairedPredictions, strata: Mapping[str, slice]) -> tuple[Rule, ...]:
    """Limit the net loss against the anchor on each part of the exam to `HALF_NET_LOSS` images.

    A gain on one kind of handwriting therefore cannot compensate a loss on another.

    Args:
        strata: parts of the exam by the name of their rule.
    """
    differences = {name: compare(exam.part(part)) for name, part in strata.items()}
    return tuple(
        Rule(
            name=name,
            passed=difference.net_loss <= HALF_NET_LOSS,
            value=difference.net_loss,
            bound=HALF_NET_LOSS,
            facts=_counts(difference),
        )
        for name, difference in differences.items()
    )


def _holdout_passes(n_lost: int, n_gained: int) -> bool:
    return n_lost - n_gained < HOLDOUT_NET_LOSS or mcnemar_p(n_lost, n_gained) >= HOLDOUT_ALPHA


def rule_holdout(name: str, pairs: PairedPredictions) -> Rule:
    """Holdout drawings against the champion; fewer than `HOLDOUT_MIN` are recorded and pass.

    Args:
        name: `holdout_known` or `holdout_new`.
    """
    difference = compare(pairs)
    n_lost, n_gained = difference.n_lost, difference.n_gained
    is_recorded_only = difference.n < HOLDOUT_MIN
    labels = np.asarray(pairs.labels)
    return Rule(
        name=name,
        passed=is_recorded_only or _holdout_passes(n_lost, n_gained),
        value=difference.net_loss,
        bound=largest_net_loss(difference.n_discordant, _holdout_passes),
        facts=_counts(difference)
        | {
            "p": mcnemar_p(n_lost, n_gained),
            "alpha": HOLDOUT_ALPHA,
            "recorded_only": is_recorded_only,
            "n_right": int(np.count_nonzero(np.asarray(pairs.candidate) == labels)),
            "n_right_before": int(np.count_nonzero(np.asarray(pairs.reference) == labels)),
        },
    )


def rule_calibration(candidate_ece: float, champion_ece: float) -> Rule:
    """Expected calibration errors on the exam, as shares (0.004 is 0.4 %)."""
    bound = max(ECE_FACTOR * champion_ece, ECE_FLOOR)
    return Rule(
        name="calibration",
        passed=bool(candidate_ece <= bound),
        value=float(candidate_ece),
        bound=float(bound),
        facts={"champion": float(champion_ece)},
    )


def rule_golden(golden: PairedPredictions) -> Rule:
    """The candidate must read all golden examples that the reference reads.

    Examples that the champion misreads do not count, so that they cannot hold every later version:
    an administrator may have promoted it by hand, or examples may have been added since.

    Args:
        golden: reference: the champion; for the first model the labels, so that it must read all.
    """
    labels, before = np.asarray(golden.labels), np.asarray(golden.reference)
    wrong = [
        {"label": int(label), "predicted": int(predicted)}
        for label, predicted, known in zip(labels, golden.candidate, before, strict=True)
        if label != predicted and label == known
    ]
    return Rule(
        name="golden",
        passed=not wrong,
        value=len(wrong),
        bound=0,
        facts={
            "n": int(np.count_nonzero(before == labels)),
            "n_misread_before": int(np.count_nonzero(before != labels)),
            "wrong": wrong,
        },
    )


# -- verdicts ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GateInput:
    """All predictions and figures that a run's candidate is gated by."""

    symbols: Symbols
    exam_vs_anchor: PairedPredictions
    exam_vs_champion: PairedPredictions

    strata: Mapping[str, slice]
    """Parts of the exam by the name of their rule."""

    candidate_ece: float
    champion_ece: float

    holdout_known: PairedPredictions
    """Reference: the champion. May be empty, like `holdout_new`."""

    holdout_new: PairedPredictions

    golden: PairedPredictions
    """Reference: the champion."""


def gate_candidate(given: GateInput, look: int = 1) -> Verdict:
    """Apply all rules for a run's candidate.

    Args:
        look: 1 for the first candidate; 2 if the first one of the same run was held and this one
            is closer to the champion. The second needs the stricter `SECOND_ALPHA`.
    """
    return Verdict(
        (
            rule_vs_anchor(given.exam_vs_anchor, look),
            rule_vs_champion(given.exam_vs_champion),
            rule_per_symbol(given.exam_vs_anchor, given.symbols),
            *rules_per_stratum(given.exam_vs_anchor, given.strata),
            rule_holdout("holdout_known", given.holdout_known),
            rule_holdout("holdout_new", given.holdout_new),
            rule_calibration(given.candidate_ece, given.champion_ece),
            rule_golden(given.golden),
        )
    )


def gate_first_model(
    labels: Labels, predicted: Labels, golden: PairedPredictions, symbols: Symbols
) -> Verdict:
    """Apply the rules for the first model: 99 % of the exam, 97 % of each symbol, all golden ones.

    The golden examples are required because a server tests itself on them, and no later candidate
    could pass if the first model misread one.
    """
    is_correct = np.asarray(labels) == np.asarray(predicted)
    by_symbol = [float(is_correct[np.asarray(labels) == symbol].mean()) for symbol in symbols]
    worst = int(np.argmin(by_symbol))
    accuracy = float(is_correct.mean())
    return Verdict(
        (
            Rule(
                name="first_accuracy",
                passed=accuracy >= FIRST_ACCURACY,
                value=accuracy,
                bound=FIRST_ACCURACY,
                facts={"n_correct": int(is_correct.sum()), "n": len(is_correct)},
            ),
            Rule(
                name="first_per_digit",
                passed=by_symbol[worst] >= FIRST_PER_DIGIT,
                value=by_symbol[worst],
                bound=FIRST_PER_DIGIT,
                facts={"digit": symbols.ids[worst], "by_digit": by_symbol},
            ),
            rule_golden(golden),
        )
    )
