"""The bench `dashboard`: a consistent filled instance, and its aims."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from benchmarks.system import dashboard
from benchmarks.system.filled import fill
from core.base.kinds import DrawingStatus
from core.base.settings import Settings
from core.storage import counters
from core.storage.database import Database
from core.storage.tables import Contributor, Drawing, DrawingDay, DrawingFacet
from core.symbols.digits.mnist import Mnist

N = 1_200


def some_images() -> Mnist:
    """Forty blots, four of each digit."""
    inks = np.random.default_rng(1).integers(1, 256, (40, 28, 28), np.uint8)
    labels = np.arange(40, dtype=np.uint8) % 10
    return Mnist(inks, labels, inks, labels)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings.from_env({}, instance=tmp_path_factory.mktemp("filled"))
    fill(settings, some_images(), N, lambda _doing: None)
    return settings


def test_the_counters_agree_with_the_drawings(filled: Settings) -> None:
    database = Database(filled)
    with database.read() as session:
        rows = session.execute(select(Drawing.label, Drawing.status, Drawing.facet)).all()
        kept = counters.totals(session, "")
        facets = {row.facet: row.n for row in session.scalars(select(DrawingFacet))}
        given = session.scalars(select(func.sum(Contributor.n_drawings))).one()
        days = session.scalars(select(func.sum(DrawingDay.n))).one()
    database.dispose()

    shown = [row for row in rows if row.status != DrawingStatus.DELETED]
    assert len(rows) == given == N
    assert kept["drawings"] == len(shown)
    assert days == len(shown)
    for label, n in Counter(row.label for row in shown).items():
        assert kept[f"label:{label}"] == n
    assert facets == Counter(row.facet for row in rows)


@pytest.mark.slow
def test_every_call_is_measured_on_a_real_server(tmp_path: Path) -> None:
    options = dashboard.Options(sizes=(200, 400), n_each=2, n_views=1)

    kept = dashboard.run(some_images(), tmp_path, options, lambda _doing: None)

    rows = dashboard.table(kept["result"])
    assert [row[0] for row in rows[1:]] == list(dashboard.calls())
    assert all(float(cell) > 0 for row in rows[1:] for cell in row[1:5])
    views = dashboard.views_table(kept["result"])[1:]
    assert [row[0] for row in views] == ["overview", "drawings", "review"]
    assert all(float(cell) > 0 for row in views for cell in row[1:])
    assert (tmp_path / "dashboard.json").exists()


def test_the_slowest_call_and_the_largest_growth_are_compared_with_the_aims() -> None:
    def at(**p50: float) -> dict[str, object]:
        calls = {name: {"p50_ms": ms, "p95_ms": 2 * ms} for name, ms in p50.items()}
        return {"calls": calls, "views": {"overview": 700.0, "drawings": 1_200.0}}

    names = ("list: a", "list: b", "count: c")
    result = {
        "10000": at(**dict(zip(names, (10.0, 10.0, 1.0), strict=True))),
        "1000000": at(**dict(zip(names, (12.0, 20.0, 60.0), strict=True))),
    }

    assert dashboard.aims(result, dashboard.Options()) == [
        ("p95 of the slowest call (count: c), ms", "≤ 100.0", "120.0", "20.0"),
        ("slowest first view (drawings), ms", "≤ 1000", "1200", "200"),
        ("largest growth of a list (list: b)", "≤ 1.50", "2.00", "0.50"),
    ]
    assert dashboard.table(result)[1] == ("list: a", "10.0", "20.0", "12.0", "24.0", "1.20×")
