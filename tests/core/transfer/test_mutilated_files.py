"""Files that were spoiled by chance: each is read, or refused with a sentence, and memory is flat.

The same few hundred at every run; `TEST_EFFORT=50` makes fifty times as many, and others.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice
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
from core.transfer.formats import registry
from core.transfer.formats.records import Skipped
from tests.core.transfer.files import export, fill
from tests.core.transfer.mutilated import IMPORT_SEEDS, outside, picture_seeds, spoil
from tests.server.effort import EFFORT
from tests.support.hands import OddHand

N = round(60 * EFFORT)
MAX_GROWTH_BYTES = 32 * 2**20
SENTENCES = (InvalidInput, TooLarge, UnsupportedType)


def rng_of(name: str) -> random.Random:
    return random.Random(name if EFFORT <= 1 else None)


def check_sentence(error: InkloopError) -> None:
    said = str(error)
    assert 10 < len(said) < 400
    assert said.isprintable(), "what a file holds is not repeated as it is"


@pytest.fixture(autouse=True)
def memory_is_flat() -> Iterator[None]:
    before = psutil.Process().memory_info().rss
    yield
    grown = psutil.Process().memory_info().rss - before
    assert grown < MAX_GROWTH_BYTES, f"{grown / 2**20:.0f} MB more than before"


def read_all(path: Path) -> bool:
    """Go through the file as the import would. Returns whether something of it was left out."""
    found = list(islice(registry.format_of(path).read(path), 1000))
    return any(isinstance(one, Skipped) for one in found)


def fuzz_import(path: Path, make: Callable[[random.Random], bytes], name: str) -> int:
    """Read spoiled files. Returns how many were refused, or some of it."""
    rng, n_spoiled = rng_of(name), 0
    for _ in range(N):
        path.write_bytes(make(rng))
        try:
            n_spoiled += read_all(path)
        except SENTENCES as exc:
            check_sentence(exc)
            n_spoiled += 1
    return n_spoiled


@pytest.mark.parametrize(
    ("name", "place"), [(name, k) for name, made in IMPORT_SEEDS.items() for k in range(len(made))]
)
def test_a_spoiled_file_is_read_or_refused_with_a_sentence(
    tmp_path: Path, name: str, place: int
) -> None:
    n_spoiled = fuzz_import(tmp_path / "file", IMPORT_SEEDS[name][place], f"{name} {place}")

    assert n_spoiled > N / 10, "the knife is blunt"


def test_a_spoiled_parquet_file_of_our_own_is_read_or_refused_with_a_sentence(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        fill(session)
    whole = export(database, tmp_path, "parquet").read_bytes()

    assert fuzz_import(tmp_path / "file", outside(whole), "parquet") > N / 10


def test_a_spoiled_picture_is_read_or_refused_with_a_sentence() -> None:
    rng = rng_of("pictures")
    for seed in picture_seeds():
        for _ in range(N):
            try:
                grey = read_grey(spoil(seed, rng))
            except (BadPicture, TooLarge, UnsupportedType) as exc:
                check_sentence(exc)
            else:
                assert max(grey.shape) <= 400


def test_spoiled_strokes_of_the_database_are_read_or_refused() -> None:
    drawn = OddHand(3).draw(7)
    width, height = drawn["width"], drawn["height"]
    packed = encode_strokes(parse_strokes(drawn["strokes"], width, height), width, height)
    rng = rng_of("packed strokes")
    for _ in range(20 * N):
        try:
            decode_strokes(spoil(packed, rng))
        except BadStrokes as exc:
            check_sentence(exc)


NAMES = [f"INKLOOP_{name.upper()}" for name in Settings.model_fields]
VALUES = [
    *("", " ", "0", "-1", "1e3", "on", "ON", "true", "null", "\0", "٣", "80.0", "9" * 400, "\n"),
    *("../../etc", "sqlite:////dev/null", "postgresql://x", "file://", "é" * 40),
]


def test_any_settings_are_taken_or_refused_with_a_sentence() -> None:
    rng = rng_of("settings")
    for _ in range(20 * N):
        names = rng.sample(NAMES, 3) + rng.sample(["INKLOOP_PROT", "INKLOOP_", "inkloop_port"], 1)
        given = {name: rng.choice(VALUES) for name in names[: rng.randint(1, 4)]}
        try:
            found = Settings.from_env(given)
        except SettingsError as exc:
            assert any(name in str(exc) for name in given), "which one is meant?"
            assert "Traceback" not in str(exc)
        else:
            assert 1 <= found.port <= 65535
            assert 1 <= found.workers <= 64
