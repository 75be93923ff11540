"""What an import does to the drawings: it adds them, batch by batch, and can take them all out."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, Source, Split, TransferStatus
from core.drawings.erasing import erase_numbers
from core.drawings.holdout import new_contributor, split_of_next
from core.storage.counters import count
from core.storage.tables import Contributor, Drawing, ImportedDrawing, LabelEvent, Transfer


@dataclass(frozen=True, slots=True)
class LabelGiven:
    """One entry of a drawing's label history."""

    label: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What only Inkloop's own Parquet tells of a drawing; see `core.storage.tables.Drawing`."""

    contributor_id: str
    source: str
    status: DrawingStatus
    split: Split
    created_at: datetime
    predicted_label: int | None
    predicted_version: int | None
    confidence: float | None
    confirmed_at: datetime | None
    reviewed_at: datetime | None
    labels: tuple[LabelGiven, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One drawing of a file. Without `told` it is somebody's digit and its label, no more."""

    label: int
    ink: bytes
    id: str | None = None
    """Its uuid, where the file has one; else the place in the file makes it."""
    strokes: bytes | None = None
    picture: bytes | None = None
    imaging_version: int
    told: Told | None = None


def store_arrivals(
    session: Session,
    transfer: Transfer,
    arrivals: Mapping[str, Arrival],
    *,
    secret: bytes,
    now: datetime,
) -> int:
    """Store what is not there yet, by id. Returns how many drawings that added.

    An id that is there changes nothing, so that a batch may be sent again after a crash. Only what
    an import brought that was undone since comes back. What has no contributor belongs to one that
    stands for the file; its split follows the rule that all drawings follow.
    """
    known = _known(session, arrivals)
    undone = _undone(session, [n for n, status in known.values() if status == "deleted"])
    adding = {i: one for i, one in arrivals.items() if i not in known or known[i][0] in undone}
    contributors = _contributors(session, transfer, adding.values(), secret=secret, now=now)
    number = session.scalars(select(func.max(Drawing.number))).one() or 0
    rows, labels, totals = [], [], Tally[str]()
    for drawing_id, one in adding.items():
        contributor = contributors[_contributor_id(transfer, one)]
        row = _row(drawing_id, one, contributor, secret=secret, now=now)
        if drawing_id in known:
            row["number"] = known[drawing_id][0]
        else:
            row["number"] = number = number + 1
            contributor.n_drawings += 1
        rows.append(row)
        labels += _labels(one, row["number"], transfer.by, now)
        _tally(totals, row["label"], row["status"], +1)
    session.flush()  # contributors go before their drawings
    _write(session, transfer, rows, {known[i][0] for i in adding if i in known}, labels)
    if undone:
        totals[f"status:{DrawingStatus.DELETED}"] -= sum(i in known for i in adding)
    count(session, totals)
    return len(rows)


def _known(session: Session, ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    rows = session.execute(
        select(Drawing.id, Drawing.number, Drawing.status).where(Drawing.id.in_(list(ids)))
    )
    return {drawing_id: (number, status) for drawing_id, number, status in rows}


def _undone(session: Session, numbers: Sequence[int]) -> set[int]:
    """Those that came with an import which was undone."""
    if not numbers:
        return set()
    found = (
        select(ImportedDrawing.drawing_number)
        .join(Transfer, Transfer.id == ImportedDrawing.transfer_id)
        .where(
            ImportedDrawing.drawing_number.in_(numbers), Transfer.status == TransferStatus.UNDONE
        )
    )
    return set(session.scalars(found))


def _contributor_id(transfer: Transfer, one: Arrival) -> str:
    if one.told is not None:
        return one.told.contributor_id
    return f"import-{(transfer.sha256 or '')[:16]}"


def _contributors(
    session: Session,
    transfer: Transfer,
    arrivals: Iterable[Arrival],
    *,
    secret: bytes,
    now: datetime,
) -> dict[str, Contributor]:
    """Whose drawings they are; whoever is new is made, in the order of their drawings."""
    in_order = list(arrivals)
    ids = list(dict.fromkeys(_contributor_id(transfer, one) for one in in_order))
    found = {
        row.id: row for row in session.scalars(select(Contributor).where(Contributor.id.in_(ids)))
    }
    held_out = {
        one.told.contributor_id
        for one in in_order
        if one.told is not None and one.told.split == Split.HOLDOUT_NEW
    }
    for contributor_id in ids:
        if contributor_id not in found:
            made = new_contributor(session, contributor_id, secret=secret, now=now)
            # Whoever was held out as a whole elsewhere stays so: nothing of theirs may train.
            made.is_held_out = made.is_held_out or contributor_id in held_out
            found[contributor_id] = made
    return found


def _row(
    drawing_id: str, one: Arrival, contributor: Contributor, *, secret: bytes, now: datetime
) -> dict[str, Any]:
    told = one.told
    return {
        "id": drawing_id,
        "contributor_id": contributor.id,
        "label": one.label,
        "status": DrawingStatus.ACCEPTED if told is None else told.status,
        "split": split_of_next(contributor, secret) if told is None else told.split,
        "source": Source.IMPORTED if told is None else told.source,
        "ink": one.ink,
        "imaging_version": one.imaging_version,
        "strokes": one.strokes,
        "picture": one.picture,
        "predicted_label": None if told is None else told.predicted_label,
        "predicted_version": None if told is None else told.predicted_version,
        "confidence": None if told is None else told.confidence,
        "created_at": now if told is None else told.created_at,
        "confirmed_at": None if told is None else told.confirmed_at,
        "reviewed_at": None if told is None else told.reviewed_at,
        "deleted_at": None,
        "status_before": None,
    }


def _labels(one: Arrival, number: int, by: str, now: datetime) -> list[dict[str, Any]]:
    given = (LabelGiven(one.label, by, now),) if one.told is None else one.told.labels
    return [
        {"drawing_number": number, "label": entry.label, "by": entry.by, "at": entry.at}
        for entry in given
    ]


def _write(
    session: Session,
    transfer: Transfer,
    rows: Sequence[dict[str, Any]],
    back: set[int],
    labels: Sequence[dict[str, Any]],
) -> None:
    """New rows are inserted; those in `back` take the places that they had before the undo."""
    new = [row for row in rows if row["number"] not in back]
    if new:
        session.execute(insert(Drawing.__table__), new)  # type: ignore[arg-type]
    for row in rows:
        if row["number"] in back:
            # its split was decided when it first came, and a drawing never changes sides
            kept = {name: value for name, value in row.items() if name not in ("number", "split")}
            session.execute(
                update(Drawing)
                .where(Drawing.number == row["number"])
                .values(kept)
                .execution_options(synchronize_session=False)
            )
    if back:
        session.execute(delete(ImportedDrawing).where(ImportedDrawing.drawing_number.in_(back)))
        session.execute(delete(LabelEvent).where(LabelEvent.drawing_number.in_(back)))
    if rows:
        came = [{"drawing_number": row["number"], "transfer_id": transfer.id} for row in rows]
        session.execute(insert(ImportedDrawing), came)
        session.execute(insert(LabelEvent), labels)


def _tally(totals: Tally[str], label: int, status: str, n: int) -> None:
    totals[f"status:{status}"] += n
    totals[f"label:{label}"] += n
    totals["drawings"] += n


def take_out(session: Session, transfer_id: int, *, now: datetime, limit: int = 500) -> int:
    """Erase drawings that an import brought, at most `limit`. Returns how many; 0: all are gone."""
    left = (
        select(Drawing.number)
        .join(ImportedDrawing, ImportedDrawing.drawing_number == Drawing.number)
        .where(ImportedDrawing.transfer_id == transfer_id, Drawing.ink != b"")
        .limit(limit)
    )
    return erase_numbers(session, session.scalars(left).all(), now=now)
