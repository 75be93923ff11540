"""The process tree of `inkloop up`: starts server and trainer, restarts them, stops them together.

Each child leads a session of its own, so that Ctrl-C reaches this process only: Granian sometimes
hangs when the terminal signals its whole group, and never when only its parent process gets the
signal. The processes that a child started are killed with its process group. If this process dies,
even by SIGKILL, the kernel kills its children (Linux).
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
GRACE_SECONDS = 3.0  # of the five within which every process must have ended
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 30.0  # a child that ran this long counts as healthy again
TICK_SECONDS = 0.2  # time between checks for readiness; deaths and signals wake at once

log = structlog.get_logger(__name__)


@dataclass
class Child:
    """One process that is kept running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    """In seconds on the monotonic clock, like `due_at`."""
    due_at: float = 0.0
    """Time of the next start."""
    n_failures: int = 0
    """Number of starts in a row that ended early."""

    def start(self, environ: Mapping[str, str]) -> None:
        """Start the process in a session of its own."""
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
        """Return whether it has ended; if so, kill its process group and set the next start."""
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
            "ended, restarting",
            child=self.name,
            exit_code=self.process.returncode,
            in_seconds=delay,
        )
        self.process = None
        return True

    def terminate(self) -> None:
        """Ask the leader to stop, which stops its own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill_group(self) -> None:
        """Kill it and its process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    @property
    def is_alive(self) -> bool:
        """Whether the leader is running."""
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Keeps children running until a signal asks to stop."""

    children: Sequence[Child]
    environ: Mapping[str, str]
    is_ready: Callable[[], bool]
    """Called every tick until it returns true."""
    on_ready: Callable[[], None]
    n_stops: int = field(default=0, init=False)
    """Number of signals that asked to stop."""

    def run(self) -> None:
        """Start all children; return once all have ended."""
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
        # At most a second, so that a death between the check and the sleep is seen.
        return max(0.0, min([*(at - time.monotonic() for at in due), 1.0]))

    def _stop_all(self, wake_fd: int) -> None:
        log.info("stopping")
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            child.terminate()
        n_stops = self.n_stops
        while any(child.is_alive for child in self.children):
            left = deadline - time.monotonic()
            if left <= 0 or self.n_stops > n_stops:  # a second Ctrl-C skips the wait
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
        """Write a byte to a pipe on each signal and each death of a child, to wake the sleep."""

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
    """Sleep until the time is over or a signal arrives."""
    ready, _, _ = select.select([wake_fd], [], [], seconds)
    if ready:
        with contextlib.suppress(BlockingIOError):
            while os.read(wake_fd, 512):
                pass
