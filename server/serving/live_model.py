"""The live model of a process: it follows the newest promotion and keeps the last good version.

Each worker polls the table of promotions; a signal would reach only one process.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import ModelFileError, NotFound, NotReady
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.shared_state import SharedState
from core.storage.tables import ModelVersion, Promotion
from server.serving.predictor import LoadedModel, load_model

log = structlog.get_logger()

N_CACHED = 3  # the live version, the one before, and the last one requested by number
N_FALLBACKS = 5  # earlier versions that a new worker tries when the newest cannot be loaded
RETRY_SECONDS = 5.0  # a damaged file may be restored from a backup
REPORT_SECONDS = 2.0  # without a report, a worker counts as dead after ten seconds


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """A version and the recorded hashes of its files."""

    version: int
    sha256: str
    manifest_sha256: str


def promoted_versions(session: Session, limit: int = N_FALLBACKS) -> list[VersionFiles]:
    """Return the versions that went live last, newest first, without duplicates."""
    newest = select(Promotion.version).order_by(Promotion.id.desc()).limit(limit).scalar_subquery()
    rows = session.execute(
        select(Promotion.version, ModelVersion.sha256, ModelVersion.manifest_sha256)
        .join(ModelVersion, ModelVersion.version == Promotion.version)
        .where(Promotion.version.in_(newest))
        .order_by(Promotion.id.desc())
        .limit(limit)
    )
    return list(dict.fromkeys(VersionFiles(*row) for row in rows))


class LiveModel:
    """The model in use. A swap is one assignment, so that no request waits or fails."""

    def __init__(self, database: Database, store: ModelStore, shared_state: SharedState) -> None:
        self.current: LoadedModel | None = None
        self.problem: str | None = None
        """Why the newest promotion cannot be served; None if it is."""
        self._database = database
        self._store = store
        self._shared_state = shared_state
        self._lock = threading.Lock()
        self._cached: OrderedDict[tuple[int, str], LoadedModel] = OrderedDict()
        self._broken: dict[VersionFiles, tuple[str, float]] = {}
        self._reported: tuple[int | None, str | None] | None = None
        self._reported_at = 0.0

    def look(self) -> None:
        """Follow the newest promotion, and report this worker's state to the others."""
        with self._database.read() as session:
            promoted = promoted_versions(session)
        with self._lock:
            self._follow(promoted)
        self._report(utc_now())

    def _follow(self, promoted: Sequence[VersionFiles]) -> None:
        if not promoted:
            self.problem = None
            return
        if self.current is not None and self.current.version == promoted[0].version:
            self.problem = None
            return
        # A worker with a model tries the newest only; one without takes the newest that loads.
        candidates = promoted[:1] if self.current is not None else promoted
        for files in candidates:
            loaded = self._try_load(files)
            if loaded is not None:
                self._swap(loaded)
                break
        newest_problem = self._broken.get(promoted[0])
        self.problem = None if newest_problem is None else newest_problem[0]

    def _swap(self, loaded: LoadedModel) -> None:
        before = None if self.current is None else self.current.version
        self.current = loaded
        log.info("model swapped", version=loaded.version, previous_version=before)

    def _try_load(self, files: VersionFiles) -> LoadedModel | None:
        broken = self._broken.get(files)
        if broken is not None and time.monotonic() - broken[1] < RETRY_SECONDS:
            return None
        try:
            loaded = self._load(files)
        except ModelFileError as exc:
            self._broken[files] = (str(exc), time.monotonic())
            if broken is None:
                log.warning("model refused", version=files.version, problem=str(exc))
            return None
        self._broken.pop(files, None)
        return loaded

    def _load(self, files: VersionFiles) -> LoadedModel:
        key = (files.version, files.sha256)
        loaded = self._cached.get(key)
        if loaded is None:
            loaded = self._cached[key] = load_model(
                self._store,
                files.version,
                sha256=files.sha256,
                manifest_sha256=files.manifest_sha256,
            )
        self._cached.move_to_end(key)
        while len(self._cached) > N_CACHED:
            self._cached.popitem(last=False)
        return loaded

    def version(self, version: int) -> LoadedModel:
        """Return any version, loaded and tested; cached if it was used recently.

        Raises: NotFound; ModelFileError.
        """
        with self._database.read() as session:
            row = session.execute(
                select(
                    ModelVersion.version, ModelVersion.sha256, ModelVersion.manifest_sha256
                ).where(ModelVersion.version == version)
            ).one_or_none()
        if row is None:
            raise NotFound("version", version)
        with self._lock:
            return self._load(VersionFiles(*row))

    def check_files(self, version: int) -> None:
        """Load a version from its files and test it, without the cache.

        Raises: NotFound; ModelFileError.
        """
        with self._lock:
            for key in [key for key in self._cached if key[0] == version]:
                del self._cached[key]
        self.version(version)

    def _report(self, now: datetime) -> None:
        state = (None if self.current is None else self.current.version, self.problem)
        is_due = time.monotonic() - self._reported_at >= REPORT_SECONDS
        if state != self._reported or is_due:
            self._reported, self._reported_at = state, time.monotonic()
            try:
                self._shared_state.report_worker(*state, now=now)
            except NotReady as exc:  # such as on a full disk; serving does not depend on it
                log.warning("worker's state not reported", problem=str(exc))
