"""PNG: an archive with a folder for each digit, such as `7/anything.png`, at any depth.

Folders may also be named by words, or the digit may be a part of each file name. Exported archives
also have a table of the drawings, `drawings.csv`. Imported pictures may be of any readable format.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy.orm import Session

from core.base.errors import InvalidInput
from core.drawings.gallery import Filters
from core.imaging import MAX_PICTURE_BYTES
from core.storage.tables import Drawing
from core.transfer.formats.archive import Archive, opened, printable
from core.transfer.formats.format import Assumed, Export, Format, OnWritten, Sample, Survey
from core.transfer.formats.pictures import ink_png, record_of_picture
from core.transfer.formats.records import DrawingRecord, Records, Skipped, parse_uuid
from core.transfer.formats.tables import LABEL_NAMES, normal_name
from core.transfer.formats.words import (
    PARTS,
    digit_of,
    exact_digit,
    listed,
    token_digit,
    tokens,
    whole_number,
)
from core.transfer.selection import batches
from core.transfer.spreadsheet import inert

FOLDER: Final = "folder"
NAME: Final = "file name"
PICTURES: Final = (
    ".png", ".jpg", ".jpeg", ".jpe", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif",
    ".avif",
)  # fmt: skip
MIN_SHARE: Final = 0.9
"""Of the pictures: so many must have a label in the same part of their name."""
HOW: Final = "put the pictures into folders named 0 to 9, one for each digit, and zip them again"


@dataclass(frozen=True, slots=True)
class _Way:
    """Where the labels are: in the names of folders at one level, or in a part of the file name."""

    place: str
    at: int
    """The folder's level, or the token of the file name, counted from the end if negative."""

    @property
    def name(self) -> str:
        if self.place == FOLDER:
            return f"folder {self.at}"
        return f"name part {self.at + 1 if self.at >= 0 else self.at}"


def recognises(sample: Sample) -> bool:
    """Whether it is an archive: other formats that are archives are asked before."""
    return sample.entries is not None


def survey(path: Path, label_column: str | None) -> Survey:
    """Decide where the labels are: in the names of folders, or in a part of each file name."""
    with opened(path) as archive:
        names = archive.names
    pictures = [name for name in names if name.lower().endswith(PICTURES)] or names
    ways = _folder_ways(pictures)
    if not ways:
        if label_column is None and any(_digit_folder(name) is not None for name in names):
            return Survey({"label_from": FOLDER})
        ways = _name_ways(pictures)
    if label_column is not None:
        ways = [way for way in (*ways, *_name_ways(pictures)) if way.name == label_column]
    if not ways:
        raise InvalidInput(_no_labels(names, pictures))
    best, *others = ways
    return Survey(
        _assumed(best),
        alternatives={way.name: _assumed(way) for way in others},
        is_open=best.place == NAME and bool(others),
    )


def _assumed(way: _Way) -> dict[str, Any]:
    return {"label_from": way.place, "label_column": way.name, "at": way.at}


def _folder_ways(pictures: Sequence[str]) -> list[_Way]:
    """The levels of folders that name a digit for nearly all pictures, the most likely first.

    A word, as in `seven` or `digit_7`, says more than a number, which may count writers or parts;
    and a level with all ten digits says more than one with some.
    """
    found = []
    folders = [name.split("/")[:-1] for name in pictures]
    for at in range(1, max(map(len, folders), default=0) + 1):
        named = [parts[-at] for parts in folders if len(parts) >= at]
        digits = [name for name in named if digit_of(name) is not None]
        if digits and len(digits) >= MIN_SHARE * len(pictures):
            is_number = all(whole_number(name) is not None for name in digits)
            is_partial = len({digit_of(name) for name in digits}) < 10
            found.append((is_number, is_partial, at, _Way(FOLDER, -at)))
    return [way for *_rank, way in sorted(found, key=lambda made: made[:3])]


def _name_ways(pictures: Sequence[str]) -> list[_Way]:
    """The parts of the file names that are digits in nearly all, the most likely first."""
    stems = [tokens(_stem(name)) for name in pictures]
    n_parts = min((len(found) for found in stems), default=0)
    ways: dict[tuple[int | None, ...], tuple[tuple[bool, bool, int, bool], _Way]] = {}
    for at in (*range(n_parts), *range(-n_parts, 0)):
        digits = tuple(token_digit(parts[at]) for parts in stems)
        n_digits = sum(digit is not None for digit in digits)
        if n_digits < MIN_SHARE * len(stems) or len(set(digits) - {None}) < 2:
            continue
        before = {parts[at][1] for parts in stems}
        is_said = any(normal_name(word) in (*LABEL_NAMES, "num") for word in before)
        rank = (not is_said, bool(before & PARTS), -len(set(digits)), at < 0)
        ways.setdefault(digits, (rank, _Way(NAME, at)))
    ranked = sorted(ways.values(), key=lambda made: made[0])
    is_clear = len(ranked) > 1 and ranked[0][0][:2] < ranked[1][0][:2]
    return [way for _rank, way in ranked[: 1 if is_clear else None]]


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0] or name.rpartition("/")[2]


