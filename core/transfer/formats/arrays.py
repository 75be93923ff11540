"""Digits as arrays: NPZ, a zip of two IDX files, and CSV with a label and 784 pixels a line.

All are read piece by piece. A pickled array is never loaded, a wrong shape or label refuses all.
"""

from __future__ import annotations

import csv
import gzip
import struct
import tokenize
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.base.errors import InvalidInput
from core.imaging import INK_SIDE_PX
from core.transfer.formats.archive import Archive, opened, shown
from core.transfer.formats.records import INK_BYTES, MAX_DRAWINGS, Arrivals, arrival_of

BATCH: Final = 1024  # digits; 0.8 MB
MAX_HEADER_BYTES: Final = 4096  # of an array: a shape and a type
# Names that people and libraries give to pictures and labels, in this order.
PAIRS: Final = (
    ("ink", "label"), ("images", "labels"), ("x_train", "y_train"), ("x_test", "y_test"),
    ("X", "y"), ("data", "target"),
)  # fmt: skip
_IDX_IMAGES: Final = 0x00000803
_IDX_LABELS: Final = 0x00000801
# What NumPy raises for a header that is none: it reads it as Python's literals.
_NO_HEADER: Final = (
    ValueError, KeyError, SyntaxError, TypeError, MemoryError, RecursionError, tokenize.TokenError,
)  # fmt: skip
MAX_CSV_LINE: Final = 784 * 4 + 200


def read_npz(path: Path) -> Arrivals:
    """The digits of an NPZ, under any of the usual names. Raises: InvalidInput, TooLarge."""
    with opened(path) as archive:
        stems = {name.removesuffix(".npy"): name for name in archive.names}
        pairs = [(ink, label) for ink, label in PAIRS if ink in stems and label in stems]
        if not pairs:
            raise InvalidInput(
                "the NPZ has no arrays named ink and label, images and labels, or x_train and "
                "y_train: rename them"
            )
        for ink, label in pairs:
            yield from _read_arrays(archive, stems[ink], stems[label])


def _read_arrays(archive: Archive, ink: str, label: str) -> Arrivals:
    with archive.open(label) as stream:
        labels_N = _read_labels(stream, label)
    with archive.open(ink) as stream:
        shape, dtype = _npy_header(stream, ink)
        fits = shape[1:] in {(INK_SIDE_PX, INK_SIDE_PX), (INK_BYTES,), (28, 28, 1)}
        if dtype != np.uint8 or not fits or shape[0] != len(labels_N):
            raise InvalidInput(
                f"{shown(ink)} has the shape {shape} of {dtype}, {len(labels_N):,} labels go with "
                "it: it must be (N, 28, 28) or (N, 784) of uint8, with N labels"
            )
        yield from _paired(stream, labels_N, shown(ink))


