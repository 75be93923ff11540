"""`up`, `serve`, `trainer`, `train`, `bench`: commands that start processes."""

from __future__ import annotations

import http.client
import importlib.util
import os
import sys
from collections.abc import Sequence
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
    """Start everything: set up what is missing, serve, train the first model, keep the schedule."""
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
            log.warning("no trainer: its packages are not installed, so nothing is learned")
        Supervisor(
            children=children,
            environ=os.environ,
            is_ready=lambda: _answers(settings),
            on_ready=lambda: _announce(settings, setup_link),
        ).run()
    sys.stdout.flush()
    sys.stderr.flush()
    # All is stopped and the lock is free. Taking the interpreter apart took two more seconds of
    # the five on a busy machine, and would only free memory.
    os._exit(0)


@click.command()
def serve() -> None:
    """Start the server alone."""
    settings = Settings.from_env()
    with instance_lock.hold_part(settings.instance):
        migrate.upgrade(settings)
    _become(WEB_PROCESS)


@click.command()
def trainer() -> None:
    """Start the trainer alone: it keeps the schedule and does the runs that are asked for."""
    with _prepared_for_training():
        _become("trainer")


@click.command()
@click.option("--once", is_flag=True, required=True, help="One run now, then end.")
@click.option("--force", is_flag=True, help="Even with fewer new drawings than the schedule asks.")
@click.option("--json", "as_json", is_flag=True, help="Print run, version and verdict as JSON.")
def train(once: bool, force: bool, as_json: bool) -> None:
    """Do one run now, for cron and the like.

    Exit code 0: finished, whatever the verdict. 75: another run is at work. 1: failed.
    """
    del once  # said for clearness: without it this would be `inkloop trainer`
    flags = [flag for flag, given in (("--force", force), ("--json", as_json)) if given]
    with _prepared_for_training():
        _become("trainer", "--once", *flags)


# Its help is that of what it becomes, which knows the benchmarks and their options.
@click.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: Sequence[str]) -> None:
    """Measure something and print it beside what it is compared to."""
    _require_torch()
    _become("benchmarks", *(arguments or ("--help",)))


def _prepared_for_training() -> IO[str]:
    """See to all that the trainer takes for granted. Returns the lock, which exec carries over."""
    _require_torch()
    settings = Settings.from_env()
    lock = instance_lock.hold_part(settings.instance)
    migrate.upgrade(settings)
    if not digits.is_complete(settings):
        # Not to the standard output, which is for the answer of `train --once --json`.
        click.echo(fetch_with_progress(settings), err=True)
    return lock


def _become(module: str, *arguments: str) -> NoReturn:
    """Turn this process into `python -m module`: same pid, so signals reach the right one."""
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
    """A new one-time link for the first admin; None once there is one."""
    database = Database(settings)
    try:
        with database.write() as session:
            if accounts.has_admin(session):
                return None
            token = accounts.make_setup_token(session, now=utc_now())
    finally:
        database.dispose()
    # Behind the # the token stays in the browser: it is in no log of any server or proxy.
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
    """Say where Inkloop is, and how to become its first admin."""
    url = local_url(settings.host, settings.port)
    address = lan_address() if is_everywhere(settings.host) else None
    phones = f"http://{address}:{settings.port}" if address else None
    if settings.log_format == "json":
        log.info("ready", url=url, lan_url=phones, setup_url=setup_link)
        return
    click.echo(f"\n  Inkloop is up: {url}   (Ctrl-C stops it)")
    if setup_link:
        click.echo(f"  Become its first administrator, once, here:\n  {setup_link}")
    if phones:
        click.echo(f"  For phones in the same network: {phones}\n")
        code = qrcode.QRCode(border=2)
        code.add_data(phones)
        code.print_ascii(out=sys.stdout, invert=True)
    click.echo()
