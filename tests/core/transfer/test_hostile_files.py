"""Hostile and malformed files are refused as a whole, with a reason; nothing of them is stored."""

from __future__ import annotations

import gzip
import io
import lzma
import pickle
import shutil
import struct
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.imaging.files import to_png
from core.storage.database import Database
from core.storage.tables import Drawing, Transfer
from core.symbols.digits import mnist
from core.transfer import progress, uploads
from core.transfer.formats import archive, registry
from core.transfer.formats import npz as npz_format
from core.transfer.formats.format import Assumed
from core.transfer.formats.parquet import schema
from core.transfer.formats.records import Records
from core.transfer.importing import Importer
from tests.core.transfer.files import (
    export,
    fill,
    idx,
    import_file,
    inks,
    link,
    npy,
    npz,
    pictures,
    take,
    zip_of,
)
from tests.support.running import MNIST

MARK = Path(tempfile.gettempdir()) / "inkloop-was-here"
PICTURE = to_png(inks(1)[0])
LIES = struct.pack(">IIII", 0x803, 2**31, 28, 28)


class Evil:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return (MARK.touch, ())


def doubled() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("7/a.png", PICTURE)
        made.writestr("7/a.png", PICTURE)
    return file.getvalue()


def locked() -> bytes:
    data = bytearray(pictures("7/a.png"))
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    return bytes(data)


def cut(data: bytes, share: float = 0.6) -> bytes:
    return data[: int(len(data) * share)]


def flipped(data: bytes) -> bytes:
    """The zip with a byte changed inside its first entry."""
    changed = bytearray(data)
    changed[120] ^= 0xFF
    return bytes(changed)


