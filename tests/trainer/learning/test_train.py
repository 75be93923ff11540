"""Training from scratch: deterministic, resumable, and without side effects."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from trainer.learning.examples import Examples
from trainer.learning.loop import (
    Checkpoint,
    LoopState,
    StepReport,
    fastest_threads,
    one_cycle,
    recompute_batch_norm,
)
from trainer.learning.train import train
from trainer.networks.base import SymbolNetwork
from trainer.networks.recipes import COMPACT, Recipe
from trainer.networks.registry import NETWORKS, network_named

SHORT = replace(COMPACT, batch_size=16, n_epochs=3)


def bars(n: int = 160) -> Examples:
    """A toy task: the label is the row of a bar."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 10, (n,), generator=generator)
    ink = torch.zeros(n, 28, 28, dtype=torch.uint8)
    for i, label in enumerate(labels.tolist()):
        ink[i, 3 + 2 * label : 5 + 2 * label, 6:22] = 255
    return Examples(ink, labels)


def same_weights(a: SymbolNetwork, b: SymbolNetwork) -> bool:
    others = b.state_dict()
    return all(torch.equal(value, others[name]) for name, value in a.state_dict().items())


def test_the_same_seed_gives_the_same_weights_and_loss():
    first = train(network_named("compact"), bars(), bars(), 5, n_symbols=10, recipe=SHORT)
    second = train(network_named("compact"), bars(), bars(), 5, n_symbols=10, recipe=SHORT)

    assert first.loss == second.loss
    assert same_weights(first.network, second.network)


def test_another_seed_gives_other_weights():
    first = train(network_named("compact"), bars(), bars(), 5, n_symbols=10, recipe=SHORT)
    second = train(network_named("compact"), bars(), bars(), 6, n_symbols=10, recipe=SHORT)

    assert not same_weights(first.network, second.network)


def test_training_restores_the_random_state():
    torch.manual_seed(1)
    before = torch.get_rng_state()

    recipe = replace(SHORT, n_epochs=1)
    train(network_named("mlp_64"), bars(), bars(), 5, n_symbols=10, recipe=recipe)

    assert torch.equal(torch.get_rng_state(), before)


def test_a_toy_task_is_learned():
    recipe = replace(SHORT, n_epochs=8, augmentation=None)

    trained = train(network_named("compact"), bars(), bars(64), 5, n_symbols=10, recipe=recipe)

    assert trained.validation_accuracy >= 0.95


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_trains_by_its_own_recipe(name: str):
    kind = NETWORKS[name]
    losses: list[float | None] = []

    train(
        kind,
        bars(),
        bars(32),
        1,
        n_symbols=10,
        recipe=replace(kind.recipe, n_epochs=1, batch_size=8),
        on_step=lambda done: losses.append(done.loss),
    )

    assert len(losses) == 2
    assert all(loss is not None and 0.0 < loss < 10.0 for loss in losses)


def test_progress_counts_up_to_the_last_step():
    seen: list[tuple[str, int, int]] = []

    train(
        network_named("mlp_64"),
        bars(),
        bars(),
        1,
        n_symbols=10,
        recipe=replace(SHORT, n_epochs=2),
        on_step=lambda done: seen.append((done.phase, done.step, done.n_steps)),
    )

    assert seen == [("train", 10, 20), ("train", 20, 20)]


class _Stopped(Exception):
    pass


def test_progress_may_stop_the_training():
    def stop(done: StepReport) -> None:
        raise _Stopped

    with pytest.raises(_Stopped):
        train(network_named("mlp_64"), bars(), bars(), 1, n_symbols=10, recipe=SHORT, on_step=stop)


def interrupted(name: str, recipe: Recipe, at_step: int) -> Checkpoint:
    """Train up to the checkpoint of a step, then fail."""
    taken: list[Checkpoint] = []

    def keep(state: LoopState) -> None:
        if state.step == at_step:
            taken.append(Checkpoint(state.tensors(), state.facts()))
            raise _Stopped

    with pytest.raises(_Stopped):
        train(network_named(name), bars(), bars(), 5, n_symbols=10, recipe=recipe, keep=keep)
    return taken[0]


@pytest.mark.parametrize("at_step", [10, 20, 30])
def test_an_interrupted_training_resumes_bit_equal(at_step: int):
    whole = train(network_named("compact"), bars(), bars(), 5, n_symbols=10, recipe=SHORT)

    checkpoint = interrupted("compact", SHORT, at_step)
    resumed = train(
        network_named("compact"), bars(), bars(), 5, n_symbols=10, recipe=SHORT, resume=checkpoint
    )

    assert same_weights(whole.network, resumed.network)


def test_dropout_and_momentum_are_resumed_too():
    recipe = replace(NETWORKS["conv_10_20"].recipe, n_epochs=4, batch_size=16)
    whole = train(network_named("conv_10_20"), bars(), bars(), 5, n_symbols=10, recipe=recipe)

    checkpoint = interrupted("conv_10_20", recipe, at_step=30)
    resumed = train(
        network_named("conv_10_20"),
        bars(),
        bars(),
        5,
        n_symbols=10,
        recipe=recipe,
        resume=checkpoint,
    )

    assert same_weights(whole.network, resumed.network)
    assert whole.loss == resumed.loss


@pytest.mark.parametrize(("slow", "chosen"), [(2, 1), (1, 2)])
def test_the_faster_number_of_threads_is_chosen(slow: int, chosen: int):
    def step() -> None:
        time.sleep(0.02 if torch.get_num_threads() == slow else 0.0)

    assert fastest_threads(2, step) == chosen
    assert torch.get_num_threads() == 1


def test_a_resumed_training_keeps_its_number_of_threads():
    checkpoint = interrupted("mlp_64", SHORT, at_step=10)
    seen: list[int] = []

    train(
        network_named("mlp_64"),
        bars(),
        bars(),
        5,
        n_symbols=10,
        recipe=SHORT,
        resume=Checkpoint(checkpoint.tensors, {**checkpoint.facts, "threads": 2}),
        keep=lambda state: seen.append(torch.get_num_threads()),
    )

    assert seen == [2, 2]
    assert torch.get_num_threads() == 1


def test_the_learning_rate_rises_falls_and_ends_near_zero():
    rates = [one_cycle(step, 100, peak=0.1, warm_share=0.2) for step in range(100)]

    assert rates.index(max(rates)) in (19, 20)
    assert max(rates) == pytest.approx(0.1, rel=0.01)
    assert 0 < rates[0] < 0.01
    assert 0 < rates[-1] < 0.0001


def test_recomputed_batch_norm_is_the_mean_over_the_batches():
    network = NETWORKS["compact"].build(10)
    ink: Tensor = bars(64).ink_NHW

    recompute_batch_norm(network, ink, batch_size=32)

    seen: list[Tensor] = []
    norm = next(m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d))
    handle = norm.register_forward_hook(lambda m, inputs, output: seen.append(inputs[0]))
    with torch.no_grad():
        network.eval()(ink.unsqueeze(1).float() / 255)
    handle.remove()
    assert torch.allclose(norm.running_mean, seen[0].mean(dim=(0, 2, 3)), atol=1e-5)
