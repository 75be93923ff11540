"""An import from start to end: check the whole file, store it in batches, or undo it.

The process may die at any point. Checking stores nothing. Each batch of drawings is stored in one
transaction with the import's progress, and the id of each drawing follows from the file and the
position in it: a process that takes over reads the file again and adds only what is missing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import select

from core.base.clock import utc_now
from core.base.errors import InkloopError, InvalidInput, StorageFull, TooLarge
from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import Drawing, Transfer
from core.symbols import digits
from core.transfer import jobs as transfers
from core.transfer import uploads
from core.transfer.checking import Check
from core.transfer.formats import registry
from core.transfer.formats.format import Assumed
from core.transfer.formats.records import DrawingRecord, Skipped
from core.transfer.formats.registry import Recognised
from core.transfer.left_out import LeftOut
from core.transfer.live_version import load_live
from core.transfer.progress import Heartbeat, OnProgress, ignore_progress
from core.transfer.repairs import Repair, parse_written
from core.transfer.storing import erase_imported, store_records

BATCH: Final = 100  # drawings in a transaction: it holds the write lock for 10 ms
# Between batches. Other writers try every 2 ms (`core.storage.database`), so they get the lock.
PAUSE_SECONDS: Final = 0.005
MAX_CHECKS: Final = 2
"""A process that dies during the check may have been killed by chance; a second one was not."""
CRASHES: Final = "reading this file crashed the process twice: it is damaged or malicious"
NAMESPACE: Final = UUID("7f0c6d1e-52b8-4f39-9d0a-3b6f1a7c2e54")


class Importer:
    """Works on one import at a time, in this process."""

    def __init__(
        self, settings: Settings, database: Database, on_progress: OnProgress = ignore_progress
    ) -> None:
        self._settings = settings
        self._database = database
        self._on_progress = on_progress
        self._secret = settings.secret()
        self._exam: frozenset[bytes] | None = None
        self.owner = f"{os.getpid()}:{secrets.token_hex(4)}"

    def run(self, transfer_id: int) -> Transfer | None:
        """Do all work that an import needs now. Returns None if another process works on it.

        Raises: LeaseLost, if another process took over, or a person changed its state meanwhile;
        StorageFull, NotReady: the import stays as it is and can be continued.
        """
        with self._database.write() as session:
            transfer = transfers.claim(session, transfer_id, owner=self.owner, now=utc_now())
        if transfer is None:
            return None
        if transfer.status in (TransferStatus.QUEUED, TransferStatus.CHECKING):
            transfer = self._check(transfer)
        if transfer.status == TransferStatus.STORING:
            try:
                transfer = self._store(transfer)
            except (InvalidInput, TooLarge) as exc:  # the file changed after the check
                transfer = self._note(transfer, status=TransferStatus.UNDOING)
                return self._undo(transfer, TransferStatus.FAILED, str(exc))
        if transfer.status == TransferStatus.UNDOING:
            transfer = self._undo(transfer)
        return transfer

    def _check(self, transfer: Transfer) -> Transfer:
        """Read the whole file and record what is in it. Stores no drawing."""
        wishes = transfers.wishes_of(transfer)
        n_checks = (transfer.found or {}).get("n_checks", 0) + 1
        if n_checks > MAX_CHECKS:
            return self._end(transfer, TransferStatus.REFUSED, CRASHES)
        begun = {"n_checks": n_checks, "wishes": wishes}
        self._note(transfer, status=TransferStatus.CHECKING, found=begun, n_done=0)
        try:
            format, found = self._summary(transfer, parse_written(wishes.get("repair", "")))
        except (InvalidInput, TooLarge) as exc:
            return self._end(transfer, TransferStatus.REFUSED, str(exc))
        except (MemoryError, RecursionError):
            message = "this file needs more memory than an import may take: split it"
            return self._end(transfer, TransferStatus.REFUSED, message)
        n = sum(found["by_label"])
        if not n:
            reasons = "; ".join(found["refusals"][:3])
            message = "the file has no usable drawing" + (f": {reasons}" if reasons else "")
            return self._end(transfer, TransferStatus.REFUSED, message, format=format, found=found)
        values = {"format": format, "found": found, "n_total": n, "n_done": 0, "n_new": 0}
        if transfer.stores_at_once and transfers.is_settled(found, wishes):
            return self._note(transfer, status=TransferStatus.STORING, **values)
        if transfer.stores_at_once:
            values["message"] = transfers.why_not_stored(found)
        return self._note(transfer, status=TransferStatus.READY, is_over=True, **values)

    def _summary(self, transfer: Transfer, repair: Repair) -> tuple[str, dict[str, Any]]:
        """The name of the format, and the figures of `transfers.found`."""
        heartbeat = Heartbeat()

        def on_batch(batch: Mapping[str, DrawingRecord], n_done: int) -> int:
            self._on_progress(n_done, None)
            if heartbeat.is_due():
                self._note(transfer, n_done=n_done)
            return self._n_known(batch)

        def read(
            file: Recognised, assumed: Assumed, repair: Repair, left_out: LeftOut
        ) -> Iterator[tuple[str, DrawingRecord]]:
            return self._records(transfer, file, assumed, repair, left_out)

        live = load_live(self._settings, self._database)
        with (
            registry.recognised(self._path(transfer)) as file,
            LeftOut(self._settings) as left_out,
        ):
            check = Check(file, left_out, read, on_batch)
            return file.format.name, check.found(repair, live)

    def _records(
        self,
        transfer: Transfer,
        file: Recognised,
        assumed: Assumed,
        repair: Repair,
        left_out: LeftOut,
    ) -> Iterator[tuple[str, DrawingRecord]]:
        """Yield (id, record) of each usable drawing. Deterministic, so that a retry can resume.

        The records are as the file has them; the repair only makes ids of its own, so that a file
        that was stored without it can be stored again.
        """
        seen: set[int] = set()
        heartbeat = Heartbeat()
        repaired = f":{repair.written}" if repair.names else ""
        for place, item in enumerate(file.format.read(file.path, assumed)):
            if heartbeat.is_due():  # reading one batch of photographs may outlast the lease
                self._note(transfer)
            if isinstance(item, Skipped):
                left_out.add(item.reason)
            elif self._is_exam(item.ink) or (
                repair.names and self._is_exam(repair.record(item).ink)
            ):
                left_out.add(
                    f"drawing {place + 1} is a picture of MNIST's test set: no run may train on it"
                )
            else:
                drawing_id = item.id or str(
                    uuid5(NAMESPACE, f"{transfer.sha256}:{place}{repaired}")
                )
                key = UUID(drawing_id).int
                if key in seen:
                    raise InvalidInput(
                        f"drawing {place + 1} has the id of an earlier one: leave one of them out"
                    )
                seen.add(key)
                yield drawing_id, item

    def _is_exam(self, ink: bytes) -> bool:
        """Whether it is one of the 10,000 test pictures that every version is evaluated on."""
        if self._exam is None:
            self._exam = _exam_digests(self._settings)
        return _digest(ink) in self._exam

    def _n_known(self, batch: Mapping[str, DrawingRecord]) -> int:
        with self._database.read() as session:
            ids = select(Drawing.id).where(Drawing.id.in_(list(batch)), Drawing.ink != b"")
            return len(session.scalars(ids).all())

    def _store(self, transfer: Transfer) -> Transfer:
        """Store the drawings that are missing, each batch in one transaction with the progress."""
        found = transfer.found or {}
        repair = parse_written(found.get("repair", ""))
        n_done, n_new, by_label = 0, transfer.n_new, [0] * 10
        with (
            registry.recognised(self._path(transfer)) as file,
            LeftOut(self._settings) as left_out,
        ):
            assumed = self._assumed(found, file, repair)
            records = self._records(transfer, file, assumed, repair, left_out)
            while batch := dict(islice(records, BATCH)):
                batch = _repaired(batch, repair)
                with self._database.write() as session:
                    now = utc_now()
                    n_done += len(batch)
                    n_new += store_records(session, transfer, batch, secret=self._secret, now=now)
                    transfers.progress(
                        session, transfer.id, owner=self.owner, now=now, n_done=n_done, n_new=n_new
                    )
                for one in batch.values():
                    by_label[one.label] += 1
                self._on_progress(n_done, transfer.n_total)
                time.sleep(PAUSE_SECONDS)
        found = {**found, "by_label": by_label}
        return self._end(transfer, TransferStatus.DONE, None, found=found)

    def _assumed(self, found: Mapping[str, Any], file: Recognised, repair: Repair) -> Assumed:
        """How the file is read: as the check decided, or with a label column chosen since."""
        assumed: Assumed | None = found.get("assumed")
        column = repair.label_column
        is_as_checked = assumed is not None and column in (None, assumed.get("label_column"))
        if assumed is not None and is_as_checked:
            return assumed
        return file.format.survey(file.path, column).assumed

    def _undo(
        self,
        transfer: Transfer,
        status: TransferStatus = TransferStatus.UNDONE,
        message: str | None = None,
    ) -> Transfer:
        n_done = 0
        while True:
            with self._database.write() as session:
                now = utc_now()
                n_erased = erase_imported(session, transfer.id, now=now, limit=BATCH)
                n_done += n_erased
                transfers.progress(session, transfer.id, owner=self.owner, now=now, n_done=n_done)
            self._on_progress(n_done, None)
            if not n_erased:
                return self._end(transfer, status, message, n_new=0, is_kept=False)
            time.sleep(PAUSE_SECONDS)

    def _note(self, transfer: Transfer, **values: Any) -> Transfer:
        with self._database.write() as session:
            return transfers.progress(
                session, transfer.id, owner=self.owner, now=utc_now(), **values
            )

    def _end(
        self,
        transfer: Transfer,
        status: TransferStatus,
        message: str | None,
        *,
        is_kept: bool = True,
        **values: Any,
    ) -> Transfer:
        """Record the end, then remove the file. After a crash between, `uploads.sweep` does it.

        The samples are dropped, since they are ink; the list of what was left out goes with an
        undone import (`is_kept` false).
        """
        found = values.get("found", transfer.found)
        left_out = (found or {}).get("left_out")
        if found is not None:
            values["found"] = _without_ink(found) | ({} if is_kept else {"left_out": None})
        with self._database.write() as session:
            ended = transfers.finish(
                session,
                transfer.id,
                owner=self.owner,
                status=status,
                now=utc_now(),
                message=message,
                file=None,
                **values,
            )
        for key in (transfer.file, None if is_kept else left_out):
            if key is not None:
                uploads.remove(self._settings, key)
        return ended

    def _path(self, transfer: Transfer) -> Path:
        return uploads.find(self._settings, transfer.file or "")

    def give_back(self, transfer_id: int, error: InkloopError) -> None:
        """Record why it stopped. It is claimed again once its heartbeat is old enough."""
        try:
            with self._database.write() as session:
                transfers.progress(
                    session, transfer_id, owner=self.owner, now=utc_now(), message=str(error)
                )
        except StorageFull:
            pass  # the disk is too full even for the message


def _repaired(batch: Mapping[str, DrawingRecord], repair: Repair) -> dict[str, DrawingRecord]:
    """A batch as it is stored. Raises: InvalidInput, if a label is no digit without a repair."""
    made = {}
    for drawing_id, one in batch.items():
        repaired = repair.record(one)
        if repaired.label > 9:
            raise InvalidInput("the file has the label 10, and labels are the digits 0 to 9")
        made[drawing_id] = repaired
    return made


def _without_ink(found: Mapping[str, Any]) -> dict[str, Any]:
    """What was found, without the samples."""
    kept = {name: value for name, value in found.items() if name != "samples"}
    if isinstance(kept.get("proposal"), dict):
        kept["proposal"] = {**kept["proposal"], "samples": []}
    return kept


def _exam_digests(settings: Settings) -> frozenset[bytes]:
    """Digests of MNIST's test pictures; empty if MNIST has not been fetched."""
    images_NHW = digits.load(settings).exam_images()
    if images_NHW is None:
        return frozenset()
    return frozenset(_digest(image_HW.tobytes()) for image_HW in images_NHW)


def _digest(ink: bytes) -> bytes:
    return hashlib.blake2b(ink, digest_size=16).digest()
