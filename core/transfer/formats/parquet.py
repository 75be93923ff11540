"""Parquet: all that is known of a drawing, so that another Inkloop goes on where this one was.

One row a drawing. `label` is the newest label, `label_history` all of them; `strokes` are lists of
points [x, y, t_ms, pressure] on a page of `width` by `height`; `ink` is 784 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from core.base.errors import BadPicture, InvalidInput, TooLarge, UnsupportedType
from core.base.kinds import DrawingStatus, Split
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
from core.transfer.formats.pictures import uuid_of
from core.transfer.formats.records import (
    CONTRIBUTOR_ID,
    MAX_DRAWINGS,
    Arrival,
    Arrivals,
    LabelGiven,
    Told,
    arrival_of,
)
from core.transfer.selection import Selection, batches, histories

MOMENT: Final = pa.timestamp("us", tz="UTC")
POINT: Final = pa.list_(pa.float64(), 4)
SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("contributor", pa.string(), nullable=False),
        pa.field("created_at", MOMENT, nullable=False),
        pa.field("label", pa.uint8(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("ink", pa.binary(784), nullable=False),
        pa.field("imaging_version", pa.int32(), nullable=False),
        pa.field("strokes", pa.list_(pa.list_(POINT))),
        pa.field("width", pa.float64()),
        pa.field("height", pa.float64()),
        pa.field("picture", pa.binary()),
        pa.field("predicted_label", pa.uint8()),
        pa.field("predicted_version", pa.int32()),
        pa.field("confidence", pa.float64()),
        pa.field("confirmed_at", MOMENT),
        pa.field("reviewed_at", MOMENT),
        pa.field(
            "label_history",
            pa.list_(pa.struct([("label", pa.uint8()), ("by", pa.string()), ("at", MOMENT)])),
            nullable=False,
        ),
    ],
    metadata={"inkloop.drawings": "1"},
)
READ_ROWS: Final = 500
MAX_ROW_GROUP_BYTES: Final = 512 * 2**20
MAX_LABELS_GIVEN: Final = 10_000
MAX_BY_CHARS: Final = 64


def write_parquet(
    out: BinaryIO, session: Session, selection: Selection, report: Callable[[int], None]
) -> None:
    """Write the selected drawings, a thousand to a row group."""
    with pq.ParquetWriter(out, SCHEMA, compression="zstd") as writer:
        for drawings in batches(session, selection):
            given = histories(session, [drawing.number for drawing in drawings])
            writer.write_batch(_record_batch(drawings, given))
            report(len(drawings))


def _record_batch(
    drawings: Sequence[Drawing], given: dict[int, list[LabelEvent]]
) -> pa.RecordBatch:
    decoded = [None if row.strokes is None else decode_strokes(row.strokes) for row in drawings]
    columns: dict[str, Any] = {
        name: [getattr(row, name) for row in drawings]
        for name in SCHEMA.names
        if name in Drawing.__table__.columns and name != "strokes"
    }
    columns["contributor"] = [row.contributor_id for row in drawings]
    columns["strokes"] = _strokes_array([None if one is None else one[0] for one in decoded])
    columns["width"] = [None if one is None else one[1] for one in decoded]
    columns["height"] = [None if one is None else one[2] for one in decoded]
    columns["label_history"] = [
        [{"label": event.label, "by": event.by, "at": event.at} for event in given[row.number]]
        for row in drawings
    ]
    arrays = [
        columns[field.name]
        if isinstance(columns[field.name], pa.Array)
        else pa.array(columns[field.name], field.type)
        for field in SCHEMA
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _strokes_array(many: Sequence[list[np.ndarray] | None]) -> pa.Array:
    """Nested lists from offsets: a hundred times faster than from Python's own lists."""
    strokes = [stroke for one in many if one is not None for stroke in one]
    points_P4 = np.concatenate([*strokes, np.empty((0, 4))])
    points = pa.FixedSizeListArray.from_arrays(pa.array(points_P4.ravel()), 4)
    ends = np.cumsum([0, *(len(stroke) for stroke in strokes)], dtype=np.int32)
    inner = pa.ListArray.from_arrays(pa.array(ends), points)
    drawings = np.cumsum([0, *(0 if one is None else len(one) for one in many)], dtype=np.int32)
    is_null = pa.array([one is None for one in many], pa.bool_())
    return pa.ListArray.from_arrays(pa.array(drawings), inner, mask=is_null)


