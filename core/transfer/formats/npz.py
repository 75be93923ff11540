"""NPZ: arrays of inks and labels, as NumPy and Keras write them. Pickled arrays are refused."""

from __future__ import annotations

import math
import tokenize
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.base.errors import InvalidInput, TooLarge
from core.drawings.gallery import Filters
from core.imaging import INK_SIDE_PX
from core.transfer.formats.archive import Archive, opened, printable
from core.transfer.formats.arrays import (
    BATCH,
    Pictures,
    fits,
    flat,
    levels_of,
    pieces,
    read_exactly,
    records_of,
    require_end,
    write_inks,
    write_labels,
)
from core.transfer.formats.format import Assumed, Export, Format, OnWritten, Sample, Survey
from core.transfer.formats.records import INK_BYTES, MAX_DRAWINGS, MAX_LABEL, Records
from core.transfer.formats.scales import BYTES, Levels, Scale, parse_scale, scale_of
from core.transfer.formats.words import digit_of, listed, tokens
from core.transfer.selection import n_selected

N_LABELS: Final = 10
MAX_HEADER_BYTES: Final = 4096  # of an array: its shape and type
MAX_WHOLE_BYTES: Final = 512 * 2**20
"""An array that is not stored picture by picture is read at once, up to this size."""
MAX_LABEL_BYTES: Final = 64
"""Of one label: five million labels as text of 16 letters are 320 MB."""
OWN: Final = "ink"  # the array of pictures in an export
# Names of pictures and labels in common use; every pair that is in a file is read, in this order.
PAIRS: Final = (
    (OWN, "label"), ("images", "labels"), ("x_train", "y_train"), ("x_test", "y_test"),
    ("x", "y"), ("data", "target"),
)  # fmt: skip
_KIND_WORDS: Final = frozenset(
    ("x", "y", "image", "images", "img", "imgs", "picture", "pictures", "pixel", "pixels", "ink",
     "data", "features", "inputs", "samples", "digits", "label", "labels", "lbl", "target",
     "targets", "class", "classes", "digit", "arr", "outputs")
)  # fmt: skip
"""Words of a name that say whether it is pictures or labels; the others name the pair."""
HOW: Final = "save them with numpy.savez('digits.npz', images=images, labels=labels)"
# What NumPy raises for a malformed header, which it parses as Python literals.
_BAD_HEADER: Final = (
    ValueError, KeyError, SyntaxError, TypeError, MemoryError, RecursionError, tokenize.TokenError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Array:
    """An array of the file, by its header."""

    name: str
    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[Any]

    @property
    def stem(self) -> str:
        return self.name.removesuffix(".npy").rpartition("/")[2].lower()

    @property
    def is_pictures(self) -> bool:
        is_number = self.dtype.kind in "buif"
        return is_number and len(self.shape) > 1 and (fits(self.shape[1:]) or self.is_last_axis)

    @property
    def is_last_axis(self) -> bool:
        """Whether the pictures are counted by the last axis, as MATLAB does."""
        return not fits(self.shape[1:]) and (
            self.shape[:2] == (INK_SIDE_PX, INK_SIDE_PX)
            and len(self.shape) == 3
            or (self.shape[:1] == (INK_BYTES,) and len(self.shape) == 2)
        )

    @property
    def is_labels(self) -> bool:
        return self.dtype.kind in "buifUS" and (
            len(self.shape) == 1
            or len(self.shape) == 2
            and (1 in self.shape or self.shape[1] == N_LABELS)
        )

    @property
    def n(self) -> int:
        """How many pictures or labels it has."""
        if self.is_pictures:
            return self.shape[-1] if self.is_last_axis else self.shape[0]
        return max(self.shape) if 1 in self.shape else self.shape[0]


def recognises(sample: Sample) -> bool:
    """Whether it is an archive of nothing but arrays."""
    return bool(sample.entries) and all(name.endswith(".npy") for name in sample.entries or ())


def survey(path: Path, _label_column: str | None) -> Survey:
    """Decide which arrays belong together and what range their values have."""
    with opened(path) as archive:
        pairs = _pairs(archive)
        levels, is_float = Levels(), False
        for pictures, _labels in pairs:
            found = levels_of(_batches(archive, pictures))
            levels.merge(found)
            is_float = is_float or pictures.dtype.kind in "fb"
    scale, notices = scale_of(levels, is_float=is_float)
    if all(pictures.stem == OWN for pictures, _labels in pairs) and not is_float:
        scale, notices = Scale(*BYTES), ()  # an export of Inkloop: values are ink as they are
    arrays = [[pictures.name, labels.name] for pictures, labels in pairs]
    return Survey({"arrays": arrays, "scale": scale.name}, notices)


def read(path: Path, assumed: Assumed) -> Records:
    """Yield the inks of all pairs of arrays. Raises: InvalidInput, TooLarge."""
    scale = parse_scale(assumed["scale"])
    with opened(path) as archive:
        by_name = {array.name: array for array in _arrays(archive)}
        for pictures, labels in assumed["arrays"]:
            labels_N = _labels(archive, by_name[labels])
            yield from records_of(_batches(archive, by_name[pictures]), labels_N, scale, pictures)


def _arrays(archive: Archive) -> list[_Array]:
    found = []
    for name in archive.names:
        with archive.open(name) as stream:
            found.append(_read_header(stream, name))
    return found


def _pairs(archive: Archive) -> list[tuple[_Array, _Array]]:
    """The arrays of pictures, each with its labels. Raises: InvalidInput, if that is not clear."""
    arrays = _arrays(archive)
    by_stem = {array.stem: array for array in arrays}
    named = [(by_stem[a], by_stem[b]) for a, b in PAIRS if a in by_stem and b in by_stem]
    if named:
        for pictures, labels in named:
            _check_pair(pictures, labels)
        return named
    all_pictures = [array for array in arrays if array.is_pictures]
    all_labels = [array for array in arrays if array.is_labels and not array.is_pictures]
    if not all_pictures or not all_labels:
        raise InvalidInput(_no_pair(arrays))
    pairs = []
    for one in all_pictures:
        fitting = [other for other in all_labels if other.n == one.n]
        alike = [other for other in fitting if _pair_words(other) == _pair_words(one)]
        rivals = [other for other in all_pictures if other.n == one.n]
        fitting = alike if len(alike) == 1 else fitting
        if len(fitting) == 1 and (len(rivals) == 1 or alike):
            pairs.append((one, fitting[0]))
        elif len(fitting) == len(rivals) > 1 and len(all_pictures) == len(all_labels):
            pairs.append((one, fitting[rivals.index(one)]))  # arr_0, arr_1, … in their order
        elif fitting:
            names = listed([printable(other.name) for other in fitting])
            raise InvalidInput(f"the labels of {printable(one.name)} may be {names}: {HOW}")
    if not pairs:
        raise InvalidInput(_no_pair(arrays))
    return pairs


def _pair_words(array: _Array) -> frozenset[str]:
    return frozenset(word for word, _before in tokens(array.stem) if word not in _KIND_WORDS)


def _check_pair(pictures: _Array, labels: _Array) -> None:
    if not pictures.is_pictures or not labels.is_labels or pictures.n != labels.n:
        raise InvalidInput(
            f"{printable(pictures.name)} has the shape {pictures.shape} and type "
            f"{pictures.dtype}, {printable(labels.name)} the shape {labels.shape} and type "
            f"{labels.dtype}: they must be (N, 28, 28) or (N, 784) and (N,), with N labels. "
            "Pictures of another size can be sent as files in folders 0 to 9"
        )


def _no_pair(arrays: list[_Array]) -> str:
    names = listed([f"{printable(one.name)} {one.shape}" for one in arrays])
    return (
        f"the NPZ has no array of pictures (N, 28, 28) with N labels, but {names}: {HOW}, or "
        "rename them"
    )


def _read_header(stream: IO[bytes], name: str) -> _Array:
    """Shape and type. Raises: InvalidInput, also for object arrays, which would be unpickled."""
    try:
        version = npy.read_magic(stream)
        parse = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        shape, is_fortran, dtype = parse(stream, max_header_size=MAX_HEADER_BYTES)
    except _BAD_HEADER as exc:
        raise InvalidInput(
            f"{printable(name)} is not an array that can be read here: {HOW}"
        ) from exc
    if dtype.hasobject:
        raise InvalidInput(
            f"{printable(name)} holds pickled objects, which are never loaded: turn it into "
            "numbers with .astype, then save it again"
        )
    if any(length < 0 for length in shape) or max(shape, default=0) > MAX_DRAWINGS:
        raise InvalidInput(f"{printable(name)} has the shape {shape}: {HOW}")
    return _Array(name, shape, is_fortran, dtype)


def _batches(archive: Archive, array: _Array) -> Iterator[NDArray[Any]]:
    """The pictures of an array as (N, 784), a thousand at a time."""
    with archive.open(array.name) as stream:
        _read_header(stream, array.name)
        if array.is_fortran or array.is_last_axis:
            whole = _whole(stream, array)
            whole = np.moveaxis(whole, -1, 0) if array.is_last_axis else whole
            for start in range(0, array.n, BATCH):
                yield flat(np.ascontiguousarray(whole[start : start + BATCH]))
        else:
            yield from pieces(stream, Pictures(array.n, array.shape[1:], array.dtype), array.name)


def _whole(stream: IO[bytes], array: _Array) -> NDArray[Any]:
    n_bytes = math.prod(array.shape) * array.dtype.itemsize
    if n_bytes > MAX_WHOLE_BYTES:
        raise TooLarge(
            f"{printable(array.name)} is stored column by column and has over 512 MB: save it with "
            "numpy.ascontiguousarray, one picture after the other"
        )
    data = read_exactly(stream, n_bytes, array.name)
    require_end(stream, array.name)
    return np.frombuffer(data, array.dtype).reshape(
        array.shape, order="F" if array.is_fortran else "C"
    )


def _labels(archive: Archive, array: _Array) -> NDArray[np.int64]:
    """All labels as numbers: at most 5 million."""
    if array.dtype.itemsize > MAX_LABEL_BYTES:
        raise InvalidInput(f"{printable(array.name)} has long texts: labels are the digits 0 to 9")
    with archive.open(array.name) as stream:
        _read_header(stream, array.name)
        values = _whole(stream, array)
    if values.ndim == 2 and 1 not in values.shape:
        return _of_one_hot(values, array)
    values = values.reshape(-1)
    if values.dtype.kind in "US":
        return _of_text(values, array)
    labels_N = np.rint(values.astype(np.float64))
    if not (labels_N == values).all():
        raise InvalidInput(
            f"{printable(array.name)} has labels that are fractions or no numbers: labels are the "
            "digits 0 to 9"
        )
    if labels_N.size and (labels_N.min() < 0 or labels_N.max() > MAX_LABEL):
        worst = labels_N.max() if labels_N.max() > MAX_LABEL else labels_N.min()
        raise InvalidInput(
            f"{printable(array.name)} has the label {worst:g}: labels are the digits 0 to 9. Leave "
            "other pictures out"
        )
    return labels_N.astype(np.int64)


def _of_one_hot(values_NK: NDArray[Any], array: _Array) -> NDArray[np.int64]:
    """Labels of rows with one 1 and else 0, or with probabilities."""
    if values_NK.dtype.kind not in "buif" or values_NK.shape[1] != N_LABELS:
        raise InvalidInput(f"{printable(array.name)} has the shape {array.shape}: labels are (N,)")
    sums_N = values_NK.astype(np.float64).sum(axis=1)
    if not np.allclose(sums_N, 1, atol=1e-3):
        raise InvalidInput(
            f"{printable(array.name)} has rows of ten numbers that are not one-hot: send the "
            "labels themselves, as labels.argmax(axis=1)"
        )
    labels_N: NDArray[np.int64] = values_NK.argmax(axis=1).astype(np.int64)
    return labels_N


def _of_text(values_N: NDArray[Any], array: _Array) -> NDArray[np.int64]:
    texts, places_N = np.unique(values_N, return_inverse=True)
    digits = []
    for text in texts.tolist():
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        digit = digit_of(shown)
        if digit is None:
            raise InvalidInput(
                f"{printable(array.name)} has the label {printable(shown)!r}: labels are the "
                "digits 0 to 9"
            )
        digits.append(digit)
    return np.array(digits, np.int64)[places_N]


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
    survey=survey,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop.npz",
        media_type="application/zip",
        bytes_per_drawing=170,
    ),
)
