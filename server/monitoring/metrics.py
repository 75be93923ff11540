"""Prometheus metrics.

Each worker adds its counts to the shared state every few seconds, and a scrape reads the sums
there, so that any worker can answer it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import NotReady
from core.base.kinds import RunStatus, TransferStatus
from core.drawings import queries as drawing_queries
from core.storage import counters
from core.storage.shared_state import TRAINER
from core.storage.tables import Run, Transfer, WebhookDelivery
from core.versions import queries as version_queries
from server.monitoring.request_counts import BUCKETS_SECONDS, SEPARATOR
from server.services import Services

OVER = (RunStatus.PROMOTED, RunStatus.HELD, RunStatus.FAILED, RunStatus.CANCELLED)
ACTIVE_IMPORTS = (
    TransferStatus.QUEUED,
    TransferStatus.CHECKING,
    TransferStatus.STORING,
    TransferStatus.UNDOING,
)
BOUNDS = (*(str(bound) for bound in BUCKETS_SECONDS), "+Inf")


def registry(parts: Services) -> CollectorRegistry:
    """Return a registry that collects all metrics at the time of the scrape."""
    made = CollectorRegistry()
    made.register(_Metrics(parts))
    return made


class _Metrics(Collector):
    """Collects all metrics, but for those whose source cannot be read at the moment."""

    def __init__(self, parts: Services) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        for collect in (self._requests, self._workers, self._collected, self._disk):
            with contextlib.suppress(NotReady):
                yield from collect()

    def _requests(self) -> Iterator[Metric]:
        with contextlib.suppress(NotReady):
            self._parts.counts.add_to(self._parts.shared_state)
        requests = CounterMetricFamily(
            "inkloop_http_requests",
            "Requests answered, by all workers together.",
            labels=["method", "route", "status"],
        )
        took: dict[tuple[str, ...], float] = {}
        buckets: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
        for name, total in sorted(self._parts.shared_state.totals().items()):
            kind, *values = name.split(SEPARATOR)
            if kind == "requests":
                requests.add_metric(values, total)
            elif kind == "took":
                took[tuple(values)] = total
            elif kind == "bucket":
                *where, bound = values
                buckets[tuple(where)][bound] = total
        yield requests
        seconds = HistogramMetricFamily(
            "inkloop_http_request_duration_seconds",
            "Time from a request's arrival in a worker to its answer.",
            labels=["method", "route"],
        )
        for labels, counted in sorted(buckets.items()):
            grown = accumulate(counted.get(bound, 0.0) for bound in BOUNDS)
            in_all = took.get(labels, 0.0)
            seconds.add_metric(labels, list(zip(BOUNDS, grown, strict=True)), in_all)
        yield seconds

    def _workers(self) -> Iterator[Metric]:
        found = self._parts.shared_state.workers(now=utc_now())
        yield _gauge("inkloop_workers", "Server processes seen in the last ten seconds", len(found))
        versions = GaugeMetricFamily(
            "inkloop_worker_version", "Version that a worker serves; 0: none", labels=["pid"]
        )
        for worker in found:
            versions.add_metric([str(worker.pid)], worker.version or 0)
        yield versions
        seen_at = self._parts.shared_state.part_seen_at(TRAINER)
        seconds = 0 if seen_at is None else seen_at.timestamp()
        yield _gauge(
            "inkloop_trainer_seen_timestamp_seconds",
            "Time of the trainer's last heartbeat; 0: it is not running",
            seconds,
        )

    def _collected(self) -> Iterator[Metric]:
        with self._parts.database.read() as session:
            counts = counters.totals(session, "status:")
            champion = version_queries.champion(session)
            single = {
                "inkloop_drawings_new": (
                    "Drawings no run has seen",
                    drawing_queries.n_new(session),
                ),
                "inkloop_contributors": (
                    "Contributors",
                    counters.totals(session, "contributors").get("", 0),
                ),
                "inkloop_champion_version": (
                    "Live version; 0: none",
                    0 if champion is None else champion.version,
                ),
                "inkloop_champion_accuracy": (
                    "Share of the MNIST test set that the live version reads right, 0 to 1",
                    0.0 if champion is None else champion.accuracy or 0.0,
                ),
            }
            runs, waiting = list(_runs(session)), _waiting(session)
        drawings = GaugeMetricFamily("inkloop_drawings", "Drawings kept", labels=["status"])
        for status, n in sorted(counts.items()):
            drawings.add_metric([status], n)
        yield drawings
        for name, (help_text, value) in single.items():
            yield _gauge(name, help_text, value)
        yield from runs
        queues = GaugeMetricFamily("inkloop_waiting", "What waits to be done", labels=["queue"])
        for queue, n in (waiting | {"review": counts.get("quarantined", 0)}).items():
            queues.add_metric([queue], n)
        yield queues

    def _disk(self) -> Iterator[Metric]:
        path = self._parts.settings.database_path
        disk = shutil.disk_usage(path.parent)
        yield _gauge("inkloop_disk_free_bytes", "Free, where the database is", disk.free)
        yield _gauge("inkloop_disk_size_bytes", "Size of the disk with the database", disk.total)
        # By name only: no other code than SQLite may open these files.
        sizes = GaugeMetricFamily("inkloop_database_bytes", "Size of its files", labels=["file"])
        for kind, suffix in (("database", ""), ("wal", "-wal")):
            file = path.with_name(path.name + suffix)
            sizes.add_metric([kind], file.stat().st_size if file.exists() else 0)
        yield sizes


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)


def _runs(session: Session) -> Iterator[Metric]:
    rows = session.execute(
        select(Run.status, func.count(), func.max(Run.finished_at)).group_by(Run.status)
    )
    found = {status: (n, ended) for status, n, ended in rows}
    runs = CounterMetricFamily("inkloop_runs", "Runs that ended, by outcome", labels=["outcome"])
    ends = GaugeMetricFamily(
        "inkloop_run_end_timestamp_seconds",
        "When the last run of this outcome ended; 0: there was none",
        labels=["outcome"],
    )
    for status in OVER:
        n, ended = found.get(status, (0, None))
        runs.add_metric([status], n)
        ends.add_metric([status], 0 if ended is None else ended.timestamp())
    yield runs
    yield ends
    open_ = GaugeMetricFamily("inkloop_runs_open", "Runs queued or at work", labels=["status"])
    for status in (RunStatus.QUEUED, RunStatus.RUNNING):
        open_.add_metric([status], found.get(status, (0, None))[0])
    yield open_


def _waiting(session: Session) -> dict[str, int]:
    imports = select(func.count()).where(
        Transfer.kind == "import", Transfer.status.in_(ACTIVE_IMPORTS)
    )
    notices = select(func.count()).where(WebhookDelivery.due_at.is_not(None))
    return {
        "imports": session.scalars(imports).one(),
        "webhook": session.scalars(notices).one(),
    }
