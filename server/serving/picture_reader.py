"""Decode untrusted pictures in child processes, so that a crash cannot take the worker down.

A worker starts at most two, on first use. The child that answered last is used first, so that most
workers have one. A child that dies loses only the picture that it was decoding.
"""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import time
from typing import Final

import numpy as np
import structlog

from core.base.errors import BadPicture, NotReady
from core.imaging.decode_process import ANSWER, LENGTH, READY, REFUSALS
from core.imaging.files import WORK_SIDE_PX, Grey

log = structlog.get_logger()

N_CHILDREN: Final = 2
MAX_SECONDS: Final = 10.0  # for one picture: its limit of 5 s of CPU, on a busy machine
START_SECONDS: Final = 30.0
PATIENCE_SECONDS: Final = 5.0  # for a free child
MAX_SENTENCE_BYTES: Final = 500
# Everything else stays out of the child's environment: secrets and settings.
PASSED_VARIABLES: Final = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "PYTHONPATH",
    "PYTHONHOME",
    "LD_LIBRARY_PATH",
)
COMMAND: Final = (sys.executable, "-m", "core.imaging.decode_process")
TOO_MUCH = (
    "this picture takes too much time or memory to read: save it again as a PNG or JPEG, or send "
    "a smaller one"
)


class PictureReader:
    """Decodes pictures for one worker. Thread-safe."""

    def __init__(self, command: tuple[str, ...] = COMMAND, seconds: float = MAX_SECONDS) -> None:
        self.children = [_Child(command, seconds) for _ in range(N_CHILDREN)]
        self._free: queue.LifoQueue[_Child] = queue.LifoQueue()
        for child in reversed(self.children):
            self._free.put(child)

    def grey(self, data: bytes) -> Grey:
        """Return the picture's grey levels, as `core.imaging.files.read_grey`.

        Raises: TooLarge, UnsupportedType; BadPicture, also when decoding crashes or takes too
        long; NotReady, when all children are busy.
        """
        try:
            child = self._free.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise NotReady("other pictures are being read: send it again in a moment") from None
        try:
            return child.read(data)
        finally:
            self._free.put(child)

    def close(self) -> None:
        """End the children."""
        for child in self.children:
            child.end()


class _Child:
    """One child process, started on use."""

    def __init__(self, command: tuple[str, ...], seconds: float) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._command = command
        self._seconds = seconds
        self._link: socket.socket | None = None

    def read(self, data: bytes) -> Grey:
        link = self._running_link()
        until = time.monotonic() + self._seconds
        try:
            link.settimeout(self._seconds)
            link.sendall(LENGTH.pack(len(data)))
            link.sendall(data)
            place, height, width = ANSWER.unpack(_exactly(link, ANSWER.size, until))
            if place:
                return self._refuse(place, _exactly(link, min(height, MAX_SENTENCE_BYTES), until))
            if not (0 < height <= WORK_SIDE_PX and 0 < width <= WORK_SIDE_PX):
                raise EOFError("its answer is malformed")
            grey = np.frombuffer(_exactly(link, height * width, until), np.uint8)
        except (OSError, EOFError) as exc:
            self.end()
            log.warning("picture decoder ended", problem=str(exc) or type(exc).__name__)
            raise BadPicture(TOO_MUCH) from exc
        return grey.reshape(height, width)

    def _refuse(self, place: int, sentence: bytes) -> Grey:
        if place > len(REFUSALS):
            raise EOFError("its answer is malformed")
        raise REFUSALS[place - 1](sentence.decode(errors="replace"))

    def _running_link(self) -> socket.socket:
        """Return the socket of a running child, after starting one if needed. Raises: NotReady."""
        if self._link is not None and self.process is not None and self.process.poll() is None:
            return self._link
        self.end()
        self._link, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                self._command, env=_environment(), stdin=theirs.fileno()
            )
        try:
            self._link.settimeout(START_SECONDS)
            if self._link.recv(len(READY)) == READY:
                return self._link
            problem = "it ended at once"
        except OSError as exc:
            problem = str(exc)
        self.end()
        log.error("picture decoder does not start", problem=problem)
        raise NotReady("pictures cannot be read just now: draw instead, and tell the administrator")

    def end(self) -> None:
        """Kill the child, if it runs."""
        if self._link is not None:
            self._link.close()
            self._link = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def _exactly(link: socket.socket, n_bytes: int, until: float) -> bytes:
    """Receive exactly `n_bytes`. Raises: EOFError, if the child ended; TimeoutError."""
    data = bytearray()
    while len(data) < n_bytes:
        link.settimeout(max(until - time.monotonic(), 0.001))
        piece = link.recv(n_bytes - len(data))
        if not piece:
            raise EOFError("it ended")
        data += piece
    return bytes(data)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_VARIABLES if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
