"""A run's log and what to do after its end, in both languages."""

from __future__ import annotations

import ast
import inspect
from typing import Any, get_args

import pytest

from core.runs import lifecycle as runs
from core.runs.log_lines import FAILURES, End, line_sentence, message_sentence, what_to_do
from core.webhooks.outcomes import outcome_sentence
from core.webhooks.signing import Outcome
from tests.support.running import ROOT

FACTS: dict[str, dict[str, Any]] = {
    "asked": {"by": "schedule"},
    "began": {},
    "resumed": {"attempt": 2},
    "stopped": {},
    "phase": {"phase": "train"},
    "put_aside": {"n": 1},
    "gathered": {"n_new": 1, "n_older": 20},
    "checkpoint": {"step": 50},
    "learned": {"n_steps": 60, "accuracy": 0.98765},
    "judged": {"passed": False, "look": 2},
    "packed": {"n_bytes": 1_234_567},
    "cancel_asked": {},
    "ended": {"status": "held", "version": 3},
}


def said_by_the_code() -> set[str]:
    """The first words of each `add_line(…, "name")` and `progress.say("name")`."""
    found = set()
    sources = [inspect.getsource(runs)]
    sources += [path.read_text("utf-8") for path in (ROOT / "trainer").rglob("*.py")]
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in {"add_line", "say"}:
                texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                found |= {text for text in texts if isinstance(text, str)}
    return found


def test_every_line_that_is_written_has_words_in_both_languages() -> None:
    assert said_by_the_code() == FACTS.keys()
    for name, facts in FACTS.items():
        english, chinese = (line_sentence(name, facts, language) for language in ("en", "zh"))
        assert english != name
        assert chinese not in {name, english}


def test_a_share_is_cut_rather_than_rounded() -> None:
    said = line_sentence("learned", {"n_steps": 9, "accuracy": 0.99999}, "en")

    assert said == "Learned for 9 steps: 99.99 % right"


def test_a_line_of_a_later_version_is_shown_by_its_name() -> None:
    assert line_sentence("danced", {}, "zh") == "danced"


def test_what_went_wrong_is_said_in_chinese_with_the_details_that_matter() -> None:
    def said(failure: str | None) -> str | None:
        return message_sentence("the disk is full", failure, "zh")

    assert said("disk") == "磁盘出错或已满（the disk is full）"
    assert said("memory") == "内存不够"
    assert said(None) == "应要求停止"
    assert message_sentence("the disk is full", "disk", "en") == "the disk is full"
    assert message_sentence(None, None, "zh") is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_failure_says_what_to_do(language: str) -> None:
    said = {what_to_do(End(status="failed", failure=kind), language) for kind in FAILURES}

    assert len(said) == len(FAILURES)
    assert what_to_do(End(status="failed", failure=None), language) in said


def test_a_held_run_leads_to_what_is_being_checked() -> None:
    end = End(status="held", n_drawings=12, n_checking=3, failed_rules=["mnist_vs_anchor"])

    said = what_to_do(end, "en")

    assert said == (
        "The live version goes on serving, and all 12 drawings stay in the mix of later runs. "
        "3 drawings are being checked and left out until then: review them, so that the next run "
        "learns from those that are right."
    )
    assert "3 张笔迹正在核对" in (what_to_do(end, "zh") or "")


def test_a_run_held_by_exam_drawings_alone_leads_to_those() -> None:
    end = End(status="held", n_drawings=1, failed_rules=["holdout_known"])

    assert "Only exam drawings got worse" in (what_to_do(end, "en") or "")


def test_nothing_is_to_be_done_while_a_run_is_open_or_once_it_is_live() -> None:
    ends = [End(status=status) for status in ("queued", "running", "promoted")]

    assert [what_to_do(end, "en") for end in ends] == [None] * 3


def test_every_outcome_of_telling_has_words_in_both_languages() -> None:
    facts = {"status": 500, "host": "example.org", "address": "10.0.0.1", "seconds": 10}
    for outcome in get_args(Outcome):
        english, chinese = (outcome_sentence(outcome, facts, one) for one in ("en", "zh"))
        assert english.endswith((".", "?"))
        assert chinese.endswith(("。", "？"))
