"""`python -m core.imaging.decode_process`: unpacks pictures for a web worker, one after the other.

Decoders are where files from strangers do harm: they crash, hang, or ask for all memory there is.
Here they may. This process has no secret, no database and no file open, little memory and a few
seconds of the processor for each picture; `server.serving.picture_reader` replaces it when it dies.

The worker is at the other end of the socket that is the standard input. It sends a length and a
file; what comes back is a header and either grey levels or a sentence. Nothing is pickled.
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
"""0 with height and width, or the place of a refusal with the sentence's length and 0."""
REFUSALS: Final[tuple[type[InkloopError], ...]] = (BadPicture, TooLarge, UnsupportedType)
READY: Final = b"\x06"
# Of address space. The hungriest picture within the limits, a WebP of 16.7 million pixels, was
# measured to need 381 MB, of which the interpreter, NumPy and Pillow are 107.
MEMORY_BYTES: Final = 512 * 2**20
CPU_SECONDS: Final = 5  # for one picture; the same WebP takes 0.4 s, a phone's JPEG 0.03 s


def main() -> int:
    """Answer until the worker closes its end, or is gone."""
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
    """So many bytes, or fewer if the other end is closed."""
    data = bytearray()
    while len(data) < n_bytes:
        piece = link.recv(min(n_bytes - len(data), 1 << 18))
        if not piece:
            break
        data += piece
    return bytes(data)


def _warm_up() -> None:
    """Load what Pillow loads late: from now on this process opens no file."""
    for file in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF....WEBP"):
        assert _answer(file)[0], "these are no whole pictures"


def _limit() -> None:
    """Little memory, no files, no core dumps. Raising them again is not for this process."""
    # The socket and the two outputs are all there will ever be: nothing more can be opened.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    if sys.platform == "linux":  # macOS refuses to limit the address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _allow_cpu() -> None:
    """A few seconds from now on; past them the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, most))


if __name__ == "__main__":
    sys.exit(main())
