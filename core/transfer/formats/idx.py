"""IDX: a zip archive of a file of pictures and a file of labels, as MNIST is published."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, BinaryIO, Final

import numpy as np
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
from core.transfer.formats.records import MAX_DRAWINGS, Records
from core.transfer.selection import n_selected

IMAGES_MAGIC: Final = 0x00000803
LABELS_MAGIC: Final = 0x00000801


def recognises(sample: Sample) -> bool:
    """Whether it is an archive with an IDX file, by name."""
    return any(_is_idx(name) for name in sample.entries or ())


def _is_idx(name: str) -> bool:
    return "idx1-ubyte" in name or "idx3-ubyte" in name


def read(path: Path) -> Records:
    """Yield the inks of all pairs of files. Raises: InvalidInput, TooLarge."""
    with opened(path) as archive:
        names = [name for name in archive.names if _is_idx(name)]
        images = sorted(name for name in names if "idx3" in name)
        labels = {_pair_key(name): name for name in names if "idx1" in name}
        if not images or {_pair_key(name) for name in images} != labels.keys():
            raise InvalidInput(
                "the archive must hold pairs of IDX files, such as train-images-idx3-ubyte and "
                "train-labels-idx1-ubyte"
            )
        for name in images:
            yield from _read_pair(archive, name, labels[_pair_key(name)])


def _pair_key(name: str) -> str:
    """The part of the name that both files of a pair share."""
    bare = name.removesuffix(".gz").replace("images", "").replace("labels", "")
    return bare.replace("idx3", "idx").replace("idx1", "idx")


def _read_pair(archive: Archive, images: str, labels: str) -> Records:
    with archive.open(labels) as packed, _gunzipped(packed, labels) as stream:
        magic, n_labels = struct.unpack(">II", read_exactly(stream, 8, labels))
        if magic != LABELS_MAGIC or n_labels > MAX_DRAWINGS:
            raise InvalidInput(f"{printable(labels)} is not an IDX file of labels")
        labels_N = np.frombuffer(read_exactly(stream, n_labels, labels), np.uint8).astype(np.int64)
        require_end(stream, labels)
    with archive.open(images) as packed, _gunzipped(packed, images) as stream:
        magic, n, height, width = struct.unpack(">IIII", read_exactly(stream, 16, images))
        if magic != IMAGES_MAGIC or (height, width) != (INK_SIDE_PX, INK_SIDE_PX) or n != n_labels:
            raise InvalidInput(
                f"{printable(images)} declares {n:,} pictures of {height} × {width} for "
                f"{n_labels:,} labels: it must be as many of 28 × 28"
            )
        yield from read_inks(stream, labels_N, images)


def _gunzipped(stream: IO[bytes], name: str) -> IO[bytes]:
    """MNIST's files are gzipped inside the archive. Readers bound what they take of the stream."""
    return _GzipStream(stream, name) if name.endswith(".gz") else stream  # type: ignore[return-value]


class _GzipStream(gzip.GzipFile):
    """Gzip that reports damage as InvalidInput."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self._shown_name = printable(name)

    def read(self, size: int | None = -1) -> bytes:
        """Read as a file does. Raises: InvalidInput, if the data are damaged."""
        try:
            return super().read(size)
        except (OSError, EOFError, zlib.error) as exc:
            raise InvalidInput(f"{self._shown_name} is damaged: make the archive again") from exc


def write(out: BinaryIO, session: Session, filters: Filters, on_written: OnWritten) -> None:
    """Write an archive of two files, named as MNIST's are."""
    n = n_selected(session, filters)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        with archive.open("inkloop-labels-idx1-ubyte", "w", force_zip64=True) as file:
            file.write(struct.pack(">II", LABELS_MAGIC, n))
            write_labels(file, session, filters)
        with archive.open("inkloop-images-idx3-ubyte", "w", force_zip64=True) as file:
            file.write(struct.pack(">IIII", IMAGES_MAGIC, n, INK_SIDE_PX, INK_SIDE_PX))
            write_inks(file, session, filters, on_written)


FORMAT: Final = Format(
    name="idx",
    description="a zip of IDX files",
    recognises=recognises,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop-idx.zip",
        media_type="application/zip",
        bytes_per_drawing=170,
    ),
)
