"""Shapes of answers about contributors, accounts, sessions, tokens, and the log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from server.answer_schemas import Answer


class ContributorOut(Answer):
    """A contributor and what they gave; `n` and what follows leave deleted drawings out."""

    number: int
    id: str
    created_at: datetime
    blocked_at: datetime | None
    is_held_out: bool
    n: int
    n_quarantined: int
    n_rejected: int
    n_exam: int
    n_deleted: int
    n_read: int
    n_agreed: int
    by_label: Annotated[list[int], Field(min_length=10, max_length=10)]


class ContributorsOut(Answer):
    """A page of contributors."""

    items: list[ContributorOut]
    next: str | None


class ErasureOut(Answer):
    """What erasing somebody's drawings affects; `versions` learned from them, and stay."""

    n_drawings: int
    versions: list[int]
    live_version: int | None


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


class AuditEventOut(Answer):
    """What somebody or something did; `name` and `subject_name` are accounts' addresses."""

    id: int
    at: datetime
    by: str
    name: str | None
    action: str
    subject: str
    subject_name: str | None
    facts: dict[str, Any]


class AuditOut(Answer):
    """Newest first."""

    items: list[AuditEventOut]
    next: str | None