def _no_labels(names: Sequence[str], pictures: Sequence[str]) -> str:
    if not any(name.lower().endswith(PICTURES) for name in names):
        shown = f", but {listed([printable(name) for name in names], 3)}" if names else ""
        return (
            "the archive has no pictures in folders named 0 to 9, no IDX files and no arrays"
            f"{shown}: {HOW}"
        )
    return (
        "the archive has no pictures in folders named by digits, and no digit at the same place in "
        f"each name, such as {printable(pictures[0])}: {HOW}"
    )


def read(path: Path, assumed: Assumed) -> Records:
    """Yield the pictures of an archive; unusable ones are skipped with a reason.

    Raises: InvalidInput, TooLarge, for the archive as a whole.
    """
    way = _Way(assumed["label_from"], assumed["at"]) if "at" in assumed else None
    with opened(path) as archive:
        for name in archive.names:
            label = _label(name, way)
            if label is not None:
                yield _read_entry(archive, name, label)
            elif "/" in name or name.lower().endswith(PICTURES):
                # Tables beside the folders, such as our own, need no message.
                where = "its name" if way is not None and way.place == NAME else "a folder"
                yield Skipped(
                    f"{printable(name)} is in no folder named by a digit"
                    if where == "a folder"
                    else f"{printable(name)} has no digit at that place in its name"
                )


def _label(name: str, way: _Way | None) -> int | None:
    if way is None:
        return _digit_folder(name)
    if way.place == FOLDER:
        parts = name.split("/")[:-1]
        return digit_of(parts[way.at]) if len(parts) >= -way.at else None
    parts_of_name = tokens(_stem(name))
    is_there = -len(parts_of_name) <= way.at < len(parts_of_name)
    is_picture = name.lower().endswith(PICTURES)
    return token_digit(parts_of_name[way.at]) if is_there and is_picture else None


def _read_entry(archive: Archive, name: str, label: int) -> DrawingRecord | Skipped:
    if archive.size(name) > MAX_PICTURE_BYTES:
        return Skipped(
            f"{printable(name)}: a picture may have at most {MAX_PICTURE_BYTES // 2**20} MB"
        )
    data = archive.read(name, MAX_PICTURE_BYTES)
    return record_of_picture(data, label, printable(name), parse_uuid(Path(name).stem))


def _digit_folder(name: str) -> int | None:
    """The digit that the innermost folder named by one stands for."""
    for folder in reversed(name.split("/")[:-1]):
        digit = exact_digit(folder)
        if digit is not None:
            return digit
    return None


def write(out: BinaryIO, session: Session, filters: Filters, on_written: OnWritten) -> None:
    """Write folders 0 to 9 with a picture for each drawing, and a table of all drawings."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for drawing in _each(session, filters, on_written):
            # PNG is compressed already. ZipInfo's fixed date makes equal exports equal bytes.
            entry = zipfile.ZipInfo(f"{drawing.label}/{drawing.id}.png")
            archive.writestr(entry, ink_png(drawing.ink))
        table = zipfile.ZipInfo("drawings.csv")
        table.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(table, "w", force_zip64=True) as file:
            file.write(_row("file", "label", "status", "split", "contributor", "created_at"))
            for drawing in _each(session, filters, lambda _n: None):
                file.write(_table_row(drawing))


def _each(session: Session, filters: Filters, on_written: OnWritten) -> Iterator[Drawing]:
    for drawings in batches(session, filters, with_strokes=False):
        yield from drawings
        on_written(len(drawings))


def _table_row(drawing: Drawing) -> bytes:
    name = f"{drawing.label}/{drawing.id}.png"
    facts = (drawing.status, drawing.split, drawing.contributor_id)
    return _row(name, str(drawing.label), *facts, drawing.created_at.isoformat())


def _row(*cells: str) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([inert(cell) for cell in cells])
    return line.getvalue().encode()


FORMAT: Final = Format(
    name="png",
    description="a zip of pictures in folders 0 to 9",
    recognises=recognises,
    survey=survey,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop-png.zip",
        media_type="application/zip",
        bytes_per_drawing=480,
    ),
)
