"""Parquet: everything known about a drawing, so that another Inkloop can continue from it.

One row a drawing. `label` is the newest label, `label_history` all of them; `strokes` are lists of
points [x, y, t_ms, pressure] on a page of `width` by `height`; `ink` is 784 bytes.

pyarrow is imported inside functions, so that listing the formats does not load it: it takes 0.3 s
and 44 MB, which web workers do without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from sqlalchemy.orm import Session

from core.base.errors import BadPicture, InvalidInput, TooLarge, UnsupportedType
from core.base.kinds import DrawingStatus, Split
from core.drawings.gallery import Filters
from core.imaging import (
    IMAGING_VERSION,
    MAX_PICTURE_BYTES,
    decode_strokes,
    encode_strokes,
    parse_strokes,
)
from core.imaging.files import read_grey, to_png
from core.storage.facets import SOURCES
from core.storage.tables import Drawing, LabelEvent
from core.transfer.formats import parquet_tables
from core.transfer.formats.archive import printable
from core.transfer.formats.format import Assumed, Export, Format, OnWritten, Sample, Survey
from core.transfer.formats.records import (
    MAX_DRAWINGS,
    DrawingRecord,
    LabelEntry,
    Provenance,
    Records,
    parse_uuid,
    record_of_ink,
)
from core.transfer.selection import batches, histories

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

READ_ROWS: Final = 500
MAX_ROW_GROUP_BYTES: Final = 512 * 2**20
MAX_LABELS: Final = 10_000  # in one drawing's history
MAX_BY_CHARS: Final = 64
CONTRIBUTOR_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@cache
def schema() -> pa.Schema:
    """The columns of an export. A file with any others is somebody else's: `parquet_tables`."""
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    point = pa.list_(pa.float64(), 4)
    label_entry = pa.struct([("label", pa.uint8()), ("by", pa.string()), ("at", moment)])
    return pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("contributor", pa.string(), nullable=False),
            pa.field("created_at", moment, nullable=False),
            pa.field("label", pa.uint8(), nullable=False),
            pa.field("status", pa.string(), nullable=False),
            pa.field("split", pa.string(), nullable=False),
            pa.field("source", pa.string(), nullable=False),
            pa.field("ink", pa.binary(784), nullable=False),
            pa.field("imaging_version", pa.int32(), nullable=False),
            pa.field("strokes", pa.list_(pa.list_(point))),
            pa.field("width", pa.float64()),
            pa.field("height", pa.float64()),
            pa.field("picture", pa.binary()),
            pa.field("predicted_label", pa.uint8()),
            pa.field("predicted_version", pa.int32()),
            pa.field("confidence", pa.float64()),
            pa.field("confirmed_at", moment),
            pa.field("reviewed_at", moment),
            pa.field("label_history", pa.list_(label_entry), nullable=False),
        ],
        metadata={"inkloop.drawings": "1"},
    )


def write(out: BinaryIO, session: Session, filters: Filters, on_written: OnWritten) -> None:
    """Write the drawings that match, a thousand to a row group."""
    import pyarrow.parquet as pq

    with pq.ParquetWriter(out, schema(), compression="zstd") as writer:
        for drawings in batches(session, filters):
            labels = histories(session, [drawing.number for drawing in drawings])
            writer.write_batch(_record_batch(drawings, labels))
            on_written(len(drawings))


def _record_batch(
    drawings: Sequence[Drawing], labels: dict[int, list[LabelEvent]]
) -> pa.RecordBatch:
    import pyarrow as pa

    decoded = [None if row.strokes is None else decode_strokes(row.strokes) for row in drawings]
    columns: dict[str, Any] = {
        name: [getattr(row, name) for row in drawings]
        for name in schema().names
        if name in Drawing.__table__.columns and name != "strokes"
    }
    columns["contributor"] = [row.contributor_id for row in drawings]
    columns["strokes"] = _strokes_array([None if one is None else one[0] for one in decoded])
    columns["width"] = [None if one is None else one[1] for one in decoded]
    columns["height"] = [None if one is None else one[2] for one in decoded]
    columns["label_history"] = [
        [{"label": event.label, "by": event.by, "at": event.at} for event in labels[row.number]]
        for row in drawings
    ]
    arrays = [
        columns[field.name]
        if isinstance(columns[field.name], pa.Array)
        else pa.array(columns[field.name], field.type)
        for field in schema()
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema())


def _strokes_array(strokes_N: Sequence[list[np.ndarray] | None]) -> pa.Array:
    """Nested lists from offsets: a hundred times faster than from Python lists."""
    import pyarrow as pa

    strokes = [stroke for one in strokes_N if one is not None for stroke in one]
    points_P4 = np.concatenate([*strokes, np.empty((0, 4))])
    points = pa.FixedSizeListArray.from_arrays(pa.array(points_P4.ravel()), 4)
    ends = np.cumsum([0, *(len(stroke) for stroke in strokes)], dtype=np.int32)
    inner = pa.ListArray.from_arrays(pa.array(ends), points)
    sizes = (0 if one is None else len(one) for one in strokes_N)
    drawings = np.cumsum([0, *sizes], dtype=np.int32)
    is_null = pa.array([one is None for one in strokes_N], pa.bool_())
    return pa.ListArray.from_arrays(pa.array(drawings), inner, mask=is_null)


def recognises(sample: Sample) -> bool:
    """Whether it has the magic number of Parquet."""
    return sample.head.startswith(b"PAR1")


