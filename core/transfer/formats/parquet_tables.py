"""Parquet files of others: data sets of Hugging Face, and data frames.

Pictures are a column of encoded files (`image: {bytes, path}` or bytes), of pixels in lists, or 784
columns of numbers as in a CSV. pyarrow is imported by the caller.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from core.base.errors import InvalidInput, TooLarge
from core.imaging import MAX_PICTURE_BYTES
from core.transfer.formats import tables
from core.transfer.formats.archive import printable
from core.transfer.formats.format import Assumed, Survey
from core.transfer.formats.notices import Notice
from core.transfer.formats.pictures import record_of_picture
from core.transfer.formats.records import INK_BYTES, Records, Skipped, record_of_ink
from core.transfer.formats.scales import Levels, parse_scale, scale_of
from core.transfer.formats.words import digit_of, listed, whole_number

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

READ_ROWS: Final = 200
FILES: Final = "files"
PIXELS: Final = "pixels"
COLUMNS: Final = "columns"
PICTURE_NAMES: Final = ("image", "img", "picture", "png", "bytes", "pixels", "ink", "data", "x")
MAX_BATCH_BYTES: Final = 256 * 2**20
HOW: Final = (
    "name the column of pictures image and that of labels label, or send a zip of pictures in "
    "folders 0 to 9"
)


def survey(file: pq.ParquetFile, label_column: str | None) -> Survey:
    """Decide which columns are used, and how. Raises: InvalidInput."""
    names = [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]
    kinds = {name: _kind(file.schema_arrow.field(name).type) for name in names}
    pictures = [name for name in names if kinds[name] is not None]
    if not pictures and len(names) >= INK_BYTES:
        return _survey_of_columns(file, names, label_column)
    if not pictures:
        raise InvalidInput(
            f"this Parquet file has no column of pictures, but {_shown(names)}: {HOW}"
        )
    picture = min(pictures, key=_picture_rank)
    label, others = _label_columns(file, names, picture, label_column)
    assumed: dict[str, Any] = {"pictures": kinds[picture], "column": picture}
    notices: tuple[Notice, ...] = ()
    if kinds[picture] == PIXELS:
        levels, is_float = _levels_of_lists(file, picture)
        scale, notices = scale_of(levels, is_float=is_float)
        assumed["scale"] = scale.name
    return Survey(
        {**assumed, "label_column": label},
        notices,
        {name: {**assumed, "label_column": name} for name in others},
        is_open=bool(others) and tables.normal_name(label) not in tables.LABEL_NAMES,
    )


def _picture_rank(name: str) -> tuple[int, str]:
    normal = tables.normal_name(name)
    known = PICTURE_NAMES.index(normal) if normal in PICTURE_NAMES else len(PICTURE_NAMES)
    return known, name


def _kind(type_: pa.DataType) -> str | None:
    """How a column has pictures; None, if it has none."""
    import pyarrow.types as types

    if types.is_struct(type_) and "bytes" in [field.name for field in type_]:
        return FILES
    if types.is_binary(type_) or types.is_large_binary(type_) or types.is_fixed_size_binary(type_):
        return FILES
    inner = type_
    while types.is_list(inner) or types.is_large_list(inner) or types.is_fixed_size_list(inner):
        inner = inner.value_type
    is_number = types.is_integer(inner) or types.is_floating(inner)
    return PIXELS if inner is not type_ and is_number else None


def _label_columns(
    file: pq.ParquetFile, names: Sequence[str], picture: str, wanted: str | None
) -> tuple[str, list[str]]:
    """The column of labels, and others that may be it. Raises: InvalidInput."""
    others = [name for name in names if name != picture]
    if wanted is not None:
        for name in others:
            if name.lower() == wanted.lower():
                return name, []
        raise InvalidInput(f"there is no column named {printable(wanted)}: {_shown(others)}")
    named = sorted(
        (name for name in others if tables.normal_name(name) in tables.LABEL_NAMES),
        key=lambda name: tables.LABEL_NAMES.index(tables.normal_name(name)),
    )
    facts = _facts(file, others)
    fitting = [name for name in named if facts[name].is_digits]
    if not fitting and not named:
        fitting = [name for name in others if facts[name].is_digits and not facts[name].is_index]
    fitting = fitting or named
    if not fitting:
        raise InvalidInput(
            "this Parquet file has no column of labels: name it label, with a digit 0 to 9 in each "
            f"row. Beside the pictures it has {_shown(others) or 'nothing'}"
        )
    return fitting[0], fitting[1:]


def _facts(file: pq.ParquetFile, names: Sequence[str]) -> dict[str, tables.ColumnFacts]:
    facts = {name: tables.ColumnFacts() for name in names}
    for name in names:
        class_names = _class_names(file, name)
        if not _is_scalar(file.schema_arrow.field(name).type):
            facts[name].values.add("(no label)")
            continue
        for batch in _batches(file, [name], 5000):
            for value in batch.column(0).to_pylist():
                facts[name].add(_text(value, class_names))
    return facts


def _is_scalar(type_: pa.DataType) -> bool:
    import pyarrow.types as types

    if types.is_dictionary(type_):
        type_ = type_.value_type
    return any(
        is_it(type_)
        for is_it in (types.is_integer, types.is_floating, types.is_string, types.is_large_string,
                      types.is_boolean)
    )  # fmt: skip


def _class_names(file: pq.ParquetFile, name: str) -> list[str] | None:
    """The names of the classes that Hugging Face's numbers stand for; None, if it has none.

    They are often sorted as text: then 0 stands for "eight".
    """
    metadata = file.schema_arrow.metadata or {}
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        names = features[name]["names"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    is_list = isinstance(names, list) and all(isinstance(one, str) for one in names)
    return names if is_list else None


def _text(value: Any, class_names: list[str] | None) -> str:
    """A label as text: a number stands for the name of its class."""
    if value is None:
        return ""
    if class_names is not None and isinstance(value, int) and 0 <= value < len(class_names):
        return class_names[value]
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def read(file: pq.ParquetFile, assumed: Assumed) -> Records:
    """Yield the drawings. Raises: InvalidInput, at the first row without a digit as its label."""
    if assumed["pictures"] == COLUMNS:
        yield from _read_columns(file, assumed)
        return
    column, label = assumed["column"], assumed["label_column"]
    class_names = _class_names(file, label)
    scale = parse_scale(assumed["scale"]) if "scale" in assumed else None
    number = 0
    for batch in _batches(file, [column, label]):
        pictures = batch.column(batch.schema.get_field_index(column)).to_pylist()
        labels = batch.column(batch.schema.get_field_index(label)).to_pylist()
        for picture, value in zip(pictures, labels, strict=True):
            number += 1
            where = f"row {number}"
            digit = _digit(_text(value, class_names), where)
            if digit is None:
                yield Skipped(f"{where} has no label")
            elif scale is not None:
                ink = scale.inks(_values(picture, where), where).tobytes()
                yield record_of_ink(digit, ink, where)
            else:
                yield _of_file(picture, digit, where)


def _batches(
    file: pq.ParquetFile, columns: Sequence[str], n_rows: int = READ_ROWS
) -> Iterator[pa.RecordBatch]:
    """The rows of some columns, a few at a time. Raises: TooLarge, for rows of many megabytes."""
    for batch in file.iter_batches(n_rows, columns=list(columns), use_threads=False):
        if batch.nbytes > MAX_BATCH_BYTES:
            raise TooLarge(
                f"{n_rows} rows of this Parquet file have over {MAX_BATCH_BYTES // 2**20} MB: send "
                "smaller pictures"
            )
        yield batch


def _of_file(picture: Any, label: int, where: str) -> Any:
    """A record of an encoded picture, of `{bytes, path}`, or of 784 bytes of ink."""
    data = picture.get("bytes") if isinstance(picture, dict) else picture
    if not data:
        path = picture.get("path") if isinstance(picture, dict) else None
        named = f", only the path {printable(path)}" if isinstance(path, str) else ""
        return Skipped(
            f"{where} has no picture in it{named}: load the data set and save it again with "
            "dataset.to_parquet, which puts the pictures inside"
        )
    if len(data) == INK_BYTES:
        return record_of_ink(label, data, where)
    if len(data) > MAX_PICTURE_BYTES:
        return Skipped(f"{where}: a picture may have at most {MAX_PICTURE_BYTES // 2**20} MB")
    return record_of_picture(data, label, where)


def _digit(text: str, where: str) -> int | None:
    """The label of a row; None, if it is empty or Hugging Face's -1 for "not labelled"."""
    if text in ("", "-1", "nan"):
        return None
    number = whole_number(text)
    digit = number if number is not None else digit_of(text)
    if digit is None:
        raise InvalidInput(
            f"{where} has the label {printable(text[:20])!r}: labels are the digits 0 to 9. Leave "
            "other rows out, or say which column is the label"
        )
    return digit


