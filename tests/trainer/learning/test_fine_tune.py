"""Fine-tuning: learning, distillation, and resumption from checkpoints."""

import copy
import json
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from core.symbols.digits.non_digits import pen_drawn_digits
from core.symbols.reference_set import LabelledImages
from trainer.learning.fine_tune import (
    RunConfig,
    distillation_loss,
    fine_tune,
    hard_images,
    n_steps,
)
from trainer.learning.loop import Checkpoint, StepReport
from trainer.learning.replay import Batches, RunData, n_of_new
from trainer.learning.scores import accuracy, predict
from trainer.networks.base import SymbolNetwork

QUICK = RunConfig(min_steps=24, steps_per_drawing=0.0, n_drawn=8, n_replay=24, checkpoint_every=8)


@pytest.fixture(scope="module")
def data() -> RunData:
    """Vertical bars stand for reference images; drawings are the same bars, horizontal."""
    labels = np.arange(200) % 10
    inks = np.zeros((200, 28, 28), np.uint8)
    for ink, digit in zip(inks, labels, strict=True):
        ink[4:24, 2 * digit + 4] = 255
    lying = inks[:20].transpose(0, 2, 1).copy()
    return RunData(
        new=LabelledImages(lying, labels[:20]),
        older=LabelledImages(lying[:0], labels[:0]),
        replay=LabelledImages(inks, labels),
        validation=LabelledImages(inks[:100], labels[:100]),
    )


def only(images: LabelledImages, n: int) -> LabelledImages:
    """Return the first n images."""
    return LabelledImages(images.inks[:n], images.labels[:n])


@pytest.fixture
def champion() -> SymbolNetwork:
    torch.manual_seed(0)
    body = nn.Sequential(
        nn.Conv2d(1, 4, 5, stride=2, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.1),
        nn.Flatten(),
    )
    return SymbolNetwork(body, nn.Linear(4 * 12 * 12, 10)).eval()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    champion: SymbolNetwork, data: RunData
) -> None:
    first, again, other = (fine_tune(champion, data, QUICK, seed) for seed in (1, 1, 2))

    assert same(first.candidates[0].weights, again.candidates[0].weights)
    assert not same(first.candidates[0].weights, other.candidates[0].weights)


@pytest.mark.parametrize("which", [0, 1])
def test_a_run_resumed_from_files_ends_bit_equal(
    champion: SymbolNetwork, data: RunData, which: int
) -> None:
    kept: list[Checkpoint] = []
    whole = fine_tune(champion, data, QUICK, 1, on_checkpoint=kept.append)
    facts = json.loads(json.dumps(kept[which].facts))
    tensors = load(save(dict(kept[which].tensors)))

    resumed = fine_tune(champion, data, QUICK, 1, resume=Checkpoint(tensors, facts))

    assert same(whole.candidates[0].weights, resumed.candidates[0].weights)


def test_a_checkpoint_with_additional_averaged_weights_can_be_resumed(
    champion: SymbolNetwork, data: RunData
) -> None:
    """Checkpoints from before averaging was removed have them."""
    kept: list[Checkpoint] = []
    whole = fine_tune(champion, data, QUICK, 1, on_checkpoint=kept.append)
    averaged = {f"average.{i}": p.detach() for i, p in enumerate(champion.parameters())}

    older = Checkpoint({**kept[0].tensors, **averaged}, kept[0].facts)
    resumed = fine_tune(champion, data, QUICK, 1, resume=older)

    assert same(whole.candidates[0].weights, resumed.candidates[0].weights)


def test_a_checkpoint_of_another_run_is_refused(champion: SymbolNetwork, data: RunData) -> None:
    kept: list[Checkpoint] = []
    fine_tune(champion, data, QUICK, 1, on_checkpoint=kept.append)

    with pytest.raises(ValueError, match="start without it"):
        fine_tune(champion, data, replace(QUICK, min_steps=30), 1, resume=kept[0])


def test_the_champion_and_the_random_state_are_unchanged(
    champion: SymbolNetwork, data: RunData
) -> None:
    weights, randomness = copy.deepcopy(champion.state_dict()), torch.get_rng_state()

    fine_tune(champion, data, QUICK, 1)

    assert same(weights, champion.state_dict())
    assert torch.equal(randomness, torch.get_rng_state())


def test_subnormal_numbers_work_after_a_run(champion: SymbolNetwork, data: RunData) -> None:
    fine_tune(champion, data, QUICK, seed=1)

    assert sys.float_info.min / 2 > 0


def test_each_step_is_reported_and_may_stop_the_run(champion: SymbolNetwork, data: RunData) -> None:
    reports: list[StepReport] = []

    def stop_at_5(now: StepReport) -> None:
        reports.append(now)
        if now.step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fine_tune(champion, data, QUICK, 1, on_step=stop_at_5)

    assert [now.step for now in reports] == [0, 1, 2, 3, 4, 5]
    assert reports[0].phase == "train"
    assert reports[0].n_steps == 24


