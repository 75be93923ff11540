"""Pictures are read and stored like strokes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select
from urllib3 import encode_multipart_formdata

from core.imaging import ink_from_picture
from core.storage.tables import Drawing
from tests.core.transfer.files import zip_of
from tests.support.factories import new_id

PREDICTIONS = "/api/v1/predictions/image"
DRAWINGS = "/api/v1/drawings/image"
A_PLACE = "Sinsheim 49.25"


def picture(kind: str = "PNG", *, paper: int = 255, ink: int = 0, size: int = 300) -> bytes:
    """A picture of a seven with a place in its EXIF data."""
    image = Image.new("L", (size, size), paper)
    seven = [(size * x // 10, size * y // 10) for x, y in ((3, 2), (7, 2), (5, 8))]
    ImageDraw.Draw(image).line(seven, fill=ink, width=size // 15, joint="curve")
    exif = Image.Exif()
    exif[0x010E] = A_PLACE
    file = io.BytesIO()
    image.save(file, kind, exif=exif)
    return file.getvalue()


def form(data: bytes, **fields: str) -> dict[str, Any]:
    """Return a form as a browser sends it."""
    body, content_type = encode_multipart_formdata({"file": ("a digit.png", data), **fields})
    return {"data": body, "content_type": content_type}


def labelled(data: bytes, **fields: str) -> dict[str, Any]:
    return form(data, **{"id": new_id(), "label": "7", **fields})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255)], ids=["on white", "on black"])
def test_a_picture_is_read(client, publish, kind, paper, ink):
    publish(1, says=7)

    answer = client.post(PREDICTIONS, **form(picture(kind, paper=paper, ink=ink)))

    assert answer.status_code == 200
    assert answer.json["label"] == 7
    assert "decode" in [step["name"] for step in answer.json["steps"]]


def test_blank_paper_is_no_digit(client, publish):
    publish(1, says=7)

    answer = client.post(PREDICTIONS, **form(picture(ink=255)))

    assert answer.json["is_digit"] is False
    assert answer.json["label"] is None


def test_a_picture_is_stored_with_its_label(client):
    answer = client.post(DRAWINGS, **labelled(picture()))

    assert answer.status_code == 201
    assert (answer.json["label"], answer.json["source"]) == (7, "uploaded")


def test_sending_the_same_picture_again_returns_the_stored_one(client):
    drawing_id = new_id()
    client.post(DRAWINGS, **labelled(picture(), id=drawing_id))

    assert client.post(DRAWINGS, **labelled(picture(), id=drawing_id)).status_code == 200


def test_the_stored_picture_reproduces_its_ink_and_has_no_exif(client, parts):
    client.post(DRAWINGS, **labelled(picture("JPEG", size=2000)))

    with parts.database.read() as session:
        row = session.scalars(select(Drawing)).one()
    assert row.picture is not None
    assert ink_from_picture(row.picture).ink_HW.tobytes() == row.ink
    assert A_PLACE.encode() in picture("JPEG")
    assert A_PLACE.encode() not in row.picture
    assert dict(Image.open(io.BytesIO(row.picture)).getexif()) == {}


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"just words", 415),
        (picture()[:200], 422),
        (b"\x00" * 9_000_000, 413),
    ],
    ids=["empty", "no picture", "cut", "too large"],
)
@pytest.mark.parametrize("url", [PREDICTIONS, DRAWINGS])
def test_invalid_pictures_are_refused(client, publish, url, data, status):
    publish(1, says=7)
    sent = form(data) if url == PREDICTIONS else labelled(data)

    answer = client.post(url, **sent)

    assert answer.status_code == status
    assert len(answer.json["message"]) > 10


@pytest.mark.parametrize(
    "name", ["digit.exe", "digit.html", "../../digit.png", "=cmd()", "x" * 300]
)
def test_the_file_name_is_ignored(client, name):
    fields: Any = {"file": (name, picture(), "text/html"), "id": new_id(), "label": "7"}
    body, content_type = encode_multipart_formdata(fields)

    answer = client.post(DRAWINGS, data=body, content_type=content_type)

    assert answer.status_code == 201
    assert name not in answer.text


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg onload=alert(1)>",
        b"GIF89a<script>",
        b"%PDF",
    ],
    ids=["a page", "SVG", "GIF", "PDF"],
)
def test_the_content_decides_whether_it_is_a_picture(client, data):
    assert client.post(DRAWINGS, **labelled(data)).status_code == 415


def test_data_after_the_end_of_a_picture_is_not_stored(client, parts):
    """After the end of a PNG a browser may find a page, and an archiver a zip."""
    both = picture() + b"<script>alert(1)</script>" + zip_of({"7/a.png": b"x"})
    client.post(DRAWINGS, **labelled(both))

    with parts.database.read() as session:
        kept = session.scalars(select(Drawing.picture)).one()
    assert kept.endswith(b"IEND\xaeB`\x82")
    assert b"script" not in kept


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_invalid_orientation_is_ignored(client, publish, orientation):
    publish(1, says=7)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.open(io.BytesIO(picture())).save(file, "PNG", exif=exif)
    upright = client.post(PREDICTIONS, **form(picture())).json["ink"]

    answer = client.post(PREDICTIONS, **form(file.getvalue()))

    assert answer.json["ink"] == upright


def test_a_decompression_bomb_is_refused_before_decoding(client, publish):
    publish(1, says=7)
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")

    answer = client.post(PREDICTIONS, **form(file.getvalue()))

    assert len(file.getvalue()) < 100_000
    assert answer.status_code == 413


@pytest.mark.parametrize("label", ["07", "7.0", "seven", "10", ""])
def test_labels_in_forms_are_strict(client, label):
    assert client.post(DRAWINGS, **labelled(picture(), label=label)).status_code == 422


def test_a_form_without_a_file_is_refused(client, publish):
    publish(1, says=7)

    answer = client.post(PREDICTIONS, data={"note": "7"}, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert "file is missing" in answer.json["message"]


def test_json_instead_of_a_form_is_refused(client, publish):
    publish(1, says=7)

    assert client.post(PREDICTIONS, json={"file": "7"}).status_code == 415


def test_a_blank_picture_is_not_stored(client):
    assert client.post(DRAWINGS, **labelled(picture(ink=255))).status_code == 422
