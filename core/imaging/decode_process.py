"""`python -m core.imaging.decode_process`: decodes untrusted pictures for a web worker.

A hostile file can make a decoder crash, hang, or allocate all memory; in this process that does no
harm. It has no secret, no database and no open file, little memory, and a few seconds of CPU time
for each picture. `server.serving.picture_reader` replaces it when it dies.

The standard input is a socket to the worker. A request is a length and a file; an answer is a
header, then grey levels or an error message. Nothing is pickled.
"""

from __future__ import annotations

import resource
import socket
import struct
import sys
from typing import Final

from core.base.errors import BadPicture, InkloopError, TooLarge, UnsupportedType
from core.imaging.files import read_grey

LENGTH: Final = struct.Struct(">I")
ANSWER: Final = struct.Struct(">BHH")
"""0, height and width; or the index in REFUSALS plus 1, the length of the message, and 0."""
REFUSALS: Final[tuple[type[InkloopError], ...]] = (BadPicture, TooLarge, UnsupportedType)
READY: Final = b"\x06"
# Of address space. The most demanding picture within the limits, a WebP of 16.7 million pixels,
# takes 381 MB (measured), of which the interpreter, NumPy and Pillow are 107.
MEMORY_BYTES: Final = 512 * 2**20
CPU_SECONDS: Final = 5  # for one picture; the same WebP takes 0.4 s, a phone's JPEG 0.03 s


def main() -> int:
    """Answer requests until the worker closes the socket."""
    link = socket.socket(fileno=0)
    _warm_up()
    _limit()
    link.sendall(READY)
    while header := _exactly(link, LENGTH.size):
        (n_bytes,) = LENGTH.unpack(header)
        data = _exactly(link, n_bytes)
        if len(data) < n_bytes:
            break
        _allow_cpu()
        link.sendall(_answer(data))
    return 0


def _answer(data: bytes) -> bytes:
    try:
        grey_HW = read_grey(data)
    except REFUSALS as exc:
        words = str(exc).encode()
        place = 1 + next(k for k, kind in enumerate(REFUSALS) if isinstance(exc, kind))
        return ANSWER.pack(place, len(words), 0) + words
    return ANSWER.pack(0, *grey_HW.shape) + grey_HW.tobytes()


def _exactly(link: socket.socket, n_bytes: int) -> bytes:
    """Read that many bytes, or fewer if the socket is closed."""
    data = bytearray()
    while len(data) < n_bytes:
        piece = link.recv(min(n_bytes - len(data), 1 << 18))
        if not piece:
            break
        data += piece
    return bytes(data)


def _warm_up() -> None:
    """Make Pillow load its plugins now, since later this process cannot open files."""
    for file in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF....WEBP"):
        assert _answer(file)[0], "these pictures are incomplete"


def _limit() -> None:
    """Limit memory, and forbid opening and writing files and core dumps, for good."""
    # Three descriptors are open, the socket and the two outputs: no other can be opened.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    if sys.platform == "linux":  # macOS refuses to limit the address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _allow_cpu() -> None:
    """Allow a few more seconds of CPU time; beyond them the kernel kills this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, most))


if __name__ == "__main__":
    sys.exit(main())
