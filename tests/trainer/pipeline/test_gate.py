"""Paired statistics against a second implementation, and each rule of the gate."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binomtest, norm

from core.symbols.digits import DIGITS
from core.versions.paired import (
    allowed_net_loss,
    is_non_inferior,
    mcnemar_p,
    mcnemar_two_sided_p,
    tango_score,
    tango_upper_bound,
)
from trainer.pipeline.gate import (
    GateInput,
    PairedPredictions,
    compare,
    gate_candidate,
    gate_first_model,
    rule_calibration,
    rule_golden,
    rule_holdout,
    rule_per_symbol,
    rule_vs_champion,
    rules_per_stratum,
)

N = 10_000
LABELS = np.arange(N, dtype=np.uint8) % 10
HALVES = {"writers_students": slice(5_000), "writers_employees": slice(5_000, None)}
GOLDEN = PairedPredictions(np.arange(10), np.arange(10), np.arange(10))


def predictions(wrong: NDArray[np.int64] | list[int]) -> NDArray[np.uint8]:
    """Predictions that are correct except for the images at `wrong`."""
    predicted = LABELS.copy()
    predicted[wrong] = (predicted[wrong] + 1) % 10
    return predicted


def pairs(n_lost: int, n_gained: int, n: int = N) -> PairedPredictions:
    """A candidate with these losses and gains, spread over digits and strata."""
    places = np.linspace(0, n - 1, n_lost + n_gained).astype(int)
    order = np.random.default_rng(0).permutation(places)
    labels = LABELS[:n]
    candidate, reference = predictions(order[:n_lost]), predictions(order[n_lost:])
    return PairedPredictions(labels, candidate[:n], reference[:n])


# -- second implementations ---------------------------------------------------------------------


def reference_score(n_lost: int, n_gained: int, n: int, loss: float) -> float:
    """The score statistic, with the nuisance rate from maximising the likelihood numerically."""
    n_same = n - n_lost - n_gained

    def minus_log_likelihood(gain_rate: float) -> float:
        same = 1 - 2 * gain_rate - loss
        parts = ((n_lost, gain_rate + loss), (n_gained, gain_rate), (n_same, same))
        return -sum(count * np.log(rate) for count, rate in parts if count)

    edge = 1e-12
    found = minimize_scalar(
        minus_log_likelihood, bounds=(edge, (1 - loss) / 2 - edge), options={"xatol": 1e-14}
    )
    gain_rate = found.x
    variance = (2 * gain_rate + loss - loss**2) / n
    return float(((n_lost - n_gained) / n - loss) / np.sqrt(variance))


@given(
    n_lost=st.integers(0, 60),
    n_gained=st.integers(0, 60),
    loss=st.sampled_from([0.0005, 0.001, 0.0015, 0.003, 0.01]),
)
@settings(max_examples=150, deadline=None)
def test_the_score_agrees_with_a_direct_maximisation_of_the_likelihood(
    n_lost: int, n_gained: int, loss: float
) -> None:
    ours = tango_score(n_lost, n_gained, N, loss)

    assert ours == pytest.approx(reference_score(n_lost, n_gained, N, loss), abs=2e-3)


@pytest.mark.parametrize(("n_lost", "n_gained"), [(0, 0), (3, 1), (13, 7), (7, 13), (30, 30)])
def test_the_upper_bound_is_the_root_that_scipy_finds(n_lost: int, n_gained: int) -> None:
    quantile = norm.ppf(0.95)

    root = brentq(lambda loss: reference_score(n_lost, n_gained, N, loss) + quantile, 1e-7, 0.02)

    assert tango_upper_bound(n_lost, n_gained, N) == pytest.approx(root, abs=2e-6)


def test_the_score_at_no_loss_is_mcnemars() -> None:
    assert tango_score(13, 7, N, 0.0) == pytest.approx((13 - 7) / np.sqrt(13 + 7))


@given(n_lost=st.integers(0, 80), n_gained=st.integers(0, 80))
def test_mcnemar_agrees_with_the_exact_binomial_test(n_lost: int, n_gained: int) -> None:
    n = n_lost + n_gained

    expected = binomtest(n_lost, n, 0.5, alternative="greater").pvalue if n else 1.0

    assert mcnemar_p(n_lost, n_gained) == pytest.approx(expected, rel=1e-9)


@given(n_lost=st.integers(0, 80), n_gained=st.integers(0, 80))
def test_two_sided_mcnemar_agrees_with_the_exact_binomial_test(n_lost: int, n_gained: int) -> None:
    n = n_lost + n_gained

    expected = binomtest(n_lost, n, 0.5).pvalue if n else 1.0

    assert mcnemar_two_sided_p(n_lost, n_gained) == pytest.approx(expected, rel=1e-9)


# -- the margin in images -----------------------------------------------------------------------


def test_the_allowed_net_losses_are_the_documented_ones() -> None:
    assert [allowed_net_loss(d) for d in (20, 30, 40, 60)] == [6, 4, 4, 0]


@pytest.mark.parametrize(("n_discordant", "percent"), [(20, 94), (30, 82), (40, 79), (60, 55)])
def test_equal_models_pass_as_often_as_documented(n_discordant: int, percent: int) -> None:
    allowed = allowed_net_loss(n_discordant)
    most_lost = (n_discordant + allowed) // 2

    passing = 1 - mcnemar_p(most_lost + 1, n_discordant - most_lost - 1)

    assert round(100 * passing) == percent


@given(n_lost=st.integers(0, 60), n_gained=st.integers(0, 60))
def test_the_upper_bound_is_monotonic_in_losses_and_gains(n_lost: int, n_gained: int) -> None:
    bound = tango_upper_bound(n_lost, n_gained, N)

    assert tango_upper_bound(n_lost + 1, n_gained, N) > bound
    # A gain instead of a loss: as many discordant images, a net loss smaller by two.
    assert n_lost == 0 or tango_upper_bound(n_lost - 1, n_gained + 1, N) < bound


@given(n_lost=st.integers(0, 60), n_gained=st.integers(0, 60))
def test_the_upper_bound_is_below_the_margin_exactly_if_the_rule_passes(
    n_lost: int, n_gained: int
) -> None:
    assert (tango_upper_bound(n_lost, n_gained, N) < 0.0015) == is_non_inferior(n_lost, n_gained, N)


# -- rules --------------------------------------------------------------------------------------


def test_discordant_images_are_counted_as_losses_and_gains() -> None:
    labels = np.array([1, 2, 3, 4])

    difference = compare(PairedPredictions(labels, np.array([1, 9, 9, 4]), np.array([9, 2, 8, 4])))

    assert (difference.n_lost, difference.n_gained, difference.n) == (1, 1, 4)


def test_predictions_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        PairedPredictions(np.array([1, 2]), np.array([1]), np.array([1, 2]))


def test_a_candidate_significantly_worse_than_the_champion_fails() -> None:
    assert not rule_vs_champion(pairs(5, 0)).passed
    assert rule_vs_champion(pairs(4, 0)).passed


def test_a_large_loss_on_one_digit_fails_despite_no_net_loss() -> None:
    sevens = np.flatnonzero(LABELS == 7)
    candidate, anchor = predictions(sevens[:8]), predictions(np.flatnonzero(LABELS == 3)[:8])

    rule = rule_per_symbol(PairedPredictions(LABELS, candidate, anchor), DIGITS)

    assert not rule.passed
    assert (rule.facts["digit"], rule.value, rule.bound) == (7, 8, 6)


def test_seven_losses_on_one_digit_pass() -> None:
    sevens = np.flatnonzero(LABELS == 7)[:7]

    rule = rule_per_symbol(PairedPredictions(LABELS, predictions(sevens), LABELS), DIGITS)

    assert rule.passed
    assert rule.facts["p"] == 1 / 128


def test_a_gain_on_students_does_not_compensate_a_loss_on_employees() -> None:
    candidate, anchor = predictions(list(range(9_000, 9_009))), predictions(list(range(9)))

    students, employees = rules_per_stratum(PairedPredictions(LABELS, candidate, anchor), HALVES)

    assert students.passed and students.value == -9
    assert not employees.passed and employees.value == 9


def test_a_stratum_may_lose_eight_images() -> None:
    candidate = predictions(list(range(9_000, 9_008)))

    _, employees = rules_per_stratum(PairedPredictions(LABELS, candidate, LABELS), HALVES)

    assert employees.passed


def test_fewer_than_ten_holdout_drawings_are_recorded_and_pass() -> None:
    rule = rule_holdout("holdout_known", pairs(9, 0, n=9))

    assert rule.passed
    assert rule.facts["recorded_only"]
    assert (rule.facts["n_right"], rule.facts["n_right_before"]) == (0, 9)


@pytest.mark.parametrize(
    ("n_lost", "n_gained", "passes"), [(2, 0, True), (3, 0, True), (4, 0, False), (6, 2, True)]
)
def test_holdout_drawings_fail_from_three_net_losses_with_p_below_a_tenth(
    n_lost: int, n_gained: int, passes: bool
) -> None:
    """Three of three has p = 0.125, four of four 0.0625, six of eight 0.145."""
    assert rule_holdout("holdout_new", pairs(n_lost, n_gained, n=40)).passed == passes


@pytest.mark.parametrize(
    ("candidate", "champion", "passes"),
    [(0.0049, 0.001, True), (0.0051, 0.001, False), (0.0109, 0.01, True), (0.0111, 0.01, False)],
)
def test_calibration_error_may_rise_by_a_tenth_or_to_half_a_percent(
    candidate: float, champion: float, passes: bool
) -> None:
    assert rule_calibration(candidate, champion).passed == passes


def test_one_misread_golden_digit_fails() -> None:
    labels = np.array([1, 7])

    rule = rule_golden(PairedPredictions(labels, np.array([7, 7]), labels))

    assert not rule.passed
    assert rule.facts["wrong"] == [{"label": 1, "predicted": 7}]


def test_a_golden_digit_that_the_champion_misreads_holds_no_candidate() -> None:
    labels, champion = np.array([1, 7, 4]), np.array([7, 7, 4])

    same, other, worse = (
        rule_golden(PairedPredictions(labels, candidate, champion))
        for candidate in (champion, labels, np.array([7, 1, 4]))
    )

    assert same.passed and other.passed
    assert (same.facts["n"], same.facts["n_misread_before"]) == (2, 1)
    assert not worse.passed
    assert worse.facts["wrong"] == [{"label": 7, "predicted": 1}]


# -- verdicts -----------------------------------------------------------------------------------


def gate_input(exam: PairedPredictions) -> GateInput:
    """A run whose champion is the anchor, without holdout drawings."""
    empty = np.zeros(0, dtype=np.uint8)
    nothing = PairedPredictions(empty, empty, empty)
    return GateInput(
        symbols=DIGITS,
        exam_vs_anchor=exam,
        exam_vs_champion=exam,
        strata=HALVES,
        candidate_ece=0.002,
        champion_ece=0.002,
        holdout_known=nothing,
        holdout_new=nothing,
        golden=GOLDEN,
    )


def test_a_candidate_equal_to_the_champion_is_promoted() -> None:
    verdict = gate_candidate(gate_input(PairedPredictions(LABELS, LABELS, LABELS)))

    assert verdict.passed
    assert [rule.name for rule in verdict.rules] == [
        "mnist_vs_anchor", "mnist_vs_champion", "per_digit", "writers_students",
        "writers_employees", "holdout_known", "holdout_new", "calibration", "golden",
    ]  # fmt: skip


def test_a_net_loss_of_nine_of_nineteen_is_held() -> None:
    one = pairs(14, 5)

    verdict = gate_candidate(gate_input(one), look=2)

    assert not verdict.passed
    rule = verdict.rules[0]
    assert (rule.value, rule.bound, rule.facts["look"]) == (9, 5, 2)


def test_a_verdict_survives_json() -> None:
    verdict = gate_candidate(gate_input(PairedPredictions(LABELS, LABELS, LABELS)))

    assert json.loads(json.dumps(verdict.to_json())) == verdict.to_json()


def test_the_first_model_needs_99_percent() -> None:
    enough, too_few = (predictions(list(range(n_wrong))) for n_wrong in (100, 101))

    assert gate_first_model(LABELS, enough, GOLDEN, DIGITS).passed
    assert not gate_first_model(LABELS, too_few, GOLDEN, DIGITS).passed


def test_the_first_model_needs_97_percent_of_every_digit() -> None:
    fours = np.flatnonzero(LABELS == 4)

    verdict = gate_first_model(LABELS, predictions(fours[:31]), GOLDEN, DIGITS)

    assert not verdict.passed
    assert verdict.rules[1].facts["digit"] == 4


def test_the_first_model_has_to_read_all_golden_digits() -> None:
    one_wrong = PairedPredictions(np.arange(10), np.array([0, 7, *range(2, 10)]), np.arange(10))

    assert not gate_first_model(LABELS, LABELS, one_wrong, DIGITS).passed


def test_a_second_look_has_a_stricter_level() -> None:
    one = pairs(13, 7)

    first = gate_candidate(gate_input(one))
    second = gate_candidate(gate_input(one), look=2)

    assert (first.passed, second.passed) == (True, False)
    assert (first.rules[0].bound, second.rules[0].bound) == (6, 4)
