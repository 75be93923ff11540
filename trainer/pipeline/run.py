"""The steps of a run, in order. Each may raise; `trainer.process.job` handles that."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import structlog

from core.base.errors import InvalidInput
from core.base.kinds import Dataset
from core.drawings import lifecycle as drawings
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.storage.tables import ModelVersion
from core.symbols.digits.golden import golden_inks
from core.versions import lifecycle as versions
from trainer.learning.scores import Digits, read
from trainer.networks.base import DigitNetwork
from trainer.pipeline import evaluate as examine
from trainer.pipeline.check_labels import hear, suspects
from trainer.pipeline.checkpoints import Checkpoints
from trainer.pipeline.evaluate import Papers, Results
from trainer.pipeline.gate import Verdict, rule_golden
from trainer.pipeline.gather import Gathered, gather, is_accepted
from trainer.pipeline.learn import first_model, from_champion
from trainer.pipeline.publish import Judged, build, publish
from trainer.pipeline.tensorboard import TensorBoardCurves
from trainer.process.context import KeptModel, Workshop
from trainer.process.job import Claim
from trainer.process.progress import Progress

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class References:
    """What a candidate is compared with; the same model twice while the anchor is live."""

    champion: KeptModel
    anchor: KeptModel


def carry_out(workshop: Workshop, claim: Claim, progress: Progress) -> None:
    """Do a run that was claimed, to its verdict.

    Raises: what `Progress` raises to stop it, and whatever goes wrong.
    """
    with TensorBoardCurves(workshop.settings.instance, claim.run_id) as curves:
        progress.tell(curves)
        _carry_out(workshop, claim, progress)


def _carry_out(workshop: Workshop, claim: Claim, progress: Progress) -> None:
    progress.enter("gather")
    references = _references(workshop)
    gathered = _gather(workshop, claim, references, progress)
    checkpoints = Checkpoints(
        workshop.settings.instance, claim.run_id, _fingerprint(claim, references, gathered)
    )
    progress.enter("train")
    if references is None:
        judged = _first(workshop, claim, gathered, progress, checkpoints)
    else:
        judged = _next(workshop, claim, references, gathered, progress, checkpoints)
    progress.enter("export")
    product = build(workshop, judged.learned, gathered.trained_inks(), claim.seed, progress.look)
    progress.say("packed", n_bytes=sum(len(data) for data in product.files.values()))
    progress.enter("publish")
    publish(workshop, claim, None if references is None else references.champion, judged, product)
    checkpoints.discard()


def _references(workshop: Workshop) -> References | None:
    """The live version and the anchor; None before the first model."""
    with workshop.database.read() as session:
        champion = versions.live_promotion(session)
        if champion is None:
            return None
        anchor = versions.anchor_version(session) or champion.version
        rows = {n: session.get_one(ModelVersion, n) for n in (champion.version, anchor)}
    kept = {n: workshop.model(n, row.manifest_sha256) for n, row in rows.items()}
    return References(kept[champion.version], kept[anchor])


def _gather(
    workshop: Workshop, claim: Claim, references: References | None, progress: Progress
) -> Gathered:
    """Choose what to learn from, put aside what looks mislabelled, and write down the lineage."""
    with workshop.database.read() as session:
        gathered = gather(session, claim.run_id, claim.seed)
    if references is None:
        # The first model learns from MNIST alone: nothing could check the drawings' labels yet.
        gathered = replace(gathered, new=gathered.new.none(), older=gathered.older.none())
    else:
        if not len(gathered.new) + len(gathered.older):
            raise InvalidInput(
                "there are no drawings to learn from yet: draw some digits, then ask for a run"
            )
        gathered = _without_suspects(workshop, claim, references.champion, gathered, progress)
    progress.say("gathered", n_new=len(gathered.new), n_older=len(gathered.older))
    progress.look()
    with workshop.database.write() as session:
        runs.record_lineage(session, claim.run_id, gathered.lineage(), fence=claim.fence)
        runs.describe_run(
            session,
            claim.run_id,
            fence=claim.fence,
            base_version=None if references is None else references.champion.version,
            n_new=len(gathered.new),
            n_drawings=len(gathered.new) + len(gathered.older),
        )
    return gathered


def _without_suspects(
    workshop: Workshop,
    claim: Claim,
    champion: KeptModel,
    gathered: Gathered,
    progress: Progress,
) -> Gathered:
    """Put aside the new drawings whose labels look wrong, unless somebody confirmed them."""
    new, older, split = gathered.new, gathered.older, workshop.split
    reading = read(champion.network, np.concatenate([new.inks, older.inks]))
    if (reading.predicted_N[: len(new)] == new.labels).all():
        return gathered
    hearing = hear(
        reading.probabilities_NK(champion.temperature),
        reading.features_NF,
        np.concatenate([new.labels, older.labels]),
        read(champion.network, split.validation_inks).features_NF,
        split.validation_labels,
        contributors=[*new.contributors, *older.contributors],
        n_questioned=len(new),
    )
    numbers = new.numbers[suspects(hearing)].tolist()
    with workshop.database.write() as session:
        run_lease.require_fence(session, claim.fence)
        drawings.quarantine(session, numbers)
        still_accepted = {n for n in numbers if is_accepted(session, n)}
    put_aside = [number for number in numbers if number not in still_accepted]
    if put_aside:
        log.info("put aside", n_drawings=len(put_aside))
        progress.say("put_aside", n=len(put_aside))
    return replace(gathered, new=new.where(~np.isin(new.numbers, put_aside)))


def _first(
    workshop: Workshop,
    claim: Claim,
    gathered: Gathered,
    progress: Progress,
    checkpoints: Checkpoints,
) -> Judged:
    learned = first_model(workshop, claim.seed, progress, checkpoints)
    progress.enter("evaluate")
    exams = examine.papers(workshop.mnist, gathered)
    results = examine.sit(learned.network, learned.temperature, exams, progress)
    progress.enter("gate")
    first = examine.judge_first_model(exams, results)
    # Golden digits too: a server tests itself on them, and no later run could pass without.
    labels, predicted = _golden_readings(learned.network)
    verdict = Verdict((*first.rules, rule_golden(labels, predicted)))
    progress.say("judged", passed=verdict.passed, look=1)
    return Judged(learned, exams, results, verdict, {})


def _next(
    workshop: Workshop,
    claim: Claim,
    references: References,
    gathered: Gathered,
    progress: Progress,
    checkpoints: Checkpoints,
) -> Judged:
    champion, anchor = references.champion, references.anchor
    candidates = from_champion(
        workshop, champion, anchor, gathered, claim.seed, progress, checkpoints
    )
    progress.enter("evaluate")
    exams = examine.papers(workshop.mnist, gathered)
    known = {
        model.version: _reference_results(workshop, model, exams, progress)
        for model in (champion, anchor)
    }
    _labels, golden_champion = _golden_readings(champion.network)
    judged: list[Judged] = []
    for look, learned in enumerate(candidates, start=1):
        results = examine.sit(learned.network, learned.temperature, exams, progress)
        progress.enter("gate")
        verdict = examine.judge(
            exams,
            results,
            known[champion.version],
            known[anchor.version],
            golden=(*_golden_readings(learned.network), golden_champion),
            look=look,
        )
        progress.say("judged", passed=verdict.passed, look=look)
        judged.append(Judged(learned, exams, results, verdict, known))
        if verdict.passed:
            break
    return judged[-1]


def _reference_results(
    workshop: Workshop, model: KeptModel, exams: Papers, progress: Progress
) -> Results:
    """How a reference does: on MNIST as recorded when it was judged, on today's drawings anew."""
    with workshop.database.read() as session:
        recorded = examine.stored_mnist_result(session, model.version)
    if recorded is None:
        return examine.sit(model.network, model.temperature, exams, progress)
    drawn = {name: exams[name] for name in examine.DRAWN}
    results = examine.sit(model.network, model.temperature, drawn, progress)
    return {Dataset.MNIST_TEST: recorded, **results}


def _golden_readings(network: DigitNetwork) -> tuple[Digits, Digits]:
    inks, labels = golden_inks()
    return labels, read(network, inks).predicted_N


def _fingerprint(claim: Claim, references: References | None, gathered: Gathered) -> str:
    """Of all that decides what a run learns: a checkpoint of anything else is no use to it."""
    digest = hashlib.sha256(f"{claim.run_id} {claim.seed}".encode())
    if references is not None:
        digest.update(f" {references.champion.version}".encode())
    for number, label, is_new in gathered.lineage():
        digest.update(f" {number}:{label}:{is_new:d}".encode())
    return digest.hexdigest()
