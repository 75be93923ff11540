"""File formats of drawings: one file a format, which `registry` lists.

    parquet, npz, idx, png, label_studio, csv    how a format is named, recognised, read and written
    registry    all formats; which one a file has
    format      what a format declares: `Format`, `Export`, `Sample`
    records     what a reader returns: `DrawingRecord`, `Skipped`
    archive     zip files, checked as hostile input
    arrays      raw pixels and labels in streams (npz, idx)
    pictures    image files to ink and back (png, label_studio)

A new format is a file with a `FORMAT`, and its name in `registry`. Importing this package loads no
pyarrow, which takes 0.3 s and 44 MB: only reading or writing Parquet does.
"""
