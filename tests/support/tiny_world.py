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
from core.symbols.digits.golden import GOLDEN, PAGE_PX
from core.symbols.digits.mnist import Mnist
from core.symbols.digits.non_digits import pen_drawn_digits, pen_drawn_strangers
from trainer.learning import familiarity
from trainer.learning.fine_tune import RunConfig
from trainer.learning.recipes import Recipe
from trainer.pipeline.run import carry_out
from trainer.process.context import Workshop
from trainer.process.job import CarryOut

N_TRAIN = 1_800
N_TEST = 2_400  # with fewer, not even equal predictions show a loss below 0.15 points
MIDDLE_PX = PAGE_PX / 2
FIRST = Recipe("adamw", learning_rate=0.01, batch_size=64, n_epochs=6, schedule="one_cycle")
SMALL_FIT: Final = {"N_PEN": 300, "N_PEN_UNSEEN": 200, "N_STRANGERS": 400}
"""Constants of `trainer.learning.familiarity` that suffice for the tiny world."""
RUN = RunConfig(n_drawn=16, n_replay=48, min_steps=40, steps_per_drawing=0.0)


def tiny_workshop(settings: Settings, database: Database, run: RunConfig = RUN) -> Workshop:
    """A workshop whose MNIST is the tiny world."""
    settings = settings.model_copy(update={"train_threads": 1})
    return Workshop(settings, database, load_mnist=tiny_mnist, first_recipe=FIRST, run_config=run)


def load_tiny(settings: Settings, database: Database) -> CarryOut:
    """A run's real steps in the tiny world, for `trainer.__main__.run`."""
    return functools.partial(carry_out, tiny_workshop(settings, database))


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
    pen_drawn_strangers(SMALL_FIT["N_STRANGERS"], familiarity.SEED)


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
