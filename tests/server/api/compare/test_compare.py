"""Comparisons of two versions, and confusion matrices."""

from __future__ import annotations

import numpy as np
import pytest

from core.base.kinds import Dataset, RunStatus
from core.storage.tables import Evaluation, Run
from core.symbols.digits.mnist import idx_bytes
from core.versions.paired import mcnemar_two_sided_p
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version

LABELS = np.arange(10, dtype=np.uint8)
IMAGES = np.repeat(LABELS, 784).reshape(10, 28, 28)


@pytest.fixture
def two_versions(parts):
    """Version 1 misreads a 3 as 5, version 2 a 7 as 1 and the second of two drawings."""
    parts.settings.mnist_cache.mkdir()
    for name, array in (("images-idx3", IMAGES), ("labels-idx1", LABELS)):
        (parts.settings.mnist_cache / f"t10k-{name}-ubyte").write_bytes(idx_bytes(array))
    read_1, read_2 = LABELS.copy(), LABELS.copy()
    read_1[3], read_2[7] = 5, 1
    with parts.database.write() as session:
        run = Run(
            status=RunStatus.HELD, requested_by="first", is_forced=False, queued_at=NOW, seed=1
        )
        session.add(run)
        drawn = [make_drawing(session, label=label, ink=bytes([9] * 784)) for label in (4, 6)]
        session.flush()
        for version, mnist, drawings in ((1, read_1, [4, 6]), (2, read_2, [4, 0])):
            make_version(session, version)
            for dataset, predicted, numbers in (
                (Dataset.MNIST_TEST, mnist.tobytes(), None),
                (Dataset.HOLDOUT_KNOWN, bytes(drawings), [one.number for one in drawn]),
            ):
                session.add(
                    Evaluation(
                        run_id=run.id,
                        version=version,
                        dataset=dataset,
                        n=len(predicted),
                        n_correct=0,
                        predicted=predicted,
                        drawing_numbers=numbers,
                        at=NOW,
                    )
                )


def test_better_and_worse_digits_are_returned_with_their_pictures(reviewer, two_versions):
    shown = reviewer.get("/api/v1/compare/1/2").json

    assert shown["mnist_test"] == {
        "n": 10,
        "n_right_a": 9,
        "n_right_b": 9,
        "n_better": 1,
        "n_worse": 1,
        "p": 1.0,
    }
    (better,) = shown["better"]
    assert (better["source"], better["label"], better["a"], better["b"]) == ("mnist", 3, 5, 3)
    assert [(one["source"], one["label"], one["b"]) for one in shown["worse"]] == [
        ("mnist", 7, 1),
        ("drawing", 6, 0),
    ]
    assert all(one["ink"] for one in shown["worse"])


def test_changes_are_counted_by_contributor(reviewer, two_versions):
    shown = reviewer.get("/api/v1/compare/1/2").json

    assert shown["contributors"] == [{"contributor": 1, "n_better": 0, "n_worse": 1}]


def test_reversing_the_versions_swaps_better_and_worse(reviewer, two_versions):
    shown = reviewer.get("/api/v1/compare/2/1").json

    assert [one["label"] for one in shown["worse"]] == [3]


def test_comparing_with_a_version_that_does_not_exist_is_not_found(reviewer, two_versions):
    assert reviewer.get("/api/v1/compare/1/9").status_code == 404


def test_the_confusion_matrix_counts_predictions_by_label(admin, two_versions):
    shown = admin.get("/api/v1/models/1/confusion").json

    assert shown["rows"][3] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert shown["precision"][5] == 0.5
    assert shown["recall"][3] == 0
    assert shown["f1"][5] == pytest.approx(2 / 3)


def test_a_cell_returns_its_images(admin, two_versions):
    shown = admin.get("/api/v1/models/1/confusion/3/5").json

    assert shown["n"] == 1
    assert shown["items"][0]["place"] == 3


def test_a_version_without_recorded_predictions_has_no_matrix(admin, publish):
    publish(1, says=1)

    assert admin.get("/api/v1/models/1/confusion").status_code == 404


def test_the_exact_test_is_symmetric_and_1_without_discordant_digits():
    assert mcnemar_two_sided_p(0, 0) == 1.0
    assert mcnemar_two_sided_p(1, 9) == mcnemar_two_sided_p(9, 1) == pytest.approx(22 / 1024)
