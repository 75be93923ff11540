"""Routes of model versions: list, show, download, promote, roll back, move the anchor."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.errors import NotFound
from core.storage.model_store import MANIFEST, ONNX, WEIGHTS
from core.storage.tables import ModelVersion
from core.versions import lifecycle
from server import identity
from server.api.shared.json_values import Json
from server.api.shared.paging import Page, cursor, number_of
from server.api.shared.schemas import Reason
from server.api.versions.schemas import AnchorOut, ModelOut, ModelsOut, PromotedOut
from server.api.versions.views import model_json
from server.contract import contract
from server.roles import ADMIN, ANYBODY
from server.services import services
from server.serving.rollout import wait_until_served

blueprint = Blueprint("models", __name__)
DOWNLOADS = (ONNX, WEIGHTS, MANIFEST)


@blueprint.get("/api/v1/models")
@contract("All versions", role=ADMIN, query=Page, answers={200: ModelsOut})
def all_models(query: Page) -> ResponseReturnValue:
    """List all versions with scores, verdict and lineage, newest first"""
    found = select(ModelVersion).order_by(ModelVersion.version.desc()).limit(query.limit + 1)
    after = number_of(query.after)
    if after is not None:
        found = found.where(ModelVersion.version < after)
    with services().database.read() as session:
        live = lifecycle.live_promotion(session)
        rows = session.scalars(found).all()
        shown = rows[: query.limit]
        items = [model_json(session, row, live.version if live else None) for row in shown]
    more = len(rows) > query.limit
    return {"items": items, "next": cursor(shown[-1].version) if more else None}


@blueprint.get("/api/v1/models/champion")
@contract("The live version", role=ANYBODY, answers={200: ModelOut}, refusals=(404,))
def champion() -> ResponseReturnValue:
    """Return the live version"""
    with services().database.read() as session:
        live = lifecycle.live_promotion(session)
        if live is None:
            raise NotFound("version", "that is live yet: the first one is still being trained")
        return model_json(session, session.get_one(ModelVersion, live.version), live.version)


@blueprint.get("/api/v1/models/<int:version>")
@contract("One version", role=ADMIN, answers={200: ModelOut}, refusals=(404,))
def show(version: int) -> ResponseReturnValue:
    """Return a version with scores, verdict and lineage"""
    with services().database.read() as session:
        live = lifecycle.live_promotion(session)
        row = session.get(ModelVersion, version)
        if row is None:
            raise NotFound("version", version)
        return model_json(session, row, live.version if live else None) | {"about": _about(row)}


def _about(row: ModelVersion) -> Json:
    names = ("n_parameters", "temperature", "seed", "recipe")
    recorded = {name: row.manifest.get(name) for name in names}
    return recorded | {"onnx_sha256": row.sha256}


@blueprint.get("/api/v1/models/<int:version>/files/<name>")
@contract(
    "A version's file",
    role=ADMIN,
    answers={200: None},
    refusals=(404,),
    media_type="application/octet-stream",
)
def download(version: int, name: str) -> ResponseReturnValue:
    """Download `model.onnx`, `weights.safetensors` or `manifest.json` from the model store"""
    parts = services()
    with parts.database.read() as session:
        row = session.get(ModelVersion, version)
        if row is None or name not in DOWNLOADS:
            raise NotFound("file", f"{name} of version {version}")
    data = parts.store.read_listed(version, name, row.manifest_sha256)
    answer = Response(data, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="v{version:04d}-{name}"'
    return answer


@blueprint.post("/api/v1/models/<int:version>/promote")
@contract(
    "Make a version live",
    role=ADMIN,
    body=Reason,
    answers={200: PromotedOut},
    refusals=(404, 409, 504),
)
def promote(version: int, body: Reason) -> ResponseReturnValue:
    """Promote a version; answers once every worker serves it"""
    parts = services()
    parts.live.check_files(version)
    with parts.database.write() as session:
        promotion = lifecycle.promote(
            session,
            version,
            kind="promote",
            reason=body.reason,
            by=identity.who().by,
            now=utc_now(),
        )
    wait_until_served(parts.live, parts.database, parts.shared_state, version)
    return {"version": version, "previous_version": promotion.previous_version}


@blueprint.post("/api/v1/models/rollback")
@contract(
    "Go back a version", role=ADMIN, body=Reason, answers={200: PromotedOut}, refusals=(409, 504)
)
def rollback(body: Reason) -> ResponseReturnValue:
    """Return to the version that was live before; answers once every worker serves it"""
    parts = services()
    with parts.database.write() as session:
        promotion = lifecycle.rollback(
            session, reason=body.reason, by=identity.who().by, now=utc_now()
        )
        # Inside the transaction, so that a damaged version never becomes the champion. A few ms.
        parts.live.check_files(promotion.version)
    wait_until_served(parts.live, parts.database, parts.shared_state, promotion.version)
    return {"version": promotion.version, "previous_version": promotion.previous_version}


@blueprint.post("/api/v1/models/<int:version>/anchor")
@contract("Move the anchor", role=ADMIN, body=Reason, answers={200: AnchorOut}, refusals=(404,))
def anchor(version: int, body: Reason) -> ResponseReturnValue:
    """Make this version the anchor, which later candidates are compared with"""
    with services().database.write() as session:
        lifecycle.move_anchor(
            session, version, reason=body.reason, by=identity.who().by, now=utc_now()
        )
    return {"version": version}
