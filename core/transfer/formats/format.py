"""What a file format of drawings declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from core.drawings.gallery import Filters
from core.transfer.formats.notices import Notice
from core.transfer.formats.records import Records

OnWritten = Callable[[int], None]
"""Called with the number of drawings written since the last call."""
Assumed = Mapping[str, Any]
"""How a file is read, where that does not follow from the format: decided once, kept as JSON."""
Reader = Callable[[Path, Assumed], Records]
"""Reads a file piece by piece. Raises: InvalidInput, TooLarge, if the whole file is refused."""
Writer = Callable[[BinaryIO, Session, Filters, OnWritten], None]
"""Writes the drawings that match, front to back, so that the output may be a pipe.

At most a thousand drawings are in memory at a time, however many match.
"""


@dataclass(frozen=True, slots=True)
class Survey:
    """How a file is to be read, decided from its content before its drawings are read."""

    assumed: Assumed = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    alternatives: Mapping[str, Assumed] = field(default_factory=dict)
    """Other ways to read it, by the name of the label column (or control, or part of a name)."""
    is_open: bool = False
    """Whether the content alone does not decide between `assumed` and the alternatives."""


Surveyor = Callable[[Path, str | None], Survey]
"""Decides how a file is read. The second argument is the label column that a person named.

Raises: InvalidInput, TooLarge, if the whole file is refused.
"""


def nothing_to_assume(_path: Path, _label_column: str | None) -> Survey:
    """A `Surveyor` for formats that leave nothing open."""
    return Survey()


@dataclass(frozen=True, slots=True)
class Sample:
    """What a format is recognised by; the name of the file does not count."""

    head: bytes
    """The first 64 KiB."""
    entries: tuple[str, ...] | None
    """The names of the files inside, if it is an archive; else None."""
    entry_heads: Mapping[str, bytes] = field(default_factory=dict)
    """The first bytes of the files inside (of what a gzipped one contains), if there are few."""


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
    survey: Surveyor = nothing_to_assume
    export: Export | None = None
    """None if drawings cannot be exported in this format."""
