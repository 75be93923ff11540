"""Files that people send and that no format reads, each with the way to convert it."""

from __future__ import annotations

from typing import Final

from core.transfer.formats.format import Sample
from core.transfer.formats.text import decoded

PICKLE: Final = (
    "a pickle is never loaded, since it can run any program: load it where you trust it, and save "
    "it with numpy.savez('digits.npz', images=images, labels=labels)"
)
_BY_HEAD: Final = (
    (b"\x80\x02", PICKLE),
    (b"\x80\x03", PICKLE),
    (b"\x80\x04", PICKLE),
    (b"\x80\x05", PICKLE),
    (b"\x93NUMPY", "this is one array: pictures and labels belong together in one file. Save both "
     "with numpy.savez('digits.npz', images=images, labels=labels)"),
    (b"MATLAB 5.0", "this is a MATLAB file: read it with scipy.io.loadmat, and save it with "
     "numpy.savez('digits.npz', images=images, labels=labels)"),
    (b"\x89HDF\r\n", "this is an HDF5 file: read it with h5py, and save it with "
     "numpy.savez('digits.npz', images=images, labels=labels)"),
    (b"ARROW1", "this is a Feather or Arrow file: save it as Parquet, with "
     "pyarrow.parquet.write_table(table, 'digits.parquet')"),
    (b"\xff\xff\xff\xff", "this is an Arrow stream: save it as Parquet, with "
     "dataset.to_parquet('digits.parquet')"),
    (b"Rar!", "this is a RAR archive: unpack it, and pack it as zip"),
    (b"7z\xbc\xaf", "this is a 7z archive: unpack it, and pack it as zip"),
    (b"\x28\xb5\x2f\xfd", "this is compressed with zstd: unpack it, and send it as it is or as gz"),
    (b"SQLite format 3", "this is a database: export its table as CSV, a label and 784 pixels a "
     "line"),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel file: save the table as CSV"),
    (b"%PDF", "this is a PDF: save its pages as pictures, and upload them on the drawing page"),
    (b"\x89PNG", "this is one picture: upload it on the drawing page, or send a zip with pictures "
     "in folders 0 to 9"),
    (b"\xff\xd8\xff", "this is one picture: upload it on the drawing page, or send a zip with "
     "pictures in folders 0 to 9"),
    (b"GIF8", "this is one picture: upload it on the drawing page, or send a zip with pictures in "
     "folders 0 to 9"),
)  # fmt: skip
_BY_ENTRY: Final = (
    ("xl/workbook.xml", "this is an Excel file: save the table as CSV"),
    ("content.xml", "this is a spreadsheet of LibreOffice: save the table as CSV"),
    ("word/document.xml", "this is a Word file: send the pictures in a zip of folders 0 to 9"),
    ("data.pkl", PICKLE),
)


def advice_for(sample: Sample) -> str | None:
    """What to do with a file that is known and cannot be read; None, if it is not such a file."""
    for start, advice in _BY_HEAD:
        if sample.head.startswith(start):
            return advice
    for name in sample.entries or ():
        for end, advice in _BY_ENTRY:
            if name == end or name.endswith("/" + end):
                return advice
    text = decoded(sample.head[:4096])
    if text[:1] in "%@" and "@relation" in text.lower():
        return (
            "this is an ARFF file: read it with scipy.io.arff.loadarff, and save it as CSV, a "
            "label and 784 pixels a line"
        )
    return None
