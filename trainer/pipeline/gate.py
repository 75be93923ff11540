"""The gate: may this candidate go live? Pure functions of predicted digits and labels.

Two models that read the same N drawings differ only on *discordant* ones: `n_lost`, which the
reference reads right and the candidate wrong, and `n_gained`, the reverse. Every rule below is
arithmetic on these two counts, so a verdict can be recomputed from stored predictions for ever.

A run is judged by `judge_run(...)`, the first model by `judge_first(...)`. Both return a `Verdict`;
`Verdict.to_json()` is what the database keeps and `core.runs.verdicts` turns into sentences.
Accuracy must be shown to *hold*; improvement is reported, never required: with eight exam drawings
a true rise from 75 to 97 % is significant 2 % of the time. docs/gate.md has the operating
characteristics.

Shapes: N images of a data set. Digits and labels are integers 0 to 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.versions.paired import (
    ALPHA,
    MARGIN,
    SECOND_ALPHA,
    allowed_net_loss,
    holds,
    largest_net_loss,
    mcnemar_p,
    tango_upper_bound,
)

Digits = NDArray[np.integer[Any]]

CHAMPION_ALPHA = 0.05
PER_DIGIT_ALPHA = 0.005
HALF_NET_LOSS = 8
HOLDOUT_MIN = 10
HOLDOUT_NET_LOSS = 3
HOLDOUT_ALPHA = 0.10
ECE_FACTOR = 1.1
ECE_FLOOR = 0.005
FIRST_ACCURACY = 0.99
FIRST_PER_DIGIT = 0.97


@dataclass(frozen=True, slots=True)
class Discordance:
    """How a candidate differs from a reference on the same images."""

    n_lost: int
    """Images that the reference reads right and the candidate wrong."""

    n_gained: int
    """Images that the candidate reads right and the reference wrong."""

    n: int
    """All images compared."""

    @property
    def net_loss(self) -> int:
        """Images lost on balance; negative when the candidate is better."""
        return self.n_lost - self.n_gained

    @property
    def n_discordant(self) -> int:
        """Images on which exactly one of the two is right."""
        return self.n_lost + self.n_gained


@dataclass(frozen=True, slots=True)
class Exam:
    """One data set as candidate and reference read it; three arrays (N,) of digits."""

    labels: Digits
    candidate: Digits
    reference: Digits

    def __post_init__(self) -> None:
        if not len(self.labels) == len(self.candidate) == len(self.reference):
            raise ValueError("labels, candidate and reference must be of one length")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule's outcome, with every figure that it was decided by."""

    name: str
    passed: bool
    value: float
    bound: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The form that the database keeps: plain numbers, strings, lists and dicts."""
        return {
            "name": self.name,
            "passed": self.passed,
            "value": self.value,
            "bound": self.bound,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """All rules of one judgement."""

    rules: tuple[Rule, ...]

    @property
    def passed(self) -> bool:
        """Whether every rule passed."""
        return all(rule.passed for rule in self.rules)

    def to_json(self) -> list[dict[str, Any]]:
        """The rules, ready for the `verdicts` table."""
        return [rule.to_json() for rule in self.rules]


def compare(exam: Exam) -> Discordance:
    """Count what the candidate loses and gains against the reference."""
    candidate_right = np.asarray(exam.candidate) == np.asarray(exam.labels)
    reference_right = np.asarray(exam.reference) == np.asarray(exam.labels)
    return Discordance(
        n_lost=int(np.count_nonzero(reference_right & ~candidate_right)),
        n_gained=int(np.count_nonzero(candidate_right & ~reference_right)),
        n=len(exam.labels),
    )


# -- rules ------------------------------------------------------------------------------------


def _counts(difference: Discordance) -> dict[str, Any]:
    return {"n_lost": difference.n_lost, "n_gained": difference.n_gained, "n": difference.n}


def rule_mnist_vs_anchor(exam: Exam, look: int = 1) -> Rule:
    """Non-inferiority to the anchor on the whole MNIST test set; stricter at the second look."""
    alpha = ALPHA if look == 1 else SECOND_ALPHA
    difference = compare(exam)
    n_lost, n_gained, n = difference.n_lost, difference.n_gained, difference.n
    n_right = int(np.count_nonzero(np.asarray(exam.candidate) == np.asarray(exam.labels)))
    return Rule(
        name="mnist_vs_anchor",
        passed=holds(n_lost, n_gained, n, alpha),
        value=difference.net_loss,
        bound=allowed_net_loss(difference.n_discordant, n, alpha),
        facts=_counts(difference)
        | {
            "margin": MARGIN,
            "alpha": alpha,
            "upper_bound": tango_upper_bound(n_lost, n_gained, n, alpha),
            "n_correct": n_right,
            "look": look,
        },
    )


def rule_mnist_vs_champion(exam: Exam) -> Rule:
    """Fails if the exact test finds the candidate worse than the live version."""
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


def rule_per_digit(exam: Exam) -> Rule:
    """Fails if any one digit is read worse than by the anchor, at p < 0.005 each."""
    digits = []
    for digit in range(10):
        chosen = np.asarray(exam.labels) == digit
        part = Exam(exam.labels[chosen], exam.candidate[chosen], exam.reference[chosen])
        difference = compare(part)
        p = mcnemar_p(difference.n_lost, difference.n_gained)
        digits.append((p, digit, difference))
    p, digit, worst = min(digits, key=lambda one: (one[0], -one[2].net_loss, one[1]))
    return Rule(
        name="per_digit",
        passed=p >= PER_DIGIT_ALPHA,
        value=worst.net_loss,
        bound=largest_net_loss(worst.n_discordant, lambda b, c: mcnemar_p(b, c) >= PER_DIGIT_ALPHA),
        facts=_counts(worst)
        | {
            "digit": digit,
            "p": p,
            "alpha": PER_DIGIT_ALPHA,
            "net_losses": [one[2].net_loss for one in digits],
        },
    )


def rules_writers(exam: Exam) -> tuple[Rule, Rule]:
    """Students wrote the first half of the MNIST test set, employees the second.

    Each may lose at most `HALF_NET_LOSS` images on balance against the anchor, so that a gain on
    one kind of hand cannot pay for a loss on the other.
    """
    middle = len(exam.labels) // 2
    rules = []
    for name, part in (("students", slice(None, middle)), ("employees", slice(middle, None))):
        difference = compare(Exam(exam.labels[part], exam.candidate[part], exam.reference[part]))
        rules.append(
            Rule(
                name=f"writers_{name}",
                passed=difference.net_loss <= HALF_NET_LOSS,
                value=difference.net_loss,
                bound=HALF_NET_LOSS,
                facts=_counts(difference),
            )
        )
    return rules[0], rules[1]


def _holdout_passes(n_lost: int, n_gained: int) -> bool:
    return n_lost - n_gained < HOLDOUT_NET_LOSS or mcnemar_p(n_lost, n_gained) >= HOLDOUT_ALPHA


def rule_holdout(name: str, exam: Exam) -> Rule:
    """Exam drawings against the champion; fewer than `HOLDOUT_MIN` are only recorded.

    Args:
        name: `holdout_known` or `holdout_new`.
    """
    difference = compare(exam)
    n_lost, n_gained = difference.n_lost, difference.n_gained
    is_recorded_only = difference.n < HOLDOUT_MIN
    labels = np.asarray(exam.labels)
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
            "n_right": int(np.count_nonzero(np.asarray(exam.candidate) == labels)),
            "n_right_before": int(np.count_nonzero(np.asarray(exam.reference) == labels)),
        },
    )


def rule_calibration(candidate_ece: float, champion_ece: float) -> Rule:
    """Expected calibration errors on MNIST's test set, as shares (0.004 is 0.4 %)."""
    bound = max(ECE_FACTOR * champion_ece, ECE_FLOOR)
    return Rule(
        name="calibration",
        passed=bool(candidate_ece <= bound),
        value=float(candidate_ece),
        bound=float(bound),
        facts={"champion": float(champion_ece)},
    )


