"""Step of a run: evaluate a version on the reference set's exam and on holdout drawings.

Candidate, champion and anchor predict the same images, so that predictions are paired.

Shapes: N images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.arrays import Inks, Labels
from core.base.kinds import Dataset
from core.storage.tables import Evaluation
from core.symbols.reference_set import ReferenceSet
from trainer.learning.scores import (
    certainty_bins,
    expected_calibration_error,
    negative_log_likelihood,
    predict,
)
from trainer.networks.base import SymbolNetwork
from trainer.pipeline.context import StoredModel, TrainerContext
from trainer.pipeline.gather import Gathered
from trainer.pipeline.interface import Progress

DRAWN: tuple[Dataset, ...] = (Dataset.HOLDOUT_KNOWN, Dataset.HOLDOUT_NEW)


@dataclass(frozen=True, slots=True)
class HoldoutSet:
    """Labelled images that no run trains on: inks (N, 28, 28) uint8 and labels (N,)."""

    inks: Inks
    labels: Labels
    numbers: NDArray[np.int64] | None = None
    """Numbers of the drawings; None for the reference set's exam, which has a fixed order."""


@dataclass(frozen=True, slots=True)
class Result:
    """Predictions and scores of one version on one holdout set."""

    predicted: NDArray[np.uint8]
    n_correct: int
    ece: float | None
    """None for an empty set, like `nll`."""
    nll: float | None
    bins: Sequence[Mapping[str, Any]] = ()
    """Reliability diagram, see `certainty_bins`. Stored in the version's scores only."""

    def score(self) -> dict[str, Any]:
        """Return the scores as they are stored with a version."""
        n = len(self.predicted)
        return {
            "accuracy": self.n_correct / n if n else None,
            "n_correct": self.n_correct,
            "n": n,
            "ece": self.ece,
            "nll": self.nll,
            "bins": [dict(one) for one in self.bins],
        }


HoldoutSets = Mapping[Dataset, HoldoutSet]
Results = Mapping[Dataset, Result]


def holdout_sets(reference: ReferenceSet, gathered: Gathered) -> HoldoutSets:
    """Return all sets that a run's versions are evaluated on."""
    exam, known, new = reference.exam, gathered.holdout_known, gathered.holdout_new
    return {
        Dataset.MNIST_TEST: HoldoutSet(exam.inks, exam.labels),
        Dataset.HOLDOUT_KNOWN: HoldoutSet(known.inks, known.labels, known.numbers),
        Dataset.HOLDOUT_NEW: HoldoutSet(new.inks, new.labels, new.numbers),
    }


def evaluate(
    network: SymbolNetwork, temperature: float, sets: HoldoutSets, progress: Progress
) -> Results:
    """Evaluate a network on some holdout sets."""
    return {name: _evaluate(network, temperature, one, progress) for name, one in sets.items()}


def evaluate_baseline(
    context: TrainerContext, model: StoredModel, sets: HoldoutSets, progress: Progress
) -> Results:
    """Evaluate champion or anchor on drawings; its exam result comes from the database."""
    with context.database.read() as session:
        stored = stored_exam_result(session, model.version)
    if stored is None:
        return evaluate(model.network, model.temperature, sets, progress)
    drawn = {name: sets[name] for name in DRAWN}
    results = evaluate(model.network, model.temperature, drawn, progress)
    return {Dataset.MNIST_TEST: stored, **results}


def stored_exam_result(session: Session, version: int) -> Result | None:
    """Return a version's result on the exam from its own run; None if it was not recorded."""
    row = session.scalars(
        select(Evaluation)
        .where(Evaluation.version == version, Evaluation.dataset == Dataset.MNIST_TEST)
        .order_by(Evaluation.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Result(np.frombuffer(row.predicted, dtype=np.uint8), row.n_correct, row.ece, row.nll)


def add_evaluations(
    session: Session, run_id: int, version: int, sets: HoldoutSets, results: Results, now: datetime
) -> None:
    """Record a version's prediction for each image."""
    for name, result in results.items():
        numbers = sets[name].numbers
        session.add(
            Evaluation(
                run_id=run_id,
                version=version,
                dataset=name,
                n=len(result.predicted),
                n_correct=result.n_correct,
                ece=result.ece,
                nll=result.nll,
                predicted=result.predicted.tobytes(),
                drawing_numbers=None if numbers is None else numbers.tolist(),
                at=now,
            )
        )


def _evaluate(
    network: SymbolNetwork, temperature: float, images: HoldoutSet, progress: Progress
) -> Result:
    predictions = predict(network, images.inks, progress.step)
    predicted = predictions.predicted_N
    if not len(predicted):
        return Result(predicted, 0, None, None)
    probabilities = predictions.probabilities_NK(temperature)
    return Result(
        predicted=predicted,
        n_correct=int((predicted == images.labels).sum()),
        ece=expected_calibration_error(probabilities, images.labels),
        nll=negative_log_likelihood(probabilities, images.labels),
        bins=certainty_bins(probabilities, images.labels),
    )
