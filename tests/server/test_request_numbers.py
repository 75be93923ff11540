"""A request's number is found again in the log, and in what is said of a bug."""

import structlog

from tests.server.shapes import drawing


def test_what_is_logged_on_the_way_carries_the_requests_number(client, publish):
    publish(1, says=7, is_noticed=False)
    keep = [structlog.contextvars.merge_contextvars]

    with structlog.testing.capture_logs(processors=keep) as lines:
        client.get("/healthz", headers={"X-Request-ID": "another"})
        client.get("/readyz", headers={"X-Request-ID": "abc-2"})

    (line,) = [line for line in lines if line["event"] == "model swapped"]
    assert line["request_id"] == "abc-2"


def test_the_sentence_of_a_500_names_the_request(app, client, monkeypatch):
    def bug(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("server.serving.writer.store_drawings", bug)
    app.testing = False

    answer = client.post("/api/v1/drawings", json=drawing(), headers={"X-Request-ID": "abc-3"})

    assert answer.status_code == 500
    assert answer.json["message"].endswith("this request's id: abc-3")
