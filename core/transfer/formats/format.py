"""What a file format of drawings declares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from core.drawings.gallery import Filters
from core.transfer.formats.records import Records

OnWritten = Callable[[int], None]
"""Called with the number of drawings written since the last call."""
Reader = Callable[[Path], Records]
"""Reads a file piece by piece. Raises: InvalidInput, TooLarge, if the whole file is refused."""
Writer = Callable[[BinaryIO, Session, Filters, OnWritten], None]
"""Writes the drawings that match, front to back, so that the output may be a pipe.

At most a thousand drawings are in memory at a time, however many match.
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a format is recognised by; the name of the file does not count."""

    head: bytes
    """The first 4,096 bytes."""
    entries: tuple[str, ...] | None
    """The names of the files inside, if it is a zip archive; else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """How drawings are exported in a format."""

    write: Writer
    file_name: str
    """Suggested to the browser. A suffix that no other format has selects this format."""
    media_type: str
    bytes_per_drawing: int
    """Average size, for estimates.

    Measured on 2,000 MNIST digits with 60 points each; real drawings differ by a third.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One file format: its name, how to recognise and read it, how to write it if possible."""

    name: str
    """In commands, queries and the database: never renamed."""
    description: str
    """For messages that list what can be imported, such as "a zip of IDX files"."""
    recognises: Callable[[Sample], bool]
    read: Reader
    export: Export | None = None
    """None if drawings cannot be exported in this format."""
