"""The benches `speed` and `seeds` on toy data, and how a record is continued."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.model import seeds, speed
from benchmarks.model.data import MnistSplits
from benchmarks.record import Record
from trainer.learning.examples import Examples

TOY_SPEED = speed.Options(n_seeds=2, epochs_of_a=1, epochs_of_ours=(1, 2), threads=1)


def quiet(_doing: str) -> None:
    """No progress line."""


def toy(n: int = 320) -> Examples:
    generator = torch.Generator().manual_seed(n)
    labels = torch.randint(0, 10, (n,), generator=generator)
    ink = torch.zeros(n, 28, 28, dtype=torch.uint8)
    for i, label in enumerate(labels.tolist()):
        ink[i, 3 + 2 * label : 5 + 2 * label, 6:22] = 255
    return Examples(ink, labels)


@pytest.fixture
def splits() -> MnistSplits:
    return MnistSplits(train=toy(), validation=toy(64), test=toy(100), all_train=toy(400))


def test_speed_records_every_training_of_both_systems(splits: MnistSplits, tmp_path: Path):
    kept = speed.run(splits, tmp_path, TOY_SPEED, quiet)

    assert list(kept["pieces"]) == ["a/0", "ours/1/0", "ours/2/0", "a/1", "ours/1/1", "ours/2/1"]
    assert json.loads((tmp_path / "speed.json").read_text()) == kept
    assert set(kept["result"]["targets"]) == {"0.989", "0.99", "0.994", "0.996"}


def test_seeds_shows_each_network_beside_its_authors_figure(splits: MnistSplits, tmp_path: Path):
    kept = seeds.run(splits, tmp_path, seeds.Options(threads=1), quiet)

    rows = seeds.table(kept["result"])
    assert [row[0] for row in rows[1:]] == [*seeds.AUTHORS, "compact"]
    assert {row[3] for row in rows if row[0] == "bn_32_64_128"} == {"10"}
    assert {row[4] for row in rows if row[0] == "conv_10_20"} == {"95.32 after 5 epochs"}


def test_the_time_to_a_target_is_that_of_its_first_point():
    points = [
        {"seconds": 3.0, "accuracy": 0.980},
        {"seconds": 6.0, "accuracy": 0.991},
        {"seconds": 9.0, "accuracy": 0.989},
    ]
    slower = [{"seconds": 8.0, "accuracy": 0.990}]
    never = [{"seconds": 9.0, "accuracy": 0.900}]

    result = speed._result([points, slower, never], [points, points, points])

    assert result["targets"]["0.99"] == {
        "a": 8.0,
        "a_tried": 9.0,
        "ours": 6.0,
        "ratio": 8.0 / 6.0,
    }
    assert result["targets"]["0.994"] == {"a": None, "a_tried": 9.0, "ours": None, "ratio": None}
    assert result["ours_to_990_as_share_of_a_to_989"] == 6.0 / 8.0


def pieces_measured(path: Path, question: dict[str, Any]) -> list[str]:
    measured: list[str] = []
    record = Record(path, question)
    for name in ("first", "second"):

        def measure(name: str = name) -> dict[str, Any]:
            measured.append(name)
            return {"seconds": 1.0}

        record.piece(name, measure)
    return measured


def test_an_interrupted_bench_continues_with_what_is_missing(tmp_path: Path):
    path = tmp_path / "bench.json"
    Record(path, {"seeds": 3}).piece("first", lambda: {"seconds": 1.0})

    assert pieces_measured(path, {"seeds": 3}) == ["second"]


def test_another_question_is_measured_again(tmp_path: Path):
    path = tmp_path / "bench.json"
    Record(path, {"seeds": 3}).piece("first", lambda: {"seconds": 1.0})

    assert pieces_measured(path, {"seeds": 5}) == ["first", "second"]


def test_a_truncated_file_is_measured_again(tmp_path: Path):
    path = tmp_path / "bench.json"
    path.write_text('{"question": {"seeds"')

    assert pieces_measured(path, {"seeds": 3}) == ["first", "second"]