def rule_golden(labels: Digits, predicted: Digits, champion: Digits | None = None) -> Rule:
    """The hand-made golden digits must be read right: all that the champion reads right.

    What a live version misreads must not hold all later ones for ever: an administrator may have
    promoted it by hand, or the golden digits may have been added to since.

    Args:
        champion: what the live version reads; None for the first model, which has to read all.
    """
    reference = labels if champion is None else champion
    wrong = [
        {"label": int(label), "predicted": int(digit)}
        for label, digit, before in zip(labels, predicted, reference, strict=True)
        if label != digit and label == before
    ]
    return Rule(
        name="golden",
        passed=not wrong,
        value=len(wrong),
        bound=0,
        facts={
            "n": int(np.count_nonzero(np.asarray(reference) == np.asarray(labels))),
            "n_misread_before": int(np.count_nonzero(np.asarray(reference) != np.asarray(labels))),
            "wrong": wrong,
        },
    )


# -- judgements -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RunExams:
    """Everything that a run's candidate is judged by."""

    mnist_labels: Digits
    """(N,) labels of the MNIST test set, in its own order."""

    mnist_candidate: Digits
    mnist_champion: Digits
    mnist_anchor: Digits
    candidate_ece: float
    champion_ece: float

    holdout_known: Exam
    """Reference: the champion. May be empty."""

    holdout_new: Exam
    golden_labels: Digits
    golden_candidate: Digits
    golden_champion: Digits


