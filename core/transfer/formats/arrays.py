"""Raw pixels and labels in streams: what NPZ and IDX files have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.base.errors import InvalidInput
from core.drawings.gallery import Filters
from core.imaging import INK_SIDE_PX as SIDE
from core.transfer.formats.archive import printable
from core.transfer.formats.format import OnWritten
from core.transfer.formats.records import INK_BYTES, Records, record_of_ink
from core.transfer.formats.scales import Levels, Scale
from core.transfer.selection import batches

BATCH: Final = 1024  # inks read at once; 0.8 MB


@dataclass(frozen=True, slots=True)
class Pictures:
    """How a stream of pictures is laid out."""

    n: int
    shape: tuple[int, ...]
    """Of one picture: (28, 28), (784,), (28, 28, C) or (C, 28, 28)."""
    dtype: np.dtype[Any]

    @property
    def n_bytes(self) -> int:
        """Of one picture."""
        return int(np.prod(self.shape)) * self.dtype.itemsize


def fits(shape: tuple[int, ...]) -> bool:
    """Whether one picture of that shape has 28 × 28 pixels, grey or in colours."""
    return shape == (INK_BYTES,) or any(
        shape == made
        for colours in (1, 3, 4)
        for made in ((SIDE, SIDE), (SIDE, SIDE, colours), (colours, SIDE, SIDE))
    )


def pieces(stream: IO[bytes], pictures: Pictures, name: str) -> Iterator[NDArray[Any]]:
    """Yield the pixels of the next pictures, (N, 784), grey; the stream must end after them."""
    for start in range(0, pictures.n, BATCH):
        n = min(BATCH, pictures.n - start)
        data = read_exactly(stream, n * pictures.n_bytes, name)
        yield flat(np.frombuffer(data, pictures.dtype).reshape(n, *pictures.shape))
    require_end(stream, name)


def flat(pictures_N: NDArray[Any]) -> NDArray[Any]:
    """Pictures of any layout as rows of 784 pixels, colours averaged, without transparency."""
    n, shape = len(pictures_N), pictures_N.shape[1:]
    if len(shape) == 3:
        if shape[0] in (1, 3, 4) and shape[1:] == (SIDE, SIDE):
            pictures_N = pictures_N.transpose(0, 2, 3, 1)
        colours_NHWC = pictures_N[..., :3]
        one = colours_NHWC.shape[-1] == 1
        pictures_N = colours_NHWC[..., 0] if one else colours_NHWC.mean(axis=-1)
        if not one and np.issubdtype(shape_type := colours_NHWC.dtype, np.integer):
            pictures_N = np.rint(pictures_N).astype(shape_type)
    if pictures_N.dtype == np.bool_:
        pictures_N = pictures_N.astype(np.uint8) * np.uint8(255)
    return pictures_N.reshape(n, INK_BYTES)


def levels_of(batches_NP: Iterable[NDArray[Any]]) -> Levels:
    """The range of all values. Bytes over 1 end the search, since their range is known then."""
    levels = Levels()
    for values_NP in batches_NP:
        levels.add(values_NP)
        if values_NP.dtype == np.uint8 and levels.high > 1:
            break
    return levels


def records_of(
    batches_NP: Iterable[NDArray[Any]], labels_N: NDArray[np.int64], scale: Scale, name: str
) -> Records:
    """Yield a record for each label, with the next picture."""
    where, place = printable(name), 0
    for values_NP in batches_NP:
        inks_NP = scale.inks(values_NP, where)
        for ink_P in inks_NP:
            label = int(labels_N[place])
            place += 1
            yield record_of_ink(label, ink_P.tobytes(), f"digit {place} of {where}")


def read_exactly(stream: IO[bytes], n_bytes: int, name: str) -> bytes:
    """Read that many bytes. Raises: InvalidInput, if there are fewer.

    Reads in pieces, so that a header that claims too much cannot make us allocate it.
    """
    pieces = []
    while n_bytes > 0:
        piece = stream.read(min(n_bytes, 1 << 20))
        if not piece:
            raise InvalidInput(f"{printable(name)} is cut short")
        pieces.append(piece)
        n_bytes -= len(piece)
    return b"".join(pieces)


def require_end(stream: IO[bytes], name: str) -> None:
    """Raises: InvalidInput, if there is more to read."""
    if stream.read(1):
        raise InvalidInput(f"{printable(name)} is longer than its header says")


def write_labels(file: IO[bytes], session: Session, filters: Filters) -> None:
    """Write the labels of the drawings that match, one byte each."""
    for drawings in batches(session, filters, with_strokes=False):
        file.write(bytes(drawing.label for drawing in drawings))


def write_inks(file: IO[bytes], session: Session, filters: Filters, on_written: OnWritten) -> None:
    """Write the inks of the drawings that match, 784 bytes each."""
    for drawings in batches(session, filters, with_strokes=False):
        file.write(b"".join(drawing.ink for drawing in drawings))
        on_written(len(drawings))
