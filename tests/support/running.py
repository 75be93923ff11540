"""Real Inkloop processes for tests: start, request, stop, kill."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from tests.support.open_guard import sitecustomize as open_guard

Answer = TypeVar("Answer")

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 180
"""For what takes a second on an idle machine: other programs may take both cores."""
MNIST = ROOT / "instance" / "mnist"
INKLOOP = Path(sys.executable).with_name("inkloop")
# With parallel tests, one training thread: more would take the core of another test.
BESIDE_OTHER_TESTS = {"INKLOOP_TRAIN_THREADS": "1"} if "PYTEST_XDIST_WORKER" in os.environ else {}


def guarded() -> dict[str, str]:
    """Environment that lets a child process find the sources and be guarded (`open_guard`)."""
    sources = f"{open_guard.HERE.parent}{os.pathsep}{ROOT}"
    return {"PYTHONPATH": sources, open_guard.REPORT: os.environ[open_guard.REPORT]}


def free_port() -> int:
    """Return a port on which no process listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(
    ask: Callable[[], Answer], what: str, seconds: float = PATIENCE_SECONDS, every: float = 0.05
) -> Answer:
    """Call `ask` until its result is true, and return it. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain until {what}"
        time.sleep(every)
    return answer


class Running:
    """`inkloop <command>` on an instance folder, in its own process group."""

    def __init__(self, command: str, instance: Path, **environment: str) -> None:
        self.instance = instance
        self.port = int(environment.pop("INKLOOP_PORT", 0)) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = instance.with_name(instance.name + f"-{self.port}.log")
        kept = {k: v for k, v in os.environ.items() if not k.startswith("INKLOOP_")}
        self.environment = {
            **kept,
            "INKLOOP_INSTANCE": str(instance),
            "INKLOOP_PORT": str(self.port),
            "INKLOOP_MNIST_DIR": str(MNIST),
            "INKLOOP_LOG_FORMAT": "json",
            "INKLOOP_RATE_LIMITS": "off",
            **BESIDE_OTHER_TESTS,
            **environment,
        }
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [INKLOOP, *command.split()],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self) -> str:
        """The output of the processes so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def answers(self, path: str = "/healthz") -> bool:
        """Whether a GET is answered with 200."""
        assert self.process.poll() is None, f"inkloop ended unexpectedly:\n{self.log()[-3000:]}"
        try:
            return requests.get(self.url + path, timeout=120).status_code == 200
        except requests.RequestException:
            return False

    def wait(self, path: str = "/healthz", seconds: float = 60) -> None:
        """Wait until a GET is answered with 200."""
        try:
            wait_until(lambda: self.answers(path), f"{path} answers", seconds)
        except AssertionError as exc:
            raise AssertionError(f"{exc}\n{self.log()[-3000:]}") from exc

    def get(self, path: str, session: requests.Session | None = None) -> Any:
        """The JSON of a GET."""
        answer = (session or requests).get(self.url + path, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def stop(self, seconds: float = 10) -> float:
        """Send SIGTERM to the parent, as an init system does. Returns: the seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(seconds)
        return time.monotonic() - began

    def kill(self) -> None:
        """Send SIGKILL to all processes of the tree."""
        for pid in [*_descendants(self.process.pid), self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=120)


def _descendants(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


@contextlib.contextmanager
def running(command: str, instance: Path, **environment: str) -> Iterator[Running]:
    """Run a command for a block. Afterwards all its processes are gone."""
    inkloop = Running(command, instance, **environment)
    try:
        inkloop.wait()
        yield inkloop
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            inkloop.stop()
        inkloop.kill()


def run_inkloop(
    instance: Path, *words: str, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command with `given` on its standard input, and wait for its end."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INKLOOP_")}
    own = {"INKLOOP_INSTANCE": str(instance), "INKLOOP_MNIST_DIR": str(MNIST)}
    return subprocess.run(
        [INKLOOP, *words],
        env={**kept, **own, **environment},
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
