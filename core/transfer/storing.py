"""What an import changes in the database: it adds drawings in batches, and can erase them all."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, Source, Split, TransferStatus
from core.drawings.erasing import erase_numbers
from core.drawings.holdout import new_contributor, split_of_next
from core.storage.counters import count
from core.storage.tables import Contributor, Drawing, ImportedDrawing, LabelEvent, Transfer
from core.transfer.formats.records import DrawingRecord, LabelEntry


def store_records(
    session: Session,
    transfer: Transfer,
    records: Mapping[str, DrawingRecord],
    *,
    secret: bytes,
    now: datetime,
) -> int:
    """Store the records whose id is not stored yet. Returns how many drawings that added.

    A known id changes nothing, so that a batch can be stored again after a crash; but drawings of
    an import that was undone come back. Records without provenance belong to one contributor that
    stands for the file, and get their splits by the rule for all drawings.
    """
    known = _known(session, records)
    undone = _undone(session, [n for n, status in known.values() if status == "deleted"])
    adding = {i: one for i, one in records.items() if i not in known or known[i][0] in undone}
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
    """Those of the drawings that came with an import which was undone."""
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


def _contributor_id(transfer: Transfer, record: DrawingRecord) -> str:
    if record.provenance is not None:
        return record.provenance.contributor_id
    return f"import-{(transfer.sha256 or '')[:16]}"


def _contributors(
    session: Session,
    transfer: Transfer,
    records: Iterable[DrawingRecord],
    *,
    secret: bytes,
    now: datetime,
) -> dict[str, Contributor]:
    """The contributors of the records by id; new ones are made in the order of their drawings."""
    in_order = list(records)
    ids = list(dict.fromkeys(_contributor_id(transfer, one) for one in in_order))
    found = {
        row.id: row for row in session.scalars(select(Contributor).where(Contributor.id.in_(ids)))
    }
    held_out = {
        one.provenance.contributor_id
        for one in in_order
        if one.provenance is not None and one.provenance.split == Split.HOLDOUT_NEW
    }
    for contributor_id in ids:
        if contributor_id not in found:
            made = new_contributor(session, contributor_id, secret=secret, now=now)
            # A contributor held out in the other instance stays so: no run may train on them.
            made.is_held_out = made.is_held_out or contributor_id in held_out
            found[contributor_id] = made
    return found


def _row(
    drawing_id: str,
    record: DrawingRecord,
    contributor: Contributor,
    *,
    secret: bytes,
    now: datetime,
) -> dict[str, Any]:
    given = record.provenance
    return {
        "id": drawing_id,
        "contributor_id": contributor.id,
        "label": record.label,
        "status": DrawingStatus.ACCEPTED if given is None else given.status,
        "split": split_of_next(contributor, secret) if given is None else given.split,
        "source": Source.IMPORTED if given is None else given.source,
        "ink": record.ink,
        "imaging_version": record.imaging_version,
        "strokes": record.strokes,
        "picture": record.picture,
        "predicted_label": None if given is None else given.predicted_label,
        "predicted_version": None if given is None else given.predicted_version,
        "confidence": None if given is None else given.confidence,
        "created_at": now if given is None else given.created_at,
        "confirmed_at": None if given is None else given.confirmed_at,
        "reviewed_at": None if given is None else given.reviewed_at,
        "deleted_at": None,
        "status_before": None,
    }


def _labels(record: DrawingRecord, number: int, by: str, now: datetime) -> list[dict[str, Any]]:
    given = record.provenance
    entries = (LabelEntry(record.label, by, now),) if given is None else given.labels
    return [
        {"drawing_number": number, "label": entry.label, "by": entry.by, "at": entry.at}
        for entry in entries
    ]


def _write(
    session: Session,
    transfer: Transfer,
    rows: Sequence[dict[str, Any]],
    back: set[int],
    labels: Sequence[dict[str, Any]],
) -> None:
    """Insert new rows; those in `back` (numbers) replace the stubs that the undo left."""
    new = [row for row in rows if row["number"] not in back]
    if new:
        session.execute(insert(Drawing.__table__), new)  # type: ignore[arg-type]
    for row in rows:
        if row["number"] in back:
            # The split was decided when the drawing was first stored, and never changes.
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


def erase_imported(session: Session, transfer_id: int, *, now: datetime, limit: int = 500) -> int:
    """Erase up to `limit` drawings of an import. Returns how many; 0 when none is left."""
    left = (
        select(Drawing.number)
        .join(ImportedDrawing, ImportedDrawing.drawing_number == Drawing.number)
        .where(ImportedDrawing.transfer_id == transfer_id, Drawing.ink != b"")
        .limit(limit)
    )
    return erase_numbers(session, session.scalars(left).all(), now=now)
