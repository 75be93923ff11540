"""Three witnesses against a label. The feature space here is drawn by hand: one axis a digit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.learning.label_check import MANY_CONTRIBUTORS, LabelCheck, check_labels

MNIST_LABELS = np.repeat(np.arange(10), 20)
MNIST_FEATURES = np.eye(10, dtype=np.float32)[MNIST_LABELS] + 0.01


def question(
    read: list[int], labels: list[int], sure: float = 0.9995, contributors: list[str] | None = None
) -> LabelCheck:
    """Drawings that lie at the digit that the champion reads."""
    probabilities = np.full((len(read), 10), (1 - sure) / 9, dtype=np.float32)
    probabilities[np.arange(len(read)), read] = sure
    features = np.eye(10, dtype=np.float32)[read]
    return check_labels(
        probabilities,
        features,
        np.array(labels),
        MNIST_FEATURES,
        MNIST_LABELS,
        contributors,
    )


def flagged(checked: LabelCheck) -> list[int]:
    return np.flatnonzero(checked.is_suspect_Q).tolist()


def plain_digits(n: int) -> list[int]:
    return [i % 10 for i in range(n)]


def test_a_clear_3_that_is_called_8_is_suspect() -> None:
    read, labels = plain_digits(60), plain_digits(60)
    labels[3] = 8

    assert flagged(question(read, labels)) == [3]


def test_drawings_that_the_champion_reads_as_labelled_are_never_suspect() -> None:
    assert flagged(question(plain_digits(60), plain_digits(60))) == []


def test_an_odd_form_that_its_hand_repeats_is_learned() -> None:
    """All sevens of one person look like twos to the champion: they vouch for each other."""
    labels = plain_digits(60)
    read = [2 if digit == 7 else digit for digit in labels]

    assert flagged(question(read, labels)) == []


def test_a_correction_where_the_champion_is_unsure_is_learned() -> None:
    labels = plain_digits(60)
    read = labels.copy()
    read[7] = 1

    assert flagged(question(read, labels, sure=0.88)) == []


def test_with_few_drawings_the_champion_has_to_be_very_sure() -> None:
    read, labels = plain_digits(10), plain_digits(10)
    labels[3] = 8

    assert flagged(question(read, labels, sure=0.99)) == []
    assert flagged(question(read, labels, sure=0.9995)) == [3]


def test_where_there_are_many_hands_nobody_vouches_for_themselves() -> None:
    n_hands = MANY_CONTRIBUTORS + 5
    read = plain_digits(10 * n_hands)
    contributors = [f"hand {i // 10}" for i in range(len(read))]
    labels = read.copy()
    swapped = [i for i in range(10) if i in (1, 7)]  # hand 0 calls ones sevens and sevens ones
    for i in swapped:
        labels[i] = 8 - read[i]

    assert flagged(question(read, labels, contributors=contributors)) == swapped


def crowd_with_a_swapper(n_swapped: int) -> tuple[list[int], list[int], list[str]]:
    """What is read, the labels and the contributors; hand 0 swaps a one and a seven of its last."""
    read = plain_digits(10 * (MANY_CONTRIBUTORS + 5)) + [1, 7, 1, 5]
    contributors = [f"hand {i // 10}" for i in range(len(read) - 4)] + ["hand 0"] * 4
    labels = read.copy()
    for i in (len(read) - 4, len(read) - 3)[:n_swapped]:
        labels[i] = 8 - read[i]
    return read, labels, contributors


def test_who_swaps_two_digits_twice_is_believed_in_neither() -> None:
    read, labels, contributors = crowd_with_a_swapper(n_swapped=2)

    found = flagged(question(read, labels, contributors=contributors))

    theirs = [i for i, who in enumerate(contributors) if who == "hand 0"]
    assert found == [i for i in theirs if labels[i] in (1, 7)]
    assert len(found) == 5


def test_one_slip_does_not_cost_a_contributor_their_other_drawings() -> None:
    read, labels, contributors = crowd_with_a_swapper(n_swapped=1)

    assert flagged(question(read, labels, contributors=contributors)) == [len(read) - 4]


def test_what_a_swapper_gave_ranks_before_what_nothing_speaks_against() -> None:
    read, labels, contributors = crowd_with_a_swapper(n_swapped=2)

    checked = question(read, labels, contributors=contributors)

    doubted = set(np.argsort(-checked.doubt_Q)[:5].tolist())
    assert doubted == set(flagged(checked))


def test_among_few_hands_one_may_vouch_for_themselves() -> None:
    labels = plain_digits(60)
    read = [2 if digit == 7 else digit for digit in labels]
    contributors = ["one"] * len(labels)

    assert flagged(question(read, labels, contributors=contributors)) == []


def test_only_the_new_drawings_are_questioned_but_older_ones_are_asked() -> None:
    labels = plain_digits(60)
    read = [2 if digit == 7 else digit for digit in labels]
    probabilities = np.full((60, 10), 0.00005, dtype=np.float32)
    probabilities[np.arange(60), read] = 0.9995

    checked = check_labels(
        probabilities,
        np.eye(10, dtype=np.float32)[read],
        np.array(labels),
        MNIST_FEATURES,
        MNIST_LABELS,
        n_checked=10,
    )

    assert len(checked.is_suspect_Q) == 10
    assert flagged(checked) == []


def test_no_drawings_at_all_are_no_suspects() -> None:
    nothing: NDArray[np.float32] = np.zeros((0, 10), dtype=np.float32)

    checked = check_labels(nothing, nothing, np.zeros(0, int), MNIST_FEATURES, MNIST_LABELS)

    assert flagged(checked) == []


@pytest.mark.parametrize("n", [600, 1_100])
def test_many_drawings_are_questioned_in_parts_with_the_same_answer(n: int) -> None:
    read, labels = plain_digits(n), plain_digits(n)
    wrong = [3, 504, n - 1]
    for i in wrong:
        labels[i] = (read[i] + 5) % 10

    checked = question(read, labels)

    assert flagged(checked) == wrong
    assert sorted(np.argsort(-checked.doubt_Q)[:3].tolist()) == wrong
