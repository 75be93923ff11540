"""One import, end to end: check the whole file, store it batch by batch, or take it out again.

A process may die anywhere. Checking stores nothing. Each batch of drawings is one transaction with
the row that says how far the import is, and each drawing has an id that the file and its place in
it decide: whoever takes over goes through the file again, and adds only what is missing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from core.transfer.arrivals import MAX_DRAWINGS, Arrival, Refusal
from core.transfer.reading import READERS, format_of
from core.transfer.storing import store_arrivals, take_out

BATCH: Final = 100  # drawings in a transaction: 10 ms of work, with people's drawings waiting
PAUSE_SECONDS: Final = (
    0.005  # between batches: whoever waits looks every 2 ms (`core.storage.database`)
)
BEAT_SECONDS: Final = 1.0
MAX_REFUSALS_SHOWN: Final = 20
MAX_CHECKS: Final = 2
"""A process that dies while it checks a file may have been killed; the second one was not."""
DEADLY: Final = "reading this file ended its process twice: it is damaged, or made to do harm"
NAMESPACE: Final = UUID("7f0c6d1e-52b8-4f39-9d0a-3b6f1a7c2e54")
Report = Callable[[int, int | None], None]
"""Told (drawings done, drawings in all) as the work goes on."""


@dataclass(slots=True)
class _Refused:
    """How many entries were left out, and the first few sentences on why."""

    n: int = 0
    sentences: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        """Count one; a hostile file may have millions of them."""
        self.n += 1
        if len(self.sentences) < MAX_REFUSALS_SHOWN:
            self.sentences.append(sentence)


class Importer:
    """Works on one import at a time, in this process."""

    def __init__(
        self, settings: Settings, database: Database, report: Report | None = None
    ) -> None:
        self._settings = settings
        self._database = database
        self._report = report or (lambda _done, _total: None)
        self._secret = settings.secret()
        self._exam: frozenset[bytes] | None = None
        self.owner = f"{os.getpid()}:{secrets.token_hex(4)}"

    def run(self, transfer_id: int) -> Transfer | None:
        """Do all that is to do for an import now; None if another process is at it.

        Raises: LeaseLost, if another one took over, or a person decided otherwise meanwhile;
        StorageFull, NotReady: then it stays where it is, to be taken up again.
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
            except (InvalidInput, TooLarge) as exc:  # it passed the checks, and has changed since
                transfer = self._note(transfer, status=TransferStatus.UNDOING)
                return self._undo(transfer, TransferStatus.FAILED, str(exc))
        if transfer.status == TransferStatus.UNDOING:
            transfer = self._undo(transfer)
        return transfer

    def _check(self, transfer: Transfer) -> Transfer:
        """Read the whole file and say what is in it; nothing is stored yet."""
        n_checks = (transfer.found or {}).get("n_checks", 0) + 1
        if n_checks > MAX_CHECKS:
            return self._end(transfer, TransferStatus.REFUSED, DEADLY)
        self._note(transfer, status=TransferStatus.CHECKING, found={"n_checks": n_checks}, n_done=0)
        try:
            kind, found = self._look_through(transfer)
        except (InvalidInput, TooLarge) as exc:
            return self._end(transfer, TransferStatus.REFUSED, str(exc))
        except (MemoryError, RecursionError):
            sentence = "this file needs more memory than an import may take: split it"
            return self._end(transfer, TransferStatus.REFUSED, sentence)
        n = sum(found["by_label"])
        if not n:
            refusals = "; ".join(found["refusals"][:3])
            sentence = "there is no drawing in it" + (f": {refusals}" if refusals else "")
            return self._end(transfer, TransferStatus.REFUSED, sentence, format=kind, found=found)
        values = {"format": kind, "found": found, "n_total": n, "n_done": 0, "n_new": 0}
        if transfer.stores_at_once:
            return self._note(transfer, status=TransferStatus.STORING, **values)
        return self._note(transfer, status=TransferStatus.READY, is_over=True, **values)

    def _look_through(self, transfer: Transfer) -> tuple[str, dict[str, Any]]:
        path = self._path(transfer)
        kind = format_of(path)
        refused = _Refused()
        by_label = [0] * 10
        n_known = 0
        beat = _Beat()
        arrivals = self._arrivals(transfer, kind, refused)
        while batch := dict(islice(arrivals, BATCH)):
            for one in batch.values():
                by_label[one.label] += 1
            n_known += self._n_known(batch)
            n_done = sum(by_label)
            if n_done > MAX_DRAWINGS:
                raise TooLarge(f"a file may have {MAX_DRAWINGS:,} drawings: split it")
            self._report(n_done, None)
            if beat.is_due():
                self._note(transfer, n_done=n_done)
        return kind, {
            "by_label": by_label,
            "n_known": n_known,
            "n_refused": refused.n,
            "refusals": refused.sentences,
        }

    def _arrivals(
        self, transfer: Transfer, kind: str, refused: _Refused
    ) -> Iterator[tuple[str, Arrival]]:
        """The usable drawings of the file by their ids, always the same ones in the same order."""
        seen: set[int] = set()
        beat = _Beat()
        for place, item in enumerate(READERS[kind](self._path(transfer))):
            if beat.is_due():  # a batch of photographs may take longer than a silence is allowed
                self._note(transfer)
            if isinstance(item, Refusal):
                refused.add(item.sentence)
            elif self._is_exam(item.ink):
                refused.add(
                    f"drawing {place + 1} is a picture of MNIST's test set: nothing may train on it"
                )
            else:
                drawing_id = item.id or str(uuid5(NAMESPACE, f"{transfer.sha256}:{place}"))
                key = UUID(drawing_id).int
                if key in seen:
                    raise InvalidInput(f"drawing {place + 1} has the id of an earlier one")
                seen.add(key)
                yield drawing_id, item

    def _is_exam(self, ink: bytes) -> bool:
        """Whether it is one of the 10,000 pictures that every version is measured on."""
        if self._exam is None:
            self._exam = _exam_digests(self._settings)
        return _digest(ink) in self._exam

    def _n_known(self, batch: dict[str, Arrival]) -> int:
        with self._database.read() as session:
            ids = select(Drawing.id).where(Drawing.id.in_(list(batch)), Drawing.ink != b"")
            return len(session.scalars(ids).all())

    def _store(self, transfer: Transfer) -> Transfer:
        """Add what is not there yet. The row's progress and the drawings are one transaction."""
        n_done, n_new = 0, transfer.n_new
        arrivals = self._arrivals(transfer, transfer.format or "", _Refused())
        while batch := dict(islice(arrivals, BATCH)):
            with self._database.write() as session:
                now = utc_now()
                n_done += len(batch)
                n_new += store_arrivals(session, transfer, batch, secret=self._secret, now=now)
                transfers.progress(
                    session, transfer.id, owner=self.owner, now=now, n_done=n_done, n_new=n_new
                )
            self._report(n_done, transfer.n_total)
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
                n_taken = take_out(session, transfer.id, now=now, limit=BATCH)
                n_done += n_taken
                transfers.progress(session, transfer.id, owner=self.owner, now=now, n_done=n_done)
            self._report(n_done, None)
            if not n_taken:
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
        """The last word on it; the file is needed no longer. A crash between the two leaves a file
        that `uploads.sweep` removes."""
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
            (uploads.folder(self._settings) / transfer.file).unlink(missing_ok=True)
        return ended

    def _path(self, transfer: Transfer) -> Path:
        path = uploads.folder(self._settings) / (transfer.file or "")
        if not path.is_file():
            raise InvalidInput("the uploaded file is gone: send it again")
        return path

    def give_back(self, transfer_id: int, error: InkloopError) -> None:
        """Say why it stands still; it is taken up again as soon as its heartbeat is old."""
        try:
            with self._database.write() as session:
                transfers.progress(
                    session, transfer_id, owner=self.owner, now=utc_now(), message=str(error)
                )
        except StorageFull:
            pass  # there is no room even for the sentence


class _Beat:
    """Says when the next heartbeat is due."""

    def __init__(self) -> None:
        self._next = time.monotonic() + BEAT_SECONDS

    def is_due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + BEAT_SECONDS
        return True


def _exam_digests(settings: Settings) -> frozenset[bytes]:
    """Digests of the reference set's exam images; none while its files are missing."""
    images_NHW = digits.load(settings).exam_images()
    if images_NHW is None:
        return frozenset()
    return frozenset(_digest(image_HW.tobytes()) for image_HW in images_NHW)


def _digest(ink: bytes) -> bytes:
    return hashlib.blake2b(ink, digest_size=16).digest()
