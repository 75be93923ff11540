"""E-mail addresses of the accounts that records name as `user:3`."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.storage.tables import User

PREFIX = "user:"


def account_names(session: Session, actors: Collection[str]) -> dict[str, str]:
    """Return the address of each account among `actors`; others, such as `gate`, are left out."""
    ids = {int(actor[len(PREFIX) :]) for actor in actors if _is_account(actor)}
    rows = session.execute(select(User.id, User.email).where(User.id.in_(ids)))
    return {f"{PREFIX}{user_id}": email for user_id, email in rows}


def _is_account(actor: str) -> bool:
    return actor.startswith(PREFIX) and actor[len(PREFIX) :].isdecimal()
