"""The digits' reference set: its parts, when files are read, and what is missing without them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.base.errors import DataError
from core.base.settings import Settings
from core.symbols import digits
from core.symbols.digits import DIGITS, DigitReferenceSet, writers
from core.symbols.digits.mnist import TEST_IMAGES, TEST_LABELS, Part, idx_bytes
from core.symbols.reference_set import LabelledImages


def images(n: int) -> LabelledImages:
    """Each image differs from the others in its first four pixels."""
    inks = np.zeros((n, 28, 28), np.uint8)
    inks[:, 0, :4] = np.arange(n, dtype=np.uint32)[:, None].view(np.uint8).reshape(n, 4)
    return LabelledImages(inks, np.arange(n, dtype=np.uint8) % 10)


def numbers(part: LabelledImages) -> list[int]:
    """The numbers that `images` gave to these images."""
    found: list[int] = part.inks[:, 0, :4].copy().view(np.uint32).ravel().tolist()
    return found


def test_inks_without_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="3 inks but 2 labels"):
        LabelledImages(np.zeros((3, 28, 28), np.uint8), np.zeros(2, np.uint8))


def test_mnist_is_split_by_writers() -> None:
    reference = DigitReferenceSet.from_arrays(images(60_000), images(10))

    assert numbers(reference.validation) == writers.validation_indices().tolist()
    assert len(reference.training) + len(reference.validation) == 60_000


def test_another_training_set_validates_on_its_last_twelfth() -> None:
    reference = DigitReferenceSet.from_arrays(images(120), images(10))

    assert numbers(reference.validation) == list(range(110, 120))
    assert numbers(reference.training) == list(range(110))


def test_the_strata_are_the_two_halves_of_the_exam() -> None:
    reference = DigitReferenceSet.from_arrays(images(12), images(10))

    assert list(reference.strata) == ["writers_students", "writers_employees"]
    parts = [list(range(10))[part] for part in reference.strata.values()]
    assert parts == [list(range(5)), list(range(5, 10))]


def test_golden_examples_show_each_symbol_and_need_no_files(tmp_path: Path) -> None:
    assert set(DigitReferenceSet(tmp_path).golden.labels.tolist()) == set(DIGITS)


def test_each_part_is_read_once_and_only_when_it_is_needed() -> None:
    read: list[Part] = []

    def load_part(_folder: Path, part: Part) -> LabelledImages:
        read.append(part)
        return images(24)

    reference = DigitReferenceSet(Path(), load_part)
    assert read == []

    for _ in range(2):
        assert len(reference.training) + len(reference.validation) == 24
    assert read == ["train"]

    for _ in range(2):
        assert len(reference.exam) == 24
    assert read == ["train", "t10k"]


def test_without_files_the_error_has_advice_and_pages_get_none(settings: Settings) -> None:
    reference = digits.load(settings)

    with pytest.raises(DataError, match="inkloop data fetch"):
        reference.training  # noqa: B018
    assert reference.exam_images() is None
    assert reference.exam_labels() is None
    assert not digits.is_complete(settings)


def test_pages_read_exam_files_without_their_checksums(settings: Settings) -> None:
    exam = images(3)
    settings.mnist_cache.mkdir(parents=True)
    (settings.mnist_cache / TEST_IMAGES).write_bytes(idx_bytes(exam.inks))
    (settings.mnist_cache / TEST_LABELS).write_bytes(idx_bytes(np.array([0, 1, 2], np.uint8)))

    reference = digits.load(settings)
    inks, labels = reference.exam_images(), reference.exam_labels()

    assert inks is not None and np.array_equal(inks, exam.inks)
    assert labels is not None and np.array_equal(labels, exam.labels)
    with pytest.raises(DataError, match="MD5 sum differs"):
        reference.exam  # noqa: B018
