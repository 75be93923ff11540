"""What a user does to many drawings at once: all of them or none, on record, and undone as a whole.

What each drawing was before stands in `drawing_changes`: undoing puts it back, as long as nobody
has changed any of them since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, load_only

from core.base.errors import Conflict, Gone, InvalidInput, NotFound
from core.base.kinds import DrawingStatus
from core.drawings.lifecycle import RESTORE_WITHIN, counted_as
from core.storage.audit import audit
from core.storage.counters import count
from core.storage.database import EPOCH
from core.storage.tables import Drawing, DrawingChange, LabelEvent

MAX_AT_ONCE = 500
UNDO_WITHIN = RESTORE_WITHIN
"""The page offers it for ten seconds; a deleted drawing's ink is kept for so long."""
NEEDED = (
    Drawing.number,
    Drawing.id,
    Drawing.label,
    Drawing.status,
    Drawing.reviewed_at,
    Drawing.deleted_at,
    Drawing.status_before,
)


class Action(StrEnum):
    """What may be done to a selection."""

    ACCEPT = "accept"
    RELABEL = "relabel"
    REJECT = "reject"
    RESTORE = "restore"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class State:
    """What a change changes of a drawing."""

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
    """Accept, relabel, reject, delete or restore up to 500 drawings; all of them, or none.

    A reviewer who relabels a drawing says that it is a good one: it is accepted, too.

    Raises: InvalidInput, if label and action do not fit; NotFound; Gone, if one was deleted (or,
    for `restore`, its minute is over); Conflict, if one to restore is not deleted.
    """
    if (label is not None) != (action == Action.RELABEL):
        raise InvalidInput("relabel needs the label, 0 to 9, and no other action takes one")
    drawings = _found(session, ids)
    for drawing in drawings:
        _check(drawing, action, now)
    before = [[row.number, row.label, row.status, _micros(row.reviewed_at)] for row in drawings]
    after = [_after(row, action, label, now) for row in drawings]
    _put(session, drawings, after, by=by, now=now)
    change = DrawingChange(at=now, by=by, action=action, label=label, before=before)
    session.add(change)
    session.flush()
    _record(session, drawings, action, change, now=now)
    return change


def undo_change(session: Session, change_id: int, *, by: str, now: datetime) -> DrawingChange:
    """Put every drawing of one's own change back as it was, within a minute; labels stay on record.

    Raises: NotFound, also for another user's; Gone, if it is too late; Conflict, if it was undone
    already, or any of the drawings was changed since.
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
    was = {number: State(label, status, _moment(at)) for number, label, status, at in change.before}
    drawings = _by_numbers(session, was)
    if len(drawings) != len(was) or any(_is_otherwise(row, change, was) for row in drawings):
        raise Conflict("some of these drawings were changed since: load the list again")
    _put(session, drawings, [was[row.number] for row in drawings], by=by, now=now)
    _record(session, drawings, "undo", change, now=now)
    return change


def _found(session: Session, ids: Sequence[str]) -> list[Drawing]:
    """The drawings in the order of `ids`. Raises: NotFound, naming the first that is missing."""
    rows = session.scalars(
        select(Drawing).where(Drawing.id.in_(set(ids))).options(load_only(*NEEDED))
    )
    by_id = {row.id: row for row in rows}
    for drawing_id in ids:
        if drawing_id not in by_id:
            raise NotFound("drawing", drawing_id)
    return [by_id[drawing_id] for drawing_id in dict.fromkeys(ids)]


def _by_numbers(session: Session, numbers: Iterable[int]) -> Sequence[Drawing]:
    rows = select(Drawing).where(Drawing.number.in_(list(numbers))).options(load_only(*NEEDED))
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


def _after(drawing: Drawing, action: str, label: int | None, now: datetime) -> State:
    match action:
        case Action.ACCEPT:
            return State(drawing.label, DrawingStatus.ACCEPTED, now)
        case Action.RELABEL:
            assert label is not None
            return State(label, DrawingStatus.ACCEPTED, now)
        case Action.REJECT:
            return State(drawing.label, DrawingStatus.REJECTED, now)
        case Action.DELETE:
            return State(drawing.label, DrawingStatus.DELETED, drawing.reviewed_at)
        case _:
            status = drawing.status_before or DrawingStatus.ACCEPTED
            return State(drawing.label, status, drawing.reviewed_at)


def _is_otherwise(drawing: Drawing, change: DrawingChange, was: dict[int, State]) -> bool:
    """Whether the drawing is no longer as the change left it."""
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


def _put(
    session: Session,
    drawings: Sequence[Drawing],
    states: Sequence[State],
    *,
    by: str,
    now: datetime,
) -> None:
    """Give each drawing its state, and count what that changes in one statement."""
    totals: dict[str, int] = {}
    labels: list[dict[str, Any]] = []
    for drawing, state in zip(drawings, states, strict=True):
        _add(totals, counted_as(drawing, -1))
        if state.label != drawing.label:
            number = drawing.number
            labels.append({"drawing_number": number, "label": state.label, "by": by, "at": now})
        _set(drawing, state, now)
        _add(totals, counted_as(drawing, +1))
    session.flush()
    if labels:
        session.execute(insert(LabelEvent), labels)
    count(session, totals)


def _set(drawing: Drawing, state: State, now: datetime) -> None:
    was_deleted = drawing.status == DrawingStatus.DELETED
    is_deleted = state.status == DrawingStatus.DELETED
    if is_deleted and not was_deleted:
        drawing.status_before, drawing.deleted_at = drawing.status, now
    elif was_deleted and not is_deleted:
        drawing.status_before, drawing.deleted_at = None, None
    drawing.label = state.label
    drawing.status = state.status
    drawing.reviewed_at = state.reviewed_at


def _add(totals: dict[str, int], changes: dict[str, int]) -> None:
    for name, n in changes.items():
        totals[name] = totals.get(name, 0) + n


def _record(
    session: Session,
    drawings: Sequence[Drawing],
    action: str,
    change: DrawingChange,
    *,
    now: datetime,
) -> None:
    """One line in the log, however many drawings: which they were is in `drawing_changes`."""
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
