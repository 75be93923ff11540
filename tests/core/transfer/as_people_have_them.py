"""What the tests of data sets share: reading bytes, and comparing with what they were made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.base.errors import InvalidInput, TooLarge
from core.transfer.formats.records import DrawingRecord, Skipped
from tests.core.transfer.files import read_all
from tests.support.datasets import Digits


def read(folder: Path, data: bytes) -> tuple[list[DrawingRecord], list[str]]:
    """The drawings of a file, and why others were left out."""
    file = folder / "file"
    file.write_bytes(data)
    found = read_all(file)
    skipped = [one.reason for one in found if isinstance(one, Skipped)]
    return [one for one in found if isinstance(one, DrawingRecord)], skipped


def labels_of(folder: Path, data: bytes) -> list[int]:
    return [one.label for one in read(folder, data)[0]]


def inks_of(records: list[DrawingRecord]) -> np.ndarray:
    return np.stack([np.frombuffer(one.ink, np.uint8).reshape(28, 28) for one in records])


def assert_reads(folder: Path, data: bytes, made: Digits, tolerance: int = 0) -> None:
    """All drawings come out in order, with their labels; levels differ by at most `tolerance`."""
    records, skipped = read(folder, data)
    assert skipped == []
    assert [one.label for one in records] == made.labels
    assert np.abs(inks_of(records).astype(int) - made.images).max() <= tolerance


def refusal(folder: Path, data: bytes) -> str:
    """Why a file is refused."""
    with pytest.raises((InvalidInput, TooLarge)) as refused:
        read(folder, data)
    return str(refused.value)
