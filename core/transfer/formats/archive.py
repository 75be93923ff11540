"""Zip and tar archives from untrusted sources: all entries are checked before any is unpacked.

Entries are read as streams and never extracted by name, so no path can escape a folder. A path
such as `../x` still refuses the whole archive: it is an attack, or a broken tool wrote it.
"""

from __future__ import annotations

import contextlib
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from core.base.errors import InvalidInput, TooLarge

MAX_ENTRIES: Final = 1_200_000  # a million pictures and their folders
MAX_UNPACKED_BYTES: Final = 4 * 2**30
MAX_RATIO: Final = 200
"""Unpacked to packed bytes, for archives that unpack to over 16 MB.

MNIST as IDX has 4.8, blank drawings with one dot each 40; classic zip bombs have over 1,000.
"""
RATIO_FROM_BYTES: Final = 16 * 2**20
MAX_TAR_HEADER_BYTES: Final = 1 << 20
TAR_MAGIC_AT: Final = 257
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UTF8_FLAG: Final = 0x800
_METADATA: Final = {".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db"}
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError, OverflowError, UnicodeError, tarfile.TarError,
)  # fmt: skip
Opener = Callable[[str], IO[bytes]]


class Archive:
    """The files of an archive that passed the checks of names, kinds, sizes and ratio."""

    def __init__(self, sizes: Mapping[str, int], opener: Opener) -> None:
        self._sizes = sizes
        self._opener = opener

    @property
    def names(self) -> list[str]:
        """The files in it, in order; folders are separated by `/` whatever wrote the archive."""
        return list(self._sizes)

    def size(self, name: str) -> int:
        """The unpacked size of a file in bytes, as declared; reading stops there."""
        return self._sizes[name]

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file in it as a stream. Raises: InvalidInput, if it is damaged."""
        with _damage_refused(name), self._opener(name) as stream:
            yield stream

    def read(self, name: str, limit_bytes: int) -> bytes:
        """Read a whole small file in it. Raises: TooLarge; InvalidInput, if it is damaged."""
        if self.size(name) > limit_bytes:
            raise TooLarge(f"{printable(name)} has over {limit_bytes:,} bytes: leave it out")
        with self.open(name) as stream:
            return stream.read()


def is_archive(head: bytes) -> bool:
    """Whether a file with these first bytes is a zip or tar archive."""
    return head.startswith(b"PK") or head[TAR_MAGIC_AT : TAR_MAGIC_AT + 5] == b"ustar"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open and check an archive. Raises: InvalidInput, TooLarge, with the reason."""
    with contextlib.ExitStack() as stack:
        with _damage_refused("the archive"):
            with path.open("rb") as file:
                is_zip = file.read(2) == b"PK"
            made = _zip(stack.enter_context(zipfile.ZipFile(path))) if is_zip else _tar(path)
        yield made


