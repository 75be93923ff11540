"""Label Studio's JSON: a list of tasks, each a picture as a data URI and the digit chosen for it.

Label Studio imports it with a labelling interface of `<Image name="image" value="$image"/>` and
`<Choices name="digit" toName="image">` with the choices 0 to 9.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

from sqlalchemy.orm import Session

from core.base.errors import InvalidInput
from core.drawings.gallery import Filters
from core.imaging import MAX_PICTURE_BYTES
from core.storage.tables import Drawing
from core.transfer.formats.format import Export, Format, OnWritten, Sample
from core.transfer.formats.pictures import ink_png, record_of_picture
from core.transfer.formats.records import DrawingRecord, Records, Skipped, parse_uuid
from core.transfer.selection import batches

MAX_TASK_CHARS: Final = MAX_PICTURE_BYTES * 4 // 3 + 100_000
CHUNK_CHARS: Final = 1 << 16
DATA_URI: Final = "data:image/"
JSON_SPACE: Final = " \t\r\n"


def recognises(sample: Sample) -> bool:
    """Whether it begins as a JSON list."""
    return sample.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def read(path: Path) -> Records:
    """Yield the labelled pictures of an export; unusable tasks are skipped with a reason.

    Raises: InvalidInput, if it is not a list of tasks.
    """
    with path.open(encoding="utf-8", errors="strict") as file:
        for number, task in enumerate(_tasks(file), start=1):
            yield _record(task, f"task {number}")


def _record(task: Any, where: str) -> DrawingRecord | Skipped:
    if not isinstance(task, Mapping) or not isinstance(task.get("data"), Mapping):
        raise InvalidInput(f"{where} is not a task of Label Studio: it has no data")
    label = _label(task)
    if label is None:
        return Skipped(f"{where} has no digit chosen for it")
    image = task["data"].get("image")
    if not isinstance(image, str) or not image.startswith(DATA_URI):
        return Skipped(f"{where} has its picture elsewhere: only pictures inside the file are read")
    try:
        data = base64.b64decode(image.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return Skipped(f"{where} has a picture that is not valid base64")
    return record_of_picture(data, label, where, parse_uuid(task["data"].get("id")))


def _label(task: Mapping[str, Any]) -> int | None:
    """The digit of the newest annotation that was not cancelled."""
    annotations = task.get("annotations")
    for annotation in reversed(annotations if isinstance(annotations, list) else []):
        if not isinstance(annotation, Mapping) or annotation.get("was_cancelled"):
            continue
        results = annotation.get("result")
        for result in results if isinstance(results, list) else []:
            value = result.get("value") if isinstance(result, Mapping) else None
            choices = value.get("choices") if isinstance(value, Mapping) else None
            text = choices[0] if isinstance(choices, list) and choices else None
            if isinstance(text, str) and len(text) == 1 and text in "0123456789":
                return int(text)
    return None


def _tasks(file: TextIO) -> Iterator[Any]:
    """Parse the elements of a JSON list one at a time, so that memory is bounded by one task."""
    decoder = json.JSONDecoder()
    buffer = _after_bracket(file)
    n_tasks = 0
    while True:
        buffer = buffer.lstrip(JSON_SPACE)
        if buffer.startswith("]") and not buffer[1:].strip() and not _more(file).strip():
            return
        if n_tasks and buffer:
            if not buffer.startswith(","):
                raise _not_a_list()
            buffer = buffer[1:]
        try:
            task, end = decoder.raw_decode(buffer.lstrip(JSON_SPACE))
            buffer = buffer.lstrip(JSON_SPACE)[end:]
        except json.JSONDecodeError as exc:
            more = _more(file, max(CHUNK_CHARS, len(buffer)))
            if not more or len(buffer) > MAX_TASK_CHARS:
                raise _not_a_list() from exc
            buffer = ("," if n_tasks else "") + buffer + more
            continue
        except RecursionError as exc:
            raise _not_a_list() from exc
        n_tasks += 1
        yield task
        if not buffer.strip():
            buffer += _more(file)


def _after_bracket(file: TextIO) -> str:
    text = _more(file).lstrip("\ufeff" + JSON_SPACE)
    if not text.startswith("["):
        raise _not_a_list()
    return text[1:]


def _more(file: TextIO, n_chars: int = CHUNK_CHARS) -> str:
    try:
        return file.read(n_chars)
    except UnicodeDecodeError as exc:
        raise _not_a_list() from exc


def _not_a_list() -> InvalidInput:
    return InvalidInput("this is not a JSON list of Label Studio's tasks, or it is cut short")


def write(out: BinaryIO, session: Session, filters: Filters, on_written: OnWritten) -> None:
    """Write a list of tasks, each with its picture inside."""
    separator = b"[\n"
    for drawings in batches(session, filters, with_strokes=False):
        for drawing in drawings:
            out.write(separator + json.dumps(_task(drawing), separators=(",", ":")).encode())
            separator = b",\n"
        on_written(len(drawings))
    out.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def _task(drawing: Drawing) -> dict[str, Any]:
    picture = base64.b64encode(ink_png(drawing.ink)).decode()
    task: dict[str, Any] = {
        "data": {"image": f"{DATA_URI}png;base64,{picture}", "id": drawing.id},
        "annotations": [{"result": [_choice(drawing.label)]}],
    }
    if drawing.predicted_label is not None:
        task["predictions"] = [{"result": [_choice(drawing.predicted_label)]}]
    return task


def _choice(label: int) -> dict[str, Any]:
    value = {"choices": [str(label)]}
    return {"from_name": "digit", "to_name": "image", "type": "choices", "value": value}


FORMAT: Final = Format(
    name="label-studio",
    description="Label Studio's JSON",
    recognises=recognises,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop.json",
        media_type="application/json",
        bytes_per_drawing=570,
    ),
)
