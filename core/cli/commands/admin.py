"""`admin create` and `admin passwd`: accounts from the command line."""

from __future__ import annotations

import sys

import click

from core.base.clock import utc_now
from core.base.kinds import Role
from core.cli.commands.database import open_database
from core.people import accounts, passwords

BY = "command"


@click.group()
def admin() -> None:
    """Make accounts and set passwords."""


@admin.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(email: str, role: str, password_stdin: bool) -> None:
    """Create an account for EMAIL."""
    password_hash = passwords.hash_password(_ask_password(password_stdin))
    with open_database() as database, database.write() as session:
        accounts.create_user(session, email, password_hash, Role(role), by=BY, now=utc_now())
    click.echo(f"Created the account {email} ({role}).")


@admin.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def passwd(email: str, password_stdin: bool) -> None:
    """Set the password of EMAIL and end its sessions."""
    password_hash = passwords.hash_password(_ask_password(password_stdin))
    with open_database() as database, database.write() as session:
        accounts.set_password(session, email, password_hash, by=BY, now=utc_now())
    click.echo(f"Set the password of {email} and ended its sessions.")


def _ask_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
