"""IDX: a zip archive of a file of pictures and a file of labels, as MNIST is published."""

from __future__ import annotations

import gzip
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.base.errors import InvalidInput, TooLarge
from core.drawings.gallery import Filters
from core.imaging import INK_SIDE_PX
from core.transfer.formats.archive import MAX_UNPACKED_BYTES, Archive, opened, printable
from core.transfer.formats.arrays import (
    Pictures,
    fits,
    levels_of,
    pieces,
    read_exactly,
    records_of,
    require_end,
    write_inks,
    write_labels,
)
from core.transfer.formats.format import Assumed, Export, Format, OnWritten, Sample, Survey
from core.transfer.formats.records import MAX_DRAWINGS, MAX_LABEL, Records
from core.transfer.formats.scales import BYTES, Levels, Scale, parse_scale, scale_of
from core.transfer.formats.words import listed, tokens
from core.transfer.selection import n_selected

IMAGES_MAGIC: Final = 0x00000803
LABELS_MAGIC: Final = 0x00000801
OWN_IMAGES: Final = "inkloop-images-idx3-ubyte"
_TYPES: Final[dict[int, np.dtype[Any]]] = {
    0x08: np.dtype(np.uint8), 0x09: np.dtype(np.int8), 0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"), 0x0D: np.dtype(">f4"), 0x0E: np.dtype(">f8"),
}  # fmt: skip
MAX_COLUMNS: Final = 64
"""Of a table of labels: QMNIST has 8, of which the first is the digit."""
MAX_LABEL_BYTES: Final = 256 * 2**20
_KIND_WORDS: Final = frozenset(("images", "image", "labels", "label", "ubyte", "int", "gz", "idx"))
BOTH: Final = "put the file of pictures and the file of labels into one zip, as MNIST is published"


