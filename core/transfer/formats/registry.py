"""All file formats of drawings, and which one a file has."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.base.errors import InvalidInput
from core.transfer.formats import csv, idx, label_studio, npz, parquet, png
from core.transfer.formats.archive import Archive, is_archive, opened
from core.transfer.formats.format import Export, Format, Sample
from core.transfer.formats.unpacking import unpacked
from core.transfer.formats.unreadable import advice_for

# In this order a file is offered to them, and commands and the API list them.
FORMATS: tuple[Format, ...] = (
    parquet.FORMAT,
    npz.FORMAT,
    idx.FORMAT,
    png.FORMAT,  # recognises any archive, so it comes after the other archives
    label_studio.FORMAT,
    csv.FORMAT,
)
SAMPLE_BYTES: Final = 1 << 16
MAX_ENTRIES_SAMPLED: Final = 64
ENTRY_HEAD_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file with its format, unpacked if it was compressed."""

    path: Path
    format: Format


@contextlib.contextmanager
def recognised(path: Path) -> Iterator[Recognised]:
    """A file to import and its format, by its content; unpacked files are deleted at the end.

    Raises: InvalidInput, if no format recognises it; TooLarge, for an archive over the limits.
    """
    with unpacked(path) as inner:
        yield Recognised(inner, format_of(inner))


def format_of(path: Path) -> Format:
    """The format of a file that is not compressed, by its content.

    Raises: InvalidInput, if no format recognises it; TooLarge, for an archive over the limits.
    """
    sample = _sample(path)
    advice = advice_for(sample)
    if advice is not None:
        raise InvalidInput(advice)
    for format in FORMATS:
        if format.recognises(sample):
            return format
    raise InvalidInput(f"this file is in no format that can be imported: send {importable()}")


def by_name(name: str) -> Format:
    """The format of that name. Raises: InvalidInput, if there is none."""
    for format in FORMATS:
        if format.name == name:
            return format
    raise InvalidInput(f"unknown format {name!r}: known are {', '.join(f.name for f in FORMATS)}")


def exports() -> dict[str, Export]:
    """Name of each format that drawings can be exported in -> how."""
    return {format.name: format.export for format in FORMATS if format.export is not None}


def export_by_name(name: str) -> Export:
    """How to export in the format of that name. Raises: InvalidInput, if that is not possible."""
    export = by_name(name).export
    if export is None:
        raise InvalidInput(f"cannot export as {name}: choose one of {', '.join(exports())}")
    return export


def export_for_file(file_name: str) -> str | None:
    """The name of the only export format with that file's suffix; None if none or several have."""
    matching = [
        name
        for name, export in exports().items()
        if file_name.endswith(Path(export.file_name).suffix)
    ]
    return matching[0] if len(matching) == 1 else None


def importable() -> str:
    """A list of what can be imported, for messages."""
    *others, last = (format.description for format in FORMATS)
    return f"{', '.join(others)} or {last}"


def _sample(path: Path) -> Sample:
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if not is_archive(head):
        return Sample(head, None)
    with opened(path) as archive:
        return Sample(head, tuple(archive.names), _entry_heads(archive))


def _entry_heads(archive: Archive) -> dict[str, bytes]:
    if len(archive.names) > MAX_ENTRIES_SAMPLED:
        return {}
    heads = {}
    for name in archive.names:
        with archive.open(name) as stream:
            heads[name] = stream.read(ENTRY_HEAD_BYTES)
        if heads[name].startswith(b"\x1f\x8b"):
            with (
                contextlib.suppress(OSError, EOFError, zlib.error),
                archive.open(name) as stream,
                gzip.GzipFile(fileobj=stream) as inner,
            ):
                heads[name] = inner.read(ENTRY_HEAD_BYTES)
    return heads