REFUSED = {
    "a path out of its folder": (pictures("../7/a.png"), "a path out of its folder"),
    "a path out by backslashes": (
        pictures("7/a.png").replace(b"7/a.png", b"..\\.png"),
        "a path out of its folder",
    ),
    "an absolute path": (pictures("/7/a.png"), "absolute path"),
    "a drive": (pictures("C:/7/a.png"), "absolute path"),
    "a symbolic link": (link(), "link or a device"),
    "two of one name": (doubled(), "two entries"),
    "two of one name but for case": (pictures("7/a.png", "7/A.png"), "two entries"),
    "a bomb": (zip_of({"7/bomb.png": bytes(40_000_000)}), "times its size"),
    "a compressed bomb": (gzip.compress(bytes(40_000_000)), "times its size"),
    "a bomb in a bomb": (gzip.compress(gzip.compress(bytes(200_000_000))), "times its size"),
    "a compressed file that asks for much memory": (
        lzma.compress(
            bytes(100), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**30, "mode":
            lzma.MODE_FAST, "mf": lzma.MF_HC3}]
        ),
        "damaged",
    ),
    "a table that is a bomb": (zip_of({"mnist.csv": b"0," * 20_000_000}), "times its size"),
    "a cut gz": (gzip.compress(npz(40))[:-600], "damaged or cut short"),
    "several tables": (zip_of({"a.csv": b"1,2", "b.csv": b"1,2"}), "one after the other"),
    "an array alone": (npy(inks(2)), "numpy.savez"),
    "a single picture": (PICTURE, "this is one picture"),
    "a MATLAB file": (b"MATLAB 5.0 MAT-file" + bytes(200), "scipy.io.loadmat"),
    "an ARFF file": (b"% MNIST\n@RELATION mnist\n@ATTRIBUTE p1 real\n", "scipy.io.arff"),
    "an Excel file": (zip_of({"xl/workbook.xml": b"<x/>"}), "save the table as CSV"),
    "a model of torch": (zip_of({"archive/data.pkl": b"x"}), "a pickle is never loaded"),
    "a password": (locked(), "password"),
    "a cut zip": (cut(pictures("7/a.png", "7/b.png")), "damaged"),
    "a changed byte": (flipped(npz(40)), "damaged"),
    "no digits' folders": (pictures("cats/a.png"), "no pictures in folders"),
    "a zip of nothing": (zip_of({}), "no pictures in folders"),
    "pickled labels": (
        zip_of({
            "ink.npy": npy(inks(2)),
            "label.npy": npy(np.array([Evil(), 1], object), allow_pickle=True),
        }),
        "pickled objects",
    ),
    "pickled pictures": (
        zip_of({
            "ink.npy": npy(np.array([Evil(), 1], object), allow_pickle=True),
            "label.npy": npy(np.arange(2)),
        }),
        "pickled objects",
    ),
    "a pickle": (pickle.dumps(Evil()), "a pickle is never loaded"),
    "labels beyond 9": (npz(3, label=np.array([1, 2, 10])), "digits 0 to 9"),
    "labels below 0": (npz(3, label=np.array([1, -2, 3])), "digits 0 to 9"),
    "labels that are fractions": (npz(3, label=np.array([1.0, 2.5, 3.0])), "are fractions"),
    "too few labels": (npz(3, label=np.arange(2)), "with N labels"),
    "pictures of another size": (npz(3, ink=np.ones((3, 32, 32), np.uint8)), "(N, 28, 28)"),
    "pixels that are no numbers": (npz(3, ink=inks(3) * np.nan), "NaN"),
    "an array that says more than it has": (
        zip_of({"ink.npy": npy(inks(9))[:-300], "label.npy": npy(np.arange(9))}),
        "cut short",
    ),
    "an array that has more than it says": (
        zip_of({"ink.npy": npy(inks(2)) + b"x", "label.npy": npy(np.arange(2))}),
        "longer than its header",
    ),
    "other names": (zip_of({"a.npy": npy(1)}), "rename"),
    "IDX of another size": (idx(2, side=27), "27 × 27"),
    "IDX with other labels": (idx(3, n_labels=2), "2 labels"),
    "IDX that lies": (
        zip_of({
            "a-images-idx3-ubyte": LIES,
            "a-labels-idx1-ubyte": struct.pack(">II", 0x801, 2**31),
        }),
        "not an IDX file of",
    ),
    "half a pair of IDX": (zip_of({"a-images-idx3-ubyte": b""}), "cut short"),
    "a table of words": (b"label," + b"x," * 300 + b"\n" + b"=cmd()," * 785, "cells"),
    "a table with huge labels": (b"400," + b",".join([b"25"] * 784), "no column of this table"),
    "JSON of something else": (b'["a", "b"]', "not a task"),
    "cut JSON": (b'[{"data": {"image": "data:image/png;base', "cut short"),
    "deep JSON": (b"[" * 200_000, "not a JSON list"),
    "a page": (b"<html><script>alert(1)</script></html>", "no format that can be imported"),
    "half a Parquet file": (b"PAR1" + bytes(400) + b"PAR1", "damaged"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_was_run() -> None:
    MARK.unlink(missing_ok=True)


@pytest.mark.parametrize("what", list(REFUSED))
def test_a_hostile_file_is_refused_as_a_whole_with_a_reason(
    settings: Settings, database: Database, what: str
) -> None:
    data, sentence = REFUSED[what]

    done = import_file(settings, database, data)

    assert done.status == TransferStatus.REFUSED
    assert sentence in (done.message or "")
    with database.read() as session:
        assert session.scalars(select(func.count()).select_from(Drawing)).one() == 0
    assert list(uploads.folder(settings).iterdir()) == []
    assert not MARK.exists()


def parquet_of(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("id", "not a uuid", "no UUID"),
        ("contributor", "../../etc", "not one of Inkloop's"),
        ("label", 17, "digits 0 to 9"),
        ("status", "deleted", "was deleted"),
        ("status", "golden", "unknown value"),
        ("split", "mnist_test", "unknown value"),
        ("source", "stolen", "unknown value"),
        ("ink", bytes(784), "or no ink"),
        ("imaging_version", 99, "must be 1 to"),
        ("confidence", float("nan"), "must be 0 to 1"),
        ("picture", b"GIF89a no picture", "only PNG"),
        ("label_history", [], "history"),
    ],
)
def test_a_row_that_inkloop_cannot_have_written_refuses_the_parquet_file(
    settings: Settings,
    database: Database,
    tmp_path: Path,
    column: str,
    value: object,
    sentence: str,
) -> None:
    with database.write() as session:
        fill(session)
    table = pq.read_table(export(database, tmp_path, "parquet"))
    place = table.schema.get_field_index(column)
    values = table.column(column).to_pylist()
    values[-1] = value
    changed = table.set_column(
        place, schema().field(column), pa.array(values, schema().field(column).type)
    )

    done = import_file(settings, database, parquet_of(changed))

    assert done.status == TransferStatus.REFUSED
    assert sentence in (done.message or "")


