"""Workers end with the server that started them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.running import Running, wait_until

pytestmark = pytest.mark.slow


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("nth", range(5))
def test_a_worker_ends_with_a_server_that_is_killed_while_starting_it(
    tmp_path: Path, nth: int
) -> None:
    """Kill it once the first worker exists, before that has called `die_with`."""
    inkloop = Running("serve", tmp_path / "instance", INKLOOP_WORKERS="2")
    main, workers = psutil.Process(inkloop.process.pid), list[psutil.Process]()
    try:
        while not workers:
            assert inkloop.process.poll() is None, inkloop.log()
            workers = main.children()
        main.kill()
        wait_until(lambda: all(map(is_gone, workers)), f"no worker lives, time {nth}", seconds=10)
    finally:
        inkloop.kill()
        for worker in workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()


def test_a_process_with_another_parent_than_it_names_ends_at_once() -> None:
    program = (
        "from core.base.parent_process import die_with; import sys; "
        "die_with(int(sys.argv[1])); print(1)"
    )

    of_us, of_another = (
        subprocess.run(
            [sys.executable, "-c", program, str(parent)], capture_output=True, check=False
        )
        for parent in (os.getpid(), 1 << 22)
    )

    assert (of_us.returncode, of_us.stdout) == (0, b"1\n")
    assert (of_another.returncode, of_another.stdout) == (1, b"")
