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
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import select

from core.base.clock import utc_now
from core.base.errors import DataError, InkloopError, InvalidInput, StorageFull, TooLarge
from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import Drawing, Transfer
from core.symbols.digits import mnist
from core.transfer import jobs as transfers
from core.transfer import uploads
from core.transfer.formats import registry
from core.transfer.formats.records import MAX_DRAWINGS, DrawingRecord, Skipped
from core.transfer.progress import Heartbeat, OnProgress, ignore_progress
from core.transfer.storing import erase_imported, store_records

BATCH: Final = 100  # drawings in a transaction: it holds the write lock for 10 ms
# Between batches. Other writers try every 2 ms (`core.storage.database`), so they get the lock.
PAUSE_SECONDS: Final = 0.005
MAX_REFUSALS_SHOWN: Final = 20
MAX_CHECKS: Final = 2
"""A process that dies during the check may have been killed by chance; a second one was not."""
CRASHES: Final = "reading this file crashed the process twice: it is damaged or malicious"
NAMESPACE: Final = UUID("7f0c6d1e-52b8-4f39-9d0a-3b6f1a7c2e54")


@dataclass(slots=True)
class _Refusals:
    """The number of skipped entries, and the first few reasons."""

    n: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, reason: str) -> None:
        """Count one. Only the first few reasons are kept: a hostile file may have millions."""
        self.n += 1
        if len(self.reasons) < MAX_REFUSALS_SHOWN:
            self.reasons.append(reason)


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
        n_checks = (transfer.found or {}).get("n_checks", 0) + 1
        if n_checks > MAX_CHECKS:
            return self._end(transfer, TransferStatus.REFUSED, CRASHES)
        self._note(transfer, status=TransferStatus.CHECKING, found={"n_checks": n_checks}, n_done=0)
        try:
            format, found = self._summary(transfer)
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
        if transfer.stores_at_once:
            return self._note(transfer, status=TransferStatus.STORING, **values)
        return self._note(transfer, status=TransferStatus.READY, is_over=True, **values)

    def _summary(self, transfer: Transfer) -> tuple[str, dict[str, Any]]:
        """The name of the format, and the figures of `transfers.found`."""
        format = registry.format_of(self._path(transfer)).name
        refused = _Refusals()
        by_label = [0] * 10
        n_known = 0
        heartbeat = Heartbeat()
        records = self._records(transfer, format, refused)
        while batch := dict(islice(records, BATCH)):
            for one in batch.values():
                by_label[one.label] += 1
            n_known += self._n_known(batch)
            n_done = sum(by_label)
            if n_done > MAX_DRAWINGS:
                raise TooLarge(f"a file may have {MAX_DRAWINGS:,} drawings: split it")
            self._on_progress(n_done, None)
            if heartbeat.is_due():
                self._note(transfer, n_done=n_done)
        return format, {
            "by_label": by_label,
            "n_known": n_known,
            "n_refused": refused.n,
            "refusals": refused.reasons,
        }

    def _records(
        self, transfer: Transfer, format: str, refused: _Refusals
    ) -> Iterator[tuple[str, DrawingRecord]]:
        """Yield (id, record) of each usable drawing. Deterministic, so that a retry can resume."""
        seen: set[int] = set()
        heartbeat = Heartbeat()
        for place, item in enumerate(registry.by_name(format).read(self._path(transfer))):
            if heartbeat.is_due():  # reading one batch of photographs may outlast the lease
                self._note(transfer)
            if isinstance(item, Skipped):
                refused.add(item.reason)
            elif self._is_exam(item.ink):
                refused.add(
                    f"drawing {place + 1} is a picture of MNIST's test set: no run may train on it"
                )
            else:
                drawing_id = item.id or str(uuid5(NAMESPACE, f"{transfer.sha256}:{place}"))
                key = UUID(drawing_id).int
                if key in seen:
                    raise InvalidInput(f"drawing {place + 1} has the id of an earlier one")
                seen.add(key)
                yield drawing_id, item

    def _is_exam(self, ink: bytes) -> bool:
        """Whether it is one of the 10,000 test pictures that every version is evaluated on."""
        if self._exam is None:
            self._exam = _exam_digests(self._settings)
        return _digest(ink) in self._exam

    def _n_known(self, batch: dict[str, DrawingRecord]) -> int:
        with self._database.read() as session:
            ids = select(Drawing.id).where(Drawing.id.in_(list(batch)), Drawing.ink != b"")
            return len(session.scalars(ids).all())

    def _store(self, transfer: Transfer) -> Transfer:
        """Store the drawings that are missing, each batch in one transaction with the progress."""
        n_done, n_new = 0, transfer.n_new
        records = self._records(transfer, transfer.format or "", _Refusals())
        while batch := dict(islice(records, BATCH)):
            with self._database.write() as session:
                now = utc_now()
                n_done += len(batch)
                n_new += store_records(session, transfer, batch, secret=self._secret, now=now)
                transfers.progress(
                    session, transfer.id, owner=self.owner, now=now, n_done=n_done, n_new=n_new
                )
            self._on_progress(n_done, transfer.n_total)
            time.sleep(PAUSE_SECONDS)
        return self._end(transfer, TransferStatus.DONE, None)

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
                return self._end(transfer, status, message, n_new=0)
            time.sleep(PAUSE_SECONDS)

    def _note(self, transfer: Transfer, **values: Any) -> Transfer:
        with self._database.write() as session:
            return transfers.progress(
                session, transfer.id, owner=self.owner, now=utc_now(), **values
            )

    def _end(
        self, transfer: Transfer, status: TransferStatus, message: str | None, **values: Any
    ) -> Transfer:
        """Record the end, then remove the file. After a crash between, `uploads.sweep` does it."""
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
        if transfer.file is not None:
            uploads.remove(self._settings, transfer.file)
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


def _exam_digests(settings: Settings) -> frozenset[bytes]:
    """Digests of MNIST's test pictures; empty if MNIST has not been fetched."""
    try:
        images_NHW = mnist.load_test_images(settings.mnist_cache)
    except DataError:
        return frozenset()
    return frozenset(_digest(image_HW.tobytes()) for image_HW in images_NHW)


def _digest(ink: bytes) -> bytes:
    return hashlib.blake2b(ink, digest_size=16).digest()
