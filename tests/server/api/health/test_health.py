"""Liveness, readiness and metrics."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from core.base.clock import utc_now
from core.base.errors import NotReady
from core.base.kinds import DrawingStatus, RunStatus
from core.runs import lifecycle as runs
from core.storage.shared_state import TRAINER
from tests.support.factories import make_drawing


class Disk(NamedTuple):
    """A result of `shutil.disk_usage`."""

    total: int
    used: int
    free: int


def ready(client) -> tuple[int, str, str]:
    """Return status code, status, and all problems in one string."""
    answer = client.get("/readyz")
    return answer.status_code, answer.json["status"], " | ".join(answer.json["problems"])


def break_shared_file(parts) -> None:
    """Overwrite the shared state's file with bytes that are no database."""
    parts.shared_state.dispose()
    for suffix in ("-wal", "-shm"):
        path = parts.settings.shared_state_path
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    parts.settings.shared_state_path.write_bytes(b"half a page, as a power cut leaves it" * 200)


def figures(admin) -> dict[str, float]:
    """Return all samples of a scrape, by name and labels; fails if the text is malformed."""
    page = admin.get("/metrics").text
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_liveness_does_no_io(client, parts):
    parts.database.dispose()
    parts.settings.database_path.unlink()

    assert client.get("/healthz").json == {"status": "ok"}


def test_without_a_champion_it_is_not_ready(client):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json["status"] == "not_ready"


def test_with_a_champion_it_is_ready(client, publish):
    publish(1, says=7)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json["problems"] == []
    assert answer.json["version"] == 1


def test_an_outdated_database_is_reported_before_a_missing_champion(client, parts, publish):
    publish(1, says=7)
    with parts.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "inkloop db upgrade" in answer.json["problems"][0]


def test_a_worker_with_a_problem_is_named(client, parts, publish, monkeypatch):
    publish(1, says=7)
    with monkeypatch.context() as patched:
        patched.setattr("core.storage.shared_state.os.getpid", lambda: 4242)
        parts.shared_state.report_worker(1, "model.onnx of version 2 is cut", now=utc_now())

    answer = client.get("/readyz")

    assert answer.json["status"] == "degraded"
    assert answer.json["problems"] == ["worker 4242: model.onnx of version 2 is cut"]


def test_metrics_add_up_the_requests_of_all_workers(admin, parts):
    admin.get("/healthz")
    parts.counts.add_to(parts.shared_state)
    admin.get("/healthz")

    page = admin.get("/metrics").text

    line = 'inkloop_http_requests_total{method="GET",route="/healthz",status="200"} 2.0'
    assert line in page.splitlines()


def test_metrics_have_the_live_version_and_new_drawings(admin, publish):
    publish(3, says=7)

    lines = admin.get("/metrics").text.splitlines()

    assert "inkloop_champion_version 3.0" in lines
    assert "inkloop_drawings_new 0.0" in lines


def test_a_damaged_database_is_reported_without_sql(client, parts, publish):
    publish(1, says=7)
    parts.database.dispose()
    for suffix in ("-wal", "-shm"):
        path = parts.settings.database_path
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    parts.settings.database_path.write_bytes(b"no database at all " * 400)

    code, status, problem = ready(client)

    assert (code, status) == (503, "not_ready")
    assert "not a database" in problem
    assert "SELECT" not in problem


def test_a_nearly_full_disk_is_degraded(client, publish, monkeypatch):
    publish(1, says=7)
    monkeypatch.setattr("server.monitoring.problems.shutil.disk_usage", lambda _: Disk(100, 96, 4))

    code, status, problem = ready(client)

    assert (code, status) == (200, "degraded")
    assert "make room" in problem


def test_a_silent_trainer_is_degraded_and_a_stopped_one_is_not(client, parts, publish):
    publish(1, says=7)
    parts.shared_state.report_part(TRAINER, now=utc_now())
    alive = ready(client)
    parts.shared_state.report_part(TRAINER, now=utc_now() - timedelta(seconds=45))
    silent = ready(client)
    parts.shared_state.forget_part(TRAINER)

    assert alive == (200, "ok", "")
    assert silent[:2] == (200, "degraded")
    assert "inkloop trainer" in silent[2]
    assert ready(client) == (200, "ok", "")


