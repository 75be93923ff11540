"""Drawings in and out: the formats, what is refused of them, and the process that does the work.

    selection  which drawings an export has        reading    which format a file is, and what is in
    writing    NPZ, IDX, PNG, Label Studio         archive    zip files, taken for hostile
    parquet    everything, both ways               arrays, pictures, label_studio: the other formats
    work       an import or an export, end to end  __main__   the process that the server starts

Only `parquet` imports pyarrow, which takes 44 MB: no web worker loads it.
"""
