"""Files to import, valid and hostile, and helpers to import and export them."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.base.kinds import Source
from core.base.settings import Settings
from core.drawings.gallery import Filters
from core.drawings.lifecycle import confirm, quarantine, relabel
from core.drawings.storing import NewDrawing, store_drawings
from core.imaging import IMAGING_VERSION, encode_strokes
from core.imaging.files import to_png
from core.storage.database import Database
from core.storage.tables import Drawing, Transfer
from core.transfer import jobs as transfers
from core.transfer import uploads
from core.transfer.exporting import Exporter, export_to
from core.transfer.formats import registry
from core.transfer.formats.records import DrawingRecord, Skipped
from core.transfer.importing import Importer
from tests.conftest import NOW, SECRET
from tests.support.factories import new_id

Ink = NDArray[np.uint8]


def inks(n: int, seed: int = 1) -> Ink:
    """(n, 28, 28), some ink on dark ground, all different."""
    rng = np.random.default_rng(seed)
    inks_NHW = np.zeros((n, 28, 28), np.uint8)
    inks_NHW[:, 8:20, 12:16] = rng.integers(1, 256, (n, 12, 4))
    return inks_NHW


def zip_of(entries: Mapping[str, bytes]) -> bytes:
    """A zip archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def npy(array: Any, *, allow_pickle: bool = False) -> bytes:
    """An array as a .npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


def npz(n: int = 6, **changed: Any) -> bytes:
    """An NPZ of `n` digits, 0 1 2 … by label."""
    arrays = {"ink": inks(n), "label": np.arange(n) % 10} | changed
    return zip_of({f"{name}.npy": npy(array) for name, array in arrays.items()})


def idx(n: int = 6, *, n_labels: int | None = None, side: int = 28) -> bytes:
    """A zip of two IDX files."""
    labels = bytes(place % 10 for place in range(n if n_labels is None else n_labels))
    images = (inks(n) if side == 28 else np.ones((n, side, side), np.uint8)).tobytes()
    return zip_of(
        {
            "train-images-idx3-ubyte": struct.pack(">IIII", 0x803, n, side, side) + images,
            "train-labels-idx1-ubyte": struct.pack(">II", 0x801, len(labels)) + labels,
        }
    )


def pictures(*names: str) -> bytes:
    """A zip of pictures with these names, each an ink."""
    made = inks(len(names))
    return zip_of({name: to_png(made[place]) for place, name in enumerate(names)})


def link(name: str = "7/link.png", target: str = "/etc/passwd") -> bytes:
    """A zip with a symbolic link."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, target)
    return file.getvalue()


def take(
    settings: Settings,
    database: Database,
    data: bytes,
    *,
    stores_at_once: bool = True,
    **wishes: str,
) -> int:
    """Queue an import of these bytes. Returns its id."""
    upload = uploads.receive(settings, io.BytesIO(data))
    with database.write() as session:
        return transfers.begin_import(
            session,
            file=upload.name,
            file_name="a file",
            n_bytes=upload.n_bytes,
            sha256=upload.sha256,
            stores_at_once=stores_at_once,
            by="user:1",
            now=NOW,
            **wishes,
        ).id


def import_file(settings: Settings, database: Database, data: bytes) -> Transfer:
    """Import these bytes, and return the import at its end."""
    transfer = Importer(settings, database).run(take(settings, database, data))
    assert transfer is not None
    return transfer


def read_all(path: Path) -> list[DrawingRecord | Skipped]:
    """Read a file as an import does, with what its survey assumes."""
    with registry.recognised(path) as file:
        survey = file.format.survey(file.path, None)
        return list(islice(file.format.read(file.path, survey.assumed), 1000))


def export(database: Database, folder: Path, format: str, filters: Filters | None = None) -> Path:
    """Export to a file in the format of that name."""
    path = folder / registry.export_by_name(format).file_name
    export_to(path, Exporter(database, "user:1"), format, filters or Filters())
    return path


def fill(session: Session) -> None:
    """Store drawings of two people: with strokes, with a picture, relabelled, confirmed."""
    made = inks(7)
    strokes = [np.array([[10.0, 20.25, 0.0, 0.5], [30.5, 40.0, 16.0, 1.0]])]
    news = [
        NewDrawing(
            id=new_id(),
            contributor_id="alice" if place < 4 else "bob",
            label=place,
            source=[Source.DRAWN, Source.UPLOADED, Source.IMPORTED][place % 3],
            ink=made[place].tobytes(),
            imaging_version=IMAGING_VERSION,
            strokes=encode_strokes(strokes, 280, 280) if place % 3 == 0 else None,
            picture=to_png(made[place]) if place % 3 == 1 else None,
        )
        for place in range(7)
    ]
    stored = [
        outcome.drawing  # type: ignore[union-attr]
        for outcome in store_drawings(session, news, secret=SECRET.encode(), now=NOW)
    ]
    stored[3].predicted_label, stored[3].predicted_version, stored[3].confidence = 5, 9, 0.75
    quarantine(session, [stored[5].number])
    relabel(session, stored[1], 8, by="user:1", now=NOW)
    confirm(session, stored[2], now=NOW)
    session.flush()


def kept(session: Session) -> list[tuple[object, ...]]:
    """All columns of the drawings but one, in order."""
    columns = [column for column in Drawing.__table__.columns if column.name != "used_in_run_id"]
    rows = session.query(*columns).order_by(Drawing.number)
    return [tuple(row) for row in rows]