@pytest.mark.parametrize(("waits", "status"), [(10, "ok"), (120, "degraded")])
def test_a_run_without_a_trainer_is_reported_after_a_minute(client, parts, publish, waits, status):
    publish(1, says=7)
    asked_at = utc_now() - timedelta(seconds=waits)
    with parts.database.write() as session:
        runs.queue_run(session, requested_by="user:1", is_forced=True, seed=1, now=asked_at)

    assert ready(client)[:2] == (200, status)


def test_a_damaged_shared_state_is_reported_and_serving_continues(
    app, client, admin, parts, publish
):
    publish(1, says=7)
    break_shared_file(parts)

    code, status, problem = ready(client)

    assert (code, status) == (200, "degraded")
    assert "the shared state" in problem
    assert figures(admin)["inkloop_champion_version[]"] == 1


def test_counts_that_cannot_be_stored_are_kept(admin, parts, monkeypatch):
    def full(_: object) -> None:
        raise NotReady("the disk is full")

    admin.get("/healthz")
    with monkeypatch.context() as patched:
        patched.setattr(parts.shared_state, "add_totals", full)
        assert admin.get("/metrics").status_code == 200

    where = "('method', 'GET'), ('route', '/healthz')"
    assert figures(admin)[f"inkloop_http_requests_total[{where}, ('status', '200')]"] == 1


def test_the_histogram_counts_every_request_once(admin, parts):
    for seconds in (0.001, 0.01, 0.01, 99.0):
        parts.counts.add("GET", "/here", 200, seconds)

    found = figures(admin)

    where = "('method', 'GET'), ('route', '/here')"
    name = "inkloop_http_request_duration_seconds"
    bounds = ("0.005", "0.015", "5.0", "+Inf")
    counted = [found[f"{name}_bucket{_sorted(where, bound)}"] for bound in bounds]
    assert counted == [1, 3, 3, 4]
    assert found[f"{name}_count[{where}]"] == 4
    assert found[f"{name}_sum[{where}]"] == pytest.approx(99.021)


def _sorted(where: str, bound: str) -> str:
    return f"[('le', '{bound}'), {where}]"


def test_unknown_methods_are_counted_as_other(admin, client):
    for n in range(3):
        client.open("/api/v1/stats", method=f"MADEUP{n}")

    names = [name for name in figures(admin) if "MADEUP" in name or "other" in name]
    assert names
    assert not [name for name in names if "MADEUP" in name]


def test_metrics_have_outcomes_of_runs_and_queues(admin, parts):
    with parts.database.write() as session:
        run, _ = runs.queue_run(
            session, requested_by="user:1", is_forced=True, seed=1, now=utc_now()
        )
        run.status, run.finished_at = RunStatus.HELD, utc_now()
        make_drawing(session).status = DrawingStatus.QUARANTINED
        session.flush()
        runs.queue_run(session, requested_by="user:1", is_forced=True, seed=2, now=utc_now())

    found = figures(admin)

    assert found["inkloop_runs_total[('outcome', 'held')]"] == 1
    assert found["inkloop_runs_total[('outcome', 'promoted')]"] == 0
    assert found["inkloop_run_end_timestamp_seconds[('outcome', 'held')]"] > 1e9
    assert found["inkloop_runs_open[('status', 'queued')]"] == 1
    assert {"imports", "review", "webhook"} == {
        name.split("'")[3] for name in found if name.startswith("inkloop_waiting")
    }


def test_every_metric_has_a_help_text(admin):
    admin.get("/healthz")

    families = list(text_string_to_metric_families(admin.get("/metrics").text))

    assert len(families) > 12
    assert all(family.documentation for family in families)
    assert all(family.name.startswith("inkloop_") for family in families)
