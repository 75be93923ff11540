"""Wrong and hostile labels: what quarantine finds, and what the rest of them costs.

One stream of many contributors, its labels clean, with a fifth flipped at random, and with one
contributor of fifty who swaps ones and sevens. Runs learn from what quarantine lets through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from core.mnist import Mnist
from trainer.benchmarks.hands import Way, draw, ink_of, make_hand
from trainer.benchmarks.record import Record
from trainer.benchmarks.stream import EVERYTHING, Bench, first_to_pass, network_of, scores_of
from trainer.benchmarks.streams import Inks, Labels, Stream
from trainer.evaluate import read
from trainer.fine_tune import fine_tune
from trainer.networks.base import DigitNetwork
from trainer.quarantine import Hearing, hear, suspects

FLIPPED: Final = 0.2
N_MNIST_ASKED: Final = 5_000
NOISES: Final = ("clean", "flips", "swapper")


@dataclass(frozen=True, slots=True)
class Options:
    """How much to measure."""

    n_seeds: int = 3
    ways: tuple[Way, ...] = ("joined", "odd")
    n_contributors: int = 50
    drawings_each: int = 20
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Crowd:
    """Drawings of many contributors, with true labels and given ones."""

    inks: Inks
    truth: Labels
    contributors: list[str]
    exam_inks: Inks
    exam_labels: Labels


def crowd(way: Way, seed: int, options: Options) -> Crowd:
    """As many hands as contributors, each drawing every digit equally often."""
    rng = np.random.default_rng(seed)
    hands = [make_hand(way, rng) for _ in range(options.n_contributors)]
    owners = np.repeat(np.arange(options.n_contributors), options.drawings_each)
    truth = np.tile(np.arange(options.drawings_each) % 10, options.n_contributors)
    inks = [
        ink_of(draw(hands[who], int(digit), rng)) for who, digit in zip(owners, truth, strict=True)
    ]
    exam = np.arange(1_000) % 10
    exam_inks = [ink_of(draw(hands[i % len(hands)], int(d), rng)) for i, d in enumerate(exam)]
    return Crowd(np.stack(inks), truth, [f"hand {o}" for o in owners], np.stack(exam_inks), exam)


def with_noise(people: Crowd, noise: str, seed: int) -> Labels:
    """The labels as given."""
    rng = np.random.default_rng(seed + 1_000)
    labels = people.truth.copy()
    if noise == "flips":
        is_flipped = rng.random(len(labels)) < FLIPPED
        labels = np.where(is_flipped, (labels + rng.integers(1, 10, len(labels))) % 10, labels)
    if noise == "swapper":
        is_theirs = np.array(people.contributors) == "hand 0"
        is_swapped = is_theirs & np.isin(labels, (1, 7))
        labels = np.where(is_swapped, 8 - labels, labels)
    return labels


def run(mnist: Mnist, folder: Path, options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure what `folder/noise.json` lacks. Returns: all that the file says."""
    torch.set_num_threads(options.threads)
    bench = Bench(mnist, folder)
    record = Record(folder / "noise.json", asdict(options) | {"ways": list(options.ways)})
    measured = {}
    for way in options.ways:
        for seed in range(options.n_seeds):
            people = crowd(way, seed, options)
            for noise in NOISES:
                say(f"{way}, {noise}, seed {seed}")
                piece = f"{way}/{noise}/{seed}"
                measure = partial(_one, bench, people, noise, seed)
                measured[piece] = record.piece(piece, measure)
    return record.finish(measured)


def questioned(
    bench: Bench, champion: DigitNetwork, people: Crowd, labels: Labels, seed: int
) -> Hearing:
    """What the witnesses say when all drawings are new."""
    chosen = np.random.default_rng(seed).permutation(bench.training["full"])[:N_MNIST_ASKED]
    mnist = read(champion, bench.mnist.train_images[chosen])
    drawn = read(champion, people.inks)
    return hear(
        drawn.probabilities_NK(),
        drawn.features_NF,
        labels,
        mnist.features_NF,
        bench.mnist.train_labels[chosen],
        people.contributors,
    )


def _one(bench: Bench, people: Crowd, noise: str, seed: int) -> dict[str, Any]:
    champion = bench.base("full")
    labels = with_noise(people, noise, seed)
    hearing = questioned(bench, champion, people, labels, seed)
    found = suspects(hearing)
    kept = ~found
    stream = Stream(
        people.inks[kept], labels[kept], people.exam_inks, people.exam_labels,
        people.inks[:0], labels[:0],
    )  # fmt: skip
    result = fine_tune(champion, bench.data(stream, 0, int(kept.sum())), EVERYTHING, seed)
    looks = [network_of(champion, one) for one in result.candidates]
    network, verdict, _look = first_to_pass(bench, looks, champion, champion)
    is_misread = read(champion, people.inks).predicted_N != people.truth
    return (
        scores_of(bench, stream, network, champion)
        | _detection(hearing, found, labels != people.truth, is_misread)
        | {"promoted": verdict.passed}
    )


def _detection(
    hearing: Hearing,
    found: NDArray[np.bool_],
    is_wrong: NDArray[np.bool_],
    is_misread: NDArray[np.bool_],
) -> dict[str, Any]:
    """How well wrong labels are told, and how many honest corrections are put aside."""
    honest = is_misread & ~is_wrong
    return {
        "auroc": float(roc_auc_score(is_wrong, hearing.doubt_Q)) if is_wrong.any() else None,
        "recall": float(found[is_wrong].mean()) if is_wrong.any() else None,
        "precision": float(is_wrong[found].mean()) if found.any() and is_wrong.any() else None,
        "n_corrections": int(honest.sum()),
        "corrections_trained": float(1 - found[honest].mean()) if honest.any() else None,
    }


def table(result: Mapping[str, Any], options: Options) -> list[tuple[str, ...]]:
    """Medians over seeds, the heading first."""
    rows: list[tuple[str, ...]] = [
        ("hands", "labels", "AUROC", "caught", "corrections trained", "new hands", "MNIST", "live")
    ]
    for way in options.ways:
        for noise in NOISES:
            seeds = [result[f"{way}/{noise}/{seed}"] for seed in range(options.n_seeds)]

            def middle(key: str, seeds: list[dict[str, Any]] = seeds) -> str:
                values = [one[key] for one in seeds if one[key] is not None]
                return f"{median(values):.1%}" if values else ""

            drop = median(one["mnist"] - one["mnist_before"] for one in seeds)
            rows.append(
                (
                    way,
                    noise,
                    middle("auroc"),
                    middle("recall"),
                    middle("corrections_trained"),
                    middle("known"),
                    f"{100 * drop:+.2f}",
                    f"{sum(one['promoted'] for one in seeds)} of {len(seeds)}",
                )
            )
    return rows
