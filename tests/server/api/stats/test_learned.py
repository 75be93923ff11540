"""GET /api/v1/learned: accuracy on the caller's own drawings."""

from sqlalchemy import update

from core.base.kinds import Split
from core.storage.tables import Drawing
from tests.server.shapes import drawing
from tests.support.stored import version_file

URL = "/api/v1/learned"


def draw(client, parts, label, split):
    """Store a drawing of Alice's with a given split."""
    drawing_id = client.post("/api/v1/drawings", json=drawing(label=label)).json["id"]
    with parts.database.write() as session:
        session.execute(update(Drawing).where(Drawing.id == drawing_id).values(split=split))


def test_the_live_version_is_compared_with_the_previous_one(client, parts, publish):
    for label in (7, 7, 3):
        draw(client, parts, label, Split.TRAIN)
    draw(client, parts, 3, Split.HOLDOUT_KNOWN)
    publish(1, says=7)
    publish(2, says=3)

    shown = client.get(URL).json

    assert (shown["version"], shown["previous_version"]) == (2, 1)
    assert (shown["n"], shown["n_right"], shown["n_right_before"]) == (4, 2, 2)
    assert shown["exam"] == {"n": 1, "n_right": 1, "n_right_before": 0}


def test_with_the_first_version_there_is_nothing_to_compare(client, parts, publish):
    draw(client, parts, 7, Split.TRAIN)
    publish(1, says=7)

    shown = client.get(URL).json

    assert (shown["n_right"], shown["n_right_before"]) == (1, None)
    assert shown["previous_version"] is None


def test_before_the_first_version_nothing_is_read(client, parts):
    draw(client, parts, 7, Split.TRAIN)

    shown = client.get(URL).json

    assert (shown["version"], shown["n"], shown["n_right"]) == (None, 1, 0)


def test_only_ones_own_drawings_count(app, client, parts, publish):
    draw(client, parts, 7, Split.TRAIN)
    publish(1, says=7)

    assert app.test_client().get(URL).json["n"] == 0


def test_a_previous_version_that_cannot_be_loaded_is_left_out(client, parts, publish):
    draw(client, parts, 7, Split.TRAIN)
    publish(1, says=7)
    publish(2, says=7)
    version_file(parts.store, 1, "model.onnx").write_bytes(b"cut")
    parts.live._cached.clear()

    shown = client.get(URL).json

    assert (shown["n_right"], shown["n_right_before"]) == (1, None)
