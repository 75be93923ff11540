"""Pictures are decoded in a child process, whose crash affects no other picture."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.base.errors import BadPicture, InkloopError, NotReady, UnsupportedType
from core.imaging import decode_process as imaging_child
from core.imaging.files import MAX_PICTURE_PIXELS, read_grey
from server.services import EXTENSION
from server.serving import picture_reader
from server.serving.picture_reader import PictureReader
from tests.core.transfer.mutilated import picture_seeds
from tests.server.api.predictions.test_pictures import (
    DRAWINGS,
    PREDICTIONS,
    form,
    labelled,
    picture,
)
from tests.support.running import wait_until

# A child that takes a command such as "hang" in place of a picture, and executes it.
UNRULY = """
import os, time
from core.imaging import decode_process as imaging_child

def read_grey(data):
    if data == b"hang":
        time.sleep(600)
    if data == b"eat":
        len(bytearray(2**30))
    while data == b"spin":
        pass
    if data == b"die":
        os.abort()
    if data == b"lie":
        os.write(0, imaging_child.ANSWER.pack(0, 65535, 65535))
        time.sleep(600)
    if data == b"write":
        with open(PLACE, "wb") as file:
            file.write(b"x")
    if data == b"secrets":
        assert not [name for name in os.environ if "INKLOOP" in name or "SECRET" in name]
        for number in range(3, 64):
            try:
                os.fstat(number)
            except OSError:
                continue
            raise AssertionError(f"file {number} is open")
    if data == b"read":
        open("/etc/hostname").close()
    if data == b"call":
        import socket
        socket.socket()
    return original(data)

original, imaging_child.read_grey = imaging_child.read_grey, read_grey
imaging_child.CPU_SECONDS = 0
imaging_child.main()
"""


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def reader():
    made = PictureReader()
    yield made
    made.close()


@pytest.fixture
def start_unruly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`start_unruly(2.0)`: a reader whose child executes commands, with 2 s for each picture."""
    monkeypatch.setenv("INKLOOP_SECRET_KEY", "0123456789abcdef0123456789abcdef")
    monkeypatch.setattr(picture_reader, "N_CHILDREN", 1)
    code = f"PLACE = {str(tmp_path / 'written')!r}\n" + UNRULY
    started: list[PictureReader] = []

    def _start(seconds: float) -> PictureReader:
        started.append(PictureReader((sys.executable, "-c", code), seconds=seconds))
        return started[-1]

    yield _start
    for reader in started:
        reader.close()


@pytest.fixture
def unruly(start_unruly) -> PictureReader:
    """A reader with a short timeout, for children that hang."""
    return start_unruly(2.0)


@pytest.fixture
def patient(start_unruly) -> PictureReader:
    """A reader whose timeout comes after the child's own limits, on a busy machine too."""
    return start_unruly(60.0)


def pid(reader: PictureReader) -> int:
    process = reader.children[0].process
    assert process is not None
    return process.pid


def test_a_child_decodes_as_the_worker_would(reader: PictureReader) -> None:
    """Includes formats for which Pillow loads another module, since the child cannot open files."""
    phone = saved(Image.new("L", (60, 40), 90), "MPO", save_all=True,
                  append_images=[Image.new("L", (6, 4))])  # fmt: skip
    kinds = [picture(kind, size=500) for kind in ("PNG", "JPEG", "WEBP")]

    for data in [phone, *kinds, *picture_seeds()]:
        assert np.array_equal(reader.grey(data), read_grey(data))


def test_one_child_decodes_several_pictures(reader: PictureReader) -> None:
    reader.grey(picture())
    first = pid(reader)
    for data in (b"", b"just words", picture()[:200]):
        with pytest.raises(InkloopError, match="picture"):
            reader.grey(data)
    reader.grey(picture())

    assert pid(reader) == first
    assert reader.children[1].process is None


@pytest.mark.parametrize("how", ["hang", "die", "lie"])
def test_a_picture_that_hangs_or_kills_its_child_is_refused_and_the_next_is_decoded(
    unruly: PictureReader, how: str
) -> None:
    with pytest.raises(BadPicture, match="too much time or memory"):
        unruly.grey(how.encode())

    assert unruly.grey(picture()).shape == (300, 300)


