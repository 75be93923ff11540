"""`inkloop serve` for benchmarks that end it roughly: all of its processes, at any moment."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import psutil

from core import migrate
from core.errors import InkloopError
from core.settings import Settings

START_SECONDS: Final = 60.0


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
        began = time.perf_counter()
        while time.perf_counter() < began + START_SECONDS:
            with contextlib.suppress(OSError, urllib.error.URLError):
                address = f"http://127.0.0.1:{self.port}/healthz"
                with urllib.request.urlopen(address, timeout=2) as answer:
                    if answer.status == 200:
                        return time.perf_counter() - began
            time.sleep(0.02)
        raise InkloopError(f"the server did not answer within {START_SECONDS:.0f} s")

    def pids(self) -> list[int]:
        """Of all its processes, children first."""
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            children = []
        return [*(child.pid for child in children), self.process.pid]

    def kill(self) -> None:
        """SIGKILL to every process: nothing of it gets to run again."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

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


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