def judge_run(exams: RunExams, look: int = 1) -> Verdict:
    """Judge a run's candidate by all rules of design §10.

    Args:
        look: 1, or 2 when a first candidate of the same run was held and this one lies closer to
            the champion. It has to be surer then: `SECOND_ALPHA`.
    """
    versus_anchor = Exam(exams.mnist_labels, exams.mnist_candidate, exams.mnist_anchor)
    versus_champion = Exam(exams.mnist_labels, exams.mnist_candidate, exams.mnist_champion)
    return Verdict(
        (
            rule_mnist_vs_anchor(versus_anchor, look),
            rule_mnist_vs_champion(versus_champion),
            rule_per_digit(versus_anchor),
            *rules_writers(versus_anchor),
            rule_holdout("holdout_known", exams.holdout_known),
            rule_holdout("holdout_new", exams.holdout_new),
            rule_calibration(exams.candidate_ece, exams.champion_ece),
            rule_golden(exams.golden_labels, exams.golden_candidate, exams.golden_champion),
        )
    )


def judge_first(labels: Digits, predicted: Digits) -> Verdict:
    """Judge the first model on MNIST's test set: 99 % of all and 97 % of every digit."""
    right = np.asarray(labels) == np.asarray(predicted)
    by_digit = [float(right[np.asarray(labels) == digit].mean()) for digit in range(10)]
    worst = int(np.argmin(by_digit))
    accuracy = float(right.mean())
    return Verdict(
        (
            Rule(
                name="first_accuracy",
                passed=accuracy >= FIRST_ACCURACY,
                value=accuracy,
                bound=FIRST_ACCURACY,
                facts={"n_correct": int(right.sum()), "n": len(right)},
            ),
            Rule(
                name="first_per_digit",
                passed=by_digit[worst] >= FIRST_PER_DIGIT,
                value=by_digit[worst],
                bound=FIRST_PER_DIGIT,
                facts={"digit": worst, "by_digit": by_digit},
            ),
        )
    )


def is_better_than_anchor(exam: Exam, alpha: float = 0.01) -> bool:
    """Whether the exact test finds the candidate better: then Inkloop proposes a new anchor."""
    difference = compare(exam)
    return mcnemar_p(difference.n_gained, difference.n_lost) < alpha
