"""Runs, verdicts, and the drawings that a run trained on, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, RunStatus
from core.runs import queries as run_queries
from core.runs import verdicts as sentences
from core.runs.advice import End, advice, what_to_do
from core.runs.log_lines import line_sentence
from core.storage import counters
from core.storage.tables import Run, RunLine, RunMetric, Verdict
from core.webhooks import deliveries as webhook
from server.api.drawings.views import drawings_by_number, drawings_json
from server.api.runs.lineage import TrainedDrawing
from server.api.runs.time_left import PHASES, CurvePoint, LogLine, phase_seconds, time_left
from server.api.shared.account_names import account_names
from server.api.shared.json_values import Json, iso
from server.api.webhooks.views import delivery_json

MAX_POINTS = 400
"""More than a chart has pixels for; a long training writes thousands."""


def run_in_full(session: Session, run: Run, *, now: datetime, for_admin: bool) -> Json:
    """Return a run with its curves, log, durations, and advice about its outcome."""
    lines = _lines(session, run.id)
    points = _points(session, run.id)
    verdict = run_queries.verdict_of(session, run.id)
    n_checking = counters.totals(session, "status:").get(DrawingStatus.QUARANTINED, 0)
    end = End(
        status=run.status,
        failure=run.failure,
        is_first=run.base_version is None,
        n_drawings=run.n_drawings or 0,
        n_checking=n_checking,
        failed_rules=[]
        if verdict is None
        else [rule["name"] for rule in verdict.rules if not rule["passed"]],
    )
    told = webhook.delivery_of(session, run.id) if for_admin else None
    taken = phase_seconds(lines, run.finished_at or now)
    found = advice(end)
    return run_json(session, run) | {
        "metrics": [_point_json(point) for point in _thinned(points)],
        "lines": [
            {"at": iso(at), "name": name, "facts": facts, "sentence": line_sentence(name, facts)}
            for at, name, facts in lines
        ],
        "phases": [
            {"phase": phase, "seconds": round(taken[phase], 1)}
            for phase in PHASES
            if phase in taken
        ],
        "time_left": _left_json(session, run, lines, points, taken, now),
        "progress_at": iso(run.progress_at),
        "n_attempts": run.n_attempts,
        "what_to_do": what_to_do(found),
        "advice": [{"name": one.name, "facts": one.facts} for one in found],
        "n_checking": n_checking,
        "told": None if told is None else delivery_json(told),
    }


def asked_by(session: Session, runs: Sequence[Run]) -> dict[int, str]:
    """Return the address of the account that requested each run, by run id."""
    names = account_names(session, {run.requested_by for run in runs})
    return {run.id: names[run.requested_by] for run in runs if run.requested_by in names}


def run_drawings_json(session: Session, found: Sequence[TrainedDrawing]) -> list[Json]:
    """Return drawings as the gallery shows them, with the label that the run trained on."""
    drawings = drawings_by_number(session, [one.number for one in found])
    shown = drawings_json(session, drawings, for_reviewer=True)
    return [
        drawing | {"learned_label": one.label, "is_new": one.is_new}
        for drawing, one in zip(shown, found, strict=True)
    ]


def _lines(session: Session, run_id: int) -> list[LogLine]:
    rows = session.execute(
        select(RunLine.at, RunLine.name, RunLine.facts)
        .where(RunLine.run_id == run_id)
        .order_by(RunLine.id)
    )
    return [LogLine(*row) for row in rows]


def _points(session: Session, run_id: int) -> list[RunMetric]:
    """Return a run's points, oldest first, without those that were repeated after a resume."""
    rows = session.scalars(
        select(RunMetric).where(RunMetric.run_id == run_id).order_by(RunMetric.id)
    )
    kept: list[RunMetric] = []
    for row in rows:
        while kept and kept[-1].phase == row.phase and kept[-1].step >= row.step:
            kept.pop()
        kept.append(row)
    return kept


def _thinned(points: Sequence[RunMetric]) -> list[RunMetric]:
    every = -(-len(points) // MAX_POINTS) or 1
    # Counted from the end, so that the newest point is always included.
    return list(points[::-1][::every][::-1])


def _point_json(point: RunMetric) -> Json:
    return {
        "phase": point.phase,
        "step": point.step,
        "loss": point.loss,
        "accuracy": point.accuracy,
    }


def _left_json(
    session: Session,
    run: Run,
    lines: Sequence[LogLine],
    points: Sequence[RunMetric],
    taken: dict[str, float],
    now: datetime,
) -> Json | None:
    if run.status != RunStatus.RUNNING or run.phase is None:
        return None
    starts = [line.at for line in lines if line.name in {"began", "resumed"}]
    since = starts[-1] if starts else now - timedelta(days=1)
    of_this_attempt = [CurvePoint(p.at, p.phase, p.step) for p in points if p.at >= since]
    usual = _usual(session, run, now)
    left = time_left(run.phase, run.n_steps, of_this_attempt, taken, usual, now)
    return None if left is None else {"seconds": round(left.seconds), "is_whole": left.is_whole}


def _usual(session: Session, run: Run, now: datetime) -> dict[str, float] | None:
    """Return the phase durations of the last finished run of the same kind; None without one."""
    finished = (RunStatus.PROMOTED, RunStatus.HELD)
    is_first = Run.base_version.is_(None)
    last = session.scalars(
        select(Run.id)
        .where(Run.id < run.id, Run.status.in_(finished))
        .where(is_first if run.base_version is None else ~is_first)
        .order_by(Run.id.desc())
        .limit(1)
    ).one_or_none()
    return None if last is None else phase_seconds(_lines(session, last), now) or None


def verdict_json(verdict: Verdict | None) -> Json | None:
    """Return a verdict with its sentences."""
    if verdict is None:
        return None
    return {
        "passed": verdict.passed,
        "sentence": sentences.verdict_sentence(verdict.passed, verdict.rules),
        "rules": [_rule_json(rule) for rule in verdict.rules],
    }


def _rule_json(rule: Json) -> Json:
    """Return a rule's outcome; its figures are null if there was nothing to measure."""
    is_measured = rule["facts"].get("n") != 0
    return {
        "name": rule["name"],
        "passed": rule["passed"],
        "value": rule["value"] if is_measured else None,
        "bound": rule["bound"] if is_measured else None,
        "sentence": sentences.rule_sentence(rule),
        "facts": rule["facts"],
    }


def run_json(session: Session, run: Run) -> Json:
    """Return a run with its verdict. `requested_by` is a kind, not a name."""
    return {
        "id": run.id,
        "status": run.status,
        "phase": run.phase,
        "step": run.step,
        "n_steps": run.n_steps,
        "loss": run.loss,
        "accuracy": run.accuracy,
        "version": run.version,
        "verdict": verdict_json(run_queries.verdict_of(session, run.id)),
        "requested_by": run.requested_by.partition(":")[0],
        "base_version": run.base_version,
        "n_new": run.n_new,
        "n_drawings": run.n_drawings,
        "queued_at": iso(run.queued_at),
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "cancel_requested": run.cancel_requested_at is not None,
        "message": run.message,
        "failure": run.failure,
    }