@dataclass(frozen=True, slots=True)
class _File:
    """An IDX file in the archive, by its header."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def is_pictures(self) -> bool:
        return len(self.shape) > 1 and fits(self.shape[1:])

    @property
    def is_labels(self) -> bool:
        return len(self.shape) == 1 or (len(self.shape) == 2 and self.shape[1] <= MAX_COLUMNS)


def recognises(sample: Sample) -> bool:
    """Whether it is an IDX file, or an archive with one, by name or by its first bytes."""
    names = sample.entries or ()
    return (
        _has_magic(sample.head)
        or any(_is_named(name) for name in names)
        or any(_has_magic(head) for head in sample.entry_heads.values())
    )


def _is_named(name: str) -> bool:
    return "idx1-ubyte" in name or "idx3-ubyte" in name


def _has_magic(head: bytes) -> bool:
    """Whether the bytes begin as IDX: two zeros, a type, and one to four dimensions."""
    return len(head) >= 8 and head[:2] == b"\0\0" and head[2] in _TYPES and 1 <= head[3] <= 4


def survey(path: Path, _label_column: str | None) -> Survey:
    """Decide which files belong together and what range their values have."""
    with path.open("rb") as file:
        if _has_magic(file.read(8)):
            raise InvalidInput(f"this is one IDX file, and an import needs two: {BOTH}")
    with opened(path) as archive:
        pairs = _pairs(archive)
        levels, is_float = Levels(), False
        for pictures, _labels in pairs:
            found = levels_of(_batches(archive, pictures))
            levels.merge(found)
            is_float = is_float or pictures.dtype.kind == "f"
    scale, notices = scale_of(levels, is_float=is_float)
    if all(pictures.name == OWN_IMAGES for pictures, _labels in pairs):
        scale, notices = Scale(*BYTES), ()  # an export of Inkloop: values are ink as they are
    files = [[pictures.name, labels.name] for pictures, labels in pairs]
    return Survey({"files": files, "scale": scale.name}, notices)


def read(path: Path, assumed: Assumed) -> Records:
    """Yield the inks of all pairs of files. Raises: InvalidInput, TooLarge."""
    scale = parse_scale(assumed["scale"])
    with opened(path) as archive:
        for pictures, labels in assumed["files"]:
            labels_N = _labels(archive, _header_of(archive, labels))
            batches = _batches(archive, _header_of(archive, pictures))
            yield from records_of(batches, labels_N, scale, pictures)


def _pairs(archive: Archive) -> list[tuple[_File, _File]]:
    """The files of pictures, each with its labels. Raises: InvalidInput, if one lacks the other."""
    files = [_header_of(archive, name) for name in archive.names if _is_idx(archive, name)]
    pictures = sorted((one for one in files if len(one.shape) > 2), key=lambda one: one.name)
    labels = [one for one in files if one.is_labels]
    if not pictures or not labels:
        missing = "of pictures" if labels else "of labels"
        raise InvalidInput(
            f"the archive must hold pairs of IDX files, and has none {missing}: {BOTH}"
        )
    by_key = {_pair_words(one.name): one for one in labels}
    if len(pictures) == len(labels) == 1:
        return [_checked(pictures[0], labels[0])]
    if {_pair_words(one.name) for one in pictures} != by_key.keys():
        names = listed([printable(one.name) for one in files])
        raise InvalidInput(
            f"it is not clear which IDX files belong together: {names}. Name the pairs alike, such "
            "as train-images-idx3-ubyte and train-labels-idx1-ubyte"
        )
    return [_checked(one, by_key[_pair_words(one.name)]) for one in pictures]


def _is_idx(archive: Archive, name: str) -> bool:
    if _is_named(name):
        return True
    with archive.open(name) as packed, _gunzipped(packed, name) as stream:
        return _has_magic(stream.read(8))


def _pair_words(name: str) -> tuple[str, ...]:
    """The part of the name that both files of a pair share."""
    words = [word for word, _before in tokens(name.rpartition("/")[2])]
    return tuple(word for word in words if word not in _KIND_WORDS and not word.isdigit()) or (
        name.rpartition("/")[0],
    )


def _header_of(archive: Archive, name: str) -> _File:
    with archive.open(name) as packed, _gunzipped(packed, name) as stream:
        return _read_header(stream, name)


def _read_header(stream: IO[bytes], name: str) -> _File:
    magic = read_exactly(stream, 4, name)
    if magic[:2] != b"\0\0" or magic[2] not in _TYPES or not 1 <= magic[3] <= 4:
        raise InvalidInput(f"{printable(name)} is not an IDX file: {BOTH}")
    shape = struct.unpack(f">{magic[3]}I", read_exactly(stream, 4 * magic[3], name))
    if shape[0] > MAX_DRAWINGS:
        kind = "labels" if len(shape) == 1 else "pictures"
        raise InvalidInput(
            f"{printable(name)} is not an IDX file of {kind}: it declares {shape[0]:,}, and a file "
            f"may have {MAX_DRAWINGS:,}"
        )
    return _File(name, _TYPES[magic[2]], shape)


def _checked(pictures: _File, labels: _File) -> tuple[_File, _File]:
    if not pictures.is_pictures or pictures.shape[0] != labels.shape[0]:
        size = " × ".join(map(str, pictures.shape[1:]))
        raise InvalidInput(
            f"{printable(pictures.name)} declares {pictures.shape[0]:,} pictures of {size} for "
            f"{labels.shape[0]:,} labels: it must be as many of 28 × 28. Pictures of another size "
            "can be sent as files in folders 0 to 9"
        )
    if math.prod(pictures.shape) * pictures.dtype.itemsize > MAX_UNPACKED_BYTES:
        raise TooLarge(f"{printable(pictures.name)} unpacks to over 4 GB: split it")
    return pictures, labels


def _batches(archive: Archive, file: _File) -> Iterator[NDArray[Any]]:
    with archive.open(file.name) as packed, _gunzipped(packed, file.name) as stream:
        _read_header(stream, file.name)
        yield from pieces(stream, Pictures(file.shape[0], file.shape[1:], file.dtype), file.name)


def _labels(archive: Archive, file: _File) -> NDArray[np.int64]:
    """The labels; of a table of several columns, the first."""
    with archive.open(file.name) as packed, _gunzipped(packed, file.name) as stream:
        _read_header(stream, file.name)
        n_bytes = math.prod(file.shape) * file.dtype.itemsize
        if n_bytes > MAX_LABEL_BYTES:
            raise TooLarge(f"{printable(file.name)} has over 256 MB of labels: split it")
        values = np.frombuffer(read_exactly(stream, n_bytes, file.name), file.dtype)
        require_end(stream, file.name)
    labels_N = values.reshape(file.shape[0], -1)[:, 0]
    if labels_N.size and not (0 <= labels_N.min() and labels_N.max() <= MAX_LABEL):
        raise InvalidInput(
            f"{printable(file.name)} has the label {labels_N.max():g}: labels are the digits 0 to "
            "9. Leave other pictures out, or send only the files of digits"
        )
    return labels_N.astype(np.int64)


def _gunzipped(stream: IO[bytes], name: str) -> IO[bytes]:
    """MNIST's files are gzipped inside the archive. Readers bound what they take of the stream."""
    # By content: browsers unpack a download and leave its name.
    is_gzipped = stream.peek(2)[:2] == b"\x1f\x8b"  # type: ignore[attr-defined]
    return _GzipStream(stream, name) if is_gzipped else stream  # type: ignore[return-value]


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
        with archive.open(OWN_IMAGES, "w", force_zip64=True) as file:
            file.write(struct.pack(">IIII", IMAGES_MAGIC, n, INK_SIDE_PX, INK_SIDE_PX))
            write_inks(file, session, filters, on_written)


FORMAT: Final = Format(
    name="idx",
    description="a zip of IDX files",
    recognises=recognises,
    survey=survey,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop-idx.zip",
        media_type="application/zip",
        bytes_per_drawing=170,
    ),
)
