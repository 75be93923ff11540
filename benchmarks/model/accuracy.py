"""`inkloop bench accuracy`: how well MNIST can be read by few parameters, over many seeds.

Each training learns from all 60,000 images by the network's own recipe, and the test set is read
once, after the last epoch. Networks and recipes were chosen before, on training images of writers
held back, with none of whom anything was trained (`TRIED` has what that was); then those images
were given back. Beside the raw accuracy stand the two halves of the test set, whose hands differ,
and the accuracy without the digits whose labels people found to be wrong.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Final

import numpy as np
import torch

from benchmarks.aims import Row, at_least, at_most
from benchmarks.model.data import Digits
from benchmarks.record import Record
from core.symbols.digits import DIGITS
from trainer.learning.scores import predict
from trainer.learning.train import train
from trainer.networks.describe import describe
from trainer.networks.registry import NETWORKS

MISLABELLED: Final = (
    947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729,
)  # fmt: skip
"""Test digits whose given label fewer than 3 of 5 people agreed with.

Source: C. Northcutt, A. Athalye and J. Mueller 2021, "Pervasive label errors in test sets"."""

N_STUDENTS: Final = 5_000
"""The first half of the test set is by students, the second by employees of the census bureau."""

N_SEEDS: Final = 10
"""The mean of fewer says little: the deviation of one is as large as what an aim is missed by."""

MAX_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Aim:
    """What a network should reach."""

    accuracy: float
    """The least mean over the seeds."""

    n_parameters: int
    """The most it may have."""


AIMS: Final[Mapping[str, Aim]] = {
    "detailed": Aim(0.997, 100_000),
    "small": Aim(0.996, 20_000),
}

# One seed each, trained on the 45,000 images by the other writers: ten errors more or less may be
# chance.
TRIED: Final[tuple[Row, ...]] = (
    ("what", "multiply-adds", "epochs", "errors"),
    ("`compact`, its recipe", "1.52 M", "6", "109"),
    ("`compact`, Muon for its kernels, rate 0.1", "1.52 M", "6", "117"),
    ("`compact`, Muon for its kernels, rate 0.25", "1.52 M", "6", "130"),
    ("`compact`, longer", "1.52 M", "18", "85"),
    ("first convolution with stride 2 instead of a pool", "2.23 M", "6", "111"),
    ("the same and a padded second and third at 14×14", "3.13 M", "6", "101"),
    ("a third convolution before the second pool", "1.38 M", "6", "100"),
    ("the same, padded to stay at 12×12", "2.03 M", "6", "89"),
    ("the same and a shortcut block after the second pool", "2.26 M", "6", "94"),
    ("mean over 6×6 at the end instead of unpadded convolutions", "4.17 M", "6", "95"),
    ("`detailed`: a shortcut block before the second pool", "3.89 M", "6", "79"),
    ("the same, longer", "3.89 M", "12", "79"),
    ("the same, distortions 1.5 times as strong", "3.89 M", "12", "85"),
    ("`small`: `detailed`, narrower", "1.09 M", "6", "108"),
    ("on 15,106 images by other writers: `detailed`, as above", "3.89 M", "12", "68"),
    ("the same, twice as long", "3.89 M", "24", "63"),
    ("three shortcut blocks, fewer channels after them", "6.24 M", "14", "72"),
    ("`small`, twice as long", "1.09 M", "20", "79"),
    ("on 15,155 by other writers, two seeds: `detailed`, as above", "3.89 M", "12", "74, 67"),
    ("labels smoothed by 0.1", "3.89 M", "12", "64, 65"),
    ("labels as they are", "3.89 M", "24", "63, 66"),
    ("`detailed`, its recipe: labels smoothed by 0.1", "3.89 M", "24", "59, 55"),
    (
        "the same, five readings moved by a pixel averaged: five times the work",
        "19.45 M",
        "24",
        "56, 52",
    ),
    ("labels as they are, batches of 128, rate 0.007", "3.89 M", "12", "67, 66"),
    ("labels as they are, distortions 0.7 times as strong", "3.89 M", "12", "65, 78"),
)


@dataclass(frozen=True, slots=True)
class Options:
    """How much to train."""

    n_seeds: int = N_SEEDS
    threads: int = 1
    only: tuple[str, ...] = ()
    """Networks; all of `AIMS` when empty. No part of the question: what is measured stays."""


def run(
    digits: Digits,
    folder: Path,
    options: Options | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train what `folder/accuracy.json` lacks. Returns: what the file says then.

    The number of seeds is no part of the question either: asked for more, a finished record grows.
    """
    options = options or Options()
    torch.set_num_threads(options.threads)
    recipes = {name: NETWORKS[name].recipe.to_json() for name in AIMS}
    question = json.loads(json.dumps({"threads": options.threads} | recipes))
    record = Record(folder / "accuracy.json", question)
    for seed in range(options.n_seeds):
        for name in options.only or AIMS:
            say(f"{name}, seed {seed}")
            record.piece(f"{name}/{seed}", partial(_one, digits, name, seed))
    return record.finish({"networks": _result(record.pieces, len(digits.test))})


