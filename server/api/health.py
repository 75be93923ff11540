"""Is it alive, is it ready, and the figures for a monitor."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core import queries
from core.clock import utc_now
from core.db import has_wal_reset_bug, sqlite_version
from core.errors import InkloopError, NotReady
from core.models import RunStatus
from core.volatile import TRAINER
from server.answer_schemas import ReadyOut
from server.contract import contract
from server.metrics import registry
from server.services import Services, services

blueprint = Blueprint("health", __name__)
HEAD = Path(__file__).resolve().parents[2] / "migrations" / "HEAD"
MIN_FREE_SHARE = 0.05  # of the disk
TRAINER_IS_ALIVE_FOR = timedelta(seconds=30)
"""It says so every few seconds; torch may keep it from that for some."""
PATIENCE_WITH_A_RUN = timedelta(minutes=1)


@blueprint.get("/healthz")
@contract("Alive?", answers={200: None})
def healthz() -> ResponseReturnValue:
    """Answers without touching disk or database"""
    return {"status": "ok"}


@blueprint.get("/readyz")
@contract("Ready?", answers={200: ReadyOut, 503: ReadyOut})
def readyz() -> ResponseReturnValue:
    """503 without champion or database; `degraded` while the last good version serves"""
    parts = services()
    fatal = _database_problem(parts)
    if fatal is None and parts.live.current is None:
        parts.live.look()
        if parts.live.current is None:
            fatal = parts.live.problem or "no version is live yet: the first is being trained"
    problems = _problems(parts) if fatal is None else [fatal]
    status = "not_ready" if fatal is not None else ("degraded" if problems else "ok")
    model = parts.live.current
    answer = jsonify(
        status=status,
        problems=problems,
        version=None if model is None else model.version,
        sqlite=sqlite_version(),
    )
    answer.status_code = 200 if fatal is None else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _database_problem(parts: Services) -> str | None:
    try:
        with parts.database.read() as session:
            revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except InkloopError as exc:
        return f"the database cannot be read: {exc}"
    except SQLAlchemyError as exc:
        why = getattr(exc, "orig", None) or type(exc).__name__
        return f"the database cannot be read: {why}. Restore a backup"
    head = HEAD.read_text(encoding="ascii").strip()
    if revision != head:
        return f"the database is at revision {revision}, not {head}: run `inkloop db upgrade`"
    return None


def _problems(parts: Services) -> list[str]:
    problems = []
    if parts.live.problem is not None:
        problems.append(parts.live.problem)
    try:
        problems += _of_others(parts)
    except NotReady as exc:
        problems.append(str(exc))
    if has_wal_reset_bug(sqlite_version()):
        problems.append(
            f"SQLite {sqlite_version()} can lose commits of several processes: install pysqlite3"
        )
    disk = shutil.disk_usage(parts.settings.database_path.parent)
    if disk.free < MIN_FREE_SHARE * disk.total:
        problems.append(
            f"the disk is nearly full, {disk.free // 1_000_000:,} MB are free: make room"
        )
    return problems


def _of_others(parts: Services) -> list[str]:
    """What other workers and the trainer are in trouble with. Raises: NotReady."""
    now = utc_now()
    problems = [
        f"worker {worker.pid}: {worker.problem}"
        for worker in parts.volatile.workers(now=now)
        if worker.problem is not None and worker.problem != parts.live.problem
    ]
    seen_at = parts.volatile.part_seen_at(TRAINER)
    if seen_at is not None and now - seen_at > TRAINER_IS_ALIVE_FOR:
        seconds = round((now - seen_at).total_seconds())
        problems.append(
            f"the trainer has not been heard of for {seconds:,} s, so nothing is learned: look at "
            "its lines in the log, or start it with `inkloop trainer`"
        )
    with parts.database.read() as session:
        run = queries.latest_run(session)
    is_waiting = run is not None and run.status == RunStatus.QUEUED
    if seen_at is None and is_waiting and run and now - run.queued_at > PATIENCE_WITH_A_RUN:
        problems.append("a run waits, but no trainer is at work: start `inkloop trainer`")
    return problems


@blueprint.get("/metrics")
@contract("Figures for Prometheus", answers={200: None}, media_type="text/plain")
def metrics() -> ResponseReturnValue:
    """Requests of all workers added up, and what the database and the models are like"""
    body = generate_latest(registry(services()))
    answer = Response(body, content_type=CONTENT_TYPE_PLAIN_1_0_0)
    answer.headers["Cache-Control"] = "no-store"
    return answer
