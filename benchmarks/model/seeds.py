"""`inkloop bench seeds`: each seed system's network by its author's recipe, beside his figures.

Honest splits: trained on MNIST's training set less the validation writers, or on 80 % of it where
the author does so, and scored once on the test set after the last epoch. System D's author trains
on the test split too, so his figures are no figures of digits that the network has not seen.
Times are the processor's, on one core: the wall's clock also counts what else the machine does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from benchmarks.aims import Row, at_least
from benchmarks.model.data import Digits
from benchmarks.record import Record
from core.symbols.digits import DIGITS
from trainer.learning.examples import Examples
from trainer.learning.train import accuracy_on, train
from trainer.networks.describe import describe
from trainer.networks.registry import NETWORKS

LONG_EPOCHS = 100
SHORT_EPOCHS = 10

# Of the authors, in %, after the last epoch that they report.
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
"""Of these, the share that was read right of digits that were not trained on."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much to train."""

    n_seeds: int = 1
    long: bool = False
    """Whether recipes of 100 epochs run all of them, instead of 10."""

    with_ours: bool = True
    threads: int = 1
    only: tuple[str, ...] = ()
    """Networks; all when empty. No part of the question: what is measured already stays."""

    def names(self) -> list[str]:
        """What is trained, in the order of the table."""
        names = [*AUTHORS, *(["compact"] if self.with_ours else [])]
        return [name for name in names if not self.only or name in self.only]


def run(
    digits: Digits,
    folder: Path,
    options: Options | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train what `folder/seeds.json` lacks. Returns: what the file says then."""
    options = options or Options()
    torch.set_num_threads(options.threads)
    question = {key: value for key, value in asdict(options).items() if key != "only"}
    record = Record(folder / "seeds.json", question)
    networks = {}
    for name in options.names():
        pieces = []
        for seed in range(options.n_seeds):
            say(f"{name}, seed {seed}")
            pieces.append(
                record.piece(f"{name}/{seed}", partial(_one, digits, name, seed, options.long))
            )
        networks[name] = pieces[0] | {
            "author": AUTHORS.get(name, ""),
            "accuracy": mean(piece["accuracy"] for piece in pieces),
            "seconds": mean(piece["seconds"] for piece in pieces),
            "n_seeds": len(pieces),
        }
    return record.finish({"networks": networks})


def table(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The result as rows of words, the heading first."""
    rows: list[tuple[str, ...]] = [
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


def aims(result: Mapping[str, Any]) -> list[Row]:
    """As good as the authors that report an honest figure."""
    return [
        at_least(f"{name}, as its author", share, result["networks"][name]["accuracy"], "{:.2%}")
        for name, share in HONEST.items()
        if name in result["networks"]
    ]


def _one(digits: Digits, name: str, seed: int, long: bool) -> dict[str, Any]:
    kind = NETWORKS[name]
    n_epochs = kind.recipe.n_epochs
    if n_epochs == LONG_EPOCHS and not long:
        n_epochs = SHORT_EPOCHS
    began = time.process_time()
    trained = train(
        kind,
        _training_part(name, digits),
        digits.validation,
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
        "accuracy": accuracy_on(trained.network, digits.test),
        "seconds": seconds,
    }


def _training_part(name: str, digits: Digits) -> Examples:
    """System C's author keeps back 20 %; all others are given as much as our own network."""
    if name != "bn_32_64_128":
        return digits.train
    order = torch.randperm(len(digits.train), generator=torch.Generator().manual_seed(0))
    n_kept = int(0.8 * len(digits.all_train))
    return digits.train.at(order[:n_kept])
