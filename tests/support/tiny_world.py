"""A tiny substitute for MNIST that trains in seconds: golden digits, each slightly distorted.

For tests of everything but accuracy.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.base.settings import Settings
from core.imaging import ink_from_strokes, parse_strokes
from core.storage.database import Database
from core.symbols.digits import DIGITS, DigitReferenceSet
from core.symbols.digits.golden import GOLDEN, PAGE_PX
from core.symbols.digits.mnist import Mnist
from core.symbols.digits.non_digits import pen_drawn_digits, pen_drawn_non_digits
from core.symbols.reference_set import LabelledImages
from trainer.learning import familiarity
from trainer.learning.fine_tune import RunConfig
from trainer.networks.recipes import Recipe
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.interface import Pipeline
from trainer.pipeline.run import run_pipeline

N_TRAIN = 1_800
N_TEST = 2_400  # with fewer, not even equal predictions would exclude a loss of 0.15 points
MIDDLE_PX = PAGE_PX / 2
FIRST = Recipe("adamw", learning_rate=0.01, batch_size=64, n_epochs=6, schedule="one_cycle")
SMALL_FIT: Final = {"N_PEN": 300, "N_PEN_UNSEEN": 200, "N_NON_SYMBOLS": 400}
"""Constants of `trainer.learning.familiarity`: enough of each kind in so small a world."""
RUN = RunConfig(n_drawn=16, n_replay=48, min_steps=40, steps_per_drawing=0.0)


def tiny_context(settings: Settings, database: Database, run: RunConfig = RUN) -> TrainerContext:
    """Return a context whose reference set is the tiny world."""
    return TrainerContext(
        settings.model_copy(update={"train_threads": 1}),
        database,
        reference=tiny_reference(),
        symbols=DIGITS,
        first_recipe=FIRST,
        run_config=run,
    )


def load_tiny(settings: Settings, database: Database) -> Pipeline:
    """Load the real pipeline in the tiny world, for `trainer.process.main.run`."""
    return functools.partial(run_pipeline, tiny_context(settings, database))


def tiny_reference() -> DigitReferenceSet:
    """Return the tiny world as a reference set."""
    world = tiny_mnist()
    return DigitReferenceSet.from_arrays(
        LabelledImages(world.train_images, world.train_labels),
        LabelledImages(world.test_images, world.test_labels),
    )


@functools.cache
def tiny_mnist() -> Mnist:
    """1,800 training and 2,400 test images."""
    rng = np.random.default_rng(5)
    inks, labels = easy_digits(N_TRAIN + N_TEST, rng)
    return Mnist(inks[:N_TRAIN], labels[:N_TRAIN], inks[N_TRAIN:], labels[N_TRAIN:])


def draw_ahead() -> None:
    """Compute before any fork what each process would compute, and less of it."""
    tiny_mnist()
    vars(familiarity).update(SMALL_FIT)
    pen_drawn_digits(SMALL_FIT["N_PEN"] + SMALL_FIT["N_PEN_UNSEEN"], familiarity.SEED)
    pen_drawn_non_digits(SMALL_FIT["N_NON_SYMBOLS"], familiarity.SEED)


def easy_digits(
    n: int, rng: np.random.Generator, slant: float = 0.0
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Distorted golden digits in turn: inks (N, 28, 28) and labels (N,). `slant`: another hand."""
    inks, labels = [], []
    for position in range(n):
        digit = GOLDEN[position % len(GOLDEN)]
        turn = rng.uniform(-0.12, 0.12)
        wide, high = rng.uniform(0.85, 1.15, 2)
        bend = np.array([[wide, slant + turn], [-turn, high]])
        strokes = []
        for stroke in digit.as_json():
            points = np.asarray(stroke)[:, :2]
            moved = (points - MIDDLE_PX) @ bend.T + MIDDLE_PX + rng.normal(0.0, 1.0, points.shape)
            strokes.append(moved.tolist())
        inking = ink_from_strokes(parse_strokes(strokes, PAGE_PX, PAGE_PX))
        inks.append(inking.ink_HW)
        labels.append(digit.label)
    return np.stack(inks), np.array(labels, dtype=np.uint8)
