"""`up`, `serve`, `trainer`, `train`: commands that start processes."""

from __future__ import annotations

import http.client
import importlib.util
import os
import sys
from typing import IO, NoReturn

import click
import qrcode
import structlog

from core.base import logs
from core.base.clock import utc_now
from core.base.errors import SettingsError
from core.base.settings import Settings
from core.cli.commands.data import fetch_with_progress
from core.cli.network import (
    PORT_PATIENCE_SECONDS,
    is_everywhere,
    lan_address,
    local_url,
    require_free_port,
)
from core.cli.supervisor import Child, Supervisor
from core.people import accounts
from core.storage import instance_lock, migrate
from core.storage.database import Database
from core.symbols import digits

WEB_PROCESS = "core.cli.web_process"
log = structlog.get_logger(__name__)


@click.command()
def up() -> None:
    """Start server and trainer. The first start sets up the instance and trains a first model."""
    settings = Settings.from_env()
    logs.configure(settings.log_format, "up")
    with instance_lock.hold_up(settings.instance):
        require_free_port(settings.host, settings.port, PORT_PATIENCE_SECONDS)
        migrate.upgrade(settings)
        settings.secret()
        setup_link = _setup_link(settings)
        children = [Child("server", [sys.executable, "-m", WEB_PROCESS])]
        if _has_torch():
            children.append(Child("trainer", [sys.executable, "-m", "core", "trainer"]))
        else:
            log.warning("no trainer: its packages are not installed, so no model is trained")
        Supervisor(
            children=children,
            environ=os.environ,
            is_ready=lambda: _answers(settings),
            on_ready=lambda: _announce(settings, setup_link),
        ).run()
    sys.stdout.flush()
    sys.stderr.flush()
    # All processes have ended and the lock is free. The interpreter's own clean-up would only free
    # memory, and takes two of the five seconds on a busy machine.
    os._exit(0)


@click.command()
def serve() -> None:
    """Start the server only."""
    settings = Settings.from_env()
    with instance_lock.hold_part(settings.instance):
        migrate.upgrade(settings)
    _become(WEB_PROCESS)


@click.command()
def trainer() -> None:
    """Start the trainer only: it does scheduled and requested runs."""
    with _prepared_for_training():
        _become("trainer")


@click.command()
@click.option("--once", is_flag=True, required=True, help="Do one run now, then exit.")
@click.option("--force", is_flag=True, help="Run even with few new drawings.")
@click.option("--json", "as_json", is_flag=True, help="Print run, version and verdict as JSON.")
def train(once: bool, force: bool, as_json: bool) -> None:
    """Do one run now, for cron and similar programs.

    Exit code 0: the run finished, with any verdict. 75: another run is in progress. 1: it failed.
    """
    del once  # required, so that the command says that it does not keep running
    flags = [flag for flag, given in (("--force", force), ("--json", as_json)) if given]
    with _prepared_for_training():
        _become("trainer", "--once", *flags)


def _prepared_for_training() -> IO[str]:
    """Upgrade the instance and fetch MNIST for the trainer. Returns the lock, which exec keeps."""
    _require_torch()
    settings = Settings.from_env()
    lock = instance_lock.hold_part(settings.instance)
    migrate.upgrade(settings)
    if not digits.is_complete(settings):
        # Standard output is for the result of `train --once --json`.
        click.echo(fetch_with_progress(settings), err=True)
    return lock


def _become(module: str, *arguments: str) -> NoReturn:
    """Replace this process with `python -m module`; the pid stays, so signals reach it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  no shell


def _has_torch() -> bool:
    return importlib.util.find_spec("torch") is not None


def _require_torch() -> None:
    if not _has_torch():
        raise SettingsError(
            "the trainer's packages are not installed: run `make setup`, or install "
            "Inkloop with its extra named trainer"
        )


def _setup_link(settings: Settings) -> str | None:
    """Return a new one-time link for the first admin; None if there is an admin."""
    database = Database(settings)
    try:
        with database.write() as session:
            if accounts.has_admin(session):
                return None
            token = accounts.make_setup_token(session, now=utc_now())
    finally:
        database.dispose()
    # Browsers do not send the part after #, so no server or proxy logs the token.
    return f"{local_url(settings.host, settings.port)}/setup#{token}"


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if is_everywhere(settings.host) else settings.host
    connection = http.client.HTTPConnection(host, settings.port, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announce(settings: Settings, setup_link: str | None) -> None:
    """Print the addresses of Inkloop, and the link for the first admin."""
    url = local_url(settings.host, settings.port)
    address = lan_address() if is_everywhere(settings.host) else None
    phones = f"http://{address}:{settings.port}" if address else None
    if settings.log_format == "json":
        log.info("ready", url=url, lan_url=phones, setup_url=setup_link)
        return
    click.echo(f"\n  Inkloop is running: {url}   (Ctrl-C stops it)")
    if setup_link:
        click.echo(f"  Create the first administrator here (the link works once):\n  {setup_link}")
    if phones:
        click.echo(f"  For phones in the same network: {phones}\n")
        code = qrcode.QRCode(border=2)
        code.add_data(phones)
        code.print_ascii(out=sys.stdout, invert=True)
    click.echo()