def _values(picture: Any, where: str) -> NDArray[Any]:
    """The 784 values of a picture in lists. Raises: InvalidInput."""
    try:
        values = np.asarray(picture, np.float64).ravel()
    except (ValueError, TypeError) as exc:
        raise InvalidInput(f"{where} has a picture of uneven lists: it must be 28 × 28") from exc
    if values.size != INK_BYTES:
        raise InvalidInput(
            f"{where} has {values.size} pixels: a digit has 28 × 28 = 784. Pictures of another "
            "size can be sent as files in folders 0 to 9"
        )
    return values


def _levels_of_lists(file: pq.ParquetFile, column: str) -> tuple[Levels, bool]:
    levels, number = Levels(), 0
    type_ = str(file.schema_arrow.field(column).type)
    for batch in _batches(file, [column]):
        for picture in batch.column(0).to_pylist():
            number += 1
            if picture is not None:
                levels.add(_values(picture, f"row {number}"))
    return levels, "float" in type_ or "double" in type_ or "halffloat" in type_


def _survey_of_columns(
    file: pq.ParquetFile, names: Sequence[str], label_column: str | None
) -> Survey:
    """A table with a column for each pixel, as in a CSV."""
    places = tables.places_to_look_at(len(names), names)
    facts = _facts(file, [names[place] for place in places])
    by_place = {place: facts[names[place]] for place in places}
    chosen = tables.choose(len(names), names, by_place, label_column)
    layout = tables.layout(chosen.assumed, len(names), names)
    levels, is_float = Levels(), False
    for values_NP in _pixel_batches(file, names, layout):
        levels.add(values_NP)
        is_float = is_float or values_NP.dtype.kind == "f"
    scale, notices = scale_of(levels, is_float=is_float)
    common = {"pictures": COLUMNS, "scale": scale.name, "n_columns": len(names)}
    return Survey(
        {**chosen.assumed, **common},
        notices,
        {name: {**other, **common} for name, other in chosen.alternatives.items()},
        chosen.is_open,
    )


