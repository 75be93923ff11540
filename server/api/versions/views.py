"""Versions as JSON."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.runs import queries as run_queries
from core.storage.tables import ModelVersion, Run
from core.versions import lifecycle
from core.versions import queries as version_queries
from server.api.runs.views import verdict_json
from server.api.shared.json_values import Json, iso


def model_json(session: Session, row: ModelVersion, live: int | None) -> Json:
    """Return a version with scores, verdict and lineage."""
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
        "is_anchor": row.version == lifecycle.anchor_version(session),
        "scores": row.scores,
        "verdict": verdict_json(verdict),
    }
