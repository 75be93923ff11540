"""From a judged network to a version: files that are proven, then rows that make them count."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import structlog
import torch
from numpy.typing import NDArray
from safetensors.torch import load, save
from sqlalchemy.orm import Session

import core
from core.base.clock import utc_now
from core.base.errors import ModelFileError
from core.base.kinds import RunStatus
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.runs.verdicts import verdict_sentence
from core.storage.audit import audit
from core.storage.model_store import ONNX, WEIGHTS
from core.storage.tables import Verdict as VerdictRow
from core.symbols.digits.golden import golden_inks
from core.versions import lifecycle as versions
from trainer.export.onnx_file import servable, to_onnx, verify_export
from trainer.export.sessions import one_thread_session
from trainer.learning.familiarity import Familiarity
from trainer.pipeline.evaluate import DRAWN, Papers, Results, add_evaluations
from trainer.pipeline.gate import Verdict
from trainer.pipeline.learn import Learned
from trainer.process.context import KeptModel, Workshop
from trainer.process.job import Claim

N_PROVEN = 64
"""Validation images, beside the golden digits, on which the exported file must agree with torch."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """A network after its exams, and what the gate said."""

    learned: Learned
    exams: Papers
    results: Results
    verdict: Verdict
    references: Mapping[int, Results]
    """How champion and anchor did in the same exams, by version."""

    def scores(self) -> dict[str, Any]:
        """As kept with a version."""
        return {str(name): result.score() for name, result in self.results.items()}


@dataclass(frozen=True, slots=True)
class Product:
    """A version's files, proven, and what its manifest says of them."""

    files: Mapping[str, bytes]
    facts: dict[str, Any]


def build(
    workshop: Workshop,
    learned: Learned,
    drawn_inks: NDArray[np.uint8],
    seed: int,
    look: Callable[[], None] = lambda: None,
) -> Product:
    """Export a network and prove that the exported bytes read as it does.

    Args:
        drawn_inks: what it was trained on besides MNIST, (N, 28, 28).
        look: called after each part that takes time; may raise to stop.

    Raises: ModelFileError, if the file reads otherwise.
    """
    network, split = learned.network, workshop.split
    familiarity = Familiarity.fit(
        network, split.inks, split.labels, split.validation_inks, drawn_inks
    )
    look()
    data = to_onnx(network, learned.temperature, familiarity)
    look()
    inks, _labels = golden_inks()
    model = servable(network, learned.temperature, familiarity)
    verify_export(data, model, np.concatenate([inks, split.validation_inks[:N_PROVEN]]))
    (probabilities,) = one_thread_session(data).run(["probabilities"], {"ink": inks})
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    files = {WEIGHTS: save(weights), ONNX: data}
    _prove_weights(files[WEIGHTS], weights)
    facts = {
        "network": learned.name,
        "n_parameters": sum(parameter.numel() for parameter in network.parameters()),
        "temperature": learned.temperature,
        "familiarity_threshold": familiarity.threshold,
        "golden": {
            "inks": base64.b64encode(inks.tobytes()).decode("ascii"),
            # What it reads, right or not: a server tests that its file still reads the same.
            "labels": probabilities.argmax(axis=1).tolist(),
            "probabilities": probabilities.tolist(),
        },
        "recipe": dict(learned.recipe),
        "seed": seed,
        "versions": {
            "inkloop": core.__version__,
            "torch": torch.__version__,
            "onnx": onnx.__version__,
            "onnxruntime": ort.__version__,
        },
    }
    return Product(files, facts)


def publish(
    workshop: Workshop, claim: Claim, champion: KeptModel | None, judged: Judged, product: Product
) -> int:
    """Let a version appear, promoted or held, and end its run. Returns: the version.

    Files go first, then one transaction makes them count; it is refused to a trainer whose lease
    is over. Raises: LeaseLost, and what the model store raises.
    """
    with workshop.database.read() as session:
        run_lease.require_fence(session, claim.fence)
        version = versions.next_version(session)
    now = utc_now()
    manifest = product.facts | {
        "version": version,
        "run_id": claim.run_id,
        "base_version": None if champion is None else champion.version,
        "scores": judged.scores(),
        "created_at": now.isoformat(),
    }
    published = workshop.store.publish(version, product.files, manifest)
    with workshop.database.write() as session:
        versions.add_version(
            session,
            fence=claim.fence,
            version=version,
            sha256=published.sha256,
            manifest_sha256=published.manifest_sha256,
            manifest=manifest,
            scores=judged.scores(),
            run_id=claim.run_id,
            now=now,
        )
        _record(session, claim, version, judged)
        _promote(session, version, judged.verdict, is_first=champion is None)
        # Whoever cleared the store meanwhile would have needed this transaction's lock.
        workshop.store.verify(version, published.manifest_sha256)
        status = RunStatus.PROMOTED if judged.verdict.passed else RunStatus.HELD
        runs.finish_run(
            session, claim.run_id, fence=claim.fence, status=status, version=version, now=now
        )
    log.info("published", version=version, status=str(status), sentence=sentence(judged.verdict))
    return version


def sentence(verdict: Verdict) -> str:
    """The verdict in English, for logs and for the reason of a promotion."""
    return verdict_sentence(verdict.passed, verdict.to_json())


def _record(session: Session, claim: Claim, version: int, judged: Judged) -> None:
    now = utc_now()
    add_evaluations(session, claim.run_id, version, judged.exams, judged.results, now)
    for reference, results in judged.references.items():
        # Their readings of MNIST were recorded when they were judged themselves.
        drawn = {name: results[name] for name in DRAWN}
        add_evaluations(session, claim.run_id, reference, judged.exams, drawn, now)
    session.add(
        VerdictRow(
            run_id=claim.run_id,
            version=version,
            passed=judged.verdict.passed,
            rules=judged.verdict.to_json(),
            at=now,
        )
    )
    facts = {"version": version, "passed": judged.verdict.passed}
    by, subject = versions.BY_GATE, f"run:{claim.run_id}"
    audit(session, by=by, action="verdict", subject=subject, now=now, **facts)


def _promote(session: Session, version: int, verdict: Verdict, *, is_first: bool) -> None:
    if not verdict.passed:
        return
    now = utc_now()
    reason = sentence(verdict)
    by = versions.BY_GATE
    versions.promote(session, version, kind="gate", reason=reason, by=by, now=now)
    if is_first:
        versions.move_anchor(session, version, reason="the first model", by=by, now=now)


def _prove_weights(data: bytes, weights: Mapping[str, torch.Tensor]) -> None:
    kept = load(data)
    if kept.keys() != weights.keys() or not all(
        torch.equal(kept[name], value) for name, value in weights.items()
    ):
        raise ModelFileError("the weights read back changed: the version was not published")
