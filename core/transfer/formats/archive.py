"""Zip archives from untrusted sources: the whole directory is checked before any entry is unpacked.

Entries are read as streams and never extracted by name, so no path can escape a folder. A path
such as `../x` still refuses the whole archive: it is an attack, or a broken tool wrote it.
"""

from __future__ import annotations

import contextlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from core.base.errors import InvalidInput, TooLarge

MAX_ENTRIES: Final = 1_200_000  # a million pictures and their folders
MAX_UNPACKED_BYTES: Final = 4 * 2**30
MAX_RATIO: Final = 200
"""Unpacked to packed bytes, for archives that unpack to over 16 MB.

MNIST as IDX has 4.8, blank drawings with one dot each 40; classic zip bombs have over 1,000.
"""
RATIO_FROM_BYTES: Final = 16 * 2**20
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError, OverflowError, UnicodeError,
)  # fmt: skip


class Archive:
    """A zip file whose entries passed the checks of names, kinds, sizes and compression ratio."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        entries = [entry for entry in file.infolist() if not _is_desktop_metadata(entry)]
        _check(entries)
        self._entries = {entry.filename: entry for entry in entries if not entry.is_dir()}

    @property
    def names(self) -> list[str]:
        """The files in it, in order."""
        return list(self._entries)

    def size(self, name: str) -> int:
        """The unpacked size of a file in bytes, as declared; reading stops there."""
        return self._entries[name].file_size

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file in it as a stream. Raises: InvalidInput, if it is damaged."""
        with _damage_refused(name), self._file.open(self._entries[name]) as stream:
            yield stream

    def read(self, name: str, limit_bytes: int) -> bytes:
        """Read a whole small file in it. Raises: TooLarge; InvalidInput, if it is damaged."""
        if self.size(name) > limit_bytes:
            raise TooLarge(f"{printable(name)} has over {limit_bytes:,} bytes: leave it out")
        with self.open(name) as stream:
            return stream.read()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open and check an archive. Raises: InvalidInput, TooLarge, with the reason."""
    with contextlib.ExitStack() as stack:
        with _damage_refused("the archive"):
            file = stack.enter_context(zipfile.ZipFile(path))
        yield Archive(file)


def printable(name: str) -> str:
    """Shorten a name from a file to 80 characters, and replace its control characters."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in name)
    return clean if len(clean) <= 80 else clean[:77] + "…"


@contextlib.contextmanager
def _damage_refused(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as exc:
        raise InvalidInput(
            f"{printable(name)} is damaged or not a zip file: make the archive again"
        ) from exc


def _is_desktop_metadata(entry: zipfile.ZipInfo) -> bool:
    """Whether macOS or Windows added it to the archive; such entries are never read."""
    parts = entry.filename.split("/")
    return parts[0] == "__MACOSX" or parts[-1] in {".DS_Store", "Thumbs.db"}


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(f"the archive has over {MAX_ENTRIES:,} entries: split it")
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry)
        key = entry.filename.rstrip("/").casefold()
        if key in seen:
            raise _refused(f"has two entries named {printable(entry.filename)}")
        seen.add(key)
    n_bytes = sum(entry.file_size for entry in entries)
    if n_bytes > MAX_UNPACKED_BYTES:
        raise TooLarge("the archive unpacks to over 4 GB: split it")
    packed = max(1, sum(entry.compress_size for entry in entries))
    if n_bytes > RATIO_FROM_BYTES and n_bytes / packed > MAX_RATIO:
        raise _refused(f"unpacks to {n_bytes // packed:,} times its size")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    mode = entry.external_attr >> 16
    if not name or "\0" in name or "\\" in name or any(ord(letter) < 32 for letter in name):
        raise _refused("has an entry with an invalid file name")
    if name.startswith("/") or name[1:2] == ":":
        raise _refused(f"has an entry with an absolute path, {printable(name)}")
    if any(part in {"..", "."} for part in name.split("/")):
        raise _refused(f"has an entry with a path out of its folder, {printable(name)}")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(f"has a link or a device, {printable(name)}")
    if entry.flag_bits & 0x1:
        raise _refused("is encrypted with a password")
    if entry.compress_type not in _METHODS:
        raise _refused(f"compresses {printable(name)} by another method than deflate")


def _refused(reason: str) -> InvalidInput:
    return InvalidInput(f"the archive {reason}: nothing was imported. Make it again")
