"""The examples of sentences that the pages' tests read."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest

from core.base.kinds import RunStatus
from core.runs.advice import ADVICE, FAILURES
from core.runs.log_lines import ENDS, LINES, PHASES, REQUESTS
from core.runs.verdicts import RULES
from core.schedule.description import DESCRIPTIONS
from core.webhooks.signing import Outcome
from scripts.print_sentences import examples, text
from server.api.maps.sentences import FAILURES as MAP_FAILURES
from server.api.runs.schemas import RunOut
from server.api.runs.time_left import PHASES as TIMED_PHASES
from tests.support.running import ROOT
from trainer.pipeline.gate import Exam, RunExams, judge_first, judge_run, rule_golden

COMMITTED = ROOT / "webui" / "src" / "shared" / "sentences.json"


def test_the_committed_examples_are_those_of_the_code() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == text(), (
        "run: python -m scripts.print_sentences > webui/src/shared/sentences.json"
    )


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("run_lines", LINES),
        ("advice", ADVICE),
        ("rules", RULES),
        ("outcomes", get_args(Outcome)),
        ("descriptions", DESCRIPTIONS),
        ("map_failures", MAP_FAILURES),
    ],
)
def test_every_name_has_an_example(kind: str, names: tuple[str, ...]) -> None:
    assert {one["name"] for one in examples()[kind]} == set(names)


def test_every_figure_that_chooses_words_has_an_example() -> None:
    def values(name: str, fact: str) -> set[str]:
        lines = examples()["run_lines"]
        return {line["facts"][fact] for line in lines if line["name"] == name}

    over = {RunStatus.PROMOTED, RunStatus.HELD, RunStatus.FAILED, RunStatus.CANCELLED}
    requested_by = get_args(RunOut.model_fields["requested_by"].annotation)
    assert values("asked", "by") == set(REQUESTS) == set(requested_by)
    assert values("phase", "phase") == set(PHASES) == set(TIMED_PHASES)
    assert values("ended", "status") == set(ENDS) == over
    assert set(examples()["run_failures"]) == set(FAILURES)


def test_the_rules_of_the_examples_are_those_of_the_gate_with_figures_that_it_writes() -> None:
    labels = np.arange(10_000) % 10
    few = Exam(labels[:20], labels[:20], labels[:20])
    exams = RunExams(
        mnist_labels=labels,
        mnist_candidate=labels,
        mnist_champion=labels,
        mnist_anchor=labels,
        candidate_ece=0.002,
        champion_ece=0.002,
        holdout_known=few,
        holdout_new=few,
        golden_labels=labels[:20],
        golden_candidate=labels[:20],
        golden_champion=labels[:20],
    )
    judged = (
        *judge_run(exams).to_json(),
        *judge_first(labels, labels).to_json(),
        rule_golden(labels[:20], labels[:20]).to_json(),
    )
    written: dict[str, dict[str, Any]] = {rule["name"]: rule["facts"] for rule in judged}

    assert set(written) == set(RULES)
    for rule in examples()["rules"]:
        assert rule["facts"].keys() <= written[rule["name"]].keys()
