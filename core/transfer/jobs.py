"""State changes of imports and exports.

A process that works on one names itself as the owner in each change. If another process has taken
over, because this one was suspended for too long, no row matches and LeaseLost is raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.base.errors import Conflict, LeaseLost, NotFound
from core.base.kinds import TransferStatus
from core.storage.audit import audit
from core.storage.tables import Transfer
from core.transfer.repairs import NONE, parse_written

IMPORT = "import"
EXPORT = "export"
CONFIRM = "store anyway"
"""Words by which a person confirms that an odd file is right."""
STALE_AFTER = timedelta(seconds=15)
"""A process without a heartbeat for this long counts as dead; heartbeats come every 2 s or less."""
ACTIVE = (
    TransferStatus.QUEUED,
    TransferStatus.CHECKING,
    TransferStatus.STORING,
    TransferStatus.UNDOING,
)
UNDOABLE = (TransferStatus.READY, TransferStatus.STORING, TransferStatus.DONE)


def begin_import(
    session: Session,
    *,
    file: str,
    file_name: str | None,
    n_bytes: int,
    sha256: str,
    stores_at_once: bool,
    by: str,
    now: datetime,
    repair: str = "",
    confirm: str = "",
) -> Transfer:
    """Queue the import of an uploaded file.

    Args:
        repair: see `core.transfer.repairs`; `none` says that the file is right as it is.
        confirm: `CONFIRM` says that an odd file is to be stored all the same.
    Raises: InvalidInput, for an unknown repair; Conflict, for other words as confirmation.
    """
    check_wishes(repair, confirm)
    transfer = Transfer(
        kind=IMPORT,
        status=TransferStatus.QUEUED,
        by=by,
        created_at=now,
        file=file,
        file_name=file_name,
        n_bytes=n_bytes,
        sha256=sha256,
        stores_at_once=stores_at_once,
        n_done=0,
        n_new=0,
        found={"n_checks": 0, "wishes": {"repair": repair, "confirm": confirm}},
    )
    session.add(transfer)
    session.flush()
    facts = {"n_bytes": n_bytes, "sha256": sha256}
    audit(session, by=by, action="import", subject=_subject(transfer.id), now=now, **facts)
    return transfer


def check_wishes(repair: str, confirm: str) -> None:
    """Raises: InvalidInput, for an unknown repair; Conflict, for other words than `CONFIRM`."""
    parse_written(repair)
    if confirm and confirm.strip().lower() != CONFIRM:
        raise Conflict(f'the confirmation must have the words "{CONFIRM}"')


def begin_export(
    session: Session,
    *,
    format: str,
    filters: Mapping[str, Any],
    n_total: int,
    by: str,
    owner: str,
    now: datetime,
) -> Transfer:
    """Record that an export begins: by whom, of which drawings, in which format."""
    transfer = Transfer(
        kind=EXPORT,
        status=TransferStatus.SENDING,
        format=format,
        filters=dict(filters),
        by=by,
        created_at=now,
        n_total=n_total,
        n_done=0,
        n_new=0,
        stores_at_once=True,
        owner=owner,
        heartbeat_at=now,
    )
    session.add(transfer)
    session.flush()
    facts = {"format": format, "filters": dict(filters), "n": n_total}
    audit(session, by=by, action="export", subject=_subject(transfer.id), now=now, **facts)
    return transfer


def due(session: Session, *, now: datetime) -> int | None:
    """The id of the oldest import that needs a process: queued, or left by one that died."""
    return session.scalars(_due(now).order_by(Transfer.id).limit(1)).one_or_none()


def _due(now: datetime) -> Any:
    is_free = or_(Transfer.heartbeat_at.is_(None), Transfer.heartbeat_at < now - STALE_AFTER)
    return select(Transfer.id).where(Transfer.kind == IMPORT, Transfer.status.in_(ACTIVE), is_free)


def claim(session: Session, transfer_id: int, *, owner: str, now: datetime) -> Transfer | None:
    """Take an import to work on it; None if another process has it, or nothing is left to do."""
    return session.scalars(
        update(Transfer)
        .where(Transfer.id.in_(_due(now)), Transfer.id == transfer_id)
        .values(owner=owner, heartbeat_at=now)
        .returning(Transfer)
        .execution_options(populate_existing=True)
    ).one_or_none()


def progress(
    session: Session,
    transfer_id: int,
    *,
    owner: str,
    now: datetime,
    is_over: bool = False,
    **values: Any,
) -> Transfer:
    """Record a heartbeat and progress. `is_over` gives the job up: this process has done its part.

    Raises: LeaseLost, if another process has taken over.
    """
    if is_over:
        values["owner"] = None
    row = session.scalars(
        update(Transfer)
        .where(Transfer.id == transfer_id, Transfer.owner == owner)
        .values(heartbeat_at=now, **values)
        .returning(Transfer)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise LeaseLost("another process works on this import now: this one stops")
    return row


def finish(
    session: Session,
    transfer_id: int,
    *,
    owner: str,
    status: TransferStatus,
    now: datetime,
    **values: Any,
) -> Transfer:
    """Record the end of a job. Raises: LeaseLost."""
    done = {"status": status, "finished_at": now, **values}
    return progress(session, transfer_id, owner=owner, now=now, is_over=True, **done)


def ask_to_store(
    session: Session,
    transfer_id: int,
    *,
    by: str,
    now: datetime,
    repair: str = "",
    confirm: str = "",
) -> Transfer:
    """Have a checked import stored, with a repair if one is given; see `begin_import`.

    Raises: NotFound; InvalidInput, for an unknown repair; Conflict, if it is in another state, or
    if the preview found something that a person must decide and did not.
    """
    chosen = parse_written(repair)
    found = _checked(session, transfer_id)
    check_wishes(repair, confirm)
    if not _is_decided(found.get("needs"), repair, confirm, is_applied=False):
        raise Conflict(why_not_stored(found))
    values: dict[str, Any] = {"message": None}
    if chosen.names:
        both = parse_written(found.get("repair") or "").and_then(chosen)
        values["found"] = {**found, "repair": both.written}
    row = _redirect(session, transfer_id, (TransferStatus.READY,), TransferStatus.STORING, **values)
    facts = {name: text for name, text in (("repair", repair), ("confirm", confirm)) if text}
    audit(session, by=by, action="import_store", subject=_subject(transfer_id), now=now, **facts)
    return row


def _checked(session: Session, transfer_id: int) -> dict[str, Any]:
    """What was found in a checked import. Raises: NotFound, Conflict."""
    row = session.get(Transfer, transfer_id)
    if row is None or row.kind != IMPORT:
        raise NotFound("import", transfer_id)
    if row.status != TransferStatus.READY:
        raise Conflict(f"import {transfer_id} is {row.status}: look at it again")
    return dict(row.found or {})


def wishes_of(transfer: Transfer) -> dict[str, str]:
    """The repair and the confirmation that came with an import."""
    wishes = (transfer.found or {}).get("wishes", {})
    return wishes if isinstance(wishes, dict) else {}


def is_settled(found: Mapping[str, Any], wishes: Mapping[str, str]) -> bool:
    """Whether a checked file can be stored without another look by a person."""
    repair, confirm = wishes.get("repair", ""), wishes.get("confirm", "")
    is_plain = not found.get("warnings")
    is_wished = bool(repair or confirm)
    is_decided = _is_decided(found.get("needs"), repair, confirm, is_applied=True)
    return is_plain or (is_wished and is_decided)


def _is_decided(needs: str | None, repair: str, confirm: str, *, is_applied: bool) -> bool:
    """Whether a person decided what the preview asks; `is_applied`: the repair was in the check."""
    if confirm or needs is None:
        return True
    if repair.strip() == NONE:
        return needs == "repair"
    return bool(repair) and not is_applied


def why_not_stored(found: Mapping[str, Any]) -> str:
    """What is odd about a checked file, and what a person can do."""
    odd = " ".join(found.get("warnings", ()))
    proposal = found.get("proposal")
    if found.get("needs") == "repair" and proposal:
        return (
            f"{odd} Choose the repair {proposal['repair']}, or the repair none to store the "
            "drawings as they are"
        )
    if found.get("needs") == "confirm":
        return f'{odd} To store them all the same, confirm with the words "{CONFIRM}"'
    return f"{odd} Look at the samples, then store them or undo the import"


def ask_to_undo(session: Session, transfer_id: int, *, by: str, now: datetime) -> Transfer:
    """Have all drawings of an import erased. Raises: NotFound; Conflict, if it has none."""
    row = _redirect(session, transfer_id, UNDOABLE, TransferStatus.UNDOING)
    audit(session, by=by, action="import_undo", subject=_subject(transfer_id), now=now)
    return row


def _redirect(
    session: Session,
    transfer_id: int,
    expected: tuple[TransferStatus, ...],
    status: TransferStatus,
    **values: Any,
) -> Transfer:
    """Change the state as a person asks: the current owner loses the job, another one claims it."""
    row = session.scalars(
        update(Transfer)
        .where(Transfer.id == transfer_id, Transfer.kind == IMPORT, Transfer.status.in_(expected))
        .values(status=status, owner=None, heartbeat_at=None, finished_at=None, n_done=0, **values)
        .returning(Transfer)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        found = session.get(Transfer, transfer_id)
        if found is None or found.kind != IMPORT:
            raise NotFound("import", transfer_id)
        raise Conflict(f"import {transfer_id} is {found.status}: look at it again")
    return row


def _subject(transfer_id: int) -> str:
    return f"transfer:{transfer_id}"
