"""NPZ: arrays of inks and labels, as NumPy and Keras write them. Pickled arrays are refused."""

from __future__ import annotations

import tokenize
import zipfile
from pathlib import Path
from typing import IO, BinaryIO, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.base.errors import InvalidInput
from core.drawings.gallery import Filters
from core.imaging import INK_SIDE_PX
from core.transfer.formats.archive import Archive, opened, printable
from core.transfer.formats.arrays import (
    read_exactly,
    read_inks,
    require_end,
    write_inks,
    write_labels,
)
from core.transfer.formats.format import Export, Format, OnWritten, Sample
from core.transfer.formats.records import INK_BYTES, MAX_DRAWINGS, Records
from core.transfer.selection import n_selected

MAX_HEADER_BYTES: Final = 4096  # of an array: its shape and type
# Names of pictures and labels in common use; every pair that is in a file is read, in this order.
PAIRS: Final = (
    ("ink", "label"), ("images", "labels"), ("x_train", "y_train"), ("x_test", "y_test"),
    ("X", "y"), ("data", "target"),
)  # fmt: skip
# What NumPy raises for a malformed header, which it parses as Python literals.
_BAD_HEADER: Final = (
    ValueError, KeyError, SyntaxError, TypeError, MemoryError, RecursionError, tokenize.TokenError,
)  # fmt: skip


def recognises(sample: Sample) -> bool:
    """Whether it is an archive of nothing but arrays."""
    return bool(sample.entries) and all(name.endswith(".npy") for name in sample.entries or ())


def read(path: Path) -> Records:
    """Yield the inks of all known pairs of arrays. Raises: InvalidInput, TooLarge."""
    with opened(path) as archive:
        stems = {name.removesuffix(".npy"): name for name in archive.names}
        pairs = [(ink, label) for ink, label in PAIRS if ink in stems and label in stems]
        if not pairs:
            raise InvalidInput(
                "the NPZ has no arrays named ink and label, images and labels, or x_train and "
                "y_train: rename them"
            )
        for ink, label in pairs:
            yield from _read_pair(archive, stems[ink], stems[label])


def _read_pair(archive: Archive, ink: str, label: str) -> Records:
    with archive.open(label) as stream:
        labels_N = _read_labels(stream, label)
    with archive.open(ink) as stream:
        shape, dtype = _read_header(stream, ink)
        fits = shape[1:] in {(INK_SIDE_PX, INK_SIDE_PX), (INK_BYTES,), (28, 28, 1)}
        if dtype != np.uint8 or not fits or shape[0] != len(labels_N):
            raise InvalidInput(
                f"{printable(ink)} has the shape {shape} and type {dtype}, with "
                f"{len(labels_N):,} labels: it must be (N, 28, 28) or (N, 784) of uint8, with N "
                "labels"
            )
        yield from read_inks(stream, labels_N, ink)


def _read_header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type. Raises: InvalidInput, also for object arrays, which would be unpickled."""
    try:
        version = npy.read_magic(stream)
        parse = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        shape, is_fortran, dtype = parse(stream, max_header_size=MAX_HEADER_BYTES)
    except _BAD_HEADER as exc:
        raise InvalidInput(f"{printable(name)} is not an array that can be read here") from exc
    if dtype.hasobject:
        raise InvalidInput(f"{printable(name)} holds pickled objects: those are never loaded")
    if not shape or (is_fortran and len(shape) > 1) or not 0 <= shape[0] <= MAX_DRAWINGS:
        raise InvalidInput(
            f"{printable(name)} has the shape {shape}, or Fortran order: save it again in C order"
        )
    return shape, dtype


def _read_labels(stream: IO[bytes], name: str) -> NDArray[np.int64]:
    """All labels: at most 5 million, 40 MB."""
    shape, dtype = _read_header(stream, name)
    if dtype.kind not in "iu" or len(shape) != 1:
        raise InvalidInput(
            f"{printable(name)} has the type {dtype} and shape {shape}: labels are a list of "
            "integers"
        )
    data = read_exactly(stream, shape[0] * dtype.itemsize, name)
    require_end(stream, name)
    labels_N = np.frombuffer(data, dtype)
    if labels_N.size and (labels_N.min() < 0 or labels_N.max() > 9):
        raise InvalidInput(f"{printable(name)} has labels other than the digits 0 to 9")
    return labels_N.astype(np.int64)


def write(out: BinaryIO, session: Session, filters: Filters, on_written: OnWritten) -> None:
    """Write two arrays of uint8: `label` (N,) and `ink` (N, 28, 28)."""
    n = n_selected(session, filters)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        with archive.open("label.npy", "w", force_zip64=True) as file:
            _write_header(file, (n,))
            write_labels(file, session, filters)
        with archive.open("ink.npy", "w", force_zip64=True) as file:
            _write_header(file, (n, INK_SIDE_PX, INK_SIDE_PX))
            write_inks(file, session, filters, on_written)


def _write_header(file: IO[bytes], shape: tuple[int, ...]) -> None:
    npy.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


FORMAT: Final = Format(
    name="npz",
    description="NPZ",
    recognises=recognises,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop.npz",
        media_type="application/zip",
        bytes_per_drawing=170,
    ),
)
