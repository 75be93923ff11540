"""Parquet of Hugging Face, pandas and others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.core.transfer.as_people_have_them import assert_reads, read, refusal
from tests.support.datasets import (
    WORDS,
    Digits,
    class_labels,
    digits,
    image_structs,
    parquet,
    pixel_names,
)

D = digits()
FLAT = D.images.reshape(-1, 784)
SORTED = sorted(WORDS)
STRUCTS = image_structs(D)
BYTES = [one["bytes"] for one in STRUCTS]
WIDE = {name: FLAT[:, place] for place, name in enumerate(pixel_names())}
READ = {
    "image and label": parquet(image=STRUCTS, label=D.labels),
    "classes named by digits": parquet(
        class_labels([str(n) for n in range(10)]), image=STRUCTS, label=D.labels
    ),
    "classes named as torchvision names them": parquet(
        class_labels([f"{n} - {word}" for n, word in enumerate(WORDS)]),
        image=STRUCTS,
        label=D.labels,
    ),
    "classes sorted by their words": parquet(
        class_labels(SORTED), image=STRUCTS, label=[SORTED.index(WORDS[n]) for n in D.labels]
    ),
    "labels as text": parquet(image=STRUCTS, label=[str(n) for n in D.labels]),
    "labels as categories": parquet(
        image=STRUCTS, label=pa.array([WORDS[n] for n in D.labels]).dictionary_encode()
    ),
    "labels as floats": parquet(image=STRUCTS, label=[float(n) for n in D.labels]),
    "bytes alone": parquet(img=BYTES, digit=D.labels),
    "an index of pandas": parquet(image=STRUCTS, label=D.labels, __index_level_0__=list(range(30))),
    "an index that was a column": parquet(
        **{"Unnamed: 0": list(range(30)), "image": STRUCTS, "truth": D.labels}
    ),
    "other columns": parquet(
        id=[f"x{n}" for n in range(30)], image=STRUCTS, label=D.labels, split=["train"] * 30
    ),
    "pixels in lists": parquet(pixels=FLAT.tolist(), label=D.labels),
    "pixels in lists of lists": parquet(image=D.images.tolist(), label=D.labels),
    "pixels in lists of fixed length": parquet(
        image=pa.FixedSizeListArray.from_arrays(pa.array(FLAT.ravel()), 784), label=D.labels
    ),
    "pixels in lists of floats": parquet(pixels=(FLAT / 255).tolist(), label=D.labels),
    "raw ink": parquet(ink=[row.tobytes() for row in FLAT], label=D.labels),
    "a column for each pixel": parquet(**WIDE, **{"class": [str(n) for n in D.labels]}),
    "a column for each pixel, label first": parquet(label=D.labels, **WIDE),
}


@pytest.mark.parametrize("what", list(READ))
def test_it_is_read_as_it_is_meant(tmp_path: Path, what: str) -> None:
    assert_reads(tmp_path, READ[what], D)


def test_rows_without_a_label_are_left_out(tmp_path: Path) -> None:
    data = parquet(image=STRUCTS, label=[-1, None, *D.labels[2:]])

    records, skipped = read(tmp_path, data)

    assert len(records) == 28
    assert skipped == ["row 1 has no label", "row 2 has no label"]


def test_pictures_outside_the_file_are_said_to_be(tmp_path: Path) -> None:
    outside = [{"bytes": None, "path": f"/data/{n}.png"} for n in range(30)]

    records, skipped = read(tmp_path, parquet(image=outside, label=D.labels))

    assert records == []
    assert "only the path /data/0.png" in skipped[0]
    assert "dataset.to_parquet" in skipped[0]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (parquet(label=D.labels), "no column of pictures, but label"),
        (parquet(image=STRUCTS, name=["a"] * 30), "name it label"),
        (parquet(image=STRUCTS, label=["cat"] * 30), "the label 'cat'"),
        (parquet(pixels=FLAT[:, :64].tolist(), label=D.labels), "has 64 pixels"),
        (parquet(image=np.arange(30).tolist(), label=D.labels), "no column of pictures"),
    ],
)
def test_a_refusal_says_what_to_do(tmp_path: Path, data: bytes, sentence: str) -> None:
    assert sentence in refusal(tmp_path, data)


def test_metadata_that_is_no_json_is_ignored(tmp_path: Path) -> None:
    data = parquet({"huggingface": "[" * 100_000}, image=STRUCTS, label=D.labels)

    assert_reads(tmp_path, data, Digits(D.images, D.labels))
