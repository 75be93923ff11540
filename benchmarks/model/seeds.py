"""The seed systems' networks, trained by their authors' recipes, beside the authors' figures.

Training uses the MNIST training set without validation writers, or 80 % of it where the author does
so; the test set is read once, after the last epoch. The author of system D also trains on the test
split, so his figures do not measure unseen digits. Times are processor time of one core.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any, Final

import torch

from benchmarks.bench import Bench, Row, Say, Table, at_least, only_option, option, seeds_option
from benchmarks.model.data import MnistSplits, on_splits
from benchmarks.record import Record
from core.symbols.digits import DIGITS
from trainer.learning.examples import Examples
from trainer.learning.train import accuracy_on, train
from trainer.networks.describe import describe
from trainer.networks.registry import NETWORKS

LONG_EPOCHS = 100
SHORT_EPOCHS = 10

# Authors' test accuracies in %, after their last reported epoch.
AUTHORS: Mapping[str, str] = {
    "cnn_16_32": "a rising curve, no figure",
    "conv_10_20": "95.32 after 5 epochs",
    "conv_32_64": "96.94 after 4 epochs",
    "bn_32_64_128": "none",
    "lenet5": "98.8, trained on the test split too",
    "mlp_64": "none",
    "mlp_64_short": "none",
}

HONEST: Mapping[str, float] = {"conv_10_20": 0.9532, "conv_32_64": 0.9694}
"""Of these, the accuracies on digits that the author did not train on."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much to train."""

    n_seeds: int = 1
    long: bool = False
    """Run all 100 epochs of recipes that have 100; else 10."""

    with_ours: bool = True
    threads: int = 1
    only: tuple[str, ...] = ()
    """Networks; all when empty. Not part of the record's question."""

    def names(self) -> list[str]:
        """The networks to train, in the order of the table."""
        names = [*AUTHORS, *(["compact"] if self.with_ours else [])]
        return [name for name in names if not self.only or name in self.only]


def run(splits: MnistSplits, folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Train what `folder/seeds.json` lacks. Returns: the record."""
    torch.set_num_threads(options.threads)
    question = {key: value for key, value in asdict(options).items() if key != "only"}
    record = Record(folder / "seeds.json", question)
    networks = {}
    for name in options.names():
        pieces = []
        for seed in range(options.n_seeds):
            say(f"{name}, seed {seed}")
            pieces.append(
                record.piece(f"{name}/{seed}", partial(_one, splits, name, seed, options.long))
            )
        networks[name] = pieces[0] | {
            "author": AUTHORS.get(name, ""),
            "accuracy": mean(piece["accuracy"] for piece in pieces),
            "seconds": mean(piece["seconds"] for piece in pieces),
            "n_seeds": len(pieces),
        }
    return record.finish({"networks": networks})


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Size and accuracy of each network."""
    return [Table("MNIST test set, read once after the last epoch", table(result))]


def table(result: Mapping[str, Any]) -> list[Row]:
    """A row for each network."""
    rows: list[Row] = [
        ("network", "parameters", "multiply-adds", "epochs", "author, %", "here, %", "seconds")
    ]
    for name in (*AUTHORS, "compact"):
        found = result["networks"].get(name)
        if found is None:
            rows.append((name, "", "", "", AUTHORS.get(name, ""), "not measured", ""))
            continue
        rows.append(
            (
                name,
                f"{found['n_parameters']:,}",
                f"{found['n_multiply_adds']:,}",
                str(found["n_epochs"]),
                found["author"],
                f"{100 * found['accuracy']:.2f}",
                f"{found['seconds']:.1f}",
            )
        )
    return rows


def aims(result: Mapping[str, Any], _options: Options) -> list[Row]:
    """The accuracies of the authors who report one on unseen digits."""
    return [
        at_least(
            f"{name}: its author's accuracy", share, result["networks"][name]["accuracy"], "{:.2%}"
        )
        for name, share in HONEST.items()
        if name in result["networks"]
    ]


def _one(splits: MnistSplits, name: str, seed: int, long: bool) -> dict[str, Any]:
    kind = NETWORKS[name]
    n_epochs = kind.recipe.n_epochs
    if n_epochs == LONG_EPOCHS and not long:
        n_epochs = SHORT_EPOCHS
    began = time.process_time()
    trained = train(
        kind,
        _training_part(name, splits),
        splits.validation,
        seed,
        n_symbols=len(DIGITS),
        recipe=replace(kind.recipe, n_epochs=n_epochs),
    )
    seconds = time.process_time() - began
    described = describe(trained.network)
    return {
        "n_epochs": n_epochs,
        "n_parameters": described.n_parameters,
        "n_multiply_adds": described.n_multiply_adds,
        "validation_accuracy": trained.validation_accuracy,
        "accuracy": accuracy_on(trained.network, splits.test),
        "seconds": seconds,
    }


def _training_part(name: str, splits: MnistSplits) -> Examples:
    """80 % of the images for system C, as its author does; all of `train` for the others."""
    if name != "bn_32_64_128":
        return splits.train
    order = torch.randperm(len(splits.train), generator=torch.Generator().manual_seed(0))
    n_kept = int(0.8 * len(splits.all_train))
    return splits.train.at(order[:n_kept])


BENCH: Final = Bench(
    "seeds",
    "The seed systems' networks by their authors' recipes, beside the authors' figures.",
    Options,
    on_splits(run),
    aims,
    tables,
    parameters=[
        seeds_option(),
        option("--long", "long", is_flag=True, help="All 100 epochs of recipes that have 100."),
        only_option(),
    ],
)