def read_parquet(path: Path) -> Arrivals:
    """The drawings of a Parquet file that an Inkloop wrote.

    Raises: InvalidInput, at the first row that no Inkloop wrote: then none is to be trusted.
    TooLarge, for more rows, or larger pieces, than are read here.
    """
    try:
        with pq.ParquetFile(path) as file:
            _check_file(file)
            number = 0
            for batch in file.iter_batches(READ_ROWS, use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    yield _arrival(row, f"row {number}")
    except (pa.ArrowException, OSError, UnicodeError) as exc:
        raise InvalidInput("this Parquet file is damaged: export it anew") from exc


def _check_file(file: pq.ParquetFile) -> None:
    if not file.schema_arrow.equals(SCHEMA):
        raise InvalidInput(
            "this Parquet file has other columns than Inkloop's export: send NPZ, or name and "
            "type them as an export does"
        )
    facts = file.metadata
    if facts.num_rows > MAX_DRAWINGS:
        raise TooLarge(f"a file may have {MAX_DRAWINGS:,} drawings: split it")
    for place in range(facts.num_row_groups):
        if facts.row_group(place).total_byte_size > MAX_ROW_GROUP_BYTES:
            raise TooLarge("a row group of this Parquet file unpacks to over 512 MB: write less")


def _arrival(row: dict[str, Any], where: str) -> Arrival:
    drawing_id = uuid_of(row["id"])
    plain = arrival_of(row["label"], row["ink"], where)
    if drawing_id is None or not isinstance(plain, Arrival):
        raise InvalidInput(f"{where} has no uuid, or no ink: no Inkloop exported that")
    return Arrival(
        id=drawing_id,
        label=plain.label,
        ink=plain.ink,
        imaging_version=_between(row["imaging_version"], 1, IMAGING_VERSION, where),
        strokes=_strokes(row, where),
        picture=_picture(row["picture"], where),
        told=_told(row, where),
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
    """The kept picture, written anew from its grey levels: nothing else in it comes along."""
    if data is None:
        return None
    try:
        if len(data) > MAX_PICTURE_BYTES:
            raise TooLarge("a picture may have at most 8 MB")
        return to_png(read_grey(data))
    except (BadPicture, TooLarge, UnsupportedType) as exc:
        raise InvalidInput(f"{where}: {exc}") from exc


def _told(row: dict[str, Any], where: str) -> Told:
    if not CONTRIBUTOR_ID.fullmatch(row["contributor"]):
        raise InvalidInput(f"{where} has a contributor whose id is none of ours")
    if row["status"] == DrawingStatus.DELETED:
        raise InvalidInput(f"{where} was deleted: no Inkloop exported that")
    version = row["predicted_version"]
    return Told(
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


def _labels(row: dict[str, Any], where: str) -> tuple[LabelGiven, ...]:
    history = row["label_history"]
    if not 1 <= len(history) <= MAX_LABELS_GIVEN or history[-1]["label"] != row["label"]:
        raise InvalidInput(f"{where} has a label that its history does not end with")
    given = []
    for event in history:
        by = event["by"]
        if by is None or len(by) > MAX_BY_CHARS or not by.isprintable():
            raise InvalidInput(f"{where} has a label given by nobody")
        label = _between(event["label"], 0, 9, where)
        given.append(LabelGiven(label, by, _moment(event["at"], where)))
    return tuple(given)


def _one_of(word: str, words: Iterable[str], where: str) -> str:
    if word not in set(words):
        raise InvalidInput(f"{where} says {word[:40]!r}: no Inkloop knows that word")
    return word


def _between(number: int | None, least: int, most: int, where: str) -> int:
    if number is None or not least <= number <= most:
        raise InvalidInput(f"{where} has the number {number}: it must be {least} to {most}")
    return number


def _optional(number: Any, most: int, where: str) -> Any:
    if number is not None and not 0 <= number <= most:  # NaN is refused as well
        raise InvalidInput(f"{where} has the number {number}: it must be 0 to {most}")
    return number


def _moment(moment: datetime | None, where: str) -> datetime:
    if moment is None or not 1970 <= moment.year < 2200:
        raise InvalidInput(f"{where} has a time before 1970 or far in the future")
    return moment.astimezone(UTC)


def _optional_moment(moment: datetime | None, where: str) -> datetime | None:
    return None if moment is None else _moment(moment, where)
