"""The download of a contributor's stored data: a zip with pictures, and all else as JSON."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final

from sqlalchemy.orm import Session

from core.drawings.gallery import Filters
from core.imaging import decode_strokes
from core.storage.database import Database
from core.storage.tables import Drawing
from core.transfer.formats.pictures import ink_png
from core.transfer.selection import batches, histories
from core.versions import queries as version_queries

IN_MEMORY_BYTES: Final = 4 * 2**20


def own_archive(database: Database, contributor_id: str) -> IO[bytes]:
    """Make the zip and return it, rewound: in memory up to 4 MB, else in an unnamed temporary file.

    It is complete before it is sent, so that a slow client does not hold a read transaction open.
    """
    file = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)
    with database.read() as session, zipfile.ZipFile(file, "w") as archive:
        filters = Filters(contributor=contributor_id)
        for drawings in batches(session, filters):
            for drawing in drawings:
                archive.writestr(zipfile.ZipInfo(f"ink/{drawing.id}.png"), ink_png(drawing.ink))
                if drawing.picture is not None:
                    name = zipfile.ZipInfo(f"pictures/{drawing.id}.png")
                    archive.writestr(name, drawing.picture)
        table = zipfile.ZipInfo("drawings.json")
        table.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(table, "w", force_zip64=True) as out:
            separator = b"[\n"
            for entry in _entries(session, filters):
                out.write(separator + json.dumps(entry, ensure_ascii=False).encode())
                separator = b",\n"
            out.write(b"[]\n" if separator == b"[\n" else b"\n]\n")
    file.seek(0)
    return file


def _entries(session: Session, filters: Filters) -> Iterator[dict[str, Any]]:
    for drawings in batches(session, filters):
        numbers = [drawing.number for drawing in drawings]
        labels = histories(session, numbers)
        learned = version_queries.versions_that_learned(session, numbers)
        for drawing in drawings:
            yield _entry(drawing) | {
                # The identity of reviewers is not disclosed: `user:3` becomes "a reviewer".
                "labels": [
                    {
                        "label": event.label,
                        "by": "you" if event.by == "contributor" else "a reviewer",
                        "at": event.at.isoformat(),
                    }
                    for event in labels[drawing.number]
                ],
                "versions": [version for version, _ in learned.get(drawing.number, [])],
            }


def _entry(drawing: Drawing) -> dict[str, Any]:
    strokes, width, height = (
        (None, None, None) if drawing.strokes is None else decode_strokes(drawing.strokes)
    )
    return {
        "id": drawing.id,
        "label": drawing.label,
        "status": drawing.status,
        "split": drawing.split,
        "source": drawing.source,
        "created_at": drawing.created_at.isoformat(),
        "prediction": None
        if drawing.predicted_version is None
        else {"label": drawing.predicted_label, "model_version": drawing.predicted_version},
        "strokes": None if strokes is None else [stroke.tolist() for stroke in strokes],
        "width": width,
        "height": height,
        "ink": f"ink/{drawing.id}.png",
        "picture": None if drawing.picture is None else f"pictures/{drawing.id}.png",
    }
