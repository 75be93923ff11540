"""`inkloop up`: the server and the trainer as one process tree that starts, heals and stops whole.

Each child leads a session of its own, so that Ctrl-C reaches this process alone: Granian, when the
terminal signals its whole group, sometimes hangs, and never when only its parent process is
signalled. Whatever a child started dies with it, by its process group; the children die with this
process, by a signal that the kernel sends (Linux), even if it was killed.
"""

from __future__ import annotations

import contextlib
import functools
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from core.base.parent_process import die_with

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS = 3.0  # of the five in which everything has to be gone
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 30.0  # a child that ran this long is taken for healthy again
TICK_SECONDS = 0.2  # how often readiness is asked for; deaths and signals wake at once

log = structlog.get_logger(__name__)


@dataclass
class Child:
    """One process that shall always run."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    """On the monotonic clock, in seconds, like `due_at`."""
    due_at: float = 0.0
    """When it is to be started next."""
    n_failures: int = 0
    """Starts in a row that did not last."""

    def start(self, environ: Mapping[str, str]) -> None:
        """Start it in a session of its own."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # Safe here: this process has one thread.
            preexec_fn=functools.partial(die_with, os.getpid()),
        )
        log.info("started", child=self.name, pid=self.process.pid)

    def reap(self) -> bool:
        """Notice whether it ended; if so, end what it left behind and set the next start."""
        if self.process is None or self.process.poll() is None:
            return False
        self.kill_group()
        now = time.monotonic()
        if now - self.started_at >= STEADY_SECONDS:
            self.n_failures = 0
        delay = min(FIRST_DELAY_SECONDS * 2**self.n_failures, LONGEST_DELAY_SECONDS)
        self.n_failures += 1
        self.due_at = now + delay
        log.warning(
            "ended, will be started again",
            child=self.name,
            exit_code=self.process.returncode,
            in_seconds=delay,
        )
        self.process = None
        return True

    def terminate(self) -> None:
        """Ask it to stop: the leader alone, which knows how to stop the rest."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill_group(self) -> None:
        """End it and all that it started, at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    @property
    def is_alive(self) -> bool:
        """Whether the leader runs."""
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Keeps children running until a signal says stop."""

    children: Sequence[Child]
    environ: Mapping[str, str]
    is_ready: Callable[[], bool]
    """Asked every tick until it is true for the first time."""
    on_ready: Callable[[], None]
    n_stops: int = field(default=0, init=False)
    """How many signals asked to stop."""

    def run(self) -> None:
        """Start everything; return once all is stopped."""
        with self._signals() as wake_fd:
            try:
                self._keep_running(wake_fd)
            finally:
                self._stop_all(wake_fd)

    def _keep_running(self, wake_fd: int) -> None:
        waiting = True
        while not self.n_stops:
            for child in self.children:
                child.reap()
                if child.process is None and time.monotonic() >= child.due_at:
                    child.start(self.environ)
            if waiting and self.is_ready():
                waiting = False
                self.on_ready()
            _sleep(wake_fd, TICK_SECONDS if waiting else self._seconds_to_next_start())

    def _seconds_to_next_start(self) -> float:
        due = [child.due_at for child in self.children if child.process is None]
        # A second at most: a death that came between looking and sleeping is seen late, not never.
        return max(0.0, min([*(at - time.monotonic() for at in due), 1.0]))

    def _stop_all(self, wake_fd: int) -> None:
        log.info("stopping")
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            child.terminate()
        n_stops = self.n_stops
        while any(child.is_alive for child in self.children):
            left = deadline - time.monotonic()
            if left <= 0 or self.n_stops > n_stops:  # a second Ctrl-C means now
                break
            _sleep(wake_fd, min(left, TICK_SECONDS))
        for child in self.children:
            if child.is_alive:
                log.warning("did not stop in time, killed", child=child.name)
            child.kill_group()
            if child.process is not None:
                child.process.wait()
        log.info("stopped")

    @contextlib.contextmanager
    def _signals(self) -> Iterator[int]:
        """Turn signals and the deaths of children into bytes on a pipe that a sleep waits on."""

        def stop(_number: int, _frame: object) -> None:
            self.n_stops += 1

        read_fd, write_fd = os.pipe()
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        before = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(write_fd, warn_on_full_buffer=False)
        try:
            yield read_fd
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(read_fd)
            os.close(write_fd)


def _sleep(wake_fd: int, seconds: float) -> None:
    """Sleep until the time is over or a signal came."""
    ready, _, _ = select.select([wake_fd], [], [], seconds)
    if ready:
        with contextlib.suppress(BlockingIOError):
            while os.read(wake_fd, 512):
                pass
