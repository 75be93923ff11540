"""The supervisor of `inkloop up` starts, restarts and stops children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.running import wait_until

OBEDIENT = "import time; time.sleep(600)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("stubborn", flush=True)
time.sleep(600)
"""
WITH_GRANDCHILD = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).wait()
"""


class Tree:
    """A supervisor in a process of its own, with one child that runs `code`."""

    def __init__(self, folder: Path, code: str) -> None:
        program = f"""
            import os, sys
            from core.base import logs
            from core.cli.supervisor import Child, Supervisor
            logs.configure("json", "up")
            child = Child("child", [sys.executable, "-c", {code!r}])
            Supervisor(children=[child], environ=os.environ, is_ready=lambda: True,
                       on_ready=lambda: print("ready", flush=True)).run()
            """
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(program)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def all(self) -> list[psutil.Process]:
        """All processes below the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait_for(self, n: int) -> list[psutil.Process]:
        """Wait until the supervisor is ready with `n` processes below it. Returns: these."""
        wait_until(lambda: b"ready" in self.log.read_bytes(), "the supervisor is ready")
        wait_until(lambda: len(self.all()) == n, f"{n} processes run")
        return self.all()


@pytest.fixture
def trees(tmp_path: Path) -> Iterator[list[Tree]]:
    """Trees that a test starts. What still runs afterwards is killed."""
    started: list[Tree] = []
    yield started
    for tree in started:
        if tree.process.poll() is None:
            for process in tree.all():
                process.kill()
            tree.process.kill()
            tree.process.wait()


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_whole_tree(tmp_path: Path, trees: list[Tree], stop: int) -> None:
    tree = Tree(tmp_path, WITH_GRANDCHILD)
    trees.append(tree)
    below = tree.wait_for(2)

    os.killpg(tree.process.pid, stop)

    assert tree.process.wait(timeout=120) == 0
    assert all(is_gone(process) for process in below)


def test_a_child_that_ignores_the_signal_is_killed(tmp_path: Path, trees: list[Tree]) -> None:
    tree = Tree(tmp_path, STUBBORN)
    trees.append(tree)
    (child,) = tree.wait_for(1)
    wait_until(lambda: b"stubborn" in tree.log.read_bytes(), "the child ignores SIGTERM")

    tree.process.terminate()
    tree.process.wait(timeout=120)

    assert is_gone(child)


def test_a_second_signal_stops_a_stubborn_child_at_once(tmp_path: Path, trees: list[Tree]) -> None:
    tree = Tree(tmp_path, STUBBORN)
    trees.append(tree)
    tree.wait_for(1)
    wait_until(lambda: b"stubborn" in tree.log.read_bytes(), "the child ignores SIGTERM")

    tree.process.terminate()
    wait_until(lambda: b"stopping" in tree.log.read_bytes(), "the supervisor is stopping")
    began = time.monotonic()
    tree.process.terminate()
    tree.process.wait(timeout=120)

    assert time.monotonic() - began < 1


def test_a_dead_child_is_restarted_and_its_children_are_killed(
    tmp_path: Path, trees: list[Tree]
) -> None:
    tree = Tree(tmp_path, WITH_GRANDCHILD)
    trees.append(tree)
    below = tree.wait_for(2)
    child = next(process for process in below if process.ppid() == tree.process.pid)

    child.kill()

    wait_until(lambda: all(is_gone(process) for process in below), "child and grandchild are gone")
    wait_until(lambda: len(tree.all()) == 2, "both run again")


def test_a_child_that_keeps_dying_is_restarted_after_growing_delays(
    tmp_path: Path, trees: list[Tree]
) -> None:
    tree = Tree(tmp_path, "raise SystemExit(3)")
    trees.append(tree)

    wait_until(lambda: tree.log.read_bytes().count(b'"in_seconds"') >= 3, "it died three times")

    log = tree.log.read_text()
    assert '"exit_code": 3' in log
    assert [f'"in_seconds": {delay}' in log for delay in (0.5, 1.0, 2.0)] == [True] * 3


def test_children_die_with_a_supervisor_that_was_killed(tmp_path: Path, trees: list[Tree]) -> None:
    tree = Tree(tmp_path, OBEDIENT)
    trees.append(tree)
    (child,) = tree.wait_for(1)

    tree.process.kill()

    wait_until(lambda: is_gone(child), "the child is gone", seconds=5)
