"""Alive, ready, and figures for a monitor."""

from sqlalchemy import text

from core.clock import utc_now


def test_alive_touches_nothing(client, parts):
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


def test_an_old_database_is_told_from_a_missing_champion(client, parts, publish):
    publish(1, says=7)
    with parts.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "inkloop db upgrade" in answer.json["problems"][0]


def test_a_worker_in_trouble_is_named(client, parts, publish, monkeypatch):
    publish(1, says=7)
    with monkeypatch.context() as patched:
        patched.setattr("core.volatile.os.getpid", lambda: 4242)
        parts.volatile.report_worker(1, "model.onnx of version 2 is cut", now=utc_now())

    answer = client.get("/readyz")

    assert answer.json["status"] == "degraded"
    assert answer.json["problems"] == ["worker 4242: model.onnx of version 2 is cut"]


def test_figures_add_up_what_all_workers_answered(admin, parts):
    admin.get("/healthz")
    parts.counts.hand_over(parts.volatile)
    admin.get("/healthz")

    page = admin.get("/metrics").text

    line = 'inkloop_http_requests_total{method="GET",route="/healthz",status="200"} 2.0'
    assert line in page.splitlines()


def test_figures_tell_what_is_live_and_what_is_new(admin, publish):
    publish(3, says=7)

    lines = admin.get("/metrics").text.splitlines()

    assert "inkloop_champion_version 3.0" in lines
    assert "inkloop_drawings_new 0.0" in lines
