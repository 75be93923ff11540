"""NPZ and IDX as Keras, NumPy, EMNIST, QMNIST and others write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.core.transfer.as_people_have_them import assert_reads, labels_of, refusal
from tests.support.datasets import (
    HANZI,
    WORDS,
    Digits,
    digits,
    gzipped,
    idx_images,
    idx_labels,
    npz,
    npz_by_place,
    qmnist_labels,
    tarred,
    zipped,
)

D = digits()
X, Y = D.images, np.array(D.labels)
FLAT = X.reshape(-1, 784)
TRAIN, TEST = slice(0, 20), slice(20, 30)
NPZ = {
    "as Keras has it": npz(x_train=X[TRAIN], y_train=Y[TRAIN], x_test=X[TEST], y_test=Y[TEST]),
    "floats from 0 to 1": npz(x_train=(X / 255).astype(np.float32), y_train=Y),
    "floats of 64 bits": npz(images=X / 255.0, labels=Y),
    "floats of 16 bits": npz(images=X.astype(np.float16), labels=Y),
    "floats from 0 to 255": npz(images=X.astype(np.float32), labels=Y),
    "floats from -1 to 1": npz(images=X / 127.5 - 1, labels=Y),
    "whole numbers of 64 bits": npz(images=X.astype(np.int64), labels=Y),
    "rows of 784": npz(data=FLAT, target=Y),
    "labels in a column": npz(images=X, labels=Y.reshape(-1, 1)),
    "labels in a row": npz(images=X, labels=Y.reshape(1, -1)),
    "labels one-hot": npz(x_train=X, y_train=np.eye(10, dtype=np.float32)[Y]),
    "labels one-hot of truth values": npz(x_train=X, y_train=np.eye(10, dtype=bool)[Y]),
    "labels as text": npz(data=FLAT, target=np.array([str(y) for y in Y])),
    "labels as bytes": npz(data=FLAT, target=np.array([str(y).encode() for y in Y])),
    "labels as words": npz(data=FLAT, target=np.array([WORDS[y] for y in Y])),
    "labels in Chinese": npz(data=FLAT, target=np.array([HANZI[y] for y in Y])),
    "labels as floats": npz(data=FLAT, target=Y.astype(np.float64)),
    "channels first": npz(x_train=X[:, None], y_train=Y),
    "channels last": npz(x_train=X[..., None], y_train=Y),
    "three equal channels last": npz(images=np.repeat(X[..., None], 3, -1), labels=Y),
    "three equal channels first": npz(images=np.repeat(X[:, None], 3, 1), labels=Y),
    "no names": npz_by_place(X, Y),
    "no names, labels before": npz_by_place(Y, X),
    "no names, training and test": npz_by_place(X[TRAIN], Y[TRAIN], X[TEST], Y[TEST]),
    "names of another kind": npz(train_images=X[TRAIN], train_labels=Y[TRAIN],
                                 test_images=X[TEST], test_labels=Y[TEST]),
    "names of upper case": npz(X=FLAT, Y=Y),
    "equal numbers for training and test": npz(
        images_train=X[:15], labels_train=Y[:15], images_test=X[15:], labels_test=Y[15:]
    ),
    "Fortran order": npz(data=np.asfortranarray(FLAT), target=Y),
    "pictures by the last axis": npz(images=np.moveaxis(X, 0, -1).copy(), labels=Y),
    "other arrays beside": npz(images=X, labels=Y, mean=np.float64(33.3), ids=np.arange(7)),
}  # fmt: skip
IDX = {
    "a zip of a pair": zipped({"a-images-idx3-ubyte": idx_images(X),
                               "a-labels-idx1-ubyte": idx_labels(D.labels)}),
    "dots in the names": zipped({"train-images.idx3-ubyte": idx_images(X),
                                 "train-labels.idx1-ubyte": idx_labels(D.labels)}),
    "gzipped inside": zipped({"emnist-digits-train-images-idx3-ubyte.gz": gzipped(idx_images(X)),
                              "emnist-digits-train-labels-idx1-ubyte.gz":
                                  gzipped(idx_labels(D.labels))}),
    "named gz, but unpacked by the browser": zipped({
        "train-images-idx3-ubyte.gz": idx_images(X),
        "train-labels-idx1-ubyte.gz": idx_labels(D.labels)}),
    "other names": zipped({"pictures": idx_images(X), "truth": idx_labels(D.labels)}),
    "a mapping beside": zipped({"digits-images": idx_images(X), "digits-labels":
                                idx_labels(D.labels), "digits-mapping.txt": b"0 48\n1 49\n"}),
    "QMNIST's table of labels": zipped({"qmnist-test-images-idx3-ubyte": idx_images(X),
                                        "qmnist-test-labels-idx2-int": qmnist_labels(D.labels)}),
    "floats": zipped({"images": idx_images((X / 255).astype(">f4"), 0x0D),
                      "labels": idx_labels(D.labels)}),
    "rows of 784 and a channel": zipped({"images": idx_images(X[:, None]),
                                         "labels": idx_labels(D.labels)}),
    "a tar.gz": tarred({"mnist/images-idx3-ubyte": idx_images(X),
                        "mnist/labels-idx1-ubyte": idx_labels(D.labels)}),
    "training and test": zipped({
        "train-images-idx3-ubyte": idx_images(X[TEST]), "t10k-images-idx3-ubyte":
            idx_images(X[TRAIN]), "t10k-labels-idx1-ubyte": idx_labels(D.labels[TRAIN]),
        "train-labels-idx1-ubyte": idx_labels(D.labels[TEST])}),
}  # fmt: skip


@pytest.mark.parametrize("what", list(NPZ))
def test_arrays_are_read_as_they_are_meant(tmp_path: Path, what: str) -> None:
    assert_reads(tmp_path, NPZ[what], D, tolerance=1 if "16 bits" in what else 0)


@pytest.mark.parametrize("what", list(IDX))
def test_idx_files_are_read_as_they_are_meant(tmp_path: Path, what: str) -> None:
    made = Digits(np.concatenate([X[TRAIN], X[TEST]]), D.labels)

    assert_reads(tmp_path, IDX[what], made)


@pytest.mark.parametrize(
    "images", [(X > 127).astype(np.uint8), X > 127, (X > 127).astype(np.float32)]
)
def test_black_and_white_is_read_as_paper_and_full_ink(tmp_path: Path, images: np.ndarray) -> None:
    made = Digits(((X > 127) * 255).astype(np.uint8), D.labels)

    assert_reads(tmp_path, npz(images=images, labels=Y), made)


@pytest.mark.parametrize("factor", [4, 16, 257])
def test_values_of_cameras_are_scaled(tmp_path: Path, factor: int) -> None:
    """10, 12 and 16 bits: the brightest pixel is a little below the top."""
    data = npz(images=X.astype(np.uint16) * factor, labels=Y)

    assert_reads(tmp_path, data, D, tolerance=1)


def test_standardised_values_are_scaled(tmp_path: Path) -> None:
    data = npz(images=(X / 255 - 0.1307) / 0.3081, labels=Y)

    assert_reads(tmp_path, data, D, tolerance=1)


def test_an_ink_of_another_export_keeps_its_values(tmp_path: Path) -> None:
    faint = Digits((X > 127).astype(np.uint8), D.labels)

    assert_reads(tmp_path, npz(ink=faint.images, label=Y.astype(np.uint8)), faint)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (gzipped(idx_images(X)), "this is one IDX file, and an import needs two"),
        (idx_labels(D.labels), "into one zip"),
        (zipped({"a": idx_images(X), "b": idx_images(X)}), "has none of labels"),
        (
            zipped({"a": idx_images(X), "b": idx_images(X), "c": idx_labels([1]),
                    "d": idx_labels([1])}),
            "which IDX files belong together",
        ),
        (
            zipped({"l-images": idx_images(X), "l-labels": idx_labels([26] * 30)}),
            "the label 26: labels are the digits",
        ),
        (npz(images=X), "numpy.savez('digits.npz'"),
        (npz(images=X[:, :8, :8].copy(), labels=Y), "(N, 28, 28)"),
        (npz(a=X, b=X, u=Y, v=Y, w=Y), "may be"),
        (npz(images=X, labels=np.array(["cat"] * 30)), "the label 'cat'"),
        (npz(images=X, labels=np.full((30, 10), 0.5)), "argmax"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(tmp_path: Path, data: bytes, sentence: str) -> None:
    assert sentence in refusal(tmp_path, data)


def test_labels_to_10_are_read_for_a_later_decision(tmp_path: Path) -> None:
    labels = np.where(Y == 0, 10, Y)

    assert labels_of(tmp_path, npz(images=X, labels=labels)) == labels.tolist()
