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
from typing import IO, Any, Final

from core.base.errors import InvalidInput
from core.imaging import MAX_PICTURE_BYTES
from core.transfer.formats.pictures import arrival_of_picture, uuid_of
from core.transfer.formats.records import Arrival, Arrivals, Refusal

MAX_TASK_CHARS: Final = MAX_PICTURE_BYTES * 4 // 3 + 100_000
CHUNK_CHARS: Final = 1 << 16
PREFIX: Final = "data:image/"


def task(drawing_id: str, label: int, png: bytes, predicted_label: int | None) -> dict[str, Any]:
    """One drawing as Label Studio takes it."""
    made: dict[str, Any] = {
        "data": {
            "image": PREFIX + "png;base64," + base64.b64encode(png).decode(),
            "id": drawing_id,
        },
        "annotations": [{"result": [_choice(label)]}],
    }
    if predicted_label is not None:
        made["predictions"] = [{"result": [_choice(predicted_label)]}]
    return made


def _choice(label: int) -> dict[str, Any]:
    value = {"choices": [str(label)]}
    return {"from_name": "digit", "to_name": "image", "type": "choices", "value": value}


def read_label_studio(path: Path) -> Arrivals:
    """The labelled pictures of an export. A task that cannot be used is left out, with a sentence.

    Raises: InvalidInput, if it is no list of tasks.
    """
    with path.open(encoding="utf-8", errors="strict") as file:
        for number, found in enumerate(_tasks(file), start=1):
            yield _arrival(found, f"task {number}")


def _arrival(found: Any, where: str) -> Arrival | Refusal:
    if not isinstance(found, Mapping) or not isinstance(found.get("data"), Mapping):
        raise InvalidInput(f"{where} is no task of Label Studio: it has no data")
    label = _label(found)
    if label is None:
        return Refusal(f"{where} has no digit chosen for it")
    image = found["data"].get("image")
    if not isinstance(image, str) or not image.startswith(PREFIX):
        return Refusal(f"{where} has its picture elsewhere: only pictures inside the file are read")
    try:
        data = base64.b64decode(image.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return Refusal(f"{where} has a picture that is no base64")
    return arrival_of_picture(data, label, where, uuid_of(found["data"].get("id")))


def _label(found: Mapping[str, Any]) -> int | None:
    """The digit of the newest annotation that was not cancelled."""
    annotations = found.get("annotations")
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


def _tasks(file: IO[str]) -> Iterator[Any]:
    """The elements of a JSON list, one at a time: a file of any length takes one task's memory."""
    decoder = json.JSONDecoder()
    buffer = _first(file)
    n_tasks = 0
    while True:
        buffer = buffer.lstrip(" \t\r\n")
        if buffer.startswith("]") and not buffer[1:].strip() and not _rest(file).strip():
            return
        if n_tasks and buffer:
            if not buffer.startswith(","):
                raise _no_list()
            buffer = buffer[1:]
        try:
            found, end = decoder.raw_decode(buffer.lstrip(" \t\r\n"))
            buffer = buffer.lstrip(" \t\r\n")[end:]
        except json.JSONDecodeError as exc:
            more = _rest(file, max(CHUNK_CHARS, len(buffer)))
            if not more or len(buffer) > MAX_TASK_CHARS:
                raise _no_list() from exc
            buffer = ("," if n_tasks else "") + buffer + more
            continue
        except RecursionError as exc:
            raise _no_list() from exc
        n_tasks += 1
        yield found
        if not buffer.strip():
            buffer += _rest(file)


def _first(file: IO[str]) -> str:
    text = _rest(file).lstrip("\ufeff \t\r\n")
    if not text.startswith("["):
        raise _no_list()
    return text[1:]


def _rest(file: IO[str], n_chars: int = CHUNK_CHARS) -> str:
    try:
        return file.read(n_chars)
    except UnicodeDecodeError as exc:
        raise _no_list() from exc


def _no_list() -> InvalidInput:
    return InvalidInput("this is no JSON list of Label Studio's tasks, or it is cut short")
