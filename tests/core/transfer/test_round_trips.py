"""Exports are imported again: everything by Parquet, ink and label by the other formats."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.base.kinds import Split, TransferStatus
from core.base.settings import Settings
from core.drawings.gallery import Filters
from core.drawings.lifecycle import delete_drawing
from core.storage import counters, migrate
from core.storage.database import Database
from core.storage.tables import Contributor, Drawing, LabelEvent
from core.transfer.formats import registry
from core.transfer.formats.records import DrawingRecord
from tests.conftest import NOW, SECRET
from tests.core.transfer.files import (
    export,
    fill,
    idx,
    import_file,
    inks,
    kept,
    npy,
    npz,
    pictures,
    read_all,
    zip_of,
)
from tests.core.transfer.mutilated import csv
from tests.support.factories import make_drawing, new_id

OTHERS = ["npz", "idx", "png", "label-studio"]


@pytest.fixture
def elsewhere(tmp_path: Path, settings: Settings) -> tuple[Settings, Database]:
    """Another instance, empty."""
    other = Settings.from_env({}, instance=tmp_path / "elsewhere", secret_key=SECRET)
    migrate.upgrade(other)
    return other, Database(other)


def inks_and_labels(database: Database) -> list[tuple[bytes, int]]:
    with database.read() as session:
        rows = session.execute(select(Drawing.ink, Drawing.label))
        return sorted((ink, label) for ink, label in rows)


def totals(session: Session) -> dict[str, int]:
    return {name: n for name, n in counters.totals(session, "").items() if n}


def test_parquet_carries_everything_to_another_instance(
    database: Database, elsewhere: tuple[Settings, Database], tmp_path: Path
) -> None:
    with database.write() as session:
        fill(session)
    file = export(database, tmp_path, "parquet")

    done = import_file(*elsewhere, file.read_bytes())

    assert (done.status, done.n_new) == (TransferStatus.DONE, 7)
    with database.read() as here, elsewhere[1].read() as there:
        assert kept(there) == kept(here)
        given = select(LabelEvent.label, LabelEvent.by, LabelEvent.at).order_by(
            LabelEvent.drawing_number, LabelEvent.id
        )
        assert there.execute(given).all() == here.execute(given).all()
        assert totals(there) == totals(here)
    again = tmp_path / "again"
    again.mkdir()
    assert export(elsewhere[1], again, "parquet").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("format", list(registry.exports()))
def test_importing_known_drawings_adds_no_duplicates(
    settings: Settings, database: Database, tmp_path: Path, format: str
) -> None:
    with database.write() as session:
        fill(session)
    data = export(database, tmp_path, format).read_bytes()
    first = import_file(settings, database, data)
    before = inks_and_labels(database)

    second = import_file(settings, database, data)

    assert (second.status, second.n_new) == (TransferStatus.DONE, 0)
    assert inks_and_labels(database) == before
    has_ids = format not in ("npz", "idx")
    assert first.n_new == (0 if has_ids else 7)


@pytest.mark.parametrize("format", OTHERS)
def test_the_other_formats_carry_ink_and_label(
    database: Database, elsewhere: tuple[Settings, Database], tmp_path: Path, format: str
) -> None:
    with database.write() as session:
        fill(session)

    import_file(*elsewhere, export(database, tmp_path, format).read_bytes())

    assert inks_and_labels(elsewhere[1]) == inks_and_labels(database)


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**32 - 1),
    labels=st.lists(st.integers(0, 9), min_size=1, max_size=40),
    format=st.sampled_from(OTHERS),
)
def test_any_digits_are_imported_as_they_were_exported(
    settings: Settings,
    database: Database,
    tmp_path: Path,
    seed: int,
    labels: list[int],
    format: str,
) -> None:
    contributor = new_id()
    made = inks(len(labels), seed)
    with database.write() as session:
        for ink_HW, label in zip(made, labels, strict=True):
            make_drawing(session, contributor=contributor, label=label, ink=ink_HW.tobytes())

    file = export(database, tmp_path, format, Filters(contributor=contributor))

    found = [one for one in read_all(file) if isinstance(one, DrawingRecord)]
    expected = zip(made, labels, strict=True)
    assert sorted((one.ink, one.label) for one in found) == sorted(
        (ink_HW.tobytes(), label) for ink_HW, label in expected
    )


def test_imported_digits_are_split_by_the_rule_for_all_drawings(
    settings: Settings, database: Database
) -> None:
    done = import_file(settings, database, npz(100))

    with database.read() as session:
        by_split = dict(
            session.execute(select(Drawing.split, func.count()).group_by(Drawing.split)).all()
        )
        sources = set(session.scalars(select(Drawing.source)))
        by = set(session.scalars(select(LabelEvent.by)))
        (contributor,) = session.scalars(select(Contributor)).all()
    assert done.status == TransferStatus.DONE
    assert by_split == {Split.TRAIN: 80, Split.HOLDOUT_KNOWN: 20}
    assert (sources, by) == ({"imported"}, {"user:1"})
    assert contributor.n_drawings == 100


def test_a_contributor_held_out_in_another_instance_stays_held_out(
    database: Database, elsewhere: tuple[Settings, Database], tmp_path: Path
) -> None:
    with database.write() as session:
        drawing = make_drawing(session, contributor="eve", ink=inks(1).tobytes())
        drawing.split = Split.HOLDOUT_NEW

    import_file(*elsewhere, export(database, tmp_path, "parquet").read_bytes())

    with elsewhere[1].read() as session:
        assert session.get_one(Contributor, "eve").is_held_out


def test_only_drawings_that_match_the_filters_are_exported(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        for label in (1, 1, 7):
            make_drawing(session, label=label, ink=inks(1).tobytes())

    file = export(database, tmp_path, "png", Filters(label=1))

    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
    assert [name[0] for name in names] == ["1", "1"]


def test_deleted_drawings_are_not_exported(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        make_drawing(session, label=1, ink=inks(1).tobytes())
        delete_drawing(session, make_drawing(session, label=2, ink=inks(1).tobytes()), now=NOW)

    file = export(database, tmp_path, "npz")

    with np.load(file, allow_pickle=False) as arrays:
        assert arrays["label"].tolist() == [1]
        assert arrays["ink"].shape == (1, 28, 28)


def test_label_studio_tasks_have_their_pictures_inside(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        fill(session)

    tasks = json.loads(export(database, tmp_path, "label-studio").read_text())

    assert len(tasks) == 7
    choice = tasks[0]["annotations"][0]["result"][0]
    assert (choice["type"], choice["to_name"], choice["value"]) == (
        "choices",
        "image",
        {"choices": ["0"]},
    )
    assert all(task["data"]["image"].startswith("data:image/png;base64,") for task in tasks)


def test_a_contributor_named_like_a_formula_is_inert_in_the_table(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        make_drawing(session, contributor='=HYPERLINK("http://x")', ink=inks(1).tobytes())

    file = export(database, tmp_path, "png")

    with zipfile.ZipFile(file) as archive:
        table = archive.read("drawings.csv").decode()
    assert "'=HYPERLINK" in table
    assert ',"=' not in table and ",=" not in table


@pytest.mark.parametrize(
    ("data", "kind", "n"),
    [
        (npz(5), "npz", 5),
        (npz(5, ink=inks(5).reshape(5, 784)), "npz", 5),
        (idx(5), "idx", 5),
        (pictures("7/a.png", "some/folder/3/b.png"), "png", 2),
        (b"label," + b",".join(b"p%d" % n for n in range(784)) + b"\n" + csv(), "csv", 4),
    ],
)  # fmt: skip
def test_the_format_of_a_file_is_recognised_by_content(
    settings: Settings, database: Database, data: bytes, kind: str, n: int
) -> None:
    done = import_file(settings, database, data)

    assert (done.status, done.format, done.n_new) == (TransferStatus.DONE, kind, n)


def test_mnist_as_keras_and_as_its_publishers_package_it_is_read(
    settings: Settings, database: Database
) -> None:
    keras = zip_of({
        "x_train.npy": npy(inks(3)), "y_train.npy": npy(np.arange(3, dtype=np.uint8)),
        "x_test.npy": npy(inks(2, 9)), "y_test.npy": npy(np.arange(2, dtype=np.uint8)),
    })  # fmt: skip
    images = struct.pack(">IIII", 0x803, 4, 28, 28) + inks(4, 5).tobytes()
    labels = struct.pack(">II", 0x801, 4) + bytes(range(4))
    packed = zip_of({
        "train-images-idx3-ubyte.gz": gzip.compress(images),
        "train-labels-idx1-ubyte.gz": gzip.compress(labels),
    })  # fmt: skip

    assert import_file(settings, database, keras).n_new == 5
    assert import_file(settings, database, packed).n_new == 4


def test_a_long_label_studio_file_is_read_task_by_task(tmp_path: Path, database: Database) -> None:
    with database.write() as session:
        for place, ink_HW in enumerate(inks(300)):
            make_drawing(session, label=place % 10, ink=ink_HW.tobytes())
    file = export(database, tmp_path, "label-studio")
    spaced = tmp_path / "spaced.json"
    spaced.write_text(json.dumps(json.loads(file.read_text()), indent=3))

    assert len(read_all(file)) == len(read_all(spaced)) == 300
