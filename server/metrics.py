"""Figures for Prometheus. Workers count by themselves and add to the volatile database now and
then; a scrape adds up what it finds there, so that it does not matter which worker answers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from core import queries
from core.clock import utc_now
from server.request_counts import SEPARATOR
from server.services import Services


def registry(parts: Services) -> CollectorRegistry:
    """A registry that asks for everything at the moment of the scrape."""
    made = CollectorRegistry()
    made.register(_Figures(parts))
    return made


class _Figures(Collector):
    def __init__(self, parts: Services) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        self._parts.counts.hand_over(self._parts.volatile)
        yield from self._requests()
        yield from self._collected()
        versions = GaugeMetricFamily(
            "inkloop_worker_version", "Version that a worker serves, 0 for none", labels=["pid"]
        )
        for worker in self._parts.volatile.workers(now=utc_now()):
            versions.add_metric([str(worker.pid)], worker.version or 0)
        yield versions

    def _requests(self) -> Iterator[Metric]:
        labels = ["method", "route", "status"]
        families = {
            "requests": CounterMetricFamily("inkloop_http_requests", "Requests", labels=labels),
            "seconds": CounterMetricFamily(
                "inkloop_http_request_seconds", "Seconds spent answering them", labels=labels
            ),
        }
        for name, total in sorted(self._parts.volatile.totals().items()):
            kind, *values = name.split(SEPARATOR)
            families[kind].add_metric(values, total)
        yield from families.values()

    def _collected(self) -> Iterator[Metric]:
        with self._parts.database.read() as session:
            counts = queries.counters(session, "status:")
            n_new = queries.n_new(session)
            n_contributors = queries.counters(session, "contributors").get("", 0)
            champion = queries.champion(session)
        drawings = GaugeMetricFamily("inkloop_drawings", "Drawings kept", labels=["status"])
        for status, n in sorted(counts.items()):
            drawings.add_metric([status], n)
        yield drawings
        yield GaugeMetricFamily("inkloop_drawings_new", "Drawings no run has seen", value=n_new)
        yield GaugeMetricFamily("inkloop_contributors", "Contributors", value=n_contributors)
        live = 0 if champion is None else champion.version
        yield GaugeMetricFamily("inkloop_champion_version", "Live version, 0: none", value=live)
