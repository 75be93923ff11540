"""Rows to JSON: what a drawing, a run and a version look like to a client."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from core.base.errors import InvalidInput
from core.base.kinds import DrawingStatus, Split
from core.runs import queries as run_queries
from core.runs import verdict_sentences as sentences
from core.runs.sentences import message_sentence
from core.storage.tables import Drawing, ModelVersion, Run, Verdict
from core.versions import lifecycle as versions
from core.versions import queries as version_queries

Json = dict[str, Any]


def iso(moment: datetime | None) -> str | None:
    """`2026-11-23T03:00:00.000000Z`: always UTC, always as long, so that it sorts."""
    if moment is None:
        return None
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def language() -> str:
    """The language that the client would rather read: `en` or `zh`."""
    return request.accept_languages.best_match(sentences.LANGUAGES, "en")


def to_base64(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(data).decode("ascii")


def next_after(number: int) -> str:
    """What a client sends as `after` to go on behind this row."""
    return base64.urlsafe_b64encode(str(number).encode()).decode("ascii").rstrip("=")


def number_after(after: str | None) -> int | None:
    """The row to go on behind. Raises: InvalidInput, if no answer of ours gave it."""
    if after is None:
        return None
    try:
        text = base64.b64decode(after + "=" * (-len(after) % 4), b"-_", validate=True)
        number = int(text) if text.isdigit() else -1
    except (binascii.Error, ValueError):
        number = -1
    if not 0 <= number < 2**63:
        raise InvalidInput("after must be the `next` of the page before: start without it")
    return number


def drawings_by_number(session: Session, numbers: Sequence[int]) -> list[Drawing]:
    """The drawings in this order, without what is large and not shown."""
    large = (defer(Drawing.strokes), defer(Drawing.picture), defer(Drawing.facet))
    rows = select(Drawing).where(Drawing.number.in_(numbers)).options(*large)
    by_number = {row.number: row for row in session.scalars(rows)}
    return [by_number[number] for number in numbers]


def drawings_json(
    session: Session, drawings: Sequence[Drawing], *, for_reviewer: bool = False
) -> list[Json]:
    """Drawings with their fate, in the given order.

    The database says what is live: a worker may follow a promotion up to 3 s later.
    """
    live = version_queries.live_version(session)
    learned = version_queries.versions_that_learned(
        session, [drawing.number for drawing in drawings]
    )
    return [
        drawing_json(drawing, learned.get(drawing.number, []), live, for_reviewer=for_reviewer)
        for drawing in drawings
    ]


def drawing_json(
    drawing: Drawing,
    learned: Sequence[tuple[int, bool]],
    live: int | None,
    *,
    for_reviewer: bool = False,
) -> Json:
    """One drawing; `learned` are the versions that trained on it, each with "was ever live"."""
    promoted = [version for version, was_live in learned if was_live]
    shown = {
        "id": drawing.id,
        "label": drawing.label,
        "status": drawing.status,
        "split": drawing.split,
        "source": drawing.source,
        "prediction": None
        if drawing.predicted_version is None
        else {"label": drawing.predicted_label, "model_version": drawing.predicted_version},
        "ink": to_base64(drawing.ink),
        "created_at": iso(drawing.created_at),
        "versions": [version for version, _ in learned],
        "fate": _fate(drawing, is_learned=bool(promoted)),
        "learned_version": live if live in promoted else max(promoted, default=None),
    }
    if for_reviewer:
        shown["contributor"] = drawing.contributor_id
        shown["confidence"] = drawing.confidence
    return shown


def _fate(drawing: Drawing, *, is_learned: bool) -> str:
    if drawing.status == DrawingStatus.QUARANTINED:
        return "checking"
    if drawing.status != DrawingStatus.ACCEPTED:
        return drawing.status
    if drawing.split != Split.TRAIN:
        return "exam"
    return "learned" if is_learned else "waiting"


def verdict_json(verdict: Verdict | None) -> Json | None:
    """A verdict with its sentences in the client's language."""
    if verdict is None:
        return None
    words = language()
    return {
        "passed": verdict.passed,
        "sentence": sentences.verdict_sentence(verdict.passed, verdict.rules, words),
        "rules": [_rule_json(rule, words) for rule in verdict.rules],
    }


def _rule_json(rule: Json, words: str) -> Json:
    """A rule that had nothing to measure shows no figures: a 0 would look like one."""
    is_measured = rule["facts"].get("n") != 0
    return {
        "name": rule["name"],
        "passed": rule["passed"],
        "value": rule["value"] if is_measured else None,
        "bound": rule["bound"] if is_measured else None,
        "sentence": sentences.rule_sentence(rule, words),
    }


def run_json(session: Session, run: Run) -> Json:
    """A run, and the verdict on its candidate. Who asked is told by kind, not by name."""
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
        "message": message_sentence(run.message, run.failure, language()),
    }


def model_json(session: Session, row: ModelVersion, live: int | None) -> Json:
    """A version with scores, verdict and lineage."""
    run = None if row.run_id is None else session.get(Run, row.run_id)
    verdict = None if run is None else run_queries.verdict_of(session, run.id)
    promoted_at = version_queries.promoted_at(session, row.version)
    return {
        "version": row.version,
        "status": version_queries.version_status(session, row.version, live),
        "network": row.network,
        "created_at": iso(row.created_at),
        "promoted_at": iso(promoted_at),
        "base_version": row.base_version,
        "run_id": row.run_id,
        "n_drawings": None if run is None else run.n_drawings,
        "n_new": None if run is None else run.n_new,
        "is_anchor": row.version == versions.anchor_version(session),
        "scores": row.scores,
        "verdict": verdict_json(verdict),
    }
