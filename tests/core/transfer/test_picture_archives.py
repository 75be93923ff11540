"""Archives of pictures, as Windows, macOS and Linux make them, however they name the labels."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.core.transfer.as_people_have_them import assert_reads, inks_of, read, refusal
from tests.support.datasets import (
    HANZI,
    WORDS,
    digits,
    dim_photo,
    pictures,
    tarred,
    zipped,
    zipped_without_flag,
)

D = digits()
NAMES: dict[str, Callable[[int, int], str]] = {
    "folders of digits": lambda label, n: f"{label}/{n}.png",
    "folders of digits in others": lambda label, n: f"data/train/{label}/{n}.png",
    "folders with parts inside": lambda label, n: f"{label}/{n % 4}/{n}.png",
    "folders of words": lambda label, n: f"digits/{WORDS[label]}/{n:03d}.png",
    "folders of words in capitals": lambda label, n: f"{WORDS[label].upper()}S/{n}.png",
    "folders with a word before the digit": lambda label, n: f"digit_{label}/{n}.png",
    "folders with a word and a space": lambda label, n: f"Class {label}/{n}.png",
    "folders in Chinese": lambda label, n: f"{HANZI[label]}/{n}.png",
    "folders with two digits": lambda label, n: f"{label:02d}/{n}.png",
    "folders of writers above words": lambda label, n: f"{n % 8}/{WORDS[label]}/{n}.png",
    "folders of many writers above digits": lambda label, n: f"{n}/{label}/{n}.png",
    "the label first in the name": lambda label, n: f"{label}_{n:05d}.png",
    "the label last in the name": lambda label, n: f"mnist-{n + 100:05d}-{label}.png",
    "the label said in the name": lambda label, n: f"{n % 10}_label{label}_{n:04d}.png",
    "the label as num in the name": lambda label, n: f"{n:05d}-num{label}.png",
    "a word in the name": lambda label, n: f"all/{WORDS[label]}-{n:03d}.png",
    "copies named by Windows": lambda label, n: f"{label} ({n + 10}).png",
}


@pytest.mark.parametrize("what", list(NAMES))
def test_labels_are_found_in_names(tmp_path: Path, what: str) -> None:
    made = pictures(D, NAMES[what], draw=lambda image: image)

    assert_reads(tmp_path, zipped(made), D)


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_a_tar_is_read_as_a_zip_is(tmp_path: Path, compression: str) -> None:
    made = pictures(D, lambda label, n: f"./digits/{label}/{n}.png", draw=lambda image: image)

    assert_reads(tmp_path, tarred(made, compression), D)


def test_backslashes_of_windows_separate_folders(tmp_path: Path) -> None:
    made = pictures(D, lambda label, n: f"digits\\{label}\\{n}.png", draw=lambda image: image)

    assert_reads(tmp_path, zipped(made), D)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_in_an_undeclared_encoding_are_read(tmp_path: Path, encoding: str) -> None:
    made = pictures(D, lambda label, n: f"数字/{HANZI[label]}/{n}.png", draw=lambda image: image)

    assert_reads(tmp_path, zipped_without_flag(made, encoding), D)


def test_files_of_the_desktop_are_no_pictures(tmp_path: Path) -> None:
    made = pictures(D, lambda label, n: f"d/{label}/{n}.png", draw=lambda image: image)
    desktop = {
        "__MACOSX/d/7/._1.png": b"rubbish",
        "d/7/._1.png": b"rubbish",
        "d/.DS_Store": b"rubbish",
        "d/7/Thumbs.db": b"rubbish",
        "d/desktop.ini": b"[.ShellClassInfo]",
    }

    assert_reads(tmp_path, zipped(made | desktop), D)


def test_pictures_on_paper_are_read_as_photographs(tmp_path: Path) -> None:
    records, _ = read(tmp_path, zipped(pictures(D, NAMES["folders of digits"])))

    assert [one.label for one in records] == D.labels
    assert all(one.picture is not None and not one.is_dim for one in records)
    assert inks_of(records)[:, 0].max() == 0, "paper is no ink"


def test_dim_photographs_are_read_as_photographs_and_marked(tmp_path: Path) -> None:
    data = zipped(pictures(D, NAMES["folders of digits"], draw=dim_photo))

    records, _ = read(tmp_path, data)

    assert all(one.is_dim and one.picture is not None for one in records)
    far = np.abs(inks_of(records).astype(int) - D.images).mean()
    assert far < 30, "the ink is the digit, not its ground"


def test_parts_and_people_are_no_digits(tmp_path: Path) -> None:
    data = zipped(pictures(D, lambda label, n: f"batch_{n % 5}/{n}.png"))

    assert "put the pictures into folders named 0 to 9" in refusal(tmp_path, data)


def test_a_picture_without_a_digit_in_its_name_is_left_out(tmp_path: Path) -> None:
    made = pictures(D, NAMES["the label first in the name"]) | pictures(
        digits(1), lambda label, n: "unknown_1.png"
    )

    records, skipped = read(tmp_path, zipped(made))

    assert len(records) == 30
    assert skipped == ["unknown_1.png has no digit at that place in its name"]


# ---- hostile tar archives


def tar_of(change: Callable[[tarfile.TarInfo], None]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        info = tarfile.TarInfo("7/a.png")
        info.size = 4
        change(info)
        archive.addfile(info, io.BytesIO(b"\0" * info.size))
    return file.getvalue()


def as_link(info: tarfile.TarInfo) -> None:
    info.type, info.linkname, info.size = tarfile.SYMTYPE, "/etc/passwd", 0


def as_device(info: tarfile.TarInfo) -> None:
    info.type, info.size = tarfile.CHRTYPE, 0


def named(name: str) -> Callable[[tarfile.TarInfo], None]:
    return lambda info: setattr(info, "name", name)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (as_link, "link or a device"),
        (as_device, "link or a device"),
        (named("../7/a.png"), "a path out of its folder"),
        (named("/7/a.png"), "absolute path"),
        (named("7\\..\\..\\a.png"), "a path out of its folder"),
        (named("C:/7/a.png"), "absolute path"),
        (lambda info: setattr(info, "size", 40_000_000), "times its size"),
    ],
)
def test_a_hostile_tar_is_refused(
    tmp_path: Path, change: Callable[[tarfile.TarInfo], None], sentence: str
) -> None:
    assert sentence in refusal(tmp_path, tar_of(change))


def test_a_tar_with_a_huge_header_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("7/a.png")
        info.pax_headers = {"comment": "x" * 3_000_000}
        archive.addfile(info)

    assert "header that is too large" in refusal(tmp_path, file.getvalue())


def test_a_cut_tar_and_a_damaged_gz_are_refused(tmp_path: Path) -> None:
    whole = tarred(pictures(D, NAMES["folders of digits"]))

    assert "damaged or cut short" in refusal(tmp_path, whole[: len(whole) // 2])


def test_unpacked_files_are_deleted(tmp_path: Path) -> None:
    read(tmp_path, tarred(pictures(D, NAMES["folders of digits"])))

    assert [path.name for path in tmp_path.iterdir()] == ["file"]
