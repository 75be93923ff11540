"""Routes of exports, which stream, and of imports, which are jobs that can be undone."""

from __future__ import annotations

import contextlib

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from core.base.clock import utc_now
from core.base.errors import NotFound
from core.base.kinds import TransferStatus
from core.drawings import gallery
from core.storage.tables import ImportedDrawing, ModelVersion, RunDrawing, Transfer
from core.transfer import jobs, uploads
from core.transfer.formats import registry
from core.transfer.formats.archive import printable
from core.transfer.jobs import STALE_AFTER
from server import identity
from server.api.shared.account_names import account_names
from server.api.shared.etags import json_with_etag
from server.api.shared.json_values import Json, iso
from server.api.shared.paging import Page, cursor, number_of
from server.api.transfers import processes
from server.api.transfers.schemas import (
    EstimateOut,
    ExportQuery,
    ImportForm,
    TransferOut,
    TransfersOut,
)
from server.contract import contract
from server.roles import ADMIN, REVIEWER
from server.services import services

blueprint = Blueprint("transfers", __name__)
BROKEN_OFF = "the process that sent it ended before the end: ask for it again"


@blueprint.get("/api/v1/export")
@contract(
    "Export drawings",
    role=REVIEWER,
    query=ExportQuery,
    answers={200: None},
    refusals=(503,),
    media_type="application/octet-stream",
)
def export(query: ExportQuery) -> ResponseReturnValue:
    """Stream the drawings that match: Parquet has all data, other formats ink and label"""
    export = registry.export_by_name(query.format)
    by = identity.who().by
    pieces = processes.export(services().settings, query.format, query.filters(), by)
    answer = Response(pieces, mimetype=export.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    return answer


@blueprint.get("/api/v1/export/estimate")
@contract(
    "How large an export would be", role=REVIEWER, query=ExportQuery, answers={200: EstimateOut}
)
def estimate(query: ExportQuery) -> ResponseReturnValue:
    """Count the drawings of an export, and estimate its size"""
    with services().database.read() as session:
        counted = gallery.tally(session, query.filters())
    n_bytes = counted.n * registry.export_by_name(query.format).bytes_per_drawing
    return {"n": counted.n, "is_exact": counted.is_exact, "n_bytes": n_bytes}


@blueprint.post("/api/v1/import")
@contract(
    "Import drawings",
    role=ADMIN,
    form=ImportForm,
    answers={202: TransferOut},
    refusals=(507,),
    max_file_bytes=uploads.MAX_FILE_BYTES,
)
def import_file(form: ImportForm, file: FileStorage) -> ResponseReturnValue:
    """Upload a file; it is checked as a whole, then stored, or with `preview` waits for `/store`"""
    parts = services()
    with contextlib.closing(file):
        upload = uploads.receive(parts.settings, file.stream)
    with parts.database.write() as session:
        transfer = jobs.begin_import(
            session,
            file=upload.name,
            file_name=printable(file.filename) if file.filename else None,
            n_bytes=upload.n_bytes,
            sha256=upload.sha256,
            stores_at_once=form.preview != "true",
            by=identity.who().by,
            now=utc_now(),
        )
        return transfer_json(session, transfer), 202


@blueprint.get("/api/v1/transfers")
@contract("Imports and exports", role=REVIEWER, query=Page, answers={200: TransfersOut})
def all_transfers(query: Page) -> ResponseReturnValue:
    """List imports and exports with their progress, newest first"""
    found = select(Transfer).order_by(Transfer.id.desc()).limit(query.limit + 1)
    after = number_of(query.after)
    if after is not None:
        found = found.where(Transfer.id < after)
    with services().database.read() as session:
        rows = session.scalars(found).all()
        items = [transfer_json(session, row) for row in rows[: query.limit]]
    is_more = len(rows) > query.limit
    return json_with_etag({"items": items, "next": cursor(items[-1]["id"]) if is_more else None})


@blueprint.get("/api/v1/transfers/<int:transfer_id>")
@contract("One import or export", role=REVIEWER, answers={200: TransferOut}, refusals=(404,))
def show(transfer_id: int) -> ResponseReturnValue:
    """Return the progress and outcome of an import or export"""
    with services().database.read() as session:
        row = session.get(Transfer, transfer_id)
        if row is None:
            raise NotFound("import or export", transfer_id)
        return json_with_etag(transfer_json(session, row))


@blueprint.post("/api/v1/transfers/<int:transfer_id>/store")
@contract("Store what was checked", role=ADMIN, answers={202: TransferOut}, refusals=(404, 409))
def store(transfer_id: int) -> ResponseReturnValue:
    """Store the drawings of a checked import"""
    with services().database.write() as session:
        by, now = identity.who().by, utc_now()
        row = jobs.ask_to_store(session, transfer_id, by=by, now=now)
        return transfer_json(session, row), 202


@blueprint.post("/api/v1/transfers/<int:transfer_id>/undo")
@contract("Undo an import", role=ADMIN, answers={202: TransferOut}, refusals=(404, 409))
def undo(transfer_id: int) -> ResponseReturnValue:
    """Remove all drawings of an import, whatever was done with them since"""
    with services().database.write() as session:
        by, now = identity.who().by, utc_now()
        row = jobs.ask_to_undo(session, transfer_id, by=by, now=now)
        return transfer_json(session, row), 202


def transfer_json(session: Session, row: Transfer) -> Json:
    """Return an import or export as JSON."""
    is_broken = (
        row.status == TransferStatus.SENDING
        and row.heartbeat_at is not None
        and utc_now() - row.heartbeat_at > STALE_AFTER * 4
    )
    found = row.found if row.found and "by_label" in row.found else None
    return {
        "id": row.id,
        "kind": row.kind,
        "status": TransferStatus.FAILED if is_broken else row.status,
        "format": row.format,
        "by": account_names(session, {row.by}).get(row.by, row.by),
        "file_name": row.file_name,
        "filters": row.filters,
        "n_bytes": row.n_bytes,
        "n_total": row.n_total,
        "n_done": row.n_done,
        "n_new": row.n_new,
        "found": found,
        "message": BROKEN_OFF if is_broken else row.message,
        "versions": _versions(session, row),
        "created_at": iso(row.created_at),
        "finished_at": iso(row.finished_at),
    }


def _versions(session: Session, row: Transfer) -> list[int]:
    """Return the versions that trained on an import's drawings.

    Starts from the versions, which are few, and uses the index on each run's drawings.
    """
    if row.kind != jobs.IMPORT or not row.n_new:
        return []
    learned = (
        select(RunDrawing.run_id)
        .join(ImportedDrawing, ImportedDrawing.drawing_number == RunDrawing.drawing_number)
        .where(RunDrawing.run_id == ModelVersion.run_id, ImportedDrawing.transfer_id == row.id)
        .correlate(ModelVersion)
    )
    found = select(ModelVersion.version).where(learned.exists()).order_by(ModelVersion.version)
    return list(session.scalars(found))
