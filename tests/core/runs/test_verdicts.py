"""Verdicts in words, from stored figures alone."""

from typing import Any

import pytest

from core.runs.verdicts import rule_sentence, verdict_sentence


def rule(name: str, passed: bool, value: float, bound: float, **facts: Any) -> dict[str, Any]:
    return {"name": name, "passed": passed, "value": value, "bound": bound, "facts": facts}


def anchor_rule(
    passed: bool, n_lost: int, n_gained: int, bound: int, **facts: Any
) -> dict[str, Any]:
    figures = {"n_lost": n_lost, "n_gained": n_gained, "n": 10_000, **facts}
    return rule("mnist_vs_anchor", passed, n_lost - n_gained, bound, **figures)


def exam_rule(passed: bool, right: int, before: int, n: int, **facts: Any) -> dict[str, Any]:
    figures = {"n": n, "n_right": right, "n_right_before": before, "recorded_only": n < 10}
    return rule("holdout_known", passed, before - right, 2, **figures, **facts)


def test_a_held_candidate_is_told_its_net_loss_and_what_was_allowed() -> None:
    rules = [anchor_rule(False, 14, 5, 6)]

    assert verdict_sentence(False, rules) == "Held: loses 9 test digits net, 6 allowed"


def test_a_held_candidate_is_told_every_rule_that_failed_and_no_other() -> None:
    rules = [
        anchor_rule(True, 2, 2, 8),
        rule("per_digit", False, 9, 7, digit=7, n_lost=10, n_gained=1),
        rule("golden", False, 1, 0, n=20, wrong=[{"label": 1, "predicted": 7}]),
    ]

    assert verdict_sentence(False, rules) == (
        "Held: reads the 7 worse than the anchor: 10 lost, 1 gained; "
        "misreads 1 golden digit (a 1 as 7)"
    )


def test_a_digit_that_loses_a_little_is_named_with_what_was_allowed() -> None:
    loses = rule("per_digit", True, 1, 3, digit=6, n_lost=2, n_gained=1)

    assert rule_sentence(loses) == (
        "No digit is read clearly worse than by the anchor: the 6 loses 1 net, 3 allowed."
    )


def test_where_every_digit_is_read_as_well_none_is_named() -> None:
    gains = rule("per_digit", True, 0, 1, digit=0, n_lost=0, n_gained=0)

    assert rule_sentence(gains) == "No digit is read worse than by the anchor."


def test_a_promotion_tells_how_the_exam_drawings_fared() -> None:
    rules = [anchor_rule(True, 4, 2, 8), exam_rule(True, 8, 3, 8)]

    assert verdict_sentence(True, rules) == (
        "Promoted: loses 2 test digits net, 8 allowed; "
        "reads 8 of 8 exam drawings of known contributors, 3 before"
    )


def test_a_promotion_without_exam_drawings_is_silent_about_them() -> None:
    rules = [anchor_rule(True, 1, 4, 7), exam_rule(True, 0, 0, 0)]

    assert verdict_sentence(True, rules) == "Promoted: gains 3 test digits net"


def test_the_first_model_is_promoted_by_its_accuracy() -> None:
    rules = [rule("first_accuracy", True, 0.9958, 0.99, n=10_000, n_correct=9958)]

    assert verdict_sentence(True, rules) == (
        "Promoted: the first model reads 99.58 % of the test digits"
    )


def test_an_accuracy_just_below_its_bound_is_not_rounded_up_to_it() -> None:
    sentence = rule_sentence(rule("first_accuracy", False, 0.98999, 0.99))

    assert sentence == "The first model reads 98.99 % of the test digits, 99.00 % needed."


def test_a_second_try_is_said() -> None:
    rules = [anchor_rule(True, 3, 3, 8, look=2)]

    assert verdict_sentence(True, rules) == (
        "Promoted on the second try: loses as many test digits as it gains (3)"
    )


def test_a_run_that_was_held_twice_says_that_it_tried_twice() -> None:
    rules = [anchor_rule(False, 14, 5, 4, look=2)]

    assert verdict_sentence(False, rules) == (
        "Held on the second try: loses 9 test digits net, 4 allowed"
    )


def test_golden_digits_that_the_live_version_misreads_are_left_out_of_the_count() -> None:
    known = rule("golden", True, 0, 0, n=19, n_misread_before=1, wrong=[])

    assert rule_sentence(known) == ("Reads all 19 golden digits that the live version reads.")


def test_too_many_changes_are_told_what_gain_they_would_need() -> None:
    sentence = rule_sentence(anchor_rule(False, 50, 50, -2))

    assert sentence == (
        "Loses as many test digits as it gains (50), but with so many changes it must gain 2."
    )


def test_too_few_exam_drawings_are_said_to_be_only_recorded() -> None:
    sentence = rule_sentence(exam_rule(True, 4, 6, 7))

    assert sentence == (
        "Reads 4 of 7 exam drawings of known contributors, 6 before "
        "(too few to judge by, only recorded)."
    )


@pytest.mark.parametrize("passed", [True, False])
def test_every_rule_has_a_sentence_of_its_own(passed: bool) -> None:
    rules = [
        anchor_rule(passed, 9, 1, 6),
        rule("mnist_vs_champion", passed, 8, 6, n_lost=9, n_gained=1, n=10_000),
        rule("per_digit", passed, 9, 7, digit=7, n_lost=10, n_gained=1),
        rule("writers_students", passed, 9, 8, n_lost=9, n_gained=0),
        rule("writers_employees", passed, 9, 8, n_lost=9, n_gained=0),
        exam_rule(passed, 12, 15, 20),
        exam_rule(passed, 12, 15, 20) | {"name": "holdout_new"},
        rule("calibration", passed, 0.0061, 0.005, champion=0.002),
        rule("golden", passed, 1, 0, n=20, wrong=[{"label": 1, "predicted": 7}]),
        rule("first_accuracy", passed, 0.985, 0.99),
        rule("first_per_digit", passed, 0.95, 0.97, digit=9),
    ]

    sentences = [rule_sentence(one) for one in rules]

    assert len(set(sentences)) == len(rules)
    assert all(sentence.endswith(".") for sentence in sentences)
    assert not any("{" in sentence for sentence in sentences)
