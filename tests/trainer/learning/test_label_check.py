"""The check of labels. The feature space is constructed: one axis a digit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.learning.label_check import MANY_CONTRIBUTORS, LabelCheck, check_labels

REFERENCE_LABELS = np.repeat(np.arange(10), 20)
REFERENCE_FEATURES = np.eye(10, dtype=np.float32)[REFERENCE_LABELS] + 0.01


def check(
    predicted: list[int],
    labels: list[int],
    sure: float = 0.9995,
    contributors: list[str] | None = None,
) -> LabelCheck:
    """Drawings at the position of the champion's prediction."""
    probabilities = np.full((len(predicted), 10), (1 - sure) / 9, dtype=np.float32)
    probabilities[np.arange(len(predicted)), predicted] = sure
    features = np.eye(10, dtype=np.float32)[predicted]
    return check_labels(
        probabilities,
        features,
        np.array(labels),
        REFERENCE_FEATURES,
        REFERENCE_LABELS,
        contributors,
    )


def flagged(checked: LabelCheck) -> list[int]:
    return np.flatnonzero(checked.is_suspect_Q).tolist()


def plain_digits(n: int) -> list[int]:
    return [i % 10 for i in range(n)]


def test_a_clear_3_with_the_label_8_is_suspect() -> None:
    read, labels = plain_digits(60), plain_digits(60)
    labels[3] = 8

    assert flagged(check(read, labels)) == [3]


def test_labels_that_the_champion_predicts_are_never_suspect() -> None:
    assert flagged(check(plain_digits(60), plain_digits(60))) == []


def test_a_repeated_personal_form_is_not_suspect() -> None:
    """The champion predicts two for all sevens of one person: they support each other."""
    labels = plain_digits(60)
    read = [2 if digit == 7 else digit for digit in labels]

    assert flagged(check(read, labels)) == []


def test_a_correction_of_an_unconfident_prediction_is_not_suspect() -> None:
    labels = plain_digits(60)
    read = labels.copy()
    read[7] = 1

    assert flagged(check(read, labels, sure=0.88)) == []


def test_with_few_drawings_the_champion_has_to_be_more_confident() -> None:
    read, labels = plain_digits(10), plain_digits(10)
    labels[3] = 8

    assert flagged(check(read, labels, sure=0.99)) == []
    assert flagged(check(read, labels, sure=0.9995)) == [3]


def test_with_many_contributors_own_drawings_are_not_compared() -> None:
    n_hands = MANY_CONTRIBUTORS + 5
    read = plain_digits(10 * n_hands)
    contributors = [f"hand {i // 10}" for i in range(len(read))]
    labels = read.copy()
    swapped = [
        i for i in range(10) if i in (1, 7)
    ]  # writer 0 labels ones as sevens and sevens as ones
    for i in swapped:
        labels[i] = 8 - read[i]

    assert flagged(check(read, labels, contributors=contributors)) == swapped


def crowd_with_a_swapper(n_swapped: int) -> tuple[list[int], list[int], list[str]]:
    """Predictions, labels and contributors; writer 0 swaps their last one and seven."""
    read = plain_digits(10 * (MANY_CONTRIBUTORS + 5)) + [1, 7, 1, 5]
    contributors = [f"hand {i // 10}" for i in range(len(read) - 4)] + ["hand 0"] * 4
    labels = read.copy()
    for i in (len(read) - 4, len(read) - 3)[:n_swapped]:
        labels[i] = 8 - read[i]
    return read, labels, contributors


def test_two_swaps_of_a_pair_make_all_labels_of_the_pair_suspect() -> None:
    read, labels, contributors = crowd_with_a_swapper(n_swapped=2)

    found = flagged(check(read, labels, contributors=contributors))

    theirs = [i for i, who in enumerate(contributors) if who == "hand 0"]
    assert found == [i for i in theirs if labels[i] in (1, 7)]
    assert len(found) == 5


def test_a_single_wrong_label_makes_no_other_drawing_suspect() -> None:
    read, labels, contributors = crowd_with_a_swapper(n_swapped=1)

    assert flagged(check(read, labels, contributors=contributors)) == [len(read) - 4]


def test_swapped_labels_rank_before_uncontradicted_ones() -> None:
    read, labels, contributors = crowd_with_a_swapper(n_swapped=2)

    checked = check(read, labels, contributors=contributors)

    doubted = set(np.argsort(-checked.doubt_Q)[:5].tolist())
    assert doubted == set(flagged(checked))


def test_with_few_contributors_own_drawings_are_compared() -> None:
    labels = plain_digits(60)
    read = [2 if digit == 7 else digit for digit in labels]
    contributors = ["one"] * len(labels)

    assert flagged(check(read, labels, contributors=contributors)) == []


def test_only_new_drawings_are_checked_but_older_ones_are_compared() -> None:
    labels = plain_digits(60)
    read = [2 if digit == 7 else digit for digit in labels]
    probabilities = np.full((60, 10), 0.00005, dtype=np.float32)
    probabilities[np.arange(60), read] = 0.9995

    checked = check_labels(
        probabilities,
        np.eye(10, dtype=np.float32)[read],
        np.array(labels),
        REFERENCE_FEATURES,
        REFERENCE_LABELS,
        n_checked=10,
    )

    assert len(checked.is_suspect_Q) == 10
    assert flagged(checked) == []


def test_no_drawings_give_no_suspects() -> None:
    nothing: NDArray[np.float32] = np.zeros((0, 10), dtype=np.float32)

    checked = check_labels(nothing, nothing, np.zeros(0, int), REFERENCE_FEATURES, REFERENCE_LABELS)

    assert flagged(checked) == []


@pytest.mark.parametrize("n", [600, 1_100])
def test_checking_in_chunks_gives_the_same_result(n: int) -> None:
    read, labels = plain_digits(n), plain_digits(n)
    wrong = [3, 504, n - 1]
    for i in wrong:
        labels[i] = (read[i] + 5) % 10

    checked = check(read, labels)

    assert flagged(checked) == wrong
    assert sorted(np.argsort(-checked.doubt_Q)[:3].tolist()) == wrong
