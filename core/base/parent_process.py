"""Tie a child process to the life of its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1  # from linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when process `parent` ends. Call it in a new child.

    Without it, the workers of a killed Granian keep the port and continue to answer. `parent` is
    the parent's id from before the fork: a child whose parent is already dead would read the id of
    init instead, and never be killed.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent ended before the line above
        os._exit(1)
