"""The split of drawings into training and holdout, decided once when a drawing is stored.

All drawings of a few contributors are held out, and one in each block of five of all others. Both
are chosen by a keyed hash, which is deterministic, but unpredictable without the secret.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.kinds import Split
from core.storage.counters import count
from core.storage.tables import Contributor, Counter

BLOCK = 5
"""One drawing in each block of five of a contributor is held out."""
MANY_CONTRIBUTORS = 20
"""From here on some contributors are held out, and none can release quarantined drawings."""
HELD_OUT_SHARE = 0.10


def new_contributor(
    session: Session, contributor_id: str, *, secret: bytes, now: datetime
) -> Contributor:
    """Add a contributor who stores a first drawing; from the 21st on, some are held out."""
    count(session, {"contributors": 1})
    number = n_contributors(session)
    share = _keyed_number(secret, "held out", contributor_id) / 2**64
    contributor = Contributor(
        id=contributor_id,
        created_at=now,
        number=number,
        is_held_out=number > MANY_CONTRIBUTORS and share < HELD_OUT_SHARE,
        n_drawings=0,
    )
    session.add(contributor)
    return contributor


def n_contributors(session: Session) -> int:
    """The number of contributors so far. Raises: NoResultFound, before the first."""
    return session.scalars(select(Counter.n).where(Counter.name == "contributors")).one()


def split_of_next(contributor: Contributor, secret: bytes) -> Split:
    """The split of the contributor's next drawing.

    The position in the block comes from a hash: people draw 0, 1, 2 … in order, so that every fifth
    drawing would always be a 4 or a 9.
    """
    if contributor.is_held_out:
        return Split.HOLDOUT_NEW
    block, position = divmod(contributor.n_drawings, BLOCK)
    chosen = _keyed_number(secret, "block", contributor.id, str(block)) % BLOCK
    return Split.HOLDOUT_KNOWN if position == chosen else Split.TRAIN


def _keyed_number(secret: bytes, *words: str) -> int:
    """A number from 0 to 2**64 - 1 that is a function of the words and the secret."""
    digest = hmac.digest(secret, "\0".join(words).encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "big")
