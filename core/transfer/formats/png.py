"""PNG: a zip archive with a folder for each digit, such as `7/anything.png`, at any depth.

Exported archives also have a table of the drawings, `drawings.csv`. Imported pictures may be PNG,
JPEG or WebP.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy.orm import Session

from core.base.errors import InvalidInput
from core.drawings.gallery import Filters
from core.imaging import MAX_PICTURE_BYTES
from core.storage.tables import Drawing
from core.transfer.formats.archive import Archive, opened, printable
from core.transfer.formats.format import Export, Format, OnWritten, Sample
from core.transfer.formats.pictures import ink_png, record_of_picture
from core.transfer.formats.records import DrawingRecord, Records, Skipped, parse_uuid
from core.transfer.selection import batches
from core.transfer.spreadsheet import inert


def recognises(sample: Sample) -> bool:
    """Whether it is a zip archive: other formats that are archives are asked before."""
    return sample.entries is not None


def read(path: Path) -> Records:
    """Yield the pictures of an archive; unusable ones are skipped with a reason.

    Raises: InvalidInput, TooLarge, for the archive as a whole.
    """
    with opened(path) as archive:
        if all(_digit_folder(name) is None for name in archive.names):
            raise InvalidInput(
                "the archive has no pictures in folders named 0 to 9, no IDX files and no arrays"
            )
        for name in archive.names:
            label = _digit_folder(name)
            if label is not None:
                yield _read_entry(archive, name, label)
            elif "/" in name:  # tables beside the folders, such as our own, need no message
                yield Skipped(f"{printable(name)} is in no folder named by a digit")


def _read_entry(archive: Archive, name: str, label: int) -> DrawingRecord | Skipped:
    if archive.size(name) > MAX_PICTURE_BYTES:
        return Skipped(f"{printable(name)}: a picture may have at most 8 MB")
    data = archive.read(name, MAX_PICTURE_BYTES)
    return record_of_picture(data, label, printable(name), parse_uuid(Path(name).stem))


def _digit_folder(name: str) -> int | None:
    """The digit that the innermost folder named by one stands for."""
    for folder in reversed(name.split("/")[:-1]):
        if len(folder) == 1 and folder in "0123456789":
            return int(folder)
    return None


def write(out: BinaryIO, session: Session, filters: Filters, on_written: OnWritten) -> None:
    """Write folders 0 to 9 with a picture for each drawing, and a table of all drawings."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for drawing in _each(session, filters, on_written):
            # PNG is compressed already. ZipInfo's fixed date makes equal exports equal bytes.
            entry = zipfile.ZipInfo(f"{drawing.label}/{drawing.id}.png")
            archive.writestr(entry, ink_png(drawing.ink))
        table = zipfile.ZipInfo("drawings.csv")
        table.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(table, "w", force_zip64=True) as file:
            file.write(_row("file", "label", "status", "split", "contributor", "created_at"))
            for drawing in _each(session, filters, lambda _n: None):
                file.write(_table_row(drawing))


def _each(session: Session, filters: Filters, on_written: OnWritten) -> Iterator[Drawing]:
    for drawings in batches(session, filters, with_strokes=False):
        yield from drawings
        on_written(len(drawings))


def _table_row(drawing: Drawing) -> bytes:
    name = f"{drawing.label}/{drawing.id}.png"
    facts = (drawing.status, drawing.split, drawing.contributor_id)
    return _row(name, str(drawing.label), *facts, drawing.created_at.isoformat())


def _row(*cells: str) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([inert(cell) for cell in cells])
    return line.getvalue().encode()


FORMAT: Final = Format(
    name="png",
    description="a zip of pictures in folders 0 to 9",
    recognises=recognises,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop-png.zip",
        media_type="application/zip",
        bytes_per_drawing=480,
    ),
)
