"""A version's exams: MNIST's test set and the drawings that no run trains on.

Shapes: N drawings. The same drawings are put before candidate, champion and anchor, so that their
readings can be compared in pairs.
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
from torch import nn

from core.base.kinds import Dataset
from core.storage.tables import Evaluation
from core.symbols.digits.mnist import Mnist
from trainer.learning.scores import (
    Digits,
    certainty_bins,
    expected_calibration_error,
    negative_log_likelihood,
    read,
)
from trainer.pipeline.gate import Exam, RunExams, Verdict, judge_first, judge_run
from trainer.pipeline.gather import Gathered
from trainer.process.progress import Progress

DRAWN: tuple[Dataset, ...] = (Dataset.HOLDOUT_KNOWN, Dataset.HOLDOUT_NEW)


@dataclass(frozen=True, slots=True)
class Paper:
    """One exam: inks (N, 28, 28) uint8 with their labels (N,)."""

    inks: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    numbers: NDArray[np.int64] | None = None
    """The drawings' numbers; None for MNIST, which has an order of its own."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one version did in one exam."""

    predicted: NDArray[np.uint8]
    n_correct: int
    ece: float | None
    """None of no drawings, like `nll`."""
    nll: float | None
    bins: Sequence[Mapping[str, Any]] = ()
    """How sure it was, and how often right: see `certainty_bins`. Kept in a version's scores."""

    def score(self) -> dict[str, Any]:
        """As the scores of a version are kept and shown."""
        n = len(self.predicted)
        return {
            "accuracy": self.n_correct / n if n else None,
            "n_correct": self.n_correct,
            "n": n,
            "ece": self.ece,
            "nll": self.nll,
            "bins": [dict(one) for one in self.bins],
        }


Papers = Mapping[Dataset, Paper]
Results = Mapping[Dataset, Result]


def papers(mnist: Mnist, gathered: Gathered) -> Papers:
    """All exams of a run."""
    known, new = gathered.holdout_known, gathered.holdout_new
    return {
        Dataset.MNIST_TEST: Paper(mnist.test_images, mnist.test_labels),
        Dataset.HOLDOUT_KNOWN: Paper(known.inks, known.labels, known.numbers),
        Dataset.HOLDOUT_NEW: Paper(new.inks, new.labels, new.numbers),
    }


def sit(
    network: nn.Module, temperature: float, exams: Papers, progress: Progress | None = None
) -> Results:
    """Let a network sit some exams."""
    return {name: _sit_one(network, temperature, paper, progress) for name, paper in exams.items()}


def _sit_one(
    network: nn.Module, temperature: float, paper: Paper, progress: Progress | None
) -> Result:
    reading = read(network, paper.inks, progress.step if progress is not None else None)
    probabilities = reading.probabilities_NK(temperature)
    predicted = reading.predicted_N
    if not len(predicted):
        return Result(predicted, 0, None, None)
    return Result(
        predicted=predicted,
        n_correct=int((predicted == paper.labels).sum()),
        ece=expected_calibration_error(probabilities, paper.labels),
        nll=negative_log_likelihood(probabilities, paper.labels),
        bins=certainty_bins(probabilities, paper.labels),
    )


def judge(
    exams: Papers,
    candidate: Results,
    champion: Results,
    anchor: Results,
    golden: tuple[Digits, Digits, Digits],
    look: int,
) -> Verdict:
    """Put a run's candidate before the gate.

    Args:
        golden: labels, and what the candidate and the champion read.
    """
    mnist = Dataset.MNIST_TEST
    against_champion = {
        name: Exam(exams[name].labels, candidate[name].predicted, champion[name].predicted)
        for name in DRAWN
    }
    return judge_run(
        RunExams(
            mnist_labels=exams[mnist].labels,
            mnist_candidate=candidate[mnist].predicted,
            mnist_champion=champion[mnist].predicted,
            mnist_anchor=anchor[mnist].predicted,
            candidate_ece=candidate[mnist].ece or 0.0,
            champion_ece=champion[mnist].ece or 0.0,
            holdout_known=against_champion[Dataset.HOLDOUT_KNOWN],
            holdout_new=against_champion[Dataset.HOLDOUT_NEW],
            golden_labels=golden[0],
            golden_candidate=golden[1],
            golden_champion=golden[2],
        ),
        look=look,
    )


def judge_first_model(exams: Papers, candidate: Results) -> Verdict:
    """Put the first model before its own, absolute gate."""
    mnist = Dataset.MNIST_TEST
    return judge_first(exams[mnist].labels, candidate[mnist].predicted)


def stored_mnist_result(session: Session, version: int) -> Result | None:
    """How a version did on MNIST when it was judged; None if that was never recorded."""
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
    session: Session, run_id: int, version: int, exams: Papers, results: Results, now: datetime
) -> None:
    """Record what a version read, drawing by drawing."""
    for name, result in results.items():
        numbers = exams[name].numbers
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
