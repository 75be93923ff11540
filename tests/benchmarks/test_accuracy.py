"""The bench `accuracy` on toy data: its figures, and how it continues a record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from benchmarks.model import accuracy
from benchmarks.model.accuracy import AIMS, MISLABELLED, Options
from benchmarks.model.data import MnistSplits
from benchmarks.report import page
from tests.benchmarks.test_training import quiet, toy
from trainer.networks.describe import describe
from trainer.networks.registry import NETWORKS


@pytest.fixture
def splits() -> MnistSplits:
    return MnistSplits(train=toy(), validation=toy(64), test=toy(100), all_train=toy(400))


@pytest.fixture(autouse=True)
def one_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {
        name: replace(kind, recipe=replace(kind.recipe, n_epochs=1))
        for name, kind in NETWORKS.items()
    }
    monkeypatch.setattr(accuracy, "NETWORKS", MappingProxyType(quick))


def test_every_training_is_recorded_and_summarised(splits: MnistSplits, tmp_path: Path):
    kept = accuracy.run(splits, tmp_path, Options(n_seeds=2), quiet)

    assert sorted(kept["pieces"]) == sorted(f"{name}/{seed}" for name in AIMS for seed in (0, 1))
    found = kept["result"]["networks"]["small"]
    shares = [1 - len(kept["pieces"][f"small/{seed}"]["wrong"]) / 100 for seed in (0, 1)]
    assert found["mean"]["accuracy"] == pytest.approx(sum(shares) / 2)
    assert found["least"]["accuracy"] == pytest.approx(min(shares))
    assert [row[1] for row in accuracy.table(kept["result"])[1:6]] == [
        "0", "1", "mean", "sd", "least",
    ]  # fmt: skip


def test_more_seeds_are_added_to_those_that_are_there(splits: MnistSplits, tmp_path: Path):
    before = accuracy.run(splits, tmp_path, Options(n_seeds=1, only=("small",)), quiet)
    after = accuracy.run(splits, tmp_path, Options(n_seeds=2, only=("small",)), quiet)

    assert list(after["pieces"]) == ["small/0", "small/1"]
    assert after["pieces"]["small/0"] == before["pieces"]["small/0"]


def test_another_recipe_is_measured_again(
    splits: MnistSplits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    accuracy.run(splits, tmp_path, Options(n_seeds=2, only=("small",)), quiet)
    kind = NETWORKS["small"]
    slower = replace(kind, recipe=replace(kind.recipe, n_epochs=1, learning_rate=0.001))
    monkeypatch.setattr(accuracy, "NETWORKS", {**NETWORKS, "small": slower})

    kept = accuracy.run(splits, tmp_path, Options(n_seeds=1, only=("small",)), quiet)

    assert list(kept["pieces"]) == ["small/0"]


def scores_of(wrong: list[int]) -> Mapping[str, float]:
    pieces = {
        "small/0": {
            "n_epochs": 1, "n_parameters": 1, "n_multiply_adds": 1, "seconds": 1.0, "wrong": wrong,
        },
    }  # fmt: skip
    return accuracy._result(pieces, 10_000)["small"]["mean"]


def test_each_half_of_the_test_set_has_its_own_score():
    scores = scores_of([0, 4_999, 5_000])

    assert scores["students"] == pytest.approx(1 - 2 / 5_000)
    assert scores["employees"] == pytest.approx(1 - 1 / 5_000)
    assert scores["accuracy"] == pytest.approx(1 - 3 / 10_000)


def test_a_mislabelled_digit_counts_in_one_figure_and_not_in_the_other():
    scores = scores_of([MISLABELLED[0], 3])

    assert len(set(MISLABELLED)) == 15
    assert scores["accuracy"] == pytest.approx(1 - 2 / 10_000)
    assert scores["without_mislabelled"] == pytest.approx(1 - 1 / 9_985)


@pytest.mark.parametrize("name", AIMS)
def test_a_network_has_no_more_parameters_than_its_aim_allows(name: str):
    assert describe(NETWORKS[name].build(10)).n_parameters <= AIMS[name].n_parameters


def test_a_network_that_is_not_measured_is_named_in_the_aims(splits: MnistSplits, tmp_path: Path):
    kept = accuracy.run(splits, tmp_path, Options(n_seeds=1, only=("small",)), quiet)

    rows = accuracy.aims(kept["result"], Options())
    assert rows[0] == ("detailed", "≥ 99.70%", "not measured", "all")
    assert rows[1][0] == "small, mean of 1"
    written = json.loads((tmp_path / "accuracy.json").read_text())
    assert written == kept
    assert "| `accuracy` | small, mean of 1 | ≥ 99.600% |" in page(tmp_path)
