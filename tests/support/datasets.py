"""Data sets as people hand them in, made from MNIST's digits: tables, arrays, archives, exports."""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from tests.support.sample_reader import sample

Pixels = NDArray[np.uint8]
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
HANZI = "零一二三四五六七八九"


@dataclass(frozen=True)
class Digits:
    """Some digits with their labels."""

    images: Pixels
    """(N, 28, 28), light on black."""
    labels: list[int]

    @property
    def by_label(self) -> list[int]:
        return [self.labels.count(label) for label in range(10)]


def digits(n: int = 30, seed: int = 3) -> Digits:
    """`n` digits of the sample in random order, so that no column counts rows."""
    images_NHW, labels_N = sample()
    chosen = np.random.default_rng(seed).permutation(len(images_NHW))[:n]
    return Digits(images_NHW[chosen], labels_N[chosen].tolist())


# ---- tables


def table(
    made: Digits,
    *,
    label: str = "first",
    heading: Sequence[str] | None = None,
    separator: str = ",",
    end: str = "\n",
    cell: Callable[[int], str] = str,
    label_cell: Callable[[int], str] = str,
    extra: Mapping[int, Callable[[int], str]] | None = None,
) -> str:
    """A table as text: a label and 784 pixels a line. `extra` inserts columns, by place."""
    rows = [] if heading is None else [list(heading)]
    for number, (image, digit) in enumerate(zip(made.images, made.labels, strict=True)):
        row = [cell(int(value)) for value in image.ravel()]
        row.insert(0 if label == "first" else len(row), label_cell(digit))
        for place, make in (extra or {}).items():
            row.insert(place, make(number))
        rows.append(row)
    return "".join(separator.join(row) + end for row in rows)


def pixel_names(pattern: str = "pixel{}", start: int = 0) -> list[str]:
    return [pattern.format(number) for number in range(start, start + 784)]


# ---- arrays


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def npz_by_place(*arrays: Any) -> bytes:
    """As `numpy.savez(file, images, labels)` names them: arr_0, arr_1, …."""
    file = io.BytesIO()
    np.savez(file, *arrays)
    return file.getvalue()


def idx_images(images: NDArray[Any], kind: int = 0x08) -> bytes:
    header = bytes([0, 0, kind, images.ndim]) + struct.pack(f">{images.ndim}I", *images.shape)
    return header + images.tobytes()


def idx_labels(labels: Sequence[int]) -> bytes:
    return struct.pack(">II", 0x801, len(labels)) + bytes(labels)


def qmnist_labels(labels: Sequence[int]) -> bytes:
    """A table of eight numbers a digit, of which the label is the first."""
    rows = np.array([[label, 1, 2500 + n, 3, label, 7, 11, n] for n, label in enumerate(labels)])
    return bytes([0, 0, 0x0C, 2]) + struct.pack(">II", *rows.shape) + rows.astype(">i4").tobytes()


# ---- archives


def zipped(entries: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.filename = name  # else Python turns backslashes of the name into slashes
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return file.getvalue()


def zipped_without_flag(entries: Mapping[str, bytes], encoding: str) -> bytes:
    """A zip whose names are in another encoding, and which does not say so."""
    names = {f"{place:08d}" + "x" * 20: name for place, name in enumerate(entries)}
    stand_ins = {}
    for stand_in, name in names.items():
        raw = name.encode(encoding)
        stand_ins[stand_in[: len(raw)].ljust(len(raw), "x")] = (raw, entries[name])
    data = zipped({stand_in: picture for stand_in, (_raw, picture) in stand_ins.items()})
    for stand_in, (raw, _picture) in stand_ins.items():
        data = data.replace(stand_in.encode(), raw)
    return data


def tarred(entries: Mapping[str, bytes], compression: str = "gz") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{compression}") as archive:  # type: ignore[call-overload]
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def png(image: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def on_paper(image: Pixels) -> Pixels:
    """A digit black on white."""
    return 255 - image


def dim_photo(image: Pixels, seed: int = 0) -> Pixels:
    """A small picture of paper in poor light, with noise."""
    noise = np.random.default_rng(seed).normal(0, 2, image.shape)
    return np.clip(105 - image.astype(float) * 0.28 + noise, 0, 255).astype(np.uint8)


def pictures(
    made: Digits,
    name: Callable[[int, int], str],
    draw: Callable[[Pixels], Pixels] = on_paper,
) -> dict[str, bytes]:
    """Pictures by name; `name` gets the label and the place."""
    return {
        name(label, place): png(draw(image))
        for place, (image, label) in enumerate(zip(made.images, made.labels, strict=True))
    }


# ---- Parquet


def parquet(metadata: Mapping[str, str] | None = None, /, **columns: Any) -> bytes:
    table_ = pa.table(columns)
    if metadata is not None:
        table_ = table_.replace_schema_metadata(metadata)
    file = io.BytesIO()
    pq.write_table(table_, file)
    return file.getvalue()


def class_labels(names: Sequence[str]) -> dict[str, str]:
    """Metadata as Hugging Face writes it for a column `label`."""
    features = {"image": {"_type": "Image"}, "label": {"names": list(names), "_type": "ClassLabel"}}
    return {"huggingface": json.dumps({"info": {"features": features}})}


def image_structs(made: Digits) -> list[dict[str, Any]]:
    return [
        {"bytes": png(image), "path": f"{place}.png"} for place, image in enumerate(made.images)
    ]


# ---- Label Studio


def data_uri(image: Pixels) -> str:
    return "data:image/png;base64," + base64.b64encode(png(on_paper(image))).decode()


def answer(choices: Sequence[str], control: str = "digit") -> dict[str, Any]:
    """What one control says."""
    value = {"choices": list(choices)}
    return {"from_name": control, "to_name": "image", "type": "choices", "value": value}


def annotation(*results: dict[str, Any], at: str = "2026-02-03T10:00:00.0Z", **more: Any) -> Any:
    return {"result": list(results), "created_at": at, "updated_at": at, **more}


def task(image: Pixels, *annotations: Any, key: str = "image", **more: Any) -> dict[str, Any]:
    return {"data": {key: data_uri(image)}, "annotations": list(annotations), **more}


def tasks(made: Digits, **more: Any) -> list[dict[str, Any]]:
    """A task for each digit, with one annotation."""
    return [
        {"id": place, **task(image, annotation(answer([str(label)])), **more)}
        for place, (image, label) in enumerate(zip(made.images, made.labels, strict=True))
    ]


def as_json(tasks_: Sequence[Any]) -> bytes:
    return json.dumps(tasks_).encode()


def as_lines(tasks_: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in tasks_)


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data)
