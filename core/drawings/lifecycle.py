"""What may happen to a drawing, from being stored to being erased."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.base.errors import Conflict, Forbidden, Gone, InkloopError, NotFound
from core.base.kinds import DrawingStatus, Source, Split
from core.drawings.erasing import wipe
from core.storage.counters import count
from core.storage.tables import Contributor, Counter, Drawing, LabelEvent, ModelVersion

BLOCK = 5
"""One drawing in each block of five of a contributor goes to the exam."""
MANY_CONTRIBUTORS = 20
"""From here on whole contributors are held out, and nobody can release their own quarantine."""
HELD_OUT_SHARE = 0.10
RESTORE_WITHIN = timedelta(seconds=60)
BY_CONTRIBUTOR = "contributor"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDrawing:
    """What is needed to store a drawing; see `core.storage.tables.Drawing` for the fields."""

    id: str
    contributor_id: str
    label: int
    source: Source
    ink: bytes
    imaging_version: int
    strokes: bytes | None = None
    picture: bytes | None = None
    predicted_label: int | None = None
    predicted_version: int | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A drawing that is in the database, and whether this call put it there."""

    drawing: Drawing
    is_new: bool


def store_drawing(
    session: Session, new: NewDrawing, *, secret: bytes, now: datetime
) -> tuple[Drawing, bool]:
    """Store a drawing once. Returns it, and whether it is new; the same id again changes nothing.

    Raises: Conflict, if the id is another contributor's; Gone, if the drawing was deleted;
    Forbidden, if the contributor is blocked.
    """
    (outcome,) = store_drawings(session, [new], secret=secret, now=now)
    if isinstance(outcome, InkloopError):
        raise outcome
    return outcome.drawing, outcome.is_new


def store_drawings(
    session: Session, many: Sequence[NewDrawing], *, secret: bytes, now: datetime
) -> list[Stored | InkloopError]:
    """Store drawings in this order, each as `store_drawing` does; an error is that one's outcome.

    A dozen statements however many there are: sixteen at once take a fifth of the time each.
    A prediction by a version that never was is left out: it is only what a client said.
    """
    ids = {new.id for new in many}
    known = {row.id: row for row in session.scalars(select(Drawing).where(Drawing.id.in_(ids)))}
    contributors = _contributors(session, many)
    versions = _known_versions(session, many)
    number = session.scalars(select(func.max(Drawing.number))).one() or 0
    outcomes: list[Stored | InkloopError] = []
    added: list[Drawing] = []
    for new in many:
        try:
            if new.id in known:
                stored = _already_stored(known[new.id], new.contributor_id)
                outcomes.append(Stored(stored, is_new=False))
                continue
            contributor = contributors.get(new.contributor_id) or new_contributor(
                session, new.contributor_id, secret=secret, now=now
            )
            contributors[contributor.id] = contributor
            # This transaction is the only writer, so the numbers after the highest are free.
            number += 1
            drawing = _drawing(new, contributor, number, versions, secret=secret, now=now)
        except InkloopError as exc:
            outcomes.append(exc)
            continue
        known[new.id] = drawing
        added.append(drawing)
        outcomes.append(Stored(drawing, is_new=True))
    _add(session, added, now=now)
    return outcomes


def _contributors(session: Session, many: Sequence[NewDrawing]) -> dict[str, Contributor]:
    ids = {new.contributor_id for new in many}
    return {
        row.id: row for row in session.scalars(select(Contributor).where(Contributor.id.in_(ids)))
    }


def _known_versions(session: Session, many: Sequence[NewDrawing]) -> set[int]:
    claimed = {new.predicted_version for new in many if new.predicted_version is not None}
    if not claimed:
        return set()
    return set(
        session.scalars(select(ModelVersion.version).where(ModelVersion.version.in_(claimed)))
    )


def _drawing(
    new: NewDrawing,
    contributor: Contributor,
    number: int,
    versions: Collection[int],
    *,
    secret: bytes,
    now: datetime,
) -> Drawing:
    if contributor.blocked_at is not None:
        raise _blocked()
    is_known = new.predicted_version in versions
    drawing = Drawing(
        number=number,
        id=new.id,
        contributor_id=contributor.id,
        label=new.label,
        status=DrawingStatus.ACCEPTED,
        split=split_of_next(contributor, secret),
        source=new.source,
        ink=new.ink,
        imaging_version=new.imaging_version,
        strokes=new.strokes,
        picture=new.picture,
        predicted_label=new.predicted_label if is_known else None,
        predicted_version=new.predicted_version if is_known else None,
        confidence=new.confidence if is_known else None,
        created_at=now,
    )
    contributor.n_drawings += 1
    return drawing


