"""Valid files, and ways to corrupt them, for fuzz tests."""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from core.imaging.files import to_png
from tests.core.transfer.files import idx, inks, npy, npz, pictures, zip_of
from tests.support import datasets

# Values for lengths, offsets and counts that break naive readers.
NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1]
WORDS = [b"", b"\0" * 64, b"\xff" * 64, b"PK\x05\x06", b"../../x", b"NaN", b"1e999", b"[" * 500]


def corrupt(data: bytes, rng: random.Random) -> bytes:
    """Corrupt a file in one to four places."""
    corrupted = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        _corrupt_once(corrupted, rng)
    return bytes(corrupted)


def _corrupt_once(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        del data[at:]
    elif kind == 1:
        del data[at : at + rng.randint(1, 64)]
    elif kind == 2:
        data[at:at] = rng.choice(WORDS)
    elif kind == 3:
        data[at:at] = data[at : at + rng.randint(1, 256)]
    elif kind == 4:
        form = rng.choice(["<I", ">I", "<H", ">H"])
        number = rng.choice(NUMBERS) % 2 ** (8 * struct.calcsize(form))
        data[at : at + struct.calcsize(form)] = struct.pack(form, number)
    elif at < len(data):
        data[at] ^= 1 << rng.randrange(8)


def inside(archive: bytes) -> Callable[[random.Random], bytes]:
    """Corrupt one file in a zip, so that the zip itself is intact and its checksums are right."""

    def made(rng: random.Random) -> bytes:
        with zipfile.ZipFile(io.BytesIO(archive)) as found:
            entries = {name: found.read(name) for name in found.namelist()}
        victim = rng.choice(sorted(entries))
        return zip_of(entries | {victim: corrupt(entries[victim], rng)})

    return made


def outside(data: bytes) -> Callable[[random.Random], bytes]:
    return lambda rng: corrupt(data, rng)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture_seeds() -> Iterator[bytes]:
    """Small pictures of every kind and mode that is read."""
    grey = Image.fromarray(inks(1)[0]).resize((60, 90))
    exif = Image.Exif()
    exif[0x0112] = 6
    for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16"):
        yield saved(grey.convert("L").convert(mode) if mode != "I;16" else grey.convert("I;16"),
                    "PNG", exif=exif)  # fmt: skip
    for mode in ("L", "RGB", "CMYK"):
        yield saved(grey.convert(mode), "JPEG", exif=exif, progressive=mode == "RGB")
    for lossless in (False, True):
        yield saved(grey.convert("RGBA"), "WEBP", lossless=lossless, exif=exif)


def label_studio() -> bytes:
    import base64

    picture = base64.b64encode(to_png(inks(1)[0])).decode()
    task = {
        "data": {"image": "data:image/png;base64," + picture},
        "annotations": [{"result": [{"value": {"choices": ["7"]}, "type": "choices"}]}],
    }
    return json.dumps([task] * 3).encode()


def csv() -> bytes:
    rows = [[place % 10, *ink.ravel().tolist()] for place, ink in enumerate(inks(4))]
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


def gzipped_idx() -> bytes:
    with zipfile.ZipFile(io.BytesIO(idx(4))) as found:
        return zip_of({f"{name}.gz": gzip.compress(found.read(name)) for name in found.namelist()})


def foreign_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"label": [1, 2], "ink": [bytes(784)] * 2}), file)
    return file.getvalue()


def fortran() -> bytes:
    ink = np.asfortranarray(inks(4))
    return zip_of({"ink.npy": npy(ink), "label.npy": npy(np.arange(4))})


def hugging_face() -> bytes:
    made = datasets.digits(6)
    names = datasets.class_labels(datasets.WORDS)
    return datasets.parquet(names, image=datasets.image_structs(made), label=made.labels)


def named_pictures() -> dict[str, bytes]:
    return datasets.pictures(datasets.digits(6), lambda label, n: f"{label}/{n}.png")


IMPORT_SEEDS: dict[str, list[Callable[[random.Random], bytes]]] = {
    "npz": [outside(npz(8)), inside(npz(8)), inside(fortran())],
    "idx": [outside(idx(8)), inside(idx(8)), inside(gzipped_idx())],
    "pictures": [outside(pictures("7/a.png", "3/b.png")), inside(pictures("7/a.png", "3/b.png"))],
    "csv": [outside(csv()), outside(gzip.compress(csv()))],
    "utf-16": [outside(csv().decode().replace(",", ";").encode("utf-16"))],
    "label studio": [outside(label_studio())],
    "json lines": [outside(datasets.as_lines(datasets.tasks(datasets.digits(4))))],
    "other parquet": [outside(foreign_parquet()), outside(hugging_face())],
    "tar": [outside(datasets.tarred(named_pictures(), kind)) for kind in ("", "gz", "bz2", "xz")],
}
