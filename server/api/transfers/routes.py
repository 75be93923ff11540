"""Routes of exports, which stream, and of imports, which are jobs that can be undone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

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
from core.transfer import jobs, left_out, uploads
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
    StoreIn,
    TransferOut,
    TransfersOut,
)
from server.contract import contract
from server.roles import ADMIN, REVIEWER
from server.services import services

blueprint = Blueprint("transfers", __name__)
OF_EARLIER: Json = {
    "n_known": 0,
    "assumed": {},
    "repair": "",
    "samples": [],
    "warnings": [],
    "warning_facts": [],
    "agreement": None,
    "proposal": None,
    "needs": None,
}
"""What imports of earlier releases did not record."""
PIECE_BYTES = 1 << 16
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
    refusals=(409, 507),
    max_file_bytes=uploads.MAX_FILE_BYTES,
)
def import_file(form: ImportForm, file: FileStorage) -> ResponseReturnValue:
    """Upload a file; it is checked as a whole, then stored, or with `preview` waits for `/store`

    A file that is odd waits for `/store` in any case, unless `repair` or `confirm` decides on it.
    """
    parts = services()
    jobs.check_wishes(form.repair, form.confirm)
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
            repair=form.repair,
            confirm=form.confirm,
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
        items = [transfer_json(session, row, with_samples=False) for row in rows[: query.limit]]
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
@contract(
    "Store what was checked",
    role=ADMIN,
    body=StoreIn,
    is_body_optional=True,
    answers={202: TransferOut},
    refusals=(404, 409),
)
def store(transfer_id: int, body: StoreIn) -> ResponseReturnValue:
    """Store the drawings of a checked import; one that is odd needs a `repair` or a `confirm`"""
    with services().database.write() as session:
        row = jobs.ask_to_store(
            session,
            transfer_id,
            by=identity.who().by,
            now=utc_now(),
            repair=body.repair,
            confirm=body.confirm,
        )
        return transfer_json(session, row), 202


@blueprint.get("/api/v1/transfers/<int:transfer_id>/left-out.csv")
@contract(
    "What an import left out",
    role=ADMIN,
    answers={200: None},
    refusals=(404,),
    media_type="text/csv",
)
def left_out_csv(transfer_id: int) -> ResponseReturnValue:
    """Download the reason of every entry that was left out; kept for 30 days"""
    parts = services()
    with parts.database.read() as session:
        row = session.get(Transfer, transfer_id)
        found = None if row is None else row.found
    path = left_out.file_of(parts.settings, found)
    if path is None:
        raise NotFound("list of what was left out of import", transfer_id)
    answer = Response(_pieces(path), mimetype="text/csv")
    name = f"import-{transfer_id}-left-out.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


@blueprint.post("/api/v1/transfers/<int:transfer_id>/undo")
@contract("Undo an import", role=ADMIN, answers={202: TransferOut}, refusals=(404, 409))
def undo(transfer_id: int) -> ResponseReturnValue:
    """Remove all drawings of an import, whatever was done with them since"""
    with services().database.write() as session:
        by, now = identity.who().by, utc_now()
        row = jobs.ask_to_undo(session, transfer_id, by=by, now=now)
        return transfer_json(session, row), 202


def transfer_json(session: Session, row: Transfer, *, with_samples: bool = True) -> Json:
    """Return an import or export as JSON; lists are without the samples, which are large."""
    is_broken = (
        row.status == TransferStatus.SENDING
        and row.heartbeat_at is not None
        and utc_now() - row.heartbeat_at > STALE_AFTER * 4
    )
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
        "found": _found(row, with_samples=with_samples),
        "message": BROKEN_OFF if is_broken else row.message,
        "versions": _versions(session, row),
        "created_at": iso(row.created_at),
        "finished_at": iso(row.finished_at),
    }


def _found(row: Transfer, *, with_samples: bool) -> Json | None:
    """Return what the check found; None before its end."""
    found = row.found
    if not found or "by_label" not in found:
        return None
    shown: Json = {name: found.get(name, OF_EARLIER[name]) for name in OF_EARLIER}
    shown |= {name: found[name] for name in ("by_label", "n_refused", "refusals")}
    shown["has_left_out_file"] = bool(found.get("left_out"))
    if not with_samples:
        shown["samples"] = []
        if shown.get("proposal"):
            shown["proposal"] = {**shown["proposal"], "samples": []}
    return shown


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
