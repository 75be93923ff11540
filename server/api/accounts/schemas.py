"""Schemas of accounts, sessions and API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from server.api.shared.schemas import RequestModel, ResponseModel

Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class LoginIn(RequestModel):
    """An account's e-mail address and password."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class SetupIn(LoginIn):
    """The first admin's account, and the secret of the one-time link."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class TokenIn(RequestModel):
    """A new API token."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    role: Literal["reviewer", "admin"]


class UserIn(RequestModel):
    """A new account; without a password one is generated and shown once."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    role: Literal["reviewer", "admin"]
    password: Password | None = None


class UserChange(RequestModel):
    """Changes to an account."""

    role: Literal["reviewer", "admin"] | None = None
    disabled: bool | None = None


class PasswordReset(RequestModel):
    """A new password for an account; without one it is generated and shown once."""

    password: Password | None = None


class OwnPasswordIn(RequestModel):
    """The current and the new password of the caller's own account."""

    current: Password
    new: Password


class SessionsQuery(BaseModel):
    """Which sessions: the caller's own, or for admins all."""

    model_config = ConfigDict(extra="forbid")
    whose: Literal["mine", "all"] = "mine"


class MeOut(ResponseModel):
    """The caller."""

    role: Literal["anybody", "reviewer", "admin"]
    email: str | None
    contributor: str
    needs_setup: bool


class TokenOut(ResponseModel):
    """A new token; its secret is shown only here."""

    token: str
    name: str
    role: Literal["reviewer", "admin"]


class UserOut(ResponseModel):
    """An account."""

    id: int
    email: str
    role: Literal["reviewer", "admin"]
    created_at: datetime
    disabled_at: datetime | None
    n_sessions: int
    n_tokens: int
    last_sign_in_at: datetime | None


class UsersOut(ResponseModel):
    """All accounts, oldest first."""

    items: list[UserOut]
    next: str | None


class PasswordOut(ResponseModel):
    """An account and its generated password, shown only here; null if it was given."""

    id: int
    email: str
    password: str | None


class SessionOut(ResponseModel):
    """A signed-in browser."""

    id: int
    email: str
    browser: str | None
    created_at: datetime
    expires_at: datetime
    is_current: bool


class SessionsOut(ResponseModel):
    """Signed-in browsers, newest first."""

    items: list[SessionOut]
    next: str | None


class TokenRow(ResponseModel):
    """An API token; its secret is not stored."""

    id: int
    name: str
    role: Literal["reviewer", "admin"]
    email: str
    created_at: datetime
    revoked_at: datetime | None


class TokensOut(ResponseModel):
    """All tokens, newest first."""

    items: list[TokenRow]
    next: str | None
