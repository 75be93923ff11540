"""Changes of many drawings at once by a user: atomic, on record, and undone as a whole.

`drawing_changes` has the state of each drawing before the change. Undoing restores it, unless any
of the drawings was changed since.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, load_only

from core.base.errors import Conflict, Gone, InvalidInput, NotFound
from core.base.kinds import DrawingStatus
from core.drawings.erasing import RESTORE_WITHIN
from core.drawings.totals import totals_of
from core.storage.audit import audit
from core.storage.counters import count
from core.storage.database import EPOCH
from core.storage.tables import Drawing, DrawingChange, LabelEvent

MAX_AT_ONCE = 500
UNDO_WITHIN = RESTORE_WITHIN
"""A deleted drawing keeps its ink for this time. The page offers the undo for ten seconds."""
LOADED = (
    Drawing.number,
    Drawing.id,
    Drawing.label,
    Drawing.status,
    Drawing.reviewed_at,
    Drawing.deleted_at,
    Drawing.status_before,
)


class Action(StrEnum):
    """What can be done to a selection of drawings."""

    ACCEPT = "accept"
    RELABEL = "relabel"
    REJECT = "reject"
    RESTORE = "restore"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The part of a drawing that an action changes."""

    label: int
    status: str
    reviewed_at: datetime | None


def change_drawings(
    session: Session,
    ids: Sequence[str],
    action: Action,
    label: int | None,
    *,
    by: str,
    now: datetime,
) -> DrawingChange:
    """Accept, relabel, reject, delete or restore up to 500 drawings: all of them, or none.

    Relabelling also accepts a drawing.

    Raises: InvalidInput, if the label does not fit the action; NotFound; Gone, if one was deleted
    (for `restore`: over a minute ago); Conflict, if one to restore is not deleted.
    """
    if (label is not None) != (action == Action.RELABEL):
        raise InvalidInput("relabel needs the label, 0 to 9, and no other action takes one")
    drawings = _found(session, ids)
    for drawing in drawings:
        _check(drawing, action, now)
    before = [[row.number, row.label, row.status, _micros(row.reviewed_at)] for row in drawings]
    after = [_after(row, action, label, now) for row in drawings]
    _set_states(session, drawings, after, by=by, now=now)
    change = DrawingChange(at=now, by=by, action=action, label=label, before=before)
    session.add(change)
    session.flush()
    _audit(session, drawings, action, change, now=now)
    return change


def undo_change(session: Session, change_id: int, *, by: str, now: datetime) -> DrawingChange:
    """Undo a change of one's own within a minute. The label histories keep the undone labels.

    Raises: NotFound, also for another user's change; Gone, if it is too late; Conflict, if it was
    undone already, or any of the drawings was changed since.
    """
    change = session.get(DrawingChange, change_id)
    if change is None or change.by != by:
        raise NotFound("change", change_id)
    if now - change.at > UNDO_WITHIN:
        raise Gone("this was more than a minute ago: change the drawings one by one")
    claimed = session.scalars(
        update(DrawingChange)
        .where(DrawingChange.id == change_id, DrawingChange.undone_at.is_(None))
        .values(undone_at=now)
        .returning(DrawingChange.id)
    ).one_or_none()
    if claimed is None:
        raise Conflict("this was undone already")
    was = {
        number: ReviewState(label, status, _moment(at))
        for number, label, status, at in change.before
    }
    drawings = _by_numbers(session, was)
    if len(drawings) != len(was) or any(_was_changed_since(row, change, was) for row in drawings):
        raise Conflict("some of these drawings were changed since: load the list again")
    _set_states(session, drawings, [was[row.number] for row in drawings], by=by, now=now)
    _audit(session, drawings, "undo", change, now=now)
    return change


def _found(session: Session, ids: Sequence[str]) -> list[Drawing]:
    """The drawings in the order of `ids`. Raises: NotFound, for the first that is missing."""
    rows = session.scalars(
        select(Drawing).where(Drawing.id.in_(set(ids))).options(load_only(*LOADED))
    )
    by_id = {row.id: row for row in rows}
    for drawing_id in ids:
        if drawing_id not in by_id:
            raise NotFound("drawing", drawing_id)
    return [by_id[drawing_id] for drawing_id in dict.fromkeys(ids)]