def _pixel_batches(
    file: pq.ParquetFile, names: Sequence[str], layout: tables.Layout
) -> Iterator[NDArray[Any]]:
    columns = [names[place] for place in layout.pixels]
    for batch in _batches(file, columns):
        places = [batch.schema.get_field_index(name) for name in columns]
        try:
            arrays = [batch.column(place).to_numpy(zero_copy_only=False) for place in places]
            values_NP = np.stack(arrays, axis=1)
        except (ValueError, TypeError) as exc:
            raise InvalidInput("the columns of pixels must be numbers: convert them") from exc
        if values_NP.dtype.kind not in "buif":
            raise InvalidInput(
                "the columns of pixels must be numbers, and some are text: convert them with astype"
            )
        yield values_NP


def _read_columns(file: pq.ParquetFile, assumed: Assumed) -> Records:
    names = [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]
    layout = tables.layout(assumed, assumed["n_columns"], names)
    scale = parse_scale(assumed["scale"])
    label = names[layout.label]
    class_names = _class_names(file, label)
    labels = (value for batch in _batches(file, [label]) for value in batch.column(0).to_pylist())
    number = 0
    for values_NP in _pixel_batches(file, names, layout):
        for values_P in values_NP:
            number += 1
            where = f"row {number}"
            digit = _digit(_text(next(labels), class_names), where)
            if digit is None:
                yield Skipped(f"{where} has no label")
            else:
                yield record_of_ink(digit, scale.inks(values_P, where).tobytes(), where)


def _shown(names: Sequence[str]) -> str:
    return listed([printable(name) for name in names])
