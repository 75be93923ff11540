"""Make mnist_writers.npz, the writer of each MNIST image, from the label files of QMNIST.

    python scripts/make_mnist_writers.py FOLDER_WITH_QMNIST_LABELS FOLDER_WITH_MNIST

QMNIST (C. Yadav and L. Bottou, 2019, BSD licence) matches every MNIST image with its NIST source.
Its label files are IDX of big-endian int32, eight columns: digit, series (hsf), writer, ….
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np

from core.symbols.digits import mnist

TARGET = (
    Path(__file__).resolve().parent.parent / "core" / "symbols" / "digits" / "mnist_writers.npz"
)


def columns(path: Path, n: int) -> np.ndarray:
    """Read the first `n` rows (n, 8) of a QMNIST label file."""
    data = gzip.decompress(path.read_bytes())
    return np.frombuffer(data, ">i4", offset=12).reshape(-1, 8)[:n]


def main(qmnist: Path, folder: Path) -> None:
    """Check the digits against MNIST's labels, then write the file."""
    images = mnist.load(folder)
    arrays: dict[str, Any] = {}
    for part, labels in (("train", images.train_labels), ("test", images.test_labels)):
        rows = columns(qmnist / f"qmnist-{part}-labels-idx2-int.gz", len(labels))
        if not np.array_equal(rows[:, 0], labels):
            raise SystemExit(f"the digits of QMNIST's {part} file are not those of MNIST")
        arrays[f"{part}_series"] = rows[:, 1].astype(np.uint8)
        arrays[f"{part}_writer"] = rows[:, 2].astype(np.uint16)
    np.savez_compressed(TARGET, **arrays)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
