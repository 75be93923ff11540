"""Inkloop's server in child processes: with a signed-in admin, or to be killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from core.base.errors import InkloopError

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
KILL_SECONDS: Final = 10.0
INKLOOP: Final = (sys.executable, "-m", "core")


@dataclass(frozen=True, slots=True)
class Account:
    """The admin whom a bench creates and signs in."""

    email: str = "bench@example.org"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))


@contextlib.contextmanager
def serving(
    instance: Path,
    n_workers: int = 1,
    *,
    command: str = "serve",
    settings: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[tuple[str, str]]:
    """Run `inkloop serve` or `up`, with more `settings` in its environment.

    Its output is appended to the file `log`. Yields: host with port, and an admin's cookie.
    Raises: InkloopError, if it does not answer in time.
    """
    port, account = free_port(), Account()
    environment = {key: value for key, value in os.environ.items() if key != "INKLOOP_HOST"}
    environment |= _settings(instance, port, n_workers)
    environment.update(settings or {})
    create_admin(account, environment)
    with (log or Path(os.devnull)).open("ab") as output:
        process = subprocess.Popen(
            [*INKLOOP, command], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until_healthy(port)
        host = f"127.0.0.1:{port}"
        yield host, _sign_in(host, account)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


class KillableServer:
    """`inkloop serve`, all of whose processes can be killed at once."""

    def __init__(self, instance: Path, port: int, n_workers: int) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("INKLOOP_")}
        self.port = port
        self._process = subprocess.Popen(
            [*INKLOOP, "serve"],
            env=environment | _settings(instance, port, n_workers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait(self) -> float:
        """Wait until it answers. Returns: the seconds that it took. Raises: InkloopError."""
        return wait_until_healthy(self.port)

    def kill(self) -> None:
        """Send SIGKILL to every process. Raises: InkloopError, if one survives."""
        try:
            children = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            children = []
        for pid in [*(child.pid for child in children), self._process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(KILL_SECONDS)
        # A survivor would answer in place of the next server, and no later kill would reach it.
        deadline = time.monotonic() + KILL_SECONDS
        while is_listened_on(self.port):
            if time.monotonic() > deadline:
                raise InkloopError(f"a process still listens on port {self.port} after a kill")
            time.sleep(0.01)

    def stop(self) -> None:
        """Send SIGTERM, as an init system does, and wait."""
        self._process.terminate()
        self._process.wait(STOP_SECONDS)


def create_admin(account: Account, environment: Mapping[str, str]) -> None:
    """Create an admin's account on the command line."""
    subprocess.run(
        [*INKLOOP, "admin", "create", account.email, "--role", "admin", "--password-stdin"],
        env=environment,
        input=account.password.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )


def free_port() -> int:
    """Return a port on which no process listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listened_on(port: int) -> bool:
    """Whether a local process accepts connections on this port."""
    with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def wait_until_healthy(port: int) -> float:
    """Wait until `/healthz` answers 200. Returns: the seconds it took. Raises: InkloopError."""
    began = time.perf_counter()
    while time.perf_counter() < began + START_SECONDS:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return time.perf_counter() - began
        time.sleep(0.02)
    raise InkloopError(f"the server did not answer within {START_SECONDS:.0f} s")


def cached_mnist() -> dict[str, str]:
    """Settings that let a temporary instance read the usual instance's copy of MNIST.

    Empty where `INKLOOP_MNIST_DIR` is set already, or the usual instance has no copy.
    """
    folder = Path(os.environ.get("INKLOOP_INSTANCE", "instance")) / "mnist"
    is_needed = "INKLOOP_MNIST_DIR" not in os.environ and folder.is_dir()
    return {"INKLOOP_MNIST_DIR": str(folder.resolve())} if is_needed else {}


def _settings(instance: Path, port: int, n_workers: int) -> dict[str, str]:
    return {
        "INKLOOP_INSTANCE": str(instance),
        "INKLOOP_PORT": str(port),
        "INKLOOP_WORKERS": str(n_workers),
        "INKLOOP_RATE_LIMITS": "off",
    }


def _sign_in(host: str, account: Account) -> str:
    connection = http.client.HTTPConnection(host, timeout=30)
    body = json.dumps({"email": account.email, "password": account.password})
    connection.request("POST", "/api/v1/login", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    cookies = answer.headers.get_all("Set-Cookie") or []
    connection.close()
    if answer.status != 200:
        raise InkloopError(f"signing in failed with status {answer.status}")
    return "; ".join(cookie.partition(";")[0] for cookie in cookies)
