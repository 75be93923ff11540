"""`inkloop up` with the real server and trainer: starts, restarts and stops all processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.support.running import Running, free_port, running, wait_until

pytestmark = pytest.mark.slow


def tree(up: Running) -> list[psutil.Process]:
    """Every process below `inkloop up`."""
    return psutil.Process(up.process.pid).children(recursive=True)


def child(up: Running, word: str) -> psutil.Process:
    """Return the child of `inkloop up` whose command line has `word`, once it is there.

    Between its fork and its exec, a child still has the command line of its parent.
    """

    def find() -> psutil.Process | None:
        children = psutil.Process(up.process.pid).children()
        named = (process for process in children if word in " ".join(process.cmdline()))
        return next(named, None)

    return wait_until(find, f"the child {word} runs")


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_all_processes_stop_ten_times_out_of_ten(tmp_path: Path, stop: signal.Signals) -> None:
    for _ in range(10):
        up = Running("up", tmp_path / "instance")
        try:
            up.wait()
            below = tree(up)

            os.killpg(up.process.pid, stop)  # as a terminal does: the whole foreground group
            exit_code = up.process.wait(timeout=120)

            assert exit_code == 0
            assert all(is_gone(process) for process in below)
        finally:
            up.kill()


def test_a_killed_server_is_back_within_seconds(tmp_path: Path) -> None:
    with running("up", tmp_path / "instance") as up:
        server = child(up, "web_process")
        workers = server.children()

        server.kill()

        wait_until(lambda: all(is_gone(worker) for worker in workers), "its workers are gone")
        up.wait()
        assert child(up, "web_process").pid != server.pid


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    with running("up", tmp_path / "instance") as up:
        server = child(up, "web_process")
        wait_until(lambda: len(server.children()) == 2, "both workers run")
        killed = server.children()[0]

        killed.kill()

        wait_until(
            lambda: (
                len(server.children()) == 2
                and killed.pid not in {worker.pid for worker in server.children()}
            ),
            "there are two workers again",
        )


def test_the_trainer_runs_at_a_lower_priority_than_the_server(tmp_path: Path) -> None:
    with running("up", tmp_path / "instance") as up:
        served_at = child(up, "web_process").nice()

        trainer = child(up, "trainer")
        # It imports torch first, which takes most of a minute on a busy machine.
        wait_until(lambda: trainer.nice() > served_at, "the trainer gives way", seconds=180)


def test_a_killed_supervisor_leaves_nothing_and_the_next_one_starts(tmp_path: Path) -> None:
    port = str(free_port())
    up = Running("up", tmp_path / "instance", INKLOOP_PORT=port)
    try:
        up.wait()
        below = tree(up)

        up.process.kill()
        up.process.wait()

        with running("up", tmp_path / "instance", INKLOOP_PORT=port):
            wait_until(lambda: all(is_gone(process) for process in below), "the old ones are gone")
    finally:
        up.kill()


def test_the_first_start_shows_a_link_for_the_first_admin(tmp_path: Path) -> None:
    with running("up", tmp_path / "instance") as up:
        wait_until(lambda: '"event": "ready"' in up.log(), "it says that it is ready")

        assert f'"setup_url": "{up.url}/setup#' in up.log()
