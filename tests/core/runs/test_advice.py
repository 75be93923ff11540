"""What to do after a run's end."""

from __future__ import annotations

from core.runs.advice import ADVICE, FAILURES, Advice, End, advice, what_to_do


def test_every_failure_has_advice_of_its_own() -> None:
    said = {what_to_do(advice(End(status="failed", failure=kind))) for kind in FAILURES}

    assert len(said) == len(FAILURES)
    assert what_to_do(advice(End(status="failed", failure=None))) in said


def test_a_held_run_leads_to_what_is_being_checked() -> None:
    end = End(status="held", n_drawings=12, n_checking=3, failed_rules=["mnist_vs_anchor"])

    assert advice(end) == [Advice("drawings_stay", {"n": 12}), Advice("review_drawings", {"n": 3})]
    assert what_to_do(advice(end)) == (
        "The live version stays in service, and all 12 drawings stay in the mix of later runs. "
        "3 drawings are being checked and left out until then: review them, so that the next run "
        "learns from those whose labels are right."
    )


def test_a_run_held_by_exam_drawings_alone_leads_to_those() -> None:
    end = End(status="held", n_drawings=1, failed_rules=["holdout_known"])

    assert [one.name for one in advice(end)] == ["drawings_stay", "check_exam_drawings"]


def test_a_run_held_by_another_rule_needs_nothing() -> None:
    end = End(status="held", n_drawings=1, failed_rules=["holdout_known", "golden"])

    assert [one.name for one in advice(end)] == ["drawings_stay", "next_run_retries"]


def test_nothing_is_to_be_done_while_a_run_is_open_or_once_it_is_live() -> None:
    ends = [End(status=status) for status in ("queued", "running", "promoted")]

    assert [what_to_do(advice(end)) for end in ends] == [None] * 3


def test_every_name_of_advice_is_given_after_some_end() -> None:
    ends = [
        End(status="held", is_first=True),
        End(status="held", n_checking=1),
        End(status="held", failed_rules=["holdout_new"]),
        End(status="held", failed_rules=["golden"]),
        End(status="cancelled"),
        *(End(status="failed", failure=kind) for kind in FAILURES),
    ]

    assert {one.name for end in ends for one in advice(end)} == set(ADVICE)