def _by_numbers(session: Session, numbers: Iterable[int]) -> Sequence[Drawing]:
    rows = select(Drawing).where(Drawing.number.in_(list(numbers))).options(load_only(*LOADED))
    return session.scalars(rows.order_by(Drawing.number)).all()


def _check(drawing: Drawing, action: Action, now: datetime) -> None:
    is_deleted = drawing.status == DrawingStatus.DELETED
    if action != Action.RESTORE:
        if is_deleted:
            raise Gone(f"drawing {drawing.id} was deleted: load the list again")
        return
    if not is_deleted or drawing.deleted_at is None:
        raise Conflict(f"drawing {drawing.id} is not deleted: load the list again")
    if now - drawing.deleted_at > RESTORE_WITHIN:
        raise Gone("these were deleted more than a minute ago: their ink is gone")


def _after(drawing: Drawing, action: str, label: int | None, now: datetime) -> ReviewState:
    match action:
        case Action.ACCEPT:
            return ReviewState(drawing.label, DrawingStatus.ACCEPTED, now)
        case Action.RELABEL:
            assert label is not None
            return ReviewState(label, DrawingStatus.ACCEPTED, now)
        case Action.REJECT:
            return ReviewState(drawing.label, DrawingStatus.REJECTED, now)
        case Action.DELETE:
            return ReviewState(drawing.label, DrawingStatus.DELETED, drawing.reviewed_at)
        case _:
            status = drawing.status_before or DrawingStatus.ACCEPTED
            return ReviewState(drawing.label, status, drawing.reviewed_at)


def _was_changed_since(
    drawing: Drawing, change: DrawingChange, was: dict[int, ReviewState]
) -> bool:
    """Whether the drawing has another label or status than the change gave it."""
    before = was[drawing.number]
    match change.action:
        case Action.ACCEPT:
            left = (before.label, DrawingStatus.ACCEPTED)
        case Action.RELABEL:
            left = (change.label or 0, DrawingStatus.ACCEPTED)
        case Action.REJECT:
            left = (before.label, DrawingStatus.REJECTED)
        case Action.DELETE:
            left = (before.label, DrawingStatus.DELETED)
        case _:
            is_deleted = drawing.status == DrawingStatus.DELETED
            return is_deleted or drawing.label != before.label
    return (drawing.label, drawing.status) != left


def _set_states(
    session: Session,
    drawings: Sequence[Drawing],
    states: Sequence[ReviewState],
    *,
    by: str,
    now: datetime,
) -> None:
    """Set the states and update the totals in one statement."""
    totals = Tally[str]()
    labels: list[dict[str, Any]] = []
    for drawing, state in zip(drawings, states, strict=True):
        totals.update(totals_of(drawing.status, drawing.label, -1))
        if state.label != drawing.label:
            number = drawing.number
            labels.append({"drawing_number": number, "label": state.label, "by": by, "at": now})
        _set_state(drawing, state, now)
        totals.update(totals_of(drawing.status, drawing.label, +1))
    session.flush()
    if labels:
        session.execute(insert(LabelEvent), labels)
    count(session, totals)


def _set_state(drawing: Drawing, state: ReviewState, now: datetime) -> None:
    was_deleted = drawing.status == DrawingStatus.DELETED
    is_deleted = state.status == DrawingStatus.DELETED
    if is_deleted and not was_deleted:
        drawing.status_before, drawing.deleted_at = drawing.status, now
    elif was_deleted and not is_deleted:
        drawing.status_before, drawing.deleted_at = None, None
    drawing.label = state.label
    drawing.status = state.status
    drawing.reviewed_at = state.reviewed_at


def _audit(
    session: Session,
    drawings: Sequence[Drawing],
    action: str,
    change: DrawingChange,
    *,
    now: datetime,
) -> None:
    """Add one audit event for all drawings; `drawing_changes` has their numbers."""
    n = len(drawings)
    subject = f"drawing:{drawings[0].id}" if n == 1 else f"drawings:{n}"
    facts: dict[str, Any] = {"change": change.id, "n": n}
    if change.label is not None:
        facts["label"] = change.label
    if action == "undo":
        facts["undone"] = change.action
    audit(session, by=change.by, action=action, subject=subject, now=now, **facts)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else EPOCH + timedelta(microseconds=micros)