def test_a_parquet_file_with_other_columns_is_refused(
    settings: Settings, database: Database
) -> None:
    done = import_file(settings, database, parquet_of(pa.table({"label": [1]})))

    assert "no column of pictures" in (done.message or "")


def test_too_many_entries_are_refused(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 2)

    done = import_file(settings, database, pictures("1/a.png", "2/b.png", "3/c.png"))

    assert "over 2 entries" in (done.message or "")


def test_too_many_unpacked_bytes_are_refused(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 1000)

    done = import_file(settings, database, npz(10))

    assert "unpacks to over" in (done.message or "")


def test_an_unusable_picture_is_skipped_with_a_reason(
    settings: Settings, database: Database
) -> None:
    data = zip_of({
        "7/good.png": PICTURE,
        "7/readme.png": b"this is no picture",
        "3/blank.png": to_png(np.zeros((28, 28), np.uint8)),
        "cats/tom.png": PICTURE,
        "__MACOSX/7/._good.png": b"rubbish",
    })  # fmt: skip

    done = import_file(settings, database, data)

    assert (done.status, done.n_new) == (TransferStatus.DONE, 1)
    assert done.found is not None
    assert done.found["n_refused"] == 3
    assert done.found["refusals"] == [
        "7/readme.png: only PNG, JPEG and WebP pictures can be read",
        "3/blank.png is blank",
        "cats/tom.png is in no folder named by a digit",
    ]


def test_a_file_that_crashes_its_process_twice_is_refused(
    settings: Settings, database: Database
) -> None:
    transfer_id = take(settings, database, npz(3))
    with database.write() as session:
        row = session.get_one(Transfer, transfer_id)
        row.status, row.found = TransferStatus.CHECKING, {"n_checks": 2}

    done = Importer(settings, database).run(transfer_id)

    assert done is not None
    assert done.status == TransferStatus.REFUSED
    assert "twice" in (done.message or "")


def test_a_process_reading_a_slow_file_keeps_the_import(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heartbeats continue between two drawings of a batch, so that no other process takes over."""
    beats = []

    def slowly(path: Path, assumed: Assumed) -> Records:
        for one in npz_format.read(path, assumed):
            with database.read() as session:
                beats.append(session.scalars(select(Transfer.heartbeat_at)).one())
            yield one

    monkeypatch.setattr(progress, "BEAT_SECONDS", 0.0)
    slow = replace(npz_format.FORMAT, read=slowly)
    monkeypatch.setattr(registry, "FORMATS", (slow,))

    done = import_file(settings, database, npz(5))

    assert done.status == TransferStatus.DONE
    assert len(set(beats[:5])) == 5


def test_pictures_of_mnists_test_set_are_not_imported(
    settings: Settings, database: Database
) -> None:
    settings.mnist_cache.mkdir()
    shutil.copy(MNIST / "t10k-images-idx3-ubyte", settings.mnist_cache)
    exam = mnist.read_idx(settings.mnist_cache / mnist.TEST_IMAGES)[:2]

    done = import_file(settings, database, npz(4, ink=np.concatenate([inks(2), exam])))

    assert (done.n_new, done.found is None) == (2, False)
    assert "MNIST's test set" in str(done.found)
