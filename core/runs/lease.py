"""The trainer's lease: which trainer may train, with a fencing number.

Each write of a trainer names the fence of its lease. After another trainer has taken over, no row
matches and LeaseLost is raised.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.base.errors import LeaseLost
from core.storage.tables import Lease

LEASE = "trainer"


def take_lease(session: Session, owner: str, *, now: datetime, ttl: timedelta) -> int | None:
    """Take the lease if it is free, expired, or the owner's already.

    Returns: the fencing number, higher than all before; None while another trainer holds the lease.
    """
    free = or_(Lease.owner.is_(None), Lease.owner == owner, Lease.expires_at < now)
    return session.scalars(
        update(Lease)
        .where(Lease.name == LEASE, free)
        .values(owner=owner, fence=Lease.fence + 1, heartbeat_at=now, expires_at=now + ttl)
        .returning(Lease.fence)
    ).one_or_none()


def renew_lease(session: Session, fence: int, *, now: datetime, ttl: timedelta) -> None:
    """Record a heartbeat and extend the lease. Raises: LeaseLost, if another trainer took over."""
    kept = session.scalars(
        update(Lease)
        .where(Lease.name == LEASE, Lease.fence == fence, Lease.owner.is_not(None))
        .values(heartbeat_at=now, expires_at=now + ttl)
        .returning(Lease.fence)
    ).one_or_none()
    if kept is None:
        raise lease_lost()


def release_lease(session: Session, fence: int) -> None:
    """Give the lease up. Does nothing if another trainer holds it."""
    session.execute(
        update(Lease)
        .where(Lease.name == LEASE, Lease.fence == fence)
        .values(owner=None, expires_at=None)
    )


def require_fence(session: Session, fence: int) -> None:
    """Check that the lease is still held. Call it in the transaction that publishes.

    Raises: LeaseLost, if another trainer took over, such as while this one was suspended.
    """
    held = session.scalars(
        select(Lease.fence).where(
            Lease.name == LEASE, Lease.fence == fence, Lease.owner.is_not(None)
        )
    ).one_or_none()
    if held is None:
        raise lease_lost()


def lease_lost() -> LeaseLost:
    """The error for a write under an old fence."""
    return LeaseLost("another trainer holds the lease now: this one stops without publishing")
