"""Step of a run: quarantine new drawings whose labels are probably wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import structlog

from core.drawings import lifecycle as drawings
from core.runs import lease as run_lease
from trainer.learning.label_check import LabelCheck, check_labels
from trainer.learning.scores import predict
from trainer.pipeline.baselines import Baselines
from trainer.pipeline.context import StoredModel, TrainerContext
from trainer.pipeline.gather import Gathered, is_accepted
from trainer.pipeline.interface import Claim, Progress

log = structlog.get_logger(__name__)


def quarantine_suspects(
    context: TrainerContext,
    claim: Claim,
    baselines: Baselines | None,
    gathered: Gathered,
    progress: Progress,
) -> Gathered:
    """Return the drawings without suspects. Drawings that a person confirmed always remain."""
    if baselines is None:
        return gathered
    checked = _check(context, baselines.champion, gathered)
    if checked is None:
        return gathered
    suspects = gathered.new.numbers[checked.is_suspect_Q].tolist()
    with context.database.write() as session:
        run_lease.require_fence(session, claim.fence)
        drawings.quarantine(session, suspects)
        confirmed = {number for number in suspects if is_accepted(session, number)}
    quarantined = [number for number in suspects if number not in confirmed]
    if quarantined:
        log.info("drawings quarantined", n_drawings=len(quarantined))
        progress.log("put_aside", n=len(quarantined))
    return replace(gathered, new=gathered.new.where(~np.isin(gathered.new.numbers, quarantined)))


def _check(context: TrainerContext, champion: StoredModel, gathered: Gathered) -> LabelCheck | None:
    """Check the labels of the new drawings; None if the champion predicts all of them."""
    new, older, validation = gathered.new, gathered.older, context.reference.validation
    predictions = predict(champion.network, np.concatenate([new.inks, older.inks]))
    if (predictions.predicted_N[: len(new)] == new.labels).all():
        return None
    return check_labels(
        predictions.probabilities_NK(champion.temperature),
        predictions.features_NF,
        np.concatenate([new.labels, older.labels]),
        predict(champion.network, validation.inks).features_NF,
        validation.labels,
        contributors=[*new.contributors, *older.contributors],
        n_checked=len(new),
    )