def survey(path: Path, label_column: str | None) -> Survey:
    """Decide whose file it is, and for files of others which columns are used."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            _check_size(file)
            if file.schema_arrow.equals(schema()):
                return Survey()
            return parquet_tables.survey(file, label_column)
    except (pa.ArrowException, OSError, UnicodeError) as exc:
        raise InvalidInput("this Parquet file is damaged: export it again") from exc


def read(path: Path, assumed: Assumed) -> Records:
    """Yield the drawings of a Parquet file: everything about them, if Inkloop exported it.

    Raises: InvalidInput, at the first row that Inkloop cannot have written: then no row can be
    trusted. TooLarge, for too many rows or too large row groups.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            if not file.schema_arrow.equals(schema()):
                yield from parquet_tables.read(file, assumed)
                return
            number = 0
            for batch in file.iter_batches(READ_ROWS, use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    yield _record(row, f"row {number}")
    except (pa.ArrowException, OSError, UnicodeError) as exc:
        raise InvalidInput("this Parquet file is damaged: export it again") from exc


def _check_size(file: pq.ParquetFile) -> None:
    metadata = file.metadata
    if metadata.num_rows > MAX_DRAWINGS:
        raise TooLarge(f"a file may have {MAX_DRAWINGS:,} drawings: split it")
    for place in range(metadata.num_row_groups):
        if metadata.row_group(place).total_byte_size > MAX_ROW_GROUP_BYTES:
            raise TooLarge(
                "a row group of this Parquet file unpacks to over 512 MB: write smaller ones, with "
                "row_group_size=10_000"
            )


def _record(row: dict[str, Any], where: str) -> DrawingRecord:
    drawing_id = parse_uuid(row["id"])
    bare = record_of_ink(row["label"], row["ink"], where)
    if drawing_id is None or not isinstance(bare, DrawingRecord):
        raise InvalidInput(f"{where} has no UUID, or no ink: Inkloop did not export it")
    return DrawingRecord(
        id=drawing_id,
        label=bare.label,
        ink=bare.ink,
        imaging_version=_between(row["imaging_version"], 1, IMAGING_VERSION, where),
        strokes=_strokes(row, where),
        picture=_picture(row["picture"], where),
        provenance=_provenance(row, where),
    )


def _strokes(row: dict[str, Any], where: str) -> bytes | None:
    if row["strokes"] is None:
        return None
    try:
        strokes = parse_strokes(row["strokes"], row["width"], row["height"])
    except InvalidInput as exc:
        raise InvalidInput(f"{where}: {exc}") from exc
    return encode_strokes(strokes, row["width"], row["height"])


def _picture(data: bytes | None, where: str) -> bytes | None:
    """The picture, encoded again from its grey levels, so that no metadata comes along."""
    if data is None:
        return None
    try:
        if len(data) > MAX_PICTURE_BYTES:
            raise TooLarge("a picture may have at most 8 MB")
        return to_png(read_grey(data))
    except (BadPicture, TooLarge, UnsupportedType) as exc:
        raise InvalidInput(f"{where}: {exc}") from exc


def _provenance(row: dict[str, Any], where: str) -> Provenance:
    if not CONTRIBUTOR_ID.fullmatch(row["contributor"]):
        raise InvalidInput(f"{where} has a contributor whose id is not one of Inkloop's")
    if row["status"] == DrawingStatus.DELETED:
        raise InvalidInput(f"{where} was deleted: Inkloop did not export it")
    version = row["predicted_version"]
    return Provenance(
        contributor_id=row["contributor"],
        source=_one_of(row["source"], SOURCES, where),
        status=DrawingStatus(_one_of(row["status"], tuple(DrawingStatus), where)),
        split=Split(_one_of(row["split"], tuple(Split), where)),
        created_at=_moment(row["created_at"], where),
        predicted_label=_optional(row["predicted_label"], 9, where),
        predicted_version=None if version is None else _between(version, 1, 2**31, where),
        confidence=_optional(row["confidence"], 1, where),
        confirmed_at=_optional_moment(row["confirmed_at"], where),
        reviewed_at=_optional_moment(row["reviewed_at"], where),
        labels=_labels(row, where),
    )


def _labels(row: dict[str, Any], where: str) -> tuple[LabelEntry, ...]:
    history = row["label_history"]
    if not 1 <= len(history) <= MAX_LABELS or history[-1]["label"] != row["label"]:
        raise InvalidInput(f"{where} has a label history that does not end with its label")
    entries = []
    for event in history:
        by = event["by"]
        if by is None or len(by) > MAX_BY_CHARS or not by.isprintable():
            raise InvalidInput(f"{where} has a label without a valid author")
        label = _between(event["label"], 0, 9, where)
        entries.append(LabelEntry(label, by, _moment(event["at"], where)))
    return tuple(entries)


def _one_of(word: str, words: Iterable[str], where: str) -> str:
    if word not in set(words):
        raise InvalidInput(f"{where} has the unknown value {printable(word[:40])!r}")
    return word


def _between(number: int | None, least: int, most: int, where: str) -> int:
    if number is None or not least <= number <= most:
        raise InvalidInput(f"{where} has the number {number}: it must be {least} to {most}")
    return number


def _optional(number: Any, most: int, where: str) -> Any:
    if number is not None and not 0 <= number <= most:  # refuses NaN as well
        raise InvalidInput(f"{where} has the number {number}: it must be 0 to {most}")
    return number


def _moment(moment: datetime | None, where: str) -> datetime:
    if moment is None or not 1970 <= moment.year < 2200:
        raise InvalidInput(f"{where} has a time before 1970 or after 2199")
    return moment.astimezone(UTC)


def _optional_moment(moment: datetime | None, where: str) -> datetime | None:
    return None if moment is None else _moment(moment, where)


FORMAT: Final = Format(
    name="parquet",
    description="Parquet",
    recognises=recognises,
    survey=survey,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop.parquet",
        media_type="application/vnd.apache.parquet",
        bytes_per_drawing=380,
    ),
)
