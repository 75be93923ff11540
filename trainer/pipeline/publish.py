"""Step of a run: store a version's files, then the rows that make it count."""

from __future__ import annotations

import structlog
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.kinds import RunStatus
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.runs.verdicts import verdict_sentence
from core.storage.audit import audit
from core.storage.tables import Verdict as VerdictRow
from core.versions import lifecycle as versions
from trainer.pipeline.baselines import Baselines
from trainer.pipeline.candidates import EvaluatedCandidate
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.evaluate import DRAWN, add_evaluations
from trainer.pipeline.export import VersionFiles
from trainer.pipeline.gate import Verdict
from trainer.pipeline.interface import Claim

log = structlog.get_logger(__name__)


def publish(
    context: TrainerContext,
    claim: Claim,
    baselines: Baselines | None,
    candidate: EvaluatedCandidate,
    exported: VersionFiles,
) -> int:
    """Publish a version, promoted or held, and end its run. Returns: its number.

    Files are written first; one transaction then adds the version with its verdict and ends the
    run. The transaction is refused if this trainer has lost its lease.

    Raises: LeaseLost, and the errors of the model store.
    """
    with context.database.read() as session:
        run_lease.require_fence(session, claim.fence)
        version = versions.next_version(session)
    now = utc_now()
    scores = candidate.scores()
    manifest = exported.facts | {
        "version": version,
        "run_id": claim.run_id,
        "base_version": None if baselines is None else baselines.champion.version,
        "scores": scores,
        "created_at": now.isoformat(),
    }
    published = context.store.publish(version, exported.files, manifest)
    with context.database.write() as session:
        versions.add_version(
            session,
            fence=claim.fence,
            version=version,
            sha256=published.sha256,
            manifest_sha256=published.manifest_sha256,
            manifest=manifest,
            scores=scores,
            run_id=claim.run_id,
            now=now,
        )
        _record(session, claim, version, candidate)
        _promote(session, version, candidate.verdict, is_first=baselines is None)
        # Deleting files takes this transaction's lock, so they cannot disappear after this check.
        context.store.verify(version, published.manifest_sha256)
        status = RunStatus.PROMOTED if candidate.verdict.passed else RunStatus.HELD
        runs.finish_run(
            session, claim.run_id, fence=claim.fence, status=status, version=version, now=now
        )
    log.info(
        "version published",
        version=version,
        status=str(status),
        sentence=_sentence(candidate.verdict),
    )
    return version


def _sentence(verdict: Verdict) -> str:
    """Return the verdict in English, for logs and for the reason of a promotion."""
    return verdict_sentence(verdict.passed, verdict.to_json())


def _record(session: Session, claim: Claim, version: int, candidate: EvaluatedCandidate) -> None:
    now = utc_now()
    verdict = candidate.verdict
    add_evaluations(session, claim.run_id, version, candidate.sets, candidate.results, now)
    for baseline, results in candidate.baselines.items():
        # Their exam predictions were recorded by their own runs.
        drawn = {name: results[name] for name in DRAWN}
        add_evaluations(session, claim.run_id, baseline, candidate.sets, drawn, now)
    session.add(
        VerdictRow(
            run_id=claim.run_id,
            version=version,
            passed=verdict.passed,
            rules=verdict.to_json(),
            at=now,
        )
    )
    facts = {"version": version, "passed": verdict.passed}
    by, subject = versions.BY_GATE, f"run:{claim.run_id}"
    audit(session, by=by, action="verdict", subject=subject, now=now, **facts)


def _promote(session: Session, version: int, verdict: Verdict, *, is_first: bool) -> None:
    if not verdict.passed:
        return
    now = utc_now()
    reason = _sentence(verdict)
    by = versions.BY_GATE
    versions.promote(session, version, kind="gate", reason=reason, by=by, now=now)
    if is_first:
        versions.move_anchor(session, version, reason="the first model", by=by, now=now)