def table(result: Mapping[str, Any]) -> list[Row]:
    """A row for each training and three for all of a network, the heading first; in %."""
    rows: list[Row] = [
        ("network", "seed", "all 10,000", "students", "employees", "without the mislabelled",
         "seconds of one core"),
    ]  # fmt: skip
    for name, found in result["networks"].items():
        for seed, one in found["seeds"].items():
            rows.append((name, seed, *_in_percent(one), f"{one['seconds']:.0f}"))
        for what in ("mean", "sd", "least"):
            rows.append((name, what, *_in_percent(found[what]), f"{found[what]['seconds']:.0f}"))
    return rows


def network_table(result: Mapping[str, Any]) -> list[Row]:
    """What each network costs, the heading first."""
    rows: list[Row] = [("network", "parameters", "multiply-adds", "epochs", "trainings")]
    for name, found in result["networks"].items():
        counts = (found["n_parameters"], found["n_multiply_adds"], found["n_epochs"])
        rows.append((name, *(f"{count:,}" for count in counts), str(len(found["seeds"]))))
    return rows


def aims(result: Mapping[str, Any]) -> list[Row]:
    """Mean accuracy, trainings, parameters and time of each network."""
    rows: list[Row] = []
    for name, aim in AIMS.items():
        found = result["networks"].get(name)
        if found is None:
            rows.append((name, f"≥ {aim.accuracy:.2%}", "not measured", "all"))
            continue
        n_seeds, longest = len(found["seeds"]), found["longest_seconds"]
        mean_accuracy = found["mean"]["accuracy"]
        rows += [
            at_least(f"{name}, mean of {n_seeds}", aim.accuracy, mean_accuracy, "{:.3%}"),
            at_least(f"{name}, trainings", N_SEEDS, n_seeds, "{:.0f}"),
            at_most(f"{name}, parameters", aim.n_parameters, found["n_parameters"], "{:,}"),
            at_most(f"{name}, seconds of one core, longest", MAX_SECONDS, longest, "{:.0f}"),
        ]
    return rows


def _one(digits: Digits, name: str, seed: int) -> dict[str, Any]:
    kind = NETWORKS[name]
    began = time.process_time()
    trained = train(kind, digits.all_train, digits.validation, seed, n_symbols=len(DIGITS))
    seconds = time.process_time() - began
    predicted_N = predict(trained.network, digits.test.ink_NHW.numpy()).predicted_N
    described = describe(trained.network)
    return {
        "n_epochs": kind.recipe.n_epochs,
        "n_parameters": described.n_parameters,
        "n_multiply_adds": described.n_multiply_adds,
        "seconds": seconds,
        "wrong": np.flatnonzero(predicted_N != digits.test.labels_N.numpy()).tolist(),
    }


def _result(pieces: Mapping[str, Mapping[str, Any]], n_test: int) -> dict[str, Any]:
    networks = {}
    for name in AIMS:
        mine = {key: piece for key, piece in pieces.items() if key.startswith(f"{name}/")}
        if not mine:
            continue
        seeds = {
            key.partition("/")[2]: _scores(piece["wrong"], n_test) | {"seconds": piece["seconds"]}
            for key, piece in mine.items()
        }
        first = next(iter(mine.values()))
        networks[name] = {
            "n_epochs": first["n_epochs"],
            "n_parameters": first["n_parameters"],
            "n_multiply_adds": first["n_multiply_adds"],
            "seeds": seeds,
            "mean": _over(seeds, mean),
            "sd": _over(seeds, lambda values: stdev(values) if len(values) > 1 else 0.0),
            "least": _over(seeds, min),
            "longest_seconds": max(one["seconds"] for one in seeds.values()),
        }
    return networks


def _scores(wrong: Sequence[int], n_test: int) -> dict[str, float]:
    """Shares read right, 0 to 1, of all and of three parts of the test set."""
    everything = range(n_test)
    parts = {
        "accuracy": everything,
        "students": everything[:N_STUDENTS],
        "employees": everything[N_STUDENTS:],
        "without_mislabelled": sorted(set(everything) - set(MISLABELLED)),
    }
    return {
        what: 1.0 - len(set(wrong) & set(part)) / max(1, len(part)) for what, part in parts.items()
    }


def _over(
    seeds: Mapping[str, Mapping[str, float]], summary: Callable[[list[float]], float]
) -> dict[str, float]:
    """Each figure of the seeds summed up by the same function."""
    return {what: summary([one[what] for one in seeds.values()]) for what in _figures(seeds)}


def _figures(seeds: Mapping[str, Mapping[str, float]]) -> list[str]:
    return list(next(iter(seeds.values())))


def _in_percent(scores: Mapping[str, float]) -> list[str]:
    parts = ("accuracy", "students", "employees", "without_mislabelled")
    return [f"{100 * scores[part]:.3f}" for part in parts]
