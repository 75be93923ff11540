"""CSV as spreadsheets, data frames, NumPy and competitions write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.transfer.formats import csv
from tests.core.transfer.as_people_have_them import assert_reads, labels_of, read, refusal
from tests.support.datasets import WORDS, Digits, digits, gzipped, pixel_names, table, zipped

D = digits()
NAMED = ["label", *pixel_names()]


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def bare_index(number: int) -> str:
    return str(number)


GERMAN = str.maketrans(".", ",")
READ = {
    "a heading and the label first": table(D, heading=NAMED),
    "no heading": table(D),
    "a byte order mark before the heading": "\ufeff" + table(D, heading=NAMED),
    "a byte order mark without heading": "\ufeff" + table(D, end="\r\n"),
    "the label last, by name": table(D, label="last", heading=[*pixel_names(), "class"]),
    "the label last, without heading": table(D, label="last"),
    "the label named target": table(D, label="last", heading=[*pixel_names("p{}", 1), "Target"]),
    "the label named y": table(D, heading=["y", *pixel_names("x{}")]),
    "the label named in Chinese": table(D, heading=["标签", *pixel_names("像素{}")]),
    "a label with an unknown name": table(D, heading=["what", *pixel_names()]),
    "a column of the index, by name": table(
        D, heading=["", *NAMED], extra={0: bare_index}
    ),
    "a column of the index, without heading": table(D, extra={0: bare_index}),
    "an index, and the label last": table(D, label="last", extra={0: lambda n: str(n + 1)}),
    "an index that R does not name": table(D, heading=NAMED, extra={0: lambda n: f'"{n + 1}"'}),
    "columns beside label and pixels": table(
        D,
        heading=["id", "file name", "split", *NAMED],
        extra={0: bare_index, 1: "{}.png".format, 2: lambda n: "train" if n % 3 else "test"},
    ),
    "a heading of numbers": table(D, heading=[str(n) for n in range(785)]),
    "a heading of numbers beside the label": table(D, heading=["label", *pixel_names("{}")]),
    "a heading of rows and columns": table(
        D, heading=["label", *(f"{y}x{x}" for y in range(1, 29) for x in range(1, 29))]
    ),
    "semicolons": table(D, heading=NAMED, separator=";", end="\r\n"),
    "tabs": table(D, heading=NAMED, separator="\t"),
    "semicolons and decimal commas": table(
        D, separator=";", cell=lambda v: f"{v / 255:.6f}".translate(GERMAN)
    ),
    "spaces, as NumPy writes text": table(D, separator=" ", cell=lambda v: f"{v:.18e}",
                                          label_cell=lambda v: f"{v:.18e}"),
    "a heading as a comment": "# " + table(D, heading=NAMED),
    "floats from 0 to 255": table(D, cell=lambda v: f"{v}.0", label_cell=lambda v: f"{v}.0"),
    "floats from 0 to 1": table(D, cell=lambda v: f"{v / 255:.7f}"),
    "floats from -1 to 1": table(D, cell=lambda v: f"{v / 127.5 - 1:.7f}"),
    "cells in quotes": table(D, heading=NAMED, cell='"{}"'.format, label_cell='"{}"'.format),
    "labels as words": table(D, heading=NAMED, label_cell=lambda v: WORDS[v]),
    "blank lines at the end": table(D, heading=NAMED) + "\n\n\n",
    "blank lines between": "\n".join(lines(table(D))),
    "rows of separators at the end": table(D, heading=NAMED) + "," * 784 + "\n" + "," * 784 + "\n",
    "a separator at the end of each line": table(D, heading=[*NAMED, ""], end=",\n").replace(
        ",,", ",", 1
    ),
    "the hint of Excel": "sep=;\n" + table(D, heading=NAMED, separator=";"),
    "no line end after the last line": table(D).rstrip("\n"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(READ))
def test_it_is_read_as_it_is_meant(tmp_path: Path, what: str) -> None:
    assert_reads(tmp_path, READ[what].encode(), D)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_it_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    assert_reads(tmp_path, table(D, heading=["标签", *pixel_names()]).encode(encoding), D)


def test_it_is_read_gzipped_and_alone_in_a_zip(tmp_path: Path) -> None:
    data = table(D, heading=NAMED).encode()

    assert_reads(tmp_path, gzipped(data), D)
    assert_reads(tmp_path, zipped({"archive/mnist.csv": data, "README.md": b"digits"}), D)


def test_pixels_that_stand_in_the_order_of_text_are_put_in_order(tmp_path: Path) -> None:
    order = sorted(range(784), key=lambda n: f"pixel{n}")
    images = D.images.reshape(-1, 784)[:, order].reshape(-1, 28, 28)
    shuffled = Digits(images, D.labels)

    data = table(shuffled, heading=["label", *(f"pixel{n}" for n in order)])

    assert_reads(tmp_path, data.encode(), D)


def test_a_table_of_one_digit_and_a_table_sorted_by_label_are_read(tmp_path: Path) -> None:
    order = sorted(range(len(D.labels)), key=lambda n: D.labels[n])
    in_order = Digits(D.images[order], [D.labels[n] for n in order])
    sevens = Digits(D.images[:5], [7] * 5)

    assert_reads(tmp_path, table(in_order, label="last").encode(), in_order)
    assert_reads(tmp_path, table(sevens, label="last").encode(), sevens)


def test_a_line_number_counts_the_lines_of_the_file(tmp_path: Path) -> None:
    text = lines(table(D, heading=NAMED))
    text[4] = "\n\n" + text[4].replace("0,0", "0,zero", 1)

    sentence = refusal(tmp_path, "".join(text).encode())

    assert "line 7 has the cell 'zero' in column pixel" in sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("\n".join(line.partition(",")[2] for line in table(D).splitlines()), "a label for each"),
        (table(D, heading=["name", *pixel_names()], label_cell="no{}".format), "name it label"),
        (table(D, heading=["name", *pixel_names()], label_cell="no{}".format), "it has name"),
        (table(D, heading=NAMED, label_cell=lambda v: str(v + 20)), "labels are the digits"),
        ("\n".join(",".join(["3", *["0"] * 64]) for _ in range(3)), "8 × 8"),
        (table(D) + "1,2,3\n", "has 3 cells, the first has 785"),
    ],
)
def test_a_refusal_says_what_to_do(tmp_path: Path, data: str, sentence: str) -> None:
    assert sentence in refusal(tmp_path, data.encode())


def test_a_value_outside_the_range_of_the_others_refuses_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "N_LEVELS_AT_ONCE", 20)
    too_bright = table(digits(1), cell=lambda v: str(v * 3))

    sentence = refusal(tmp_path, (table(D) + too_bright).encode())

    assert sentence.startswith("line 31 has the value")
    assert "the pixels elsewhere are 0 to 255" in sentence


def test_values_beyond_a_byte_are_scaled_with_a_warning(tmp_path: Path) -> None:
    data = table(D, cell=lambda v: str(v * 257))

    assert_reads(tmp_path, data.encode(), D)


def test_labels_keep_their_meaning_where_the_corner_pixel_varies(tmp_path: Path) -> None:
    """The last column has few values, too: the one with more digits is the label."""
    images = D.images.copy()
    images[::2, 27, 27] = 1

    assert labels_of(tmp_path, table(Digits(images, D.labels)).encode()) == D.labels


def test_an_index_of_ten_lines_is_no_label(tmp_path: Path) -> None:
    in_order = Digits(D.images[:10], list(range(10)))

    data = table(in_order, extra={0: lambda n: str(n + 1)})

    assert_reads(tmp_path, data.encode(), in_order)


@pytest.mark.parametrize(
    "data",
    [
        table(D, heading=NAMED, separator=", "),
        table(D, heading=NAMED, end="\r"),
        "\n\n" + table(D, heading=NAMED),
    ],
)
def test_spaces_old_line_ends_and_blank_first_lines_are_read(tmp_path: Path, data: str) -> None:
    assert_reads(tmp_path, data.encode(), D)


def test_a_blank_drawing_is_left_out(tmp_path: Path) -> None:
    images = D.images.copy()
    images[3] = 0

    _, skipped = read(tmp_path, table(Digits(images, D.labels)).encode())

    assert skipped == ["line 4 is blank"]
