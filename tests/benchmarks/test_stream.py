"""The bench `stream`: its claim in a small world, its streams, aims and tables.

In the small world a run has to learn a new hand and forget little, and naive fine-tuning must not
pass. Known hands are thirty synthetic hands on a coarse tablet; the new hand has odd forms and
draws only five of the digits.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.stats import binomtest

from benchmarks.model.stream import (
    EVERYTHING,
    JOINT,
    METHODS,
    NAIVE,
    OURS,
    PERSON,
    Options,
    aims,
    interval,
    run,
    table,
)
from benchmarks.model.streams import enlarged, optical
from benchmarks.record import Record
from core.symbols.reference_set import LabelledImages
from tests.support.hands import Hand, draw, ink_of, make_hand
from tests.support.tiny_world import tiny_mnist
from trainer.learning.examples import Examples
from trainer.learning.fine_tune import RunConfig, fine_tune
from trainer.learning.replay import RunData
from trainer.learning.scores import accuracy, predict
from trainer.learning.train import train
from trainer.networks.base import SymbolNetwork
from trainer.networks.recipes import compact_in
from trainer.networks.registry import network_named

Inks = NDArray[np.uint8]
Labels = NDArray[np.int64]
Part = tuple[Inks, Labels]

OUR_RUN = replace(EVERYTHING, n_drawn=16, n_replay=48, min_steps=100, steps_per_drawing=0.0)
NAIVELY = replace(NAIVE, n_drawn=64, min_steps=100, steps_per_drawing=0.0)


def drawn_by(hands: list[Hand], n: int, seed: int, n_digits: int = 10) -> Part:
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % n_digits
    inks = [ink_of(draw(hands[i // 10 % len(hands)], int(d), rng)) for i, d in enumerate(labels)]
    return np.stack(inks), labels


@pytest.fixture(scope="module")
def world() -> dict[str, Part]:
    rng = np.random.default_rng(0)
    known = [make_hand("joined", rng) for _ in range(30)]
    odd = [make_hand("odd", rng)]
    return {
        "train": drawn_by(known, 2_000, 1),
        "validation": drawn_by(known, 300, 2),
        "test": drawn_by(known, 500, 3),
        "new": drawn_by(odd, 40, 4, n_digits=5),
        "exam": drawn_by(odd, 200, 5, n_digits=5),
    }


@pytest.fixture(scope="module")
def base(world: dict[str, Part]) -> SymbolNetwork:
    torch.set_num_threads(1)
    recipe = replace(compact_in(3), batch_size=64)
    examples, validation = (Examples.from_arrays(*world[name]) for name in ("train", "validation"))
    trained = train(network_named("compact"), examples, validation, 0, n_symbols=10, recipe=recipe)
    return trained.network


def learned(base: SymbolNetwork, world: dict[str, Part], config: RunConfig) -> tuple[float, float]:
    """Share of the new hand's errors removed, and share of the known world forgotten."""
    new, replay, validation = (
        LabelledImages(*world[name]) for name in ("new", "train", "validation")
    )
    nothing = LabelledImages(new.inks[:0], new.labels[:0])
    data = RunData(new=new, older=nothing, replay=replay, validation=validation)
    network = fine_tune(base, data, replace(config, interpolation=False), 0).candidates[0]
    after = network_named("compact").build(10)
    after.load_state_dict(network.weights)

    def right(one: SymbolNetwork, name: str) -> float:
        inks, labels = world[name]
        return accuracy(predict(one, inks).predicted_N, labels)

    cut = 1 - (1 - right(after, "exam")) / (1 - right(base, "exam"))
    return cut, right(base, "test") - right(after, "test")


@pytest.mark.slow
def test_a_run_learns_an_odd_hand_and_forgets_at_most_one_percent(
    base: SymbolNetwork, world: dict[str, Part]
) -> None:
    cut, forgotten = learned(base, world, OUR_RUN)

    assert cut >= 0.5
    assert forgotten <= 0.01


@pytest.mark.slow
def test_a_naive_run_forgets_what_it_knew(base: SymbolNetwork, world: dict[str, Part]) -> None:
    _cut, forgotten = learned(base, world, NAIVELY)

    assert forgotten > 0.01


def test_the_products_method_is_measured_first_and_on_all_streams() -> None:
    options = Options()

    cells = options.cells()

    ours = [cell for cell in cells if cell[2] == OURS]
    assert len(ours) == len(options.streams) * len(options.sizes) * options.n_seeds
    assert cells[: len(options.streams) * len(options.sizes)] == [c for c in ours if c[3] == 0]
    compared = {(name, size) for name, size, method, _ in cells if method == JOINT}
    streams = [name for name in options.streams if name != PERSON]
    assert compared == {(name, size) for name in streams for size in options.compared_at}


