"""Raw pixels and labels in streams: what NPZ and IDX files have in common."""

from __future__ import annotations

from typing import IO, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.base.errors import InvalidInput
from core.drawings.gallery import Filters
from core.transfer.formats.archive import printable
from core.transfer.formats.format import OnWritten
from core.transfer.formats.records import INK_BYTES, Records, record_of_ink
from core.transfer.selection import batches

BATCH: Final = 1024  # inks read at once; 0.8 MB


def read_inks(stream: IO[bytes], labels_N: NDArray[np.int64], name: str) -> Records:
    """Yield a record for each label, with the next ink of the stream, which must end after them."""
    where = printable(name)
    for start in range(0, len(labels_N), BATCH):
        labels = labels_N[start : start + BATCH].tolist()
        data = read_exactly(stream, len(labels) * INK_BYTES, name)
        for place, label in enumerate(labels):
            ink = data[place * INK_BYTES : (place + 1) * INK_BYTES]
            yield record_of_ink(label, ink, f"digit {start + place + 1} of {where}")
    require_end(stream, name)


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