def test_drawings_are_learned(champion: SymbolNetwork, data: RunData) -> None:
    config = replace(QUICK, min_steps=150, learning_rate=1e-2, interpolation=False)
    plain = replace(
        config.drawn_augmentation, rotation_deg=0, shear=0, scale=0, shift_px=0, bend_px=0
    )
    config = replace(config, drawn_augmentation=plain, replay_plain=1.0, distillation=0.0)

    result = fine_tune(champion, data, config, 1)

    network = copy.deepcopy(champion)
    network.load_state_dict(result.candidates[0].weights)
    before = accuracy(predict(champion, data.new.inks).predicted_N, data.new.labels)
    assert accuracy(predict(network, data.new.inks).predicted_N, data.new.labels) > before + 0.5


def test_frozen_batch_norm_keeps_the_champions_statistics(
    champion: SymbolNetwork, data: RunData
) -> None:
    statistics = {k: v for k, v in champion.state_dict().items() if "running" in k}

    frozen = fine_tune(champion, data, QUICK, 1).candidates[0].weights
    moved = fine_tune(champion, data, replace(QUICK, freeze_batch_norm=False), 1)

    assert all(torch.equal(frozen[name], value) for name, value in statistics.items())
    assert not same(statistics, moved.candidates[0].weights)


def test_a_run_on_a_single_drawing_works(champion: SymbolNetwork, data: RunData) -> None:
    single = replace(data, new=only(data.new, 1))

    assert len(fine_tune(champion, single, QUICK, 1).candidates) == 2


def test_a_run_without_drawings_is_refused(data: RunData) -> None:
    with pytest.raises(ValueError, match="at least one drawing"):
        replace(data, new=only(data.new, 0))


def test_distillation_is_zero_for_equal_networks_and_ignores_what_the_teacher_misreads() -> None:
    teacher = torch.tensor([[5.0, 0.0], [0.0, 5.0]])
    student = torch.tensor([[5.0, 0.0], [5.0, 0.0]])

    both_correct = distillation_loss(student, teacher, torch.tensor([0, 1]), 2.0)

    assert distillation_loss(teacher, teacher, torch.tensor([0, 1]), 2.0) == 0
    assert distillation_loss(student, teacher, torch.tensor([0, 0]), 2.0) == 0
    assert both_correct > 1


@pytest.mark.parametrize(
    ("n_new", "n_older", "expected"), [(10, 0, 64), (0, 10, 0), (10, 500, 32), (90, 10, 58)]
)
def test_new_drawings_fill_half_of_the_drawn_part_or_their_share(
    n_new: int, n_older: int, expected: int
) -> None:
    assert n_of_new(64, n_new, n_older, 0.5) == expected


def test_a_batch_has_drawings_first_and_replay_after_them(data: RunData) -> None:
    torch.manual_seed(0)

    batch = Batches(data, n_drawn=6, n_replay=9, new_share=0.5).draw()

    is_lying = batch.images_B1HW.amax(dim=3).sum(dim=(1, 2)) == 1
    assert (batch.n_drawn, batch.n_replayed) == (6, 9)
    assert is_lying.tolist() == [True] * 6 + [False] * 9


def test_hard_images_have_the_smallest_margins_of_the_teacher(
    champion: SymbolNetwork, data: RunData
) -> None:
    with torch.no_grad():
        champion.head.weight.zero_()
        champion.head.bias.copy_(torch.tensor([3.0, 0, 5, 0, 0, 0, 0, 0, 0, 0]))

    hardest = hard_images(champion, data, n=180)

    # Only the twenty 2s are predicted correctly: they are the easiest.
    assert len(hardest) == 180
    assert 2 not in data.replay.labels[hardest.numpy()]


def test_a_share_of_the_replay_is_hard_images(data: RunData) -> None:
    sevens = torch.from_numpy(np.flatnonzero(data.replay.labels == 7))
    torch.manual_seed(0)

    batch = Batches(data, 8, 24, 0.5, hard=sevens, n_hard=24).draw()

    assert batch.labels_B[8:].tolist() == [7] * 24


def test_steps_grow_with_the_drawings_up_to_a_limit() -> None:
    config = RunConfig(min_steps=250, steps_per_drawing=0.75, max_steps=1_200)

    assert [n_steps(n, config) for n in (0, 10, 1_000, 9_000)] == [250, 258, 1_000, 1_200]


def test_pen_drawn_digits_are_deterministic() -> None:
    assert np.array_equal(pen_drawn_digits(5, seed=1), pen_drawn_digits(5, seed=1))
