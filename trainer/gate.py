"""The gate: may this candidate go live? Pure functions of predicted digits and labels.

Two models that read the same N drawings differ only on *discordant* ones: `n_lost`, which the
reference reads right and the candidate wrong, and `n_gained`, the reverse. Every rule below is
arithmetic on these two counts, so a verdict can be recomputed from stored predictions for ever.

A run is judged by `judge_run(...)`, the first model by `judge_first(...)`. Both return a `Verdict`;
`Verdict.to_json()` is what the database keeps and `core.sentences` puts in words. Accuracy must be
shown to *hold*; improvement is reported, never required: with eight exam drawings a true rise from
75 to 97 % is significant 2 % of the time. docs/gate.md has the operating characteristics.

Shapes: N images of a data set. Digits and labels are integers 0 to 9.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Digits = NDArray[np.integer[Any]]

MARGIN = 0.0015
"""How much worse than the anchor a version may truly be on MNIST, as a share of the images."""

ALPHA = 0.05
"""Chance of passing a model that is worse than the anchor by exactly `MARGIN`."""

SECOND_ALPHA = 0.025
"""The same for a run's second candidate. Two looks at 0.05 would promote a model that is truly 0.20
points worse in 1.4 % of cases at 40 discordant digits; so it is 0.9 % (docs/gate.md)."""

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

_Z = {ALPHA: 1.6448536269514722, SECOND_ALPHA: 1.9599639845400545}
"""Quantiles of the normal distribution."""


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


# -- arithmetic -------------------------------------------------------------------------------


def compare(exam: Exam) -> Discordance:
    """Count what the candidate loses and gains against the reference."""
    candidate_right = np.asarray(exam.candidate) == np.asarray(exam.labels)
    reference_right = np.asarray(exam.reference) == np.asarray(exam.labels)
    return Discordance(
        n_lost=int(np.count_nonzero(reference_right & ~candidate_right)),
        n_gained=int(np.count_nonzero(candidate_right & ~reference_right)),
        n=len(exam.labels),
    )


def mcnemar_p(n_lost: int, n_gained: int) -> float:
    """Exact one-sided McNemar test of "the candidate is worse".

    Returns: P(at least `n_lost` losses | losses + gains, both equally likely); 1.0 without any.
    """
    n = n_lost + n_gained
    tail = sum(math.comb(n, k) for k in range(n_lost, n + 1))
    # Both are exact integers of any size: Python divides them without overflow.
    return tail / (1 << n)


def tango_score(n_lost: int, n_gained: int, n: int, loss: float) -> float:
    """Tango's (1998) score statistic for "the true loss is `loss`"; about standard normal.

    The variance is taken at the maximum-likelihood rates that agree with `loss`, so that it stays
    sound with few or no discordant pairs, where the Wald form fails. At `loss` 0 it is McNemar's.

    Args:
        loss: supposed true loss as a share of the images, between -1 and 1 exclusive.
    """
    if loss < 0:
        return -tango_score(n_gained, n_lost, n, -loss)
    a = 2.0 * n
    b = -n_lost - n_gained + (2.0 * n - n_lost + n_gained) * loss
    c = -n_gained * loss * (1.0 - loss)
    gain_rate = (math.sqrt(max(b * b - 4.0 * a * c, 0.0)) - b) / (2.0 * a)
    variance = n * (2.0 * gain_rate + loss * (1.0 - loss))
    if variance <= 0:
        return 0.0
    return (n_lost - n_gained - n * loss) / math.sqrt(variance)


def tango_upper_bound(n_lost: int, n_gained: int, n: int, alpha: float = ALPHA) -> float:
    """One-sided upper limit of the true loss at confidence 1 − alpha, as a share of the images.

    Found by halving, since the score falls as the supposed loss grows. It is below `MARGIN`
    exactly where `holds`.
    """
    low, high = (n_lost - n_gained) / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if tango_score(n_lost, n_gained, n, middle) <= -_Z[alpha]:
            high = middle
        else:
            low = middle
    return high


def holds(n_lost: int, n_gained: int, n: int, alpha: float = ALPHA) -> bool:
    """Whether non-inferiority is shown: a true loss of `MARGIN` is rejected at `alpha`."""
    return tango_score(n_lost, n_gained, n, MARGIN) <= -_Z[alpha]


def _largest_net_loss(n_discordant: int, passes: Callable[[int, int], bool]) -> int:
    """The largest net loss that `passes(n_lost, n_gained)` with so many discordant images.

    Net losses have the parity of `n_discordant`. If not even pure gain passes, the answer is
    one step beyond it.
    """
    for net in range(n_discordant, -n_discordant - 1, -2):
        n_lost = (n_discordant + net) // 2
        if passes(n_lost, n_discordant - n_lost):
            return net
    return -n_discordant - 2


def allowed_net_loss(n_discordant: int, n: int = 10_000, alpha: float = ALPHA) -> int:
    """How many images a candidate may lose on balance against the anchor.

    20, 30, 40, 60 discordant images of 10,000 allow 6, 4, 4, 0 (design §10).
    """
    return _largest_net_loss(n_discordant, lambda b, c: holds(b, c, n, alpha))


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
        bound=_largest_net_loss(
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
        bound=_largest_net_loss(
            worst.n_discordant, lambda b, c: mcnemar_p(b, c) >= PER_DIGIT_ALPHA
        ),
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
        bound=_largest_net_loss(difference.n_discordant, _holdout_passes),
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
