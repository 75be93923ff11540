"""Progress of a run in the terminal."""

from __future__ import annotations

import io
import re

from rich.console import Console

from trainer.process.terminal import TerminalBar


def shown(bar_of: io.StringIO) -> str:
    """The output without control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", bar_of.getvalue())


def test_a_terminal_shows_phase_steps_loss_and_accuracy() -> None:
    screen = io.StringIO()
    with TerminalBar(Console(file=screen, force_terminal=True, width=120)) as bar:
        bar.enter("gather")
        bar.enter("train")
        bar.step("train", 120, 400, loss=0.1234, accuracy=0.975)

    last = shown(screen).strip().splitlines()[-1]
    assert last.startswith("train")
    assert "120/400" in last
    assert "loss 0.123  accuracy 97.5%" in last


def test_a_new_phase_shows_its_name_without_old_figures() -> None:
    screen = io.StringIO()
    with TerminalBar(Console(file=screen, force_terminal=True, width=120)) as bar:
        bar.step("train", 400, 400, loss=0.1, accuracy=0.9)
        bar.enter("export")

    last = shown(screen).strip().splitlines()[-1]
    assert last.startswith("export")
    assert "loss" not in last


def test_the_screen_is_clear_after_the_run() -> None:
    screen = io.StringIO()
    with TerminalBar(Console(file=screen, force_terminal=True, width=120)) as bar:
        bar.step("train", 1, 2, loss=None, accuracy=None)

    assert screen.getvalue().endswith("\x1b[1A\x1b[2K")
