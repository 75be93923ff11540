"""Steps of a run: evaluate candidates and apply the gate, until one passes or none is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.base.kinds import Dataset
from trainer.learning.scores import predict
from trainer.pipeline.baselines import Baselines
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.evaluate import (
    HoldoutSets,
    Results,
    evaluate,
    evaluate_baseline,
    holdout_sets,
)
from trainer.pipeline.gate import (
    GateInput,
    PairedPredictions,
    Verdict,
    gate_candidate,
    gate_first_model,
)
from trainer.pipeline.gather import Gathered
from trainer.pipeline.interface import Progress
from trainer.pipeline.train import TrainedModel


@dataclass(frozen=True, slots=True)
class EvaluatedCandidate:
    """A candidate with its predictions and its verdict."""

    model: TrainedModel
    sets: HoldoutSets
    results: Results
    verdict: Verdict
    baselines: Mapping[int, Results] = field(default_factory=dict)
    """Results of champion and anchor on the same sets, by version."""

    def scores(self) -> dict[str, Any]:
        """Return the scores that are stored with the version."""
        return {str(name): result.score() for name, result in self.results.items()}


def first_to_pass(
    context: TrainerContext,
    baselines: Baselines | None,
    gathered: Gathered,
    candidates: Iterator[TrainedModel],
    progress: Progress,
) -> EvaluatedCandidate:
    """Return the first candidate that passes the gate, otherwise the last one."""
    sets = holdout_sets(context.reference, gathered)
    golden = context.reference.golden
    baseline_results: dict[int, Results] = {}
    golden_before = golden.labels
    if baselines is not None:
        for model in (baselines.champion, baselines.anchor):
            baseline_results[model.version] = evaluate_baseline(context, model, sets, progress)
        golden_before = predict(baselines.champion.network, golden.inks).predicted_N
    last: EvaluatedCandidate | None = None
    for look, candidate in enumerate(candidates, start=1):
        results = evaluate(candidate.network, candidate.temperature, sets, progress)
        progress.enter("gate")
        golden_now = predict(candidate.network, golden.inks).predicted_N
        golden_pairs = PairedPredictions(golden.labels, golden_now, golden_before)
        if baselines is None:
            exam = sets[Dataset.MNIST_TEST].labels, results[Dataset.MNIST_TEST].predicted
            verdict = gate_first_model(*exam, golden_pairs, context.symbols)
        else:
            against = (baseline_results[baselines.champion.version],
                       baseline_results[baselines.anchor.version])  # fmt: skip
            verdict = gate_candidate(
                _gate_input(context, sets, results, *against, golden_pairs), look
            )
        progress.log("judged", passed=verdict.passed, look=look)
        last = EvaluatedCandidate(candidate, sets, results, verdict, baseline_results)
        if verdict.passed:
            break
    assert last is not None, "training returned no candidate"
    return last


def _gate_input(
    context: TrainerContext,
    sets: HoldoutSets,
    candidate: Results,
    champion: Results,
    anchor: Results,
    golden: PairedPredictions,
) -> GateInput:
    def pairs(name: Dataset, reference: Results) -> PairedPredictions:
        return PairedPredictions(
            sets[name].labels, candidate[name].predicted, reference[name].predicted
        )

    exam = Dataset.MNIST_TEST
    return GateInput(
        symbols=context.symbols,
        exam_vs_anchor=pairs(exam, anchor),
        exam_vs_champion=pairs(exam, champion),
        strata=context.reference.strata,
        candidate_ece=candidate[exam].ece or 0.0,
        champion_ece=champion[exam].ece or 0.0,
        holdout_known=pairs(Dataset.HOLDOUT_KNOWN, champion),
        holdout_new=pairs(Dataset.HOLDOUT_NEW, champion),
        golden=golden,
    )
