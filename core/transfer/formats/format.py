"""Writes drawings in the formats that others read: NPZ, IDX, PNG, Label Studio's JSON.

Everything is written front to back, a thousand drawings at a time: it can go down a pipe, and takes
the same memory whether there are ten drawings or a million.
"""

from __future__ import annotations

import csv
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import IO, BinaryIO

import numpy as np
from numpy.lib import format as npy
from PIL import Image
from sqlalchemy.orm import Session

from core.imaging import INK_SIDE_PX
from core.storage.tables import Drawing
from core.transfer.formats import label_studio
from core.transfer.selection import Selection, batches, n_selected
from core.transfer.spreadsheet import inert

Report = Callable[[int], None]
"""Told how many more drawings are written."""


class Format(StrEnum):
    """How drawings are written."""

    PARQUET = "parquet"
    NPZ = "npz"
    IDX = "idx"
    PNG = "png"
    LABEL_STUDIO = "label-studio"

    @property
    def file_name(self) -> str:
        """What a browser saves it as."""
        endings = {Format.PARQUET: "parquet", Format.NPZ: "npz", Format.LABEL_STUDIO: "json"}
        return f"inkloop-{self}.zip" if self not in endings else f"inkloop.{endings[self]}"

    @property
    def media_type(self) -> str:
        """What it is, in HTTP's words."""
        kinds = {
            Format.PARQUET: "application/vnd.apache.parquet",
            Format.LABEL_STUDIO: "application/json",
        }
        return kinds.get(self, "application/zip")

    @property
    def bytes_each(self) -> int:
        """About how many bytes a drawing takes: measured on 2,000 MNIST digits with 60 points each;
        what people draw differs by a third either way."""
        return {
            Format.PARQUET: 380,
            Format.NPZ: 170,
            Format.IDX: 170,
            Format.PNG: 480,
            Format.LABEL_STUDIO: 570,
        }[self]


def write_npz(out: BinaryIO, session: Session, selection: Selection, report: Report) -> None:
    """Two arrays: `label` (N,) and `ink` (N, 28, 28), both uint8."""
    n = n_selected(session, selection)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        with archive.open("label.npy", "w", force_zip64=True) as file:
            _npy_header(file, (n,))
            _write_labels(file, session, selection)
        with archive.open("ink.npy", "w", force_zip64=True) as file:
            _npy_header(file, (n, INK_SIDE_PX, INK_SIDE_PX))
            _write_inks(file, session, selection, report)


def _npy_header(file: IO[bytes], shape: tuple[int, ...]) -> None:
    kind = {"descr": "|u1", "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(file, kind)


def write_idx(out: BinaryIO, session: Session, selection: Selection, report: Report) -> None:
    """A zip of two files, as MNIST's are."""
    n = n_selected(session, selection)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        with archive.open("inkloop-labels-idx1-ubyte", "w", force_zip64=True) as file:
            file.write(struct.pack(">II", 0x00000801, n))
            _write_labels(file, session, selection)
        with archive.open("inkloop-images-idx3-ubyte", "w", force_zip64=True) as file:
            file.write(struct.pack(">IIII", 0x00000803, n, INK_SIDE_PX, INK_SIDE_PX))
            _write_inks(file, session, selection, report)


def _write_labels(file: IO[bytes], session: Session, selection: Selection) -> None:
    for drawings in batches(session, selection, with_strokes=False):
        file.write(bytes(drawing.label for drawing in drawings))


def _write_inks(file: IO[bytes], session: Session, selection: Selection, report: Report) -> None:
    for drawings in batches(session, selection, with_strokes=False):
        file.write(b"".join(drawing.ink for drawing in drawings))
        report(len(drawings))


def write_png(out: BinaryIO, session: Session, selection: Selection, report: Report) -> None:
    """A zip of folders 0 to 9 with a picture for each drawing, and a table of them all."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for drawing in _each(session, selection, report):
            # PNG is packed already; a fixed date keeps two exports of the same drawings alike
            entry = zipfile.ZipInfo(f"{drawing.label}/{drawing.id}.png")
            archive.writestr(entry, ink_png(drawing.ink))
        table = zipfile.ZipInfo("drawings.csv")
        table.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(table, "w", force_zip64=True) as file:
            file.write(_row("file", "label", "status", "split", "contributor", "created_at"))
            for drawing in _each(session, selection, lambda _n: None):
                file.write(_table_row(drawing))


def _each(session: Session, selection: Selection, report: Report) -> Iterator[Drawing]:
    for drawings in batches(session, selection, with_strokes=False):
        yield from drawings
        report(len(drawings))


def _table_row(drawing: Drawing) -> bytes:
    name = f"{drawing.label}/{drawing.id}.png"
    facts = (drawing.status, drawing.split, drawing.contributor_id)
    return _row(name, str(drawing.label), *facts, drawing.created_at.isoformat())


def _row(*cells: str) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([inert(cell) for cell in cells])
    return line.getvalue().encode()


def ink_png(ink: bytes) -> bytes:
    """The ink as a PNG of 28 by 28, light on dark as MNIST's."""
    file = io.BytesIO()
    pixels_HW = np.frombuffer(ink, np.uint8).reshape(INK_SIDE_PX, INK_SIDE_PX)
    Image.fromarray(pixels_HW).save(file, "PNG")
    return file.getvalue()


def write_label_studio(
    out: BinaryIO, session: Session, selection: Selection, report: Report
) -> None:
    """A JSON list of tasks, each with its picture inside."""
    between = b"[\n"
    for drawing in _each(session, selection, report):
        one = label_studio.task(
            drawing.id, drawing.label, ink_png(drawing.ink), drawing.predicted_label
        )
        out.write(between + json.dumps(one, separators=(",", ":")).encode())
        between = b",\n"
    out.write(b"[]\n" if between == b"[\n" else b"\n]\n")