def test_seeds_and_streams_extend_a_record_but_other_runs_start_a_new_one() -> None:
    assert Options(n_seeds=1, streams=("odd",)).question == Options().question
    assert Options(chain_runs=3).question != Options().question


def run_piece(after: float, promoted: bool = True, mnist: float = 0.9955) -> dict[str, object]:
    return {
        "known": after, "known_before": 0.8, "n_known": 1_000, "mnist": mnist,
        "mnist_before": 0.996, "n_lost": 9, "n_gained": 4, "promoted": promoted, "seconds": 12.0,
    }  # fmt: skip


def test_a_held_run_cuts_no_error_and_a_missed_aim_names_its_stream() -> None:
    options = Options(n_seeds=3, sizes=(40,), streams=("odd",), compared_at=())
    pieces = [run_piece(0.95), run_piece(0.88), run_piece(0.99, promoted=False)]
    result = {f"odd/40/{OURS}/{seed}": one for seed, one in enumerate(pieces)}

    rows = {row[0]: row[1:] for row in aims(result, options)}

    assert rows["error cut after 40 drawings"] == ("≥ 55%", "odd 40%", "odd 15%")
    assert rows["runs promoted"] == ("≥ 90%", "odd 67%", "odd 23%")
    assert rows["largest MNIST loss of a promoted run, points"] == ("≤ 0.05", "odd 0.05", "")


def test_the_seconds_of_a_run_on_a_thousand_drawings_are_an_aim() -> None:
    options = Options(n_seeds=1, sizes=(1_000,), streams=("odd", "tablet"), compared_at=())
    result = {
        f"odd/1000/{OURS}/0": run_piece(0.99),
        f"tablet/1000/{OURS}/0": run_piece(0.99) | {"seconds": 61.2},
    }

    rows = {row[0]: row[1:] for row in aims(result, options)}

    seconds = rows["seconds of a run on 1,000 drawings"]
    assert seconds == ("≤ 45", "odd 12, tablet 61", "tablet 16")


def test_the_table_has_only_measured_runs() -> None:
    options = Options(n_seeds=1, sizes=(40,), streams=("odd", "tablet"), compared_at=())

    rows = table({f"odd/40/{OURS}/0": run_piece(0.9)}, options)

    assert len(rows) == 2
    assert rows[1][:4] == ("odd", "40", OURS, "20.0%")
    assert rows[1][4:6] == ("10.0% (8.3% to 12.0%)", "50%")


def test_an_interval_agrees_with_the_second_implementation() -> None:
    expected = binomtest(37, 250).proportion_ci(method="wilson")

    assert interval(37 / 250, 250) == pytest.approx((expected.low, expected.high))


def test_a_tablet_keeps_eight_points_and_fills_a_square() -> None:
    hand = make_hand("tablet", np.random.default_rng(0))

    (stroke,) = draw(hand, 1, np.random.default_rng(1))

    assert len(stroke) == 8
    assert np.ptp(stroke, axis=0).tolist() == [160.0, 160.0]


def test_the_methods_differ_by_one_idea_each() -> None:
    assert list(METHODS)[0] == "naive"
    assert METHODS["everything"] == EVERYTHING
    assert METHODS["+ interpolation"] == replace(METHODS["+ distillation"], interpolation=True)


def test_the_same_seed_draws_the_same_stream() -> None:
    hand, again = (make_hand("odd", np.random.default_rng(3)) for _ in range(2))

    first, second = (ink_of(draw(one, 7, np.random.default_rng(4))) for one in (hand, again))

    assert np.array_equal(first, second)


def test_an_eight_by_eight_image_fills_the_box_and_is_centred() -> None:
    image = np.zeros((8, 8))
    image[1:7, 3] = 16.0

    ink = enlarged(image)

    rows = np.flatnonzero(ink.max(axis=1) > 40)
    assert 18 <= len(rows) <= 20
    middle = (ink.sum(axis=0) @ np.arange(28)) / ink.sum()
    assert middle == pytest.approx(14, abs=0.6)


def test_holdout_drawings_are_not_in_the_stream() -> None:
    digits = optical(0)

    trained = {ink.tobytes() for ink in digits.inks}
    assert (len(digits.inks), len(digits.known_inks)) == (1_000, 797)
    assert not any(ink.tobytes() in trained for ink in digits.known_inks)


def test_an_interrupted_bench_keeps_its_results(tmp_path: Path) -> None:
    record = Record(tmp_path / "stream.json", Options().question)
    record.piece("odd/40/everything/0", lambda: run_piece(0.9))
    options = Options(n_seeds=1, sizes=(40,), streams=("odd",), compared_at=(), chain_streams=())

    def stop(_doing: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tiny_mnist(), tmp_path, options, stop)

    kept = json.loads((tmp_path / "stream.json").read_text())
    assert list(kept["result"]) == ["odd/40/everything/0"]
