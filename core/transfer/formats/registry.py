"""Which format a file is, by its content, and the drawings in it. Its name is not asked."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.base.errors import InvalidInput
from core.transfer.formats.archive import opened
from core.transfer.formats.arrays import is_idx_name, read_csv, read_idx, read_npz
from core.transfer.formats.label_studio import read_label_studio
from core.transfer.formats.pictures import read_pictures
from core.transfer.formats.records import Arrivals

Reader = Callable[[Path], Arrivals]
UNKNOWN: Final = (
    "this file is none of what can be imported: Parquet, NPZ, a zip of IDX files or of pictures in "
    "folders 0 to 9, Label Studio's JSON, or CSV of a label and 784 pixels a line"
)


def _read_parquet(path: Path) -> Arrivals:
    # Here, since pyarrow takes 0.3 s and 44 MB: no other format needs it.
    found: Arrivals = importlib.import_module("core.transfer.formats.parquet").read_parquet(path)
    return found


READERS: Final[dict[str, Reader]] = {
    "parquet": _read_parquet,
    "npz": read_npz,
    "idx": read_idx,
    "png": read_pictures,
    "label-studio": read_label_studio,
    "csv": read_csv,
}


def format_of(path: Path) -> str:
    """The name of the format. Raises: InvalidInput, if it is none that is read here."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"["):
        return "label-studio"
    line = text.partition(b"\n")[0]
    if line.count(b",") > 100 and line.isascii():
        return "csv"
    raise InvalidInput(UNKNOWN)


def _kind_of_zip(path: Path) -> str:
    with opened(path) as archive:
        names = archive.names
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    if any(is_idx_name(name) for name in names):
        return "idx"
    return "png"
