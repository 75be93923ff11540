"""The command `inkloop`. It starts server and trainer as processes, so it imports neither."""

from __future__ import annotations

import click

import core
from core.base.errors import InkloopError
from core.cli.commands.admin import admin
from core.cli.commands.data import data
from core.cli.commands.db import db
from core.cli.commands.doctor import doctor
from core.cli.commands.models import models
from core.cli.commands.parts import serve, train, trainer, up


class InkloopGroup(click.Group):
    """Reports an InkloopError or an unusable path in one line, and exits with 1."""

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(context)
        except InkloopError as exc:
            raise click.ClickException(str(exc)) from exc
        except OSError as exc:
            if exc.filename is None or exc.strerror is None:
                raise  # without a path, it is a bug or a closed pipe, which click handles
            raise click.ClickException(
                f"{exc.filename} cannot be used: {exc.strerror.lower()}. Check the path, its "
                "permissions and the disk"
            ) from exc


@click.group(cls=InkloopGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(core.__version__, prog_name="inkloop")
def main() -> None:
    """Draw a digit, see it read, correct it: the next model learns from it.

    Settings are environment variables such as INKLOOP_INSTANCE; README.md lists them.
    """


for command in (up, serve, trainer, train, data, models, admin, db, doctor):
    main.add_command(command)