def _blocked() -> Forbidden:
    return Forbidden("drawings from this browser are no longer taken: ask an administrator")


def _refuse_blocked(session: Session, contributor_id: str) -> None:
    if session.get_one(Contributor, contributor_id).blocked_at is not None:
        raise _blocked()


def _add(session: Session, added: Sequence[Drawing], *, now: datetime) -> None:
    """Insert drawings, the first entry of each one's label history, and count them."""
    if not added:
        return
    session.add_all(added)
    session.flush()
    session.execute(
        insert(LabelEvent),
        [
            {"drawing_number": row.number, "label": row.label, "by": BY_CONTRIBUTOR, "at": now}
            for row in added
        ],
    )
    n = len(added)
    changes = {"drawings": n, f"status:{DrawingStatus.ACCEPTED}": n}
    for row in added:
        name = f"label:{row.label}"
        changes[name] = changes.get(name, 0) + 1
    count(session, changes)


def _already_stored(stored: Drawing, contributor_id: str) -> Drawing:
    if stored.contributor_id != contributor_id:
        raise Conflict("this id belongs to another drawing: make a new one and send it again")
    if stored.status == DrawingStatus.DELETED:
        raise Gone("this drawing was deleted: draw it again to keep it")
    return stored


def new_contributor(
    session: Session, contributor_id: str, *, secret: bytes, now: datetime
) -> Contributor:
    """Somebody who stores their first drawing; from the 21st on some are held out whole."""
    count(session, {"contributors": 1})
    number = session.scalars(select(Counter.n).where(Counter.name == "contributors")).one()
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


def split_of_next(contributor: Contributor, secret: bytes) -> Split:
    """What the contributor's next drawing is for.

    The position in the block is drawn by a keyed hash, since people draw 0, 1, 2 … in order and
    every fifth drawing would always be a 4 or a 9.
    """
    if contributor.is_held_out:
        return Split.HOLDOUT_NEW
    block, position = divmod(contributor.n_drawings, BLOCK)
    chosen = _keyed_number(secret, "block", contributor.id, str(block)) % BLOCK
    return Split.HOLDOUT_KNOWN if position == chosen else Split.TRAIN


def _keyed_number(secret: bytes, *words: str) -> int:
    """0 … 2**64 - 1, the same for the same words, unforeseeable without the secret."""
    digest = hmac.digest(secret, "\0".join(words).encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "big")


def own_drawing(session: Session, drawing_id: str, contributor_id: str | None) -> Drawing:
    """The drawing of that id, if `contributor_id` drew it; None stands for a reviewer.

    Raises: NotFound, also for what belongs to somebody else; Gone, if it was deleted.
    """
    found = session.scalars(select(Drawing).where(Drawing.id == drawing_id)).one_or_none()
    if found is None or contributor_id not in (None, found.contributor_id):
        raise NotFound("drawing", drawing_id)
    if found.status == DrawingStatus.DELETED:
        raise Gone("this drawing was deleted")
    return found


def relabel(session: Session, drawing: Drawing, label: int, *, by: str, now: datetime) -> None:
    """Give the drawing another label; the old ones stay in its history.

    A quarantined drawing whose label changes is accepted: what was contradicted is gone, and the
    next run checks the new label in its turn.

    Raises: Conflict, if its contributor wants to overrule a reviewer; Forbidden, if they are
    blocked.
    """
    is_contributor = by == BY_CONTRIBUTOR
    if is_contributor:
        _refuse_blocked(session, drawing.contributor_id)
    if is_contributor and drawing.reviewed_at is not None:
        raise Conflict("a reviewer has settled the label of this drawing")
    if not is_contributor:
        drawing.reviewed_at = now
    if label == drawing.label:
        if not is_contributor and drawing.status == DrawingStatus.QUARANTINED:
            _set_status(session, drawing, DrawingStatus.ACCEPTED)  # a reviewer stands by the label
        return
    _count(session, drawing, -1)
    drawing.label = label
    if drawing.status == DrawingStatus.QUARANTINED:
        drawing.status = DrawingStatus.ACCEPTED
    _count(session, drawing, +1)
    _add_label(session, drawing, by=by, now=now)


