"""An upload is an object of its own, and goes with its import."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from core.base.errors import InvalidInput, TooLarge
from core.base.settings import Settings
from core.transfer import uploads

DATA = b"PK" * 1_000
SHA256 = hashlib.sha256(DATA).hexdigest()


def stored(settings: Settings) -> list[Path]:
    return list(uploads.folder(settings).iterdir())


def test_an_upload_has_a_key_that_ends_in_its_hash(settings: Settings) -> None:
    upload = uploads.receive(settings, io.BytesIO(DATA))

    assert (upload.n_bytes, upload.sha256) == (len(DATA), SHA256)
    assert upload.name.endswith(f".{SHA256}.upload")
    assert uploads.find(settings, upload.name).read_bytes() == DATA


def test_the_same_bytes_sent_twice_are_two_uploads(settings: Settings) -> None:
    first = uploads.receive(settings, io.BytesIO(DATA))
    second = uploads.receive(settings, io.BytesIO(DATA))

    uploads.remove(settings, first.name)

    assert uploads.find(settings, second.name).read_bytes() == DATA


def test_progress_of_reading_is_reported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 600)
    sizes: list[int] = []

    uploads.receive(settings, io.BytesIO(DATA), sizes.append)

    assert sizes == [600, 600, 600, 200]


def test_an_empty_file_is_refused_and_leaves_nothing(settings: Settings) -> None:
    with pytest.raises(InvalidInput, match="the file is empty"):
        uploads.receive(settings, io.BytesIO(b""))

    assert stored(settings) == []


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", len(DATA) - 1)

    with pytest.raises(TooLarge, match="at most 2 GB"):
        uploads.receive(settings, io.BytesIO(DATA))

    assert stored(settings) == []


def test_a_missing_upload_is_reported_in_words(settings: Settings) -> None:
    with pytest.raises(InvalidInput, match="the uploaded file is gone: send it again"):
        uploads.find(settings, f"00.{SHA256}.upload")


def test_an_upload_that_an_earlier_release_stored_is_found(settings: Settings) -> None:
    """Their names have no hash."""
    name = "0123456789abcdef0123456789abcdef.upload"
    (uploads.folder(settings) / name).write_bytes(DATA)

    assert uploads.find(settings, name).read_bytes() == DATA
