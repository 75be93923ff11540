"""`inkloop serve` for benchmarks that end it roughly: all of its processes, at any moment."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks.system.served import is_listened_on, wait_until_healthy
from core.base.errors import InkloopError
from core.base.settings import Settings
from core.storage import migrate

GONE_SECONDS = 10.0


class Server:
    """`inkloop serve` on an instance, all of whose processes can be ended at once."""

    def __init__(
        self,
        instance: Path,
        port: int,
        n_workers: int,
        *,
        under: Sequence[str] = (),
        more: Mapping[str, str] | None = None,
    ) -> None:
        """`under`: a command that runs it, such as a tracer. `more`: of its environment."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("INKLOOP_")}
        environment |= {
            "INKLOOP_INSTANCE": str(instance),
            "INKLOOP_PORT": str(port),
            "INKLOOP_WORKERS": str(n_workers),
            "INKLOOP_RATE_LIMITS": "off",
        }
        self.port = port
        self.process = subprocess.Popen(
            [*under, sys.executable, "-m", "core", "serve"],
            env=environment | dict(more or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait(self) -> float:
        """Return once it answers, with the seconds that it took. Raises: InkloopError."""
        return wait_until_healthy(self.port)

    def pids(self) -> list[int]:
        """Of all its processes, children first."""
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            children = []
        return [*(child.pid for child in children), self.process.pid]

    def kill(self) -> None:
        """SIGKILL to every process: nothing of it gets to run again. Raises: InkloopError."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)
        # Whoever lived on would answer for the servers that follow, and no kill would reach it.
        deadline = time.monotonic() + GONE_SECONDS
        while is_listened_on(self.port):
            if time.monotonic() > deadline:
                raise InkloopError(f"somebody still answers at port {self.port} after a kill")
            time.sleep(0.01)

    def stop(self) -> None:
        """As an init system does."""
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def new_instance() -> Iterator[Path]:
    """A folder with an empty database, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="inkloop-bench-") as folder:
        migrate.upgrade(Settings.from_env({}, instance=Path(folder)))
        yield Path(folder)
