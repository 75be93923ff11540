"""Routes for monitoring: liveness, readiness, and Prometheus metrics."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.base.errors import InkloopError
from core.storage.database import sqlite_version
from server.api.health.schemas import ReadyOut
from server.contract import contract
from server.monitoring.metrics import registry
from server.monitoring.problems import problems
from server.roles import ADMIN, ANYBODY
from server.services import Services, services

blueprint = Blueprint("health", __name__)
HEAD = Path(__file__).resolve().parents[3] / "migrations" / "HEAD"


@blueprint.get("/healthz")
@contract("Alive?", role=ANYBODY, answers={200: None})
def healthz() -> ResponseReturnValue:
    """Answer without any I/O"""
    return {"status": "ok"}


@blueprint.get("/readyz")
@contract("Ready?", role=ANYBODY, answers={200: ReadyOut, 503: ReadyOut})
def readyz() -> ResponseReturnValue:
    """Answer 503 without champion or database; `degraded` while the last good version serves"""
    parts = services()
    fatal = _database_problem(parts)
    if fatal is None and parts.live.current is None:
        parts.live.look()
        if parts.live.current is None:
            fatal = parts.live.problem or "no version is live yet: the first is being trained"
    found = [one.sentence for one in problems(parts)] if fatal is None else [fatal]
    status = "not_ready" if fatal is not None else ("degraded" if found else "ok")
    model = parts.live.current
    answer = jsonify(
        status=status,
        problems=found,
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


@blueprint.get("/metrics")
@contract("Figures for Prometheus", role=ADMIN, answers={200: None}, media_type="text/plain")
def metrics() -> ResponseReturnValue:
    """Return request counts of all workers together, and gauges of database and models"""
    body = generate_latest(registry(services()))
    answer = Response(body, content_type=CONTENT_TYPE_PLAIN_1_0_0)
    answer.headers["Cache-Control"] = "no-store"
    return answer
