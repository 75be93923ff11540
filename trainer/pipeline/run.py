"""A run from its claim to its published version, step by step.

Each step may raise; `trainer.process.job` handles errors and ends the run.
"""

from __future__ import annotations

from trainer.pipeline.baselines import load_baselines
from trainer.pipeline.candidates import first_to_pass
from trainer.pipeline.check_labels import quarantine_suspects
from trainer.pipeline.checkpoints import Checkpoints, fingerprint
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.export import export_version
from trainer.pipeline.gather import gather_drawings, record_lineage
from trainer.pipeline.interface import Claim, Progress
from trainer.pipeline.publish import publish
from trainer.pipeline.tensorboard import TensorBoardCurves
from trainer.pipeline.train import train_candidates


def run_pipeline(context: TrainerContext, claim: Claim, progress: Progress) -> None:
    """Carry out a claimed run up to its verdict.

    Raises: what `Progress` raises to end the run, and the errors of its steps.
    """
    with TensorBoardCurves(context.settings.instance, claim.run_id) as curves:
        progress.add_listener(curves)
        _run_steps(context, claim, progress)


def _run_steps(context: TrainerContext, claim: Claim, progress: Progress) -> None:
    progress.enter("gather")
    baselines = load_baselines(context)
    gathered = gather_drawings(context, claim, baselines)
    gathered = quarantine_suspects(context, claim, baselines, gathered, progress)
    record_lineage(context, claim, baselines, gathered, progress)
    checkpoints = Checkpoints(
        context.settings.instance, claim.run_id, fingerprint(claim, baselines, gathered)
    )

    progress.enter("train")
    candidates = train_candidates(context, claim, baselines, gathered, progress, checkpoints)

    progress.enter("evaluate")  # and "gate", candidate by candidate
    candidate = first_to_pass(context, baselines, gathered, candidates, progress)

    progress.enter("export")
    exported = export_version(context, claim, candidate.model, gathered, progress)

    progress.enter("publish")
    publish(context, claim, baselines, candidate, exported)
    checkpoints.discard()
