"""Schemas of accounts, sessions and API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from server.api.shared.schemas import Answer, Sent

Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class LoginIn(Sent):
    """An account's e-mail address and password."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class SetupIn(LoginIn):
    """The first admin, and the secret of the one-time link."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class TokenIn(Sent):
    """A token for programs."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    role: Literal["reviewer", "admin"]


class UserIn(Sent):
    """A new account; without a password one is made up, and shown once."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    role: Literal["reviewer", "admin"]
    password: Password | None = None


class UserChange(Sent):
    """What is to change of an account."""

    role: Literal["reviewer", "admin"] | None = None
    disabled: bool | None = None


class PasswordReset(Sent):
    """Another password for an account; without one it is made up, and shown once."""

    password: Password | None = None


class OwnPasswordIn(Sent):
    """One's present password, and the one to come."""

    current: Password
    new: Password


class SessionsQuery(BaseModel):
    """Whose sessions: one's own, or for admins everybody's."""

    model_config = ConfigDict(extra="forbid")
    whose: Literal["mine", "all"] = "mine"


class MeOut(Answer):
    """Who is asking."""

    role: Literal["anybody", "reviewer", "admin"]
    email: str | None
    contributor: str
    needs_setup: bool


class TokenOut(Answer):
    """The token, shown this once."""

    token: str
    name: str
    role: Literal["reviewer", "admin"]


class UserOut(Answer):
    """An account."""

    id: int
    email: str
    role: Literal["reviewer", "admin"]
    created_at: datetime
    disabled_at: datetime | None
    n_sessions: int
    n_tokens: int
    last_sign_in_at: datetime | None


class UsersOut(Answer):
    """All accounts, the oldest first."""

    items: list[UserOut]
    next: str | None


class PasswordOut(Answer):
    """An account and the password that was made up for it, shown this once."""

    id: int
    email: str
    password: str | None


class SessionOut(Answer):
    """A signed-in browser."""

    id: int
    email: str
    browser: str | None
    created_at: datetime
    expires_at: datetime
    is_current: bool


class SessionsOut(Answer):
    """Newest first."""

    items: list[SessionOut]
    next: str | None


class TokenRow(Answer):
    """A token for programs; its secret is kept nowhere."""

    id: int
    name: str
    role: Literal["reviewer", "admin"]
    email: str
    created_at: datetime
    revoked_at: datetime | None


class TokensOut(Answer):
    """Newest first."""

    items: list[TokenRow]
    next: str | None
