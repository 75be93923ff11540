"""A real server on an instance that is there already, and an account that is signed in."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.base.errors import InkloopError

START_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in."""

    email: str
    password: str


@contextlib.contextmanager
def serving(
    instance: Path,
    account: Account,
    n_workers: int = 1,
    *,
    command: str = "serve",
    given: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[tuple[str, str]]:
    """`inkloop serve` (or `up`) with so many workers, and with settings `given` besides.

    Yields: host with port, and the cookie of an admin. What it says goes into the file `log`.
    Raises: InkloopError, if it does not answer in time.
    """
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "INKLOOP_HOST"}
    environment |= {"INKLOOP_INSTANCE": str(instance), "INKLOOP_PORT": str(port)}
    environment |= {"INKLOOP_WORKERS": str(n_workers), "INKLOOP_RATE_LIMITS": "off"}
    environment |= given or {}
    inkloop = [sys.executable, "-m", "core"]
    subprocess.run(
        [*inkloop, "admin", "create", account.email, "--role", "admin", "--password-stdin"],
        env=environment,
        input=account.password.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with (log or Path(os.devnull)).open("ab") as said:
        process = subprocess.Popen(
            [*inkloop, command], env=environment, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        wait_until_healthy(port)
        host = f"127.0.0.1:{port}"
        yield host, _sign_in(host, account)
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listened_on(port: int) -> bool:
    """Whether a connection from here is taken."""
    with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def wait_until_healthy(port: int) -> float:
    """Return once `/healthz` answers with 200: the seconds that it took. Raises: InkloopError."""
    began = time.perf_counter()
    while time.perf_counter() < began + START_SECONDS:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return time.perf_counter() - began
        time.sleep(0.02)
    raise InkloopError(f"the server did not answer within {START_SECONDS:.0f} s")


def kept_mnist() -> dict[str, str]:
    """For the environment of an instance of its own: it reads the MNIST that the usual one keeps.

    Empty where a folder is set already, or the usual instance keeps none.
    """
    kept = Path(os.environ.get("INKLOOP_INSTANCE", "instance")) / "mnist"
    is_needed = "INKLOOP_MNIST_DIR" not in os.environ and kept.is_dir()
    return {"INKLOOP_MNIST_DIR": str(kept.resolve())} if is_needed else {}


def _sign_in(host: str, account: Account) -> str:
    connection = http.client.HTTPConnection(host, timeout=30)
    body = json.dumps({"email": account.email, "password": account.password})
    connection.request("POST", "/api/v1/login", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    cookies = answer.headers.get_all("Set-Cookie") or []
    connection.close()
    if answer.status != 200:
        raise InkloopError(f"signing in was answered with {answer.status}")
    return "; ".join(cookie.partition(";")[0] for cookie in cookies)
