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
from core.symbols.digits import DIGITS
from core.transfer.formats.notices import NOTICES
from core.webhooks.signing import Outcome
from scripts.print_sentences import examples, text
from server.api.maps.sentences import FAILURES as MAP_FAILURES
from server.api.runs.schemas import RunOut
from server.api.runs.time_left import PHASES as TIMED_PHASES
from tests.support.running import ROOT
from trainer.pipeline.gate import (
    GateInput,
    PairedPredictions,
    gate_candidate,
    gate_first_model,
)

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
        ("import_warnings", tuple(NOTICES)),
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
    labels = (np.arange(10_000) % 10).astype(np.uint8)
    alike = PairedPredictions(labels, labels, labels)
    few = PairedPredictions(labels[:20], labels[:20], labels[:20])
    given = GateInput(
        symbols=DIGITS,
        exam_vs_anchor=alike,
        exam_vs_champion=alike,
        strata={"writers_students": slice(0, 5_000), "writers_employees": slice(5_000, 10_000)},
        candidate_ece=0.002,
        champion_ece=0.002,
        holdout_known=few,
        holdout_new=few,
        golden=few,
    )
    judged = (
        *gate_candidate(given).to_json(),
        *gate_first_model(labels, labels, few, DIGITS).to_json(),
    )
    written: dict[str, dict[str, Any]] = {rule["name"]: rule["facts"] for rule in judged}

    assert set(written) == set(RULES)
    for rule in examples()["rules"]:
        assert rule["facts"].keys() <= written[rule["name"]].keys()
