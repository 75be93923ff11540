"""Randomly corrupted files: each is read, or refused with a reason, and memory stays flat.

The same few hundred in every run; `TEST_EFFORT=50` makes fifty times as many, with other seeds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.base.errors import (
    BadPicture,
    BadStrokes,
    InkloopError,
    InvalidInput,
    SettingsError,
    TooLarge,
    UnsupportedType,
)
from core.base.settings import Settings
from core.imaging import decode_strokes, encode_strokes, parse_strokes
from core.imaging.files import read_grey
from core.storage.database import Database
from core.transfer.formats.records import Skipped
from tests.core.transfer import files
from tests.core.transfer.files import export, fill
from tests.core.transfer.mutilated import IMPORT_SEEDS, corrupt, outside, picture_seeds
from tests.server.effort import EFFORT
from tests.support.hands import OddHand

N = round(60 * EFFORT)
MAX_GROWTH_BYTES = 32 * 2**20
REFUSALS = (InvalidInput, TooLarge, UnsupportedType)


def rng_of(name: str) -> random.Random:
    return random.Random(name if EFFORT <= 1 else None)


def check_message(error: InkloopError) -> None:
    said = str(error)
    assert 10 < len(said) < 400
    assert said.isprintable(), "the message repeats raw content of the file"


@pytest.fixture(autouse=True)
def memory_is_flat() -> Iterator[None]:
    before = psutil.Process().memory_info().rss
    yield
    grown = psutil.Process().memory_info().rss - before
    assert grown < MAX_GROWTH_BYTES, f"{grown / 2**20:.0f} MB more than before"


def has_skipped(path: Path) -> bool:
    """Read the file as an import does. Returns whether any entry was skipped."""
    return any(isinstance(one, Skipped) for one in files.read_all(path))


def fuzz_import(path: Path, make: Callable[[random.Random], bytes], name: str) -> int:
    """Read corrupted files. Returns how many were refused, or had skipped entries."""
    rng, n_affected = rng_of(name), 0
    for _ in range(N):
        path.write_bytes(make(rng))
        try:
            n_affected += has_skipped(path)
        except REFUSALS as exc:
            check_message(exc)
            n_affected += 1
    return n_affected


@pytest.mark.parametrize(
    ("name", "place"), [(name, k) for name, made in IMPORT_SEEDS.items() for k in range(len(made))]
)
def test_a_corrupted_file_is_read_or_refused_with_a_reason(
    tmp_path: Path, name: str, place: int
) -> None:
    n_affected = fuzz_import(tmp_path / "file", IMPORT_SEEDS[name][place], f"{name} {place}")

    assert n_affected > N / 10, "too few files were corrupted to test anything"


def test_a_corrupted_parquet_export_is_read_or_refused_with_a_reason(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        fill(session)
    whole = export(database, tmp_path, "parquet").read_bytes()

    assert fuzz_import(tmp_path / "file", outside(whole), "parquet") > N / 10


def test_a_corrupted_picture_is_read_or_refused_with_a_reason() -> None:
    rng = rng_of("pictures")
    for seed in picture_seeds():
        for _ in range(N):
            try:
                grey = read_grey(corrupt(seed, rng))
            except (BadPicture, TooLarge, UnsupportedType) as exc:
                check_message(exc)
            else:
                assert max(grey.shape) <= 400


def test_corrupted_stored_strokes_are_read_or_refused() -> None:
    drawn = OddHand(3).draw(7)
    width, height = drawn["width"], drawn["height"]
    packed = encode_strokes(parse_strokes(drawn["strokes"], width, height), width, height)
    rng = rng_of("packed strokes")
    for _ in range(20 * N):
        try:
            decode_strokes(corrupt(packed, rng))
        except BadStrokes as exc:
            check_message(exc)


NAMES = [f"INKLOOP_{name.upper()}" for name in Settings.model_fields]
VALUES = [
    *("", " ", "0", "-1", "1e3", "on", "ON", "true", "null", "\0", "٣", "80.0", "9" * 400, "\n"),
    *("../../etc", "sqlite:////dev/null", "postgresql://x", "file://", "é" * 40),
]


def test_any_settings_are_accepted_or_refused_with_a_reason() -> None:
    rng = rng_of("settings")
    for _ in range(20 * N):
        names = rng.sample(NAMES, 3) + rng.sample(["INKLOOP_PROT", "INKLOOP_", "inkloop_port"], 1)
        given = {name: rng.choice(VALUES) for name in names[: rng.randint(1, 4)]}
        try:
            found = Settings.from_env(given)
        except SettingsError as exc:
            assert any(name in str(exc) for name in given), "the message names no setting"
            assert "Traceback" not in str(exc)
        else:
            assert 1 <= found.port <= 65535
            assert 1 <= found.workers <= 64