def settle(
    session: Session,
    drawing: Drawing,
    label: int,
    status: DrawingStatus,
    *,
    by: str,
    now: datetime,
    reviewed_at: datetime | None,
) -> None:
    """Give a drawing this label and this status at once, as a reviewer says.

    `reviewed_at` is None when a review is taken back: the drawing is then open to review again.
    """
    is_relabelled = label != drawing.label
    _count(session, drawing, -1)
    drawing.label = label
    drawing.status = status
    drawing.reviewed_at = reviewed_at
    _count(session, drawing, +1)
    if is_relabelled:
        _add_label(session, drawing, by=by, now=now)


def confirm(session: Session, drawing: Drawing, *, now: datetime) -> None:
    """Its contributor says "Really": that releases it while there are few contributors."""
    drawing.confirmed_at = now
    n_contributors = session.scalars(select(Counter.n).where(Counter.name == "contributors")).one()
    if drawing.status == DrawingStatus.QUARANTINED and n_contributors < MANY_CONTRIBUTORS:
        _set_status(session, drawing, DrawingStatus.ACCEPTED)


def quarantine(session: Session, numbers: Sequence[int]) -> int:
    """Put accepted drawings aside until somebody looks; what was confirmed or reviewed stays."""
    n_moved = 0
    for number in numbers:
        drawing = session.get_one(Drawing, number)
        settled = drawing.confirmed_at is not None or drawing.reviewed_at is not None
        if drawing.status == DrawingStatus.ACCEPTED and not settled:
            _set_status(session, drawing, DrawingStatus.QUARANTINED)
            n_moved += 1
    return n_moved


def delete_drawing(session: Session, drawing: Drawing, *, now: datetime) -> None:
    """Take the drawing out of lists, runs and exports at once; it can be restored for a minute."""
    drawing.status_before = drawing.status
    drawing.deleted_at = now
    _set_status(session, drawing, DrawingStatus.DELETED)


def restore_drawing(
    session: Session, drawing_id: str, contributor_id: str | None, *, now: datetime
) -> Drawing:
    """Bring back a drawing that was deleted less than a minute ago.

    Raises: NotFound; Gone, if the minute is over; Conflict, if it is not deleted.
    """
    found = session.scalars(select(Drawing).where(Drawing.id == drawing_id)).one_or_none()
    if found is None or contributor_id not in (None, found.contributor_id):
        raise NotFound("drawing", drawing_id)
    if found.status != DrawingStatus.DELETED or found.deleted_at is None:
        raise Conflict("this drawing is not deleted")
    if now - found.deleted_at > RESTORE_WITHIN or not found.ink:
        raise Gone("this drawing was deleted more than a minute ago: its ink is gone")
    found.deleted_at = None
    _set_status(session, found, DrawingStatus(found.status_before or DrawingStatus.ACCEPTED))
    found.status_before = None
    return found


def erase_deleted(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Wipe the ink, strokes and picture of what was deleted over a minute ago.

    The row stays as a stub, so that the same id sent again is answered "gone". Returns how many.
    """
    due = (
        select(Drawing.number)
        .where(
            Drawing.status == DrawingStatus.DELETED,
            Drawing.deleted_at < now - RESTORE_WITHIN,
            Drawing.ink != b"",
        )
        .limit(limit)
    )
    numbers = session.scalars(due).all()
    wipe(session, Drawing.number.in_(numbers), now=now)
    return len(numbers)


def _set_status(session: Session, drawing: Drawing, status: DrawingStatus) -> None:
    _count(session, drawing, -1)
    drawing.status = status
    _count(session, drawing, +1)


def _count(session: Session, drawing: Drawing, n: int) -> None:
    count(session, counted_as(drawing, n))


def counted_as(drawing: Drawing, n: int) -> dict[str, int]:
    """The counters that a drawing as it is now stands in, each with `n`."""
    changes = {f"status:{drawing.status}": n}
    if drawing.status != DrawingStatus.DELETED:
        changes[f"label:{drawing.label}"] = n
        changes["drawings"] = n
    return changes


def _add_label(session: Session, drawing: Drawing, *, by: str, now: datetime) -> None:
    session.add(LabelEvent(drawing_number=drawing.number, label=drawing.label, by=by, at=now))