def _zip(file: zipfile.ZipFile) -> Archive:
    entries = [(_name(entry), entry) for entry in file.infolist()]
    entries = [(name, entry) for name, entry in entries if not is_metadata(name)]
    _check_number(len(entries))
    for name, entry in entries:
        _check_name(name)
        _check_entry(name, entry)
    _check_names([name for name, _entry in entries])
    files = {name: entry for name, entry in entries if not name.endswith("/")}
    n_bytes = sum(entry.file_size for entry in files.values())
    check_size(n_bytes, sum(entry.compress_size for entry in files.values()))
    sizes = {name: entry.file_size for name, entry in files.items()}
    return Archive(sizes, lambda name: file.open(files[name]))


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry, as the person who made the archive saw it.

    Old tools of Windows write backslashes, and names in the encoding of the system; those of macOS
    write UTF-8 without saying so. `zipfile` takes both for code page 437.
    """
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_FLAG and not name.isascii():
        with contextlib.suppress(UnicodeError):
            raw = name.encode("cp437")
            try:
                name = raw.decode("utf-8")
            except UnicodeError:
                name = raw.decode("gb18030")
    return name.replace("\\", "/")


def _tar(path: Path) -> Archive:
    """A tar file that is not compressed. Sparse files are refused with links and devices."""
    places: dict[str, tuple[int, int]] = {}
    names = []
    with path.open("rb") as raw, tarfile.open(fileobj=_Headers(raw), mode="r:") as file:
        while (entry := file.next()) is not None:
            vars(file)["members"].clear()  # else a million entries take a gigabyte
            name = entry.name.replace("\\", "/").removeprefix("./")
            if name in ("", ".") or is_metadata(name):
                continue
            _check_name(name)
            if entry.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE):
                raise _refused(f"has a link or a device, {printable(name)}")
            names.append(name)
            _check_number(len(names))
            if entry.isfile():
                places[name] = (entry.offset_data, entry.size)
    _check_names(names)
    check_size(sum(size for _offset, size in places.values()), path.stat().st_size)
    sizes = {name: size for name, (_offset, size) in places.items()}
    return Archive(sizes, lambda name: io.BufferedReader(_Slice(path, *places[name])))


class _Headers(io.RawIOBase):
    """A file for `tarfile`, which reads extended headers of any declared size at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Read some bytes. Raises: InvalidInput, for more than a header can have."""
        if not 0 <= size <= MAX_TAR_HEADER_BYTES:
            raise _refused("has a header that is too large")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self._file.tell()


class _Slice(io.RawIOBase):
    """A part of a file as a stream."""

    def __init__(self, path: Path, offset: int, n_bytes: int) -> None:
        self._file = path.open("rb")
        self._file.seek(offset)
        self._n_left = n_bytes

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer. Raises: EOFError, if the file ends before the part does."""
        data = self._file.read(min(len(buffer), self._n_left))
        if not data and self._n_left and len(buffer):
            raise EOFError("the archive is cut short")
        buffer[: len(data)] = data
        self._n_left -= len(data)
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


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


def is_metadata(name: str) -> bool:
    """Whether macOS or Windows added the file to the archive; such entries are never read."""
    parts = name.rstrip("/").split("/")
    last = parts[-1].lower()
    return "__MACOSX" in parts or last in _METADATA or last.startswith("._")


def check_size(n_bytes: int, n_packed: int) -> None:
    """Raises: TooLarge, InvalidInput, if something unpacks to too much, or is a bomb."""
    if n_bytes > MAX_UNPACKED_BYTES:
        raise TooLarge("the archive unpacks to over 4 GB: split it")
    if n_bytes > RATIO_FROM_BYTES and n_bytes / max(1, n_packed) > MAX_RATIO:
        raise _refused(f"unpacks to {n_bytes // max(1, n_packed):,} times its size")


def _check_number(n_entries: int) -> None:
    if n_entries > MAX_ENTRIES:
        raise TooLarge(f"the archive has over {MAX_ENTRIES:,} entries: split it")


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        key = name.rstrip("/").casefold()
        if key in seen:
            raise _refused(f"has two entries named {printable(name)}")
        seen.add(key)


def _check_name(name: str) -> None:
    if not name or "\0" in name or any(ord(letter) < 32 for letter in name):
        raise _refused("has an entry with an invalid file name")
    if name.startswith("/") or name[1:2] == ":":
        raise _refused(f"has an entry with an absolute path, {printable(name)}")
    if any(part in {"..", "."} for part in name.split("/")):
        raise _refused(f"has an entry with a path out of its folder, {printable(name)}")


def _check_entry(name: str, entry: zipfile.ZipInfo) -> None:
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(f"has a link or a device, {printable(name)}")
    if entry.flag_bits & 0x1:
        raise _refused("is encrypted with a password")
    if entry.compress_type not in _METHODS:
        raise _refused(f"compresses {printable(name)} by another method than deflate")


def _refused(reason: str) -> InvalidInput:
    return InvalidInput(f"the archive {reason}: nothing was imported. Make it again")
