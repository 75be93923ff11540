"""Training time to an accuracy on MNIST, by system A's recipe and by ours, in turn.

System A runs as its author wrote it: each image through torchvision's transform and a `DataLoader`,
epoch after epoch. Ours trains for a given number of epochs, after which the learning rate is zero;
each number is a separate training. The clock stops while the test set is read. The time to an
accuracy is that of the first measured point, or of the shortest training, that reaches it.

Times are processor time of one core, which other processes hardly change.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import ToTensor

from benchmarks.bench import Bench, Row, Say, Table, at_most, seeds_option
from benchmarks.model.data import MnistSplits, on_splits
from benchmarks.record import Record
from core.symbols.digits import DIGITS
from trainer.learning.examples import Examples
from trainer.learning.loop import best_device, seeded
from trainer.learning.train import accuracy_on, train
from trainer.networks.recipes import compact_in
from trainer.networks.registry import NETWORKS

TARGETS = (0.989, 0.990, 0.994, 0.996)
POINTS_PER_EPOCH = 4


@dataclass(frozen=True, slots=True)
class Options:
    """How much to train."""

    n_seeds: int = 3
    epochs_of_a: int = 5
    """Epochs of system A. More change little: it stays below 99.2 %."""

    epochs_of_ours: tuple[int, ...] = (1, 2, 4, 7, 12)
    """Trained in this order until one reaches the last target."""

    threads: int = 1


class _Pictures(Dataset[tuple[Tensor, int]]):
    """MNIST as torchvision loads it: each image through PIL and `ToTensor`."""

    def __init__(self, examples: Examples) -> None:
        self._pictures = examples.ink_NHW.numpy()
        self._labels = examples.labels_N.tolist()
        self._transform = ToTensor()

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self._transform(Image.fromarray(self._pictures[index])), self._labels[index]


def run(splits: MnistSplits, folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure what `folder/speed.json` lacks, the two systems in turn.

    Returns: the record. `result` has the median seconds to each target, null where it was not
    reached, and under `ratio` system A's seconds divided by ours.
    """
    torch.set_num_threads(options.threads)
    record = Record(folder / "speed.json", asdict(options))
    a_runs, ours_runs = [], []
    for seed in range(options.n_seeds):
        say(f"system A, seed {seed}")
        a = record.piece(f"a/{seed}", partial(_system_a, splits, seed, options))
        a_runs.append(a["points"])
        points = []
        for n_epochs in options.epochs_of_ours:
            say(f"compact in {n_epochs} epochs, seed {seed}")
            name = f"ours/{n_epochs}/{seed}"
            points.append(record.piece(name, partial(_ours, splits, n_epochs, seed)))
            if points[-1]["accuracy"] >= TARGETS[-1]:
                break
        ours_runs.append(points)
    return record.finish(_result(a_runs, ours_runs))


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Times to each accuracy."""
    return [Table("Seconds of one core, medians", table(result))]


def table(result: Mapping[str, Any]) -> list[Row]:
    """A row for each accuracy."""
    rows: list[Row] = [("test accuracy", "system A, s", "ours, s", "times faster")]
    for target, times in result["targets"].items():
        a = f"not in {times['a_tried']:.0f}" if times["a"] is None else f"{times['a']:.1f}"
        ours = "not reached" if times["ours"] is None else f"{times['ours']:.1f}"
        ratio = "" if times["ratio"] is None else f"{times['ratio']:.1f}"
        if times["a"] is None and times["ours"] is not None:
            ratio = f"> {times['a_tried'] / times['ours']:.1f}"
        rows.append((f"{float(target):.1%}", a, ours, ratio))
    return rows


def aims(result: Mapping[str, Any], _options: Options) -> list[Row]:
    """99.0 % in a fifth of system A's time to 98.9 %."""
    targets = result["targets"]
    ours, a = targets["0.99"]["ours"], targets["0.989"]["a"] or targets["0.989"]["a_tried"]
    if ours is None:
        return [
            ("time to 99.0 % as a share of system A's to 98.9 %", "≤ 0.20", "not reached", "all")
        ]
    return [at_most("time to 99.0 % as a share of system A's to 98.9 %", 0.2, ours / a, "{:.2f}")]


def _ours(splits: MnistSplits, n_epochs: int, seed: int) -> dict[str, Any]:
    recipe = compact_in(n_epochs)
    began = time.process_time()
    kind, n_symbols = NETWORKS["compact"], len(DIGITS)
    trained = train(kind, splits.train, splits.validation, seed, n_symbols=n_symbols, recipe=recipe)
    seconds = time.process_time() - began
    accuracy = accuracy_on(trained.network, splits.test)
    return {"n_epochs": n_epochs, "seconds": seconds, "accuracy": accuracy}


def _system_a(splits: MnistSplits, seed: int, options: Options) -> dict[str, Any]:
    """The author's loop. Every quarter epoch the clock stops and the test set is read."""
    kind = NETWORKS["cnn_16_32"]
    device = best_device()
    points = []
    seconds = 0.0
    with seeded(seed):
        network = kind.build(len(DIGITS)).to(device)
        optimiser = torch.optim.Adam(network.parameters(), lr=kind.recipe.learning_rate)
        loader = DataLoader(_Pictures(splits.all_train), kind.recipe.batch_size, shuffle=True)
        every = max(1, len(loader) // POINTS_PER_EPOCH)
        for _ in range(options.epochs_of_a):
            began = time.process_time()
            for step, (pictures, labels) in enumerate(loader, start=1):
                logits_BK, _ = network(pictures.to(device))
                loss = F.cross_entropy(logits_BK, labels.to(device))
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                if step % every == 0:
                    seconds += time.process_time() - began
                    accuracy = accuracy_on(network, splits.test)
                    points.append({"seconds": seconds, "accuracy": accuracy})
                    began = time.process_time()
    return {"points": points}


def _result(
    a_runs: list[list[dict[str, Any]]], ours_runs: list[list[dict[str, Any]]]
) -> dict[str, Any]:
    a = {t: _median_seconds([_seconds_to(t, run) for run in a_runs]) for t in TARGETS}
    ours = {t: _median_seconds([_seconds_to(t, run) for run in ours_runs]) for t in TARGETS}
    a_tried = median(run[-1]["seconds"] for run in a_runs)
    targets = {
        str(t): {
            "a": a[t], "a_tried": a_tried, "ours": ours[t], "ratio": _quotient(a[t], ours[t]),
        }
        for t in TARGETS
    }  # fmt: skip
    return {"targets": targets, "ours_to_990_as_share_of_a_to_989": _quotient(ours[0.99], a[0.989])}


def _quotient(above: float | None, below: float | None) -> float | None:
    return None if above is None or below is None else above / below


def _seconds_to(target: float, points: list[dict[str, Any]]) -> float | None:
    reached = [point["seconds"] for point in points if point["accuracy"] >= target]
    return min(reached, default=None)


def _median_seconds(times: list[float | None]) -> float | None:
    """The median, in which a training that missed the target counts as endless."""
    middle = median(float("inf") if seconds is None else seconds for seconds in times)
    return None if middle == float("inf") else middle


BENCH: Final = Bench(
    "speed",
    "Training time to 98.9, 99.0, 99.4 and 99.6 % on MNIST, by system A's recipe and by ours.",
    Options,
    on_splits(run),
    aims,
    tables,
    parameters=[seeds_option()],
)
