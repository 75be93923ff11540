"""`inkloop`, the command. It starts the parts as processes: it needs neither Flask nor torch."""

from __future__ import annotations

import click

import core
from core.base.errors import InkloopError
from core.cli.commands.admin import admin
from core.cli.commands.data import data
from core.cli.commands.db import db
from core.cli.commands.doctor import doctor
from core.cli.commands.models import models
from core.cli.commands.parts import bench, serve, train, trainer, up


class InkloopGroup(click.Group):
    """Shows what Inkloop raises on purpose, and a path of no use, as a sentence; exit code 1."""

    def invoke(self, context: click.Context) -> object:
        """Run the command that was named."""
        try:
            return super().invoke(context)
        except InkloopError as exc:
            raise click.ClickException(str(exc)) from exc
        except OSError as exc:
            if exc.filename is None or exc.strerror is None:
                raise  # no path: a bug, or the end of a pipe, which click knows
            raise click.ClickException(
                f"{exc.filename} cannot be used: {exc.strerror.lower()}. Look at the path, its "
                "rights and the disk"
            ) from exc


@click.group(cls=InkloopGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(core.__version__, prog_name="inkloop")
def main() -> None:
    """Draw a digit, see it read, correct it; the next model has learned from it.

    Settings are environment variables, INKLOOP_INSTANCE and so on: README.md lists them.
    """


for command in (up, serve, trainer, train, data, models, admin, db, doctor, bench):
    main.add_command(command)
