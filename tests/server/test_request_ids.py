"""The request id is in log lines, and in the message of an unexpected error."""

import structlog

from tests.server.shapes import drawing


def test_log_lines_carry_the_request_id(client, publish):
    publish(1, says=7, is_noticed=False)
    keep = [structlog.contextvars.merge_contextvars]

    with structlog.testing.capture_logs(processors=keep) as lines:
        client.get("/healthz", headers={"X-Request-ID": "another"})
        client.get("/readyz", headers={"X-Request-ID": "abc-2"})

    (line,) = [line for line in lines if line["event"] == "model swapped"]
    assert line["request_id"] == "abc-2"


def test_the_message_of_a_500_has_the_request_id(app, client, monkeypatch):
    def bug(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("server.serving.writer.store_drawings", bug)
    app.testing = False

    answer = client.post("/api/v1/drawings", json=drawing(), headers={"X-Request-ID": "abc-3"})

    assert answer.status_code == 500
    assert answer.json["message"].endswith("this request's id: abc-3")
