"""The registry of formats: one file and one entry are all that a format needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.errors import InvalidInput
from core.base.settings import Settings
from core.cli.main import main
from core.drawings.gallery import Filters
from core.storage.database import Database
from core.storage.tables import Drawing, Transfer
from core.transfer.formats import registry
from core.transfer.formats.format import Assumed, Export, Format, OnWritten, Sample
from core.transfer.formats.records import Records, record_of_ink
from core.transfer.selection import batches
from tests.conftest import SECRET
from tests.core.transfer.files import export, import_file, inks
from tests.support.factories import make_drawing
from tests.support.running import ROOT

# ---- all that a format needs: lines of a label and an ink in hexadecimal


def _recognises(sample: Sample) -> bool:
    return sample.head.startswith(b"TOY\n")


def _read(path: Path, _assumed: Assumed) -> Records:
    _, *lines = path.read_text("ascii").splitlines()
    for number, line in enumerate(lines, start=1):
        label, ink = line.split()
        yield record_of_ink(int(label), bytes.fromhex(ink), f"line {number}")


def _write(out: BinaryIO, session: Session, filters: Filters, on_written: OnWritten) -> None:
    out.write(b"TOY\n")
    for drawings in batches(session, filters):
        for drawing in drawings:
            out.write(f"{drawing.label} {drawing.ink.hex()}\n".encode())
        on_written(len(drawings))


TOY = Format(
    name="toy",
    description="toy files",
    recognises=_recognises,
    read=_read,
    export=Export(
        write=_write, file_name="inkloop.toy", media_type="text/plain", bytes_per_drawing=1571
    ),
)

# ---- and its line in the registry


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FORMATS", (*registry.FORMATS, TOY))


def _labels(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(Drawing.label).order_by(Drawing.number)))


def _store(database: Database, labels: list[int]) -> None:
    with database.write() as session:
        for label, ink_HW in zip(labels, inks(len(labels)), strict=True):
            make_drawing(session, label=label, ink=ink_HW.tobytes())


@pytest.mark.usefixtures("toy")
def test_a_registered_format_is_exported_and_imported(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    _store(database, [3, 1, 4])

    file = export(database, tmp_path, "toy")
    done = import_file(settings, database, file.read_bytes())

    assert file.name == "inkloop.toy"
    assert (done.status, done.format, done.n_new) == ("done", "toy", 3)
    assert _labels(database) == [3, 1, 4, 3, 1, 4]


@pytest.mark.usefixtures("toy")
def test_the_command_takes_a_registered_format_by_the_file_name(
    settings: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLOOP_INSTANCE", str(settings.instance))
    monkeypatch.setenv("INKLOOP_SECRET_KEY", SECRET)
    _store(database, [7])

    done = CliRunner().invoke(main, ["data", "export", str(tmp_path / "sevens.toy")])

    assert done.exit_code == 0, done.output
    assert (tmp_path / "sevens.toy").read_bytes().startswith(b"TOY\n7 ")
    with database.read() as session:
        assert session.scalars(select(Transfer.format)).all() == ["toy"]


@pytest.mark.usefixtures("toy")
def test_messages_list_a_registered_format(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"something else")

    with pytest.raises(InvalidInput, match="toy files"):
        registry.format_of(file)


def test_an_ambiguous_or_unknown_suffix_selects_no_export_format() -> None:
    assert registry.export_for_file("digits.zip") is None
    assert registry.export_for_file("digits.txt") is None
    assert registry.export_for_file("digits.json") == "label-studio"


def test_a_format_without_a_writer_is_refused_as_an_export() -> None:
    with pytest.raises(InvalidInput, match="cannot export as csv: choose one of parquet"):
        registry.export_by_name("csv")


def test_listing_the_formats_loads_no_pyarrow() -> None:
    probe = "import sys, core.transfer.formats.registry; print('pyarrow' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def test_the_documentation_lists_the_formats() -> None:
    page = (ROOT / "docs" / "data.md").read_text("utf-8")

    table = page.partition("## Formats")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `([a-z-]+)` \| (no\b)?", table, flags=re.M)

    assert [(name, not no) for name, no in listed] == [
        (format.name, format.export is not None) for format in registry.FORMATS
    ]
