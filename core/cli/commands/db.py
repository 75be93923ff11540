"""`db upgrade`, `db backup`, `db restore`: set up, back up and restore an instance."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from core.base.clock import utc_now
from core.base.settings import Settings
from core.storage import migrate
from core.storage.backup import back_up
from core.storage.backup import restore as restore_backup

MB = 1_000_000


@click.group()
def db() -> None:
    """Upgrade, back up and restore database and models."""


@db.command()
def upgrade() -> None:
    """Upgrade the database to the newest schema."""
    settings = Settings.from_env()
    before = migrate.current(settings)
    migrate.upgrade(settings)
    if before == migrate.head():
        click.echo(f"The database is at revision {before} already.")
    else:
        click.echo(f"The database went from revision {before or 'none'} to {migrate.head()}.")


@db.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
def backup(path: Path | None) -> None:
    """Copy database and models to the folder PATH and verify the copy. Inkloop may be running."""
    settings = Settings.from_env()
    with Console(stderr=True).status("Backing up …"):
        made = back_up(settings, path, now=utc_now())
    click.echo(
        f"Backed up {made.n_drawings} drawings and {made.n_versions} versions "
        f"({made.n_bytes / MB:.1f} MB), verified, to {made.path}"
    )


@db.command()
@click.argument("path", type=click.Path(path_type=Path))
def restore(path: Path) -> None:
    """Replace the data with the backup PATH. The previous data is kept aside."""
    settings = Settings.from_env()
    with Console(stderr=True).status("Verifying and restoring …"):
        found, aside = restore_backup(settings, path, now=utc_now())
    click.echo(
        f"Restored {found.n_drawings} drawings and {found.n_versions} versions "
        f"of {found.created_at}."
    )
    if aside is not None:
        click.echo(f"The previous data is in {aside}; remove it when you no longer need it.")