def test_the_cpu_limit_ends_a_child_before_the_timeout(patient: PictureReader) -> None:
    patient.grey(picture())
    process = patient.children[0].process
    assert process is not None

    with pytest.raises(BadPicture):
        patient.grey(b"spin")

    assert process.returncode == -signal.SIGXCPU


def test_a_picture_that_exhausts_memory_is_refused(patient: PictureReader) -> None:
    patient.grey(picture())

    with pytest.raises(BadPicture, match="save it again") as caught:
        patient.grey(b"eat")

    assert not isinstance(caught.value.__cause__, TimeoutError), "the clock ended it, not the limit"
    assert patient.grey(picture()).shape == (300, 300)


@pytest.mark.parametrize("how", ["write", "read", "call"])
def test_a_child_opens_no_file_and_no_connection(
    unruly: PictureReader, tmp_path: Path, how: str
) -> None:
    unruly.grey(picture())

    with pytest.raises(BadPicture, match="save it again"):
        unruly.grey(how.encode())

    assert not (tmp_path / "written").exists()


def test_a_child_has_no_secret_and_no_open_file(unruly: PictureReader) -> None:
    with pytest.raises(UnsupportedType):  # rather than an assertion error
        unruly.grey(b"secrets")


def test_a_killed_child_is_replaced(reader: PictureReader) -> None:
    reader.grey(picture())
    os.kill(pid(reader), signal.SIGKILL)
    process = reader.children[0].process
    assert process is not None
    process.wait(timeout=120)

    assert reader.grey(picture()).shape == (300, 300)


def test_a_child_ends_with_its_worker() -> None:
    code = (
        "from server.serving.picture_reader import PictureReader\n"
        "import os, sys\n"
        "reader = PictureReader()\n"
        "reader.grey(sys.stdin.buffer.read())\n"
        "print(reader.children[0].process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=picture(), capture_output=True, check=False
    )
    child = Path("/proc") / done.stdout.decode().strip()

    wait_until(
        lambda: not child.exists() or ") Z " in (child / "stat").read_text(), "the child ended"
    )


def test_a_picture_is_refused_while_all_children_are_busy(
    unruly: PictureReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_reader, "PATIENCE_SECONDS", 0.1)
    unruly.grey(picture())
    slow = threading.Thread(target=lambda: pytest.raises(BadPicture, unruly.grey, b"hang"))
    slow.start()
    wait_until(lambda: unruly._free.empty(), "the reader is busy")

    with pytest.raises(NotReady, match="other pictures"):
        unruly.grey(picture())

    slow.join()


def test_a_child_that_does_not_start_is_reported_and_retried() -> None:
    reader = PictureReader((sys.executable, "-c", "pass"))

    for _ in range(2):
        with pytest.raises(NotReady, match="draw instead"):
            reader.grey(picture())
    assert reader.children[0].process is None


def test_the_routes_refuse_a_picture_whose_child_died(app, client, publish, parts, unruly):
    publish(1, says=7)
    app.extensions[EXTENSION] = replace(parts, pictures=unruly)

    refused = [
        client.post(PREDICTIONS, **form(b"die")),
        client.post(DRAWINGS, **labelled(b"die")),
    ]

    assert [answer.status_code for answer in refused] == [422, 422]
    assert "save it again" in refused[0].json["message"]
    assert client.post(PREDICTIONS, **form(picture())).status_code == 200


def test_the_largest_pictures_fit_into_a_childs_memory(reader: PictureReader) -> None:
    side = int(MAX_PICTURE_PIXELS**0.5)
    image = Image.new("RGBA", (side, side), (255, 255, 255, 200))

    read = reader.grey(saved(image, "WEBP", lossless=True, quality=0, method=0))

    assert read.shape == (400, 400)
    status = Path(f"/proc/{pid(reader)}/status").read_text()
    peak_kb = int(re.findall(r"VmPeak:\s+(\d+)", status)[0])
    assert peak_kb * 1024 < imaging_child.MEMORY_BYTES * 0.9
