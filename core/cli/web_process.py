"""`python -m core.cli.web_process`: Granian with its workers. `inkloop serve` turns into this."""

from __future__ import annotations

import ctypes
import functools
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

import core.base.without_rich  # noqa: F401  workers inherit it
from core.base import logs
from core.base.errors import SettingsError
from core.base.parent_process import die_with
from core.base.settings import Settings
from core.cli.network import PORT_PATIENCE_SECONDS, require_free_port
from core.storage import instance_lock
from core.storage.shared_state import discard_if_broken

APPLICATION = "server.wsgi:app"
M_ARENA_MAX = -8  # of mallopt(3)
# Heaps of the C library in a worker; by itself it makes up to eight for each core. Threads come and
# go with the load, and what each leaves in a heap of its own adds up: 10 MB of 170 at 64 clients.
N_HEAPS = 2
KILL_WORKERS_AFTER_SECONDS = 2  # `inkloop up` has five for everything


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    try:
        settings = Settings.from_env()
        require_free_port(settings.host, settings.port, PORT_PATIENCE_SECONDS)
        lock = instance_lock.hold_part(settings.instance)
    except SettingsError as exc:
        sys.exit(f"Error: {exc}")
    with lock:
        discard_if_broken(settings)
        _serve(settings)


def _serve(settings: Settings) -> None:
    _share_heaps()
    # Threads and backpressure stay as Granian sets them: with one thread and a backpressure of 16,
    # 200 slow request bodies pushed a normal client's p99 to 8 s; with its own, it was 6 ms.
    Granian(
        APPLICATION,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.workers,
        respawn_failed_workers=True,  # else the first dead worker takes the whole server down
        workers_kill_timeout=KILL_WORKERS_AFTER_SECONDS,
        log_level=LogLevels.error,
        log_dictconfig=logs.stdlib_config(settings.log_format, "server"),
    ).serve(target_loader=functools.partial(load_application, os.getpid()))


def _share_heaps() -> None:
    """Workers are forked and inherit it. Only glibc has both the heaps and the call."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, N_HEAPS)


def load_application(parent: int, application: str) -> Callable[..., Any]:
    """In a worker: import the application. Nothing of it is in Granian's own process, `parent`."""
    die_with(parent)
    module, name = application.split(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return loaded


if __name__ == "__main__":
    main()