def _npy_header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type. Raises: InvalidInput, above all for objects, which would be pickled."""
    try:
        version = npy.read_magic(stream)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        shape, is_fortran, dtype = read(stream, max_header_size=MAX_HEADER_BYTES)
    except _NO_HEADER as exc:
        raise InvalidInput(f"{shown(name)} is no array that can be read here") from exc
    if dtype.hasobject:
        raise InvalidInput(f"{shown(name)} holds pickled objects: those are never loaded")
    if not shape or (is_fortran and len(shape) > 1) or not 0 <= shape[0] <= MAX_DRAWINGS:
        raise InvalidInput(f"{shown(name)} has the shape {shape}, or columns first: save it anew")
    return shape, dtype


def _read_labels(stream: IO[bytes], name: str) -> NDArray[np.int64]:
    """All labels: at most 5 million, 40 MB."""
    shape, dtype = _npy_header(stream, name)
    if dtype.kind not in "iu" or len(shape) != 1:
        raise InvalidInput(f"{shown(name)} holds {dtype} of the shape {shape}: labels are whole")
    data = _exactly(stream, shape[0] * dtype.itemsize, name)
    _at_end(stream, name)
    labels_N = np.frombuffer(data, dtype)
    if labels_N.size and (labels_N.min() < 0 or labels_N.max() > 9):
        raise InvalidInput(f"{shown(name)} holds labels beyond the digits 0 to 9")
    return labels_N.astype(np.int64)


def _paired(stream: IO[bytes], labels_N: NDArray[np.int64], where: str) -> Arrivals:
    """The digits that follow in the stream, each with its label."""
    for start in range(0, len(labels_N), BATCH):
        labels = labels_N[start : start + BATCH].tolist()
        data = _exactly(stream, len(labels) * INK_BYTES, where)
        for place, label in enumerate(labels):
            ink = data[place * INK_BYTES : (place + 1) * INK_BYTES]
            yield arrival_of(label, ink, f"digit {start + place + 1} of {where}")
    _at_end(stream, where)


def _exactly(stream: IO[bytes], n_bytes: int, name: str) -> bytes:
    """So many bytes, taken in pieces: what a header claims is not set aside before it is there."""
    pieces = []
    while n_bytes > 0:
        piece = stream.read(min(n_bytes, 1 << 20))
        if not piece:
            raise InvalidInput(f"{shown(name)} is cut short")
        pieces.append(piece)
        n_bytes -= len(piece)
    return b"".join(pieces)


def _at_end(stream: IO[bytes], name: str) -> None:
    if stream.read(1):
        raise InvalidInput(f"{shown(name)} is longer than it says")


def is_idx_name(name: str) -> bool:
    """Whether a file of an archive is one of the pair, gzipped or not."""
    return "idx1-ubyte" in name or "idx3-ubyte" in name


def read_idx(path: Path) -> Arrivals:
    """The digits of a zip with two IDX files, or two pairs. Raises: InvalidInput, TooLarge."""
    with opened(path) as archive:
        names = [name for name in archive.names if is_idx_name(name)]
        images = sorted(name for name in names if "idx3" in name)
        labels = {_idx_key(name): name for name in names if "idx1" in name}
        if not images or {_idx_key(name) for name in images} != labels.keys():
            raise InvalidInput(
                "the archive must hold pairs of IDX files, such as train-images-idx3-ubyte and "
                "train-labels-idx1-ubyte"
            )
        for name in images:
            yield from _read_idx_pair(archive, name, labels[_idx_key(name)])


def _idx_key(name: str) -> str:
    """What the two of a pair have in common."""
    bare = name.removesuffix(".gz").replace("images", "").replace("labels", "")
    return bare.replace("idx3", "idx").replace("idx1", "idx")


def _read_idx_pair(archive: Archive, images: str, labels: str) -> Arrivals:
    with archive.open(labels) as packed, _unzipped(packed, labels) as stream:
        magic, n_labels = struct.unpack(">II", _exactly(stream, 8, labels))
        if magic != _IDX_LABELS or n_labels > MAX_DRAWINGS:
            raise InvalidInput(f"{shown(labels)} is no IDX file of labels")
        labels_N = np.frombuffer(_exactly(stream, n_labels, labels), np.uint8).astype(np.int64)
        _at_end(stream, labels)
    with archive.open(images) as packed, _unzipped(packed, images) as stream:
        magic, n, height, width = struct.unpack(">IIII", _exactly(stream, 16, images))
        if magic != _IDX_IMAGES or (height, width) != (INK_SIDE_PX, INK_SIDE_PX) or n != n_labels:
            raise InvalidInput(
                f"{shown(images)} says {n:,} pictures of {height} × {width} for {n_labels:,} "
                "labels: it must be as many of 28 × 28"
            )
        yield from _paired(stream, labels_N, shown(images))


def _unzipped(stream: IO[bytes], name: str) -> IO[bytes]:
    """Gzip inside the zip, as MNIST's files come. Sizes are checked by what is read of it."""
    return _Gunzipped(stream, name) if name.endswith(".gz") else stream  # type: ignore[return-value]


class _Gunzipped(gzip.GzipFile):
    """Gzip that tells of damage as everything here does."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self._shown = shown(name)

    def read(self, size: int | None = -1) -> bytes:
        """As a file's. Raises: InvalidInput, if it is damaged."""
        try:
            return super().read(size)
        except (OSError, EOFError, zlib.error) as exc:
            raise InvalidInput(f"{self._shown} is damaged: make the archive anew") from exc


def read_csv(path: Path) -> Arrivals:
    """Lines of a label and 784 pixels, with or without a heading, as MNIST is often passed on.

    Raises: InvalidInput, at the first line that is something else.
    """
    with path.open(encoding="ascii", errors="replace", newline="") as file:
        for number, line in enumerate(_lines(file), start=1):
            if number == 1 and line and not line[0].strip().isdigit():
                continue  # a heading
            where = f"line {number}"
            if len(line) != INK_BYTES + 1:
                raise InvalidInput(f"{where} has {len(line)} cells: a label and 784 pixels are 785")
            label, *pixels = (_whole(cell, where) for cell in line)
            yield arrival_of(label, bytes(pixels), where)


def _lines(file: Iterator[str]) -> Iterator[list[str]]:
    try:
        yield from csv.reader(_short_lines(file))
    except csv.Error as exc:
        raise InvalidInput("this is no CSV of labels and pixels") from exc


def _short_lines(file: Iterator[str]) -> Iterator[str]:
    readline = file.readline  # type: ignore[attr-defined]
    while line := readline(MAX_CSV_LINE * 4):
        if len(line) >= MAX_CSV_LINE * 4:
            raise InvalidInput("this CSV has lines far longer than a label and 784 pixels")
        yield line


def _whole(cell: str, where: str) -> int:
    text = cell.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255):
        raise InvalidInput(f"{where} has the cell {shown(text[:20])!r}: cells are 0 to 255")
    return int(text)
