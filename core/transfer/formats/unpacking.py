"""Files inside files: a compressed one, or an archive of a single table or export.

A gzipped CSV, a zip with one JSON file and a tar.gz of pictures are all sent by people. The inner
file is unpacked beside the upload, within the limits of archives, and deleted after reading.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from core.base.errors import InvalidInput
from core.transfer.formats.archive import check_size, is_archive, opened, printable
from core.transfer.formats.words import listed

SUFFIX: Final = ".unpacked"
CHUNK_BYTES: Final = 1 << 20
HEAD_BYTES: Final = 512
MAX_DEPTH: Final = 3
MAX_LZMA_BYTES: Final = 256 * 2**20
"""Memory for a dictionary of xz: its highest preset takes 65 MB."""
TABLES: Final = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".npz", ".tar")
PACKED: Final = (".gz", ".bz2", ".xz")
_DAMAGED: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or what it contains if that is one file. Raises: InvalidInput, TooLarge."""
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_DEPTH):
            inner = stack.enter_context(_inner(path))
            if inner is None:
                break
            path = inner
        yield path


@contextlib.contextmanager
def _inner(path: Path) -> Iterator[Path | None]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if is_archive(head):
        name = _only_table(path)
        if name is None:
            yield None
            return
        with opened(path) as archive, archive.open(name) as stream:
            with _copied(path, stream, archive.size(name)) as made:
                yield made
        return
    with _decompressed(path, head) as stream_or_none:
        if stream_or_none is None:
            yield None
            return
        with _copied(path, stream_or_none, path.stat().st_size) as made:
            yield made


@contextlib.contextmanager
def _decompressed(path: Path, head: bytes) -> Iterator[IO[bytes] | None]:
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(path) as stream:
            yield stream  # type: ignore[misc]
    elif head.startswith(b"BZh"):
        with bz2.open(path) as stream:
            yield stream
    elif head.startswith(b"\xfd7zXZ\0"):
        with _Xz(path) as stream:
            yield stream  # type: ignore[misc]
    else:
        yield None


class _Xz:
    """A stream of an xz file with bounded memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_LZMA_BYTES)

    def __enter__(self) -> _Xz:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes. Raises: EOFError, if it is cut short."""
        while not self._decoder.eof:
            data = self._file.read(CHUNK_BYTES) if self._decoder.needs_input else b""
            if self._decoder.needs_input and not data:
                raise EOFError("cut short")
            made = self._decoder.decompress(data, size)
            if made:
                return made
        return b""


def _only_table(path: Path) -> str | None:
    """The table in an archive that has nothing else to import. Raises: InvalidInput, if several."""
    with opened(path) as archive:
        names = archive.names
        if not names or len(names) > 50:
            return None
        found = [name for name in names if _is_table(name)]
        others = [name for name in names if name not in found and not _is_about(name)]
        if not found or others:
            return None  # a table beside pictures or arrays only describes them
    if len(found) > 1:
        raise InvalidInput(
            f"the archive has several tables: {listed([printable(name) for name in found])}. "
            "Import them one after the other"
        )
    return found[0]


def _is_table(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(TABLES) and not _is_about(name)


def _is_about(name: str) -> bool:
    """Whether it describes the archive."""
    lower = name.lower().rpartition("/")[2]
    return lower.endswith((".md", ".rst", ".pdf", ".html")) or lower.startswith(
        ("readme", "license", "licence", "copying", "changelog")
    )


@contextlib.contextmanager
def _copied(path: Path, stream: IO[bytes], n_packed: int) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=SUFFIX) as file:
        n_bytes = 0
        try:
            while piece := stream.read(CHUNK_BYTES):
                n_bytes += len(piece)
                check_size(n_bytes, n_packed)
                file.write(piece)
        except _DAMAGED as exc:
            raise InvalidInput(
                "the compressed file is damaged or cut short: pack it again"
            ) from exc
        file.flush()
        yield Path(file.name)
