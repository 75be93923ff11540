"""Label Studio's JSON: a list of tasks, each a picture as a data URI and the digit chosen for it.

Label Studio imports it with a labelling interface of `<Image name="image" value="$image"/>` and
`<Choices name="digit" toName="image">` with the choices 0 to 9.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO
from uuid import UUID

from sqlalchemy.orm import Session

from core.base.errors import InvalidInput
from core.drawings.gallery import Filters
from core.imaging import MAX_PICTURE_BYTES
from core.storage.tables import Drawing
from core.transfer.formats.archive import printable
from core.transfer.formats.format import Assumed, Export, Format, OnWritten, Sample, Survey
from core.transfer.formats.pictures import ink_png, record_of_picture
from core.transfer.formats.records import DrawingRecord, Records, Skipped, parse_uuid
from core.transfer.formats.tables import LABEL_NAMES, normal_name
from core.transfer.formats.text import decoded, opened_text
from core.transfer.formats.words import digit_of, listed
from core.transfer.selection import batches

JSON_SPACE: Final = " \t\r\n"
MAX_TASK_CHARS: Final = MAX_PICTURE_BYTES * 4 // 3 + 100_000
CHUNK_CHARS: Final = 1 << 16
DATA_URI: Final = "data:image/"
BASE64_HEADS: Final = ("iVBORw0KGgo", "/9j/", "UklGR")
"""How base64 of PNG, JPEG and WebP begins, for pictures that are no data URI."""
N_TASKS_FOR_KEYS: Final = 1000
MAX_CONTROLS: Final = 50
DIGITS_NAMES: Final = (*LABEL_NAMES, "digits", "choice", "value", "symbol")
EXPORT_AGAIN: Final = "in Label Studio, export again as JSON"


@dataclass(slots=True)
class _Control:
    """What was chosen with one control of the labelling interface."""

    n: int = 0
    n_digits: int = 0
    values: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Surveyed:
    """What a first look at all tasks collects."""

    n_tasks: int = 0
    n_annotated: int = 0
    n_predicted: int = 0
    controls: dict[str, _Control] = field(default_factory=dict)
    pictures: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)
    is_min: bool = False
    """Whether it is an export as JSON-MIN: choices beside the picture, without `data`."""


def recognises(sample: Sample) -> bool:
    """Whether it begins as JSON: a list of tasks, or one task a line."""
    return decoded(sample.head[:4096]).startswith(("[", "{"))


def survey(path: Path, label_column: str | None) -> Survey:
    """Decide by all tasks which control says the digit and which key has the picture."""
    seen = _Surveyed()
    for _number, task in _tasks(path):
        _look_at(task, seen)
    picture = _picture_key(seen)
    control, others = _digit_control(seen, label_column)
    assumed = {"picture": picture, "is_min": seen.is_min}
    return Survey(
        {**assumed, "label_column": control},
        alternatives={name: {**assumed, "label_column": name} for name in others},
        is_open=bool(others) and normal_name(control) not in DIGITS_NAMES,
    )


def _look_at(task: Any, seen: _Surveyed) -> None:
    data = _data(task, f"task {seen.n_tasks + 1}")
    seen.n_tasks += 1
    seen.is_min = seen.is_min or data is task
    if seen.n_tasks <= N_TASKS_FOR_KEYS:
        for key, value in data.items():
            if isinstance(key, str) and isinstance(value, str):
                if _is_picture(value):
                    seen.pictures[key] += 1
                elif _is_link(value):
                    seen.elsewhere[key] += 1
    answers = list(_answers(task))
    seen.n_annotated += bool(answers)
    seen.n_predicted += bool(task.get("predictions"))
    for answer in answers:
        for name, chosen in answer.choices.items():
            if name not in seen.controls and len(seen.controls) >= MAX_CONTROLS:
                continue
            control = seen.controls.setdefault(name, _Control())
            digits = [digit for digit in map(digit_of, chosen) if digit is not None]
            control.n += len(chosen)
            control.n_digits += len(digits)
            control.values.update(digits)


def _picture_key(seen: _Surveyed) -> str:
    if not seen.pictures:
        keys = listed([printable(key) for key in seen.elsewhere])
        raise InvalidInput(
            f"the pictures are not in this file, only their addresses (in {keys}): pack the "
            "picture files into a zip with folders 0 to 9, or put each into its task as a data URI "
            "of base64"
            if seen.elsewhere
            else "no task of this file has a picture: tasks need data with a data URI of base64, "
            "such as data:image/png;base64,…, or send the pictures in a zip with folders 0 to 9"
        )
    return min(seen.pictures, key=lambda key: (key != "image", -seen.pictures[key], key))


def _digit_control(seen: _Surveyed, wanted: str | None) -> tuple[str, list[str]]:
    """The control that says the digit, and others that may. Raises: InvalidInput."""
    if not seen.controls:
        raise InvalidInput(
            "nobody has labelled these tasks: they have a model's predictions only. In Label "
            "Studio, submit them (or create annotations from predictions), then export again"
            if seen.n_predicted and not seen.n_annotated
            else "no annotation of this file has choices, numbers or texts: label the tasks with "
            "the choices 0 to 9 in Label Studio, then export again"
        )
    if wanted is not None:
        if wanted not in seen.controls:
            names = listed([printable(name) for name in seen.controls])
            raise InvalidInput(f"there is no control named {printable(wanted)}: there are {names}")
        return wanted, []
    fitting = {name: one for name, one in seen.controls.items() if one.n_digits}
    if not fitting:
        names = listed([printable(name) for name in seen.controls])
        raise InvalidInput(
            f"no control of this file has digits as its choices, only {names}: label with the "
            "choices 0 to 9"
        )
    ranked = sorted(fitting, key=lambda name: _rank(name, fitting[name]))
    best = fitting[ranked[0]]
    others = [
        name
        for name in ranked[1:]
        if fitting[name].n_digits >= 0.5 * best.n_digits
        and _rank(name, fitting[name])[:2] == _rank(ranked[0], best)[:2]
    ]
    return ranked[0], others


def _rank(name: str, control: _Control) -> tuple[bool, bool, int, int]:
    """Controls of digits first; a rating has some of 1 to 5, digits are spread over 0 to 9."""
    is_all_digits = control.n_digits >= 0.9 * control.n
    is_named = normal_name(name) in DIGITS_NAMES
    return not is_all_digits, not is_named, -len(control.values), -control.n_digits


@dataclass(frozen=True, slots=True)
class _Answer:
    """One annotation: when it was last changed, and what was chosen with each control."""

    at: float
    choices: Mapping[str, list[str]]


def _data(task: Any, where: str) -> Mapping[str, Any]:
    """The part of a task that has the picture. Raises: InvalidInput, if it is no task."""
    if isinstance(task, Mapping):
        data = task.get("data")
        if isinstance(data, Mapping):
            return data
        is_min = any(isinstance(value, str) and _is_picture(value) for value in task.values())
        if is_min or ("annotator" in task and "annotation_id" in task):
            return task
    raise InvalidInput(
        f"{where} is not a task of Label Studio: it has no data. {EXPORT_AGAIN[0].upper()}"
        f"{EXPORT_AGAIN[1:]}, or send the pictures in a zip with folders 0 to 9"
    )


def _answers(task: Mapping[str, Any]) -> Iterator[_Answer]:
    """The annotations of a task that count: no skipped ones, no drafts, no predictions."""
    if not isinstance(task.get("data"), Mapping):
        choices = {
            name: found
            for name, value in task.items()
            if isinstance(name, str) and (found := _min_choices(name, value))
        }
        if choices:
            yield _Answer(_when(task), choices)
        return
    annotations = task.get("annotations", task.get("completions"))
    for annotation in annotations if isinstance(annotations, list) else []:
        if not isinstance(annotation, Mapping) or annotation.get("was_cancelled"):
            continue
        results = annotation.get("result")
        choices = {}
        for result in results if isinstance(results, list) else []:
            if isinstance(result, Mapping) and isinstance(result.get("value"), Mapping):
                name = result.get("from_name")
                found = _chosen(result["value"])
                if found:
                    choices.setdefault(name if isinstance(name, str) else "", []).extend(found)
        yield _Answer(_when(annotation), choices)


def _chosen(value: Mapping[str, Any]) -> list[str]:
    """What a result says: choices, a number or a text."""
    for kind in ("choices", "text", "number", "rating", "labels"):
        found = value.get(kind)
        if isinstance(found, list):
            return [text for text in found if isinstance(text, str)]
        if isinstance(found, str):
            return [found]
        if isinstance(found, int | float) and not isinstance(found, bool):
            return [f"{found:g}"]
    return []


def _min_choices(name: str, value: Any) -> list[str]:
    """What JSON-MIN has beside the picture: a text, or an object with all that was ticked."""
    if name in MIN_FACTS:
        return []
    if isinstance(value, Mapping):
        return _chosen(value)
    is_text = isinstance(value, str) and len(value) <= 64
    return [value] if is_text and not _is_link(value) else []


MIN_FACTS: Final = frozenset(
    ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "task_id")
)
"""What JSON-MIN tells of each annotation beside the choices."""


def _when(annotation: Mapping[str, Any]) -> float:
    """When an annotation was last changed, in seconds; the beginning of time if it does not say."""
    for key in ("updated_at", "created_at"):
        at = annotation.get(key)
        if isinstance(at, int | float) and not isinstance(at, bool) and math.isfinite(at):
            return float(at)
        if isinstance(at, str):
            with contextlib.suppress(ValueError, OverflowError):
                moment = datetime.fromisoformat(_padded(at))
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return -math.inf


_FRACTION: Final = re.compile(r"\.(\d+)")


def _padded(moment: str) -> str:
    """A time with six digits of its second, as Python reads it."""
    text = moment.strip().replace(" ", "T", 1) if "T" not in moment else moment.strip()
    return _FRACTION.sub(lambda found: "." + found[1][:6].ljust(6, "0"), text, count=1)


def read(path: Path, assumed: Assumed) -> Records:
    """Yield the labelled pictures of an export; unusable tasks are skipped with a reason.

    A picture that comes several times is taken once, with its newest label.
    Raises: InvalidInput, if it is not a list of tasks.
    """
    newest = _newest_tasks(path, assumed)
    for number, task in _tasks(path):
        where = f"task {number}"
        key = _key(task, assumed, where)
        if key is not None and newest[key].place != number:
            yield Skipped(f"{where} is the same as task {newest[key].place}, which counts")
        elif key is not None and newest[key].is_contradicted:
            yield Skipped(
                f"{where} comes again with another label, and none of them is newer: decide on one"
            )
        else:
            yield _record(task, assumed, where)


@dataclass(slots=True)
class _Newest:
    """The task that counts of those with one picture."""

    place: int
    at: float
    label: int | None
    is_contradicted: bool = False


def _newest_tasks(path: Path, assumed: Assumed) -> dict[bytes, _Newest]:
    """The task that counts for each picture: about 200 bytes each."""
    found: dict[bytes, _Newest] = {}
    for number, task in _tasks(path):
        key = _key(task, assumed, f"task {number}")
        if key is None:
            continue
        at, label = _label_and_time(task, assumed)
        known = found.get(key)
        if known is None:
            found[key] = _Newest(number, at, label)
        elif label is not None and (known.label is None or at > known.at):
            found[key] = _Newest(number, at, label)
        elif label is not None and at == known.at and label != known.label:
            known.is_contradicted = True
    return found


def _label_and_time(task: Mapping[str, Any], assumed: Assumed) -> tuple[float, int | None]:
    label = _label(task, assumed)
    return _newest_answer(task).at, label if isinstance(label, int) else None


def _key(task: Any, assumed: Assumed, where: str) -> bytes | None:
    """What says that two tasks are the same: the id of the drawing, else the picture."""
    data = _data(task, where)
    drawing_id = parse_uuid(data.get("id"))
    if drawing_id is not None:
        return UUID(drawing_id).bytes
    picture = _decoded(data.get(assumed["picture"]))
    return None if picture is None else hashlib.blake2b(picture, digest_size=16).digest()


def _record(task: Any, assumed: Assumed, where: str) -> DrawingRecord | Skipped:
    label = _label(task, assumed)
    if not isinstance(label, int):
        return Skipped(f"{where} {label}")
    data = _data(task, where)
    image = data.get(assumed["picture"])
    if not isinstance(image, str) or not _is_picture(image):
        return Skipped(
            f"{where} has its picture elsewhere: put it into the task as a data URI of base64"
        )
    picture = _decoded(image)
    if picture is None:
        return Skipped(f"{where} has a picture that is not valid base64")
    return record_of_picture(picture, label, where, parse_uuid(data.get("id")))


def _label(task: Mapping[str, Any], assumed: Assumed) -> int | str:
    """The digit of the newest annotation that was not skipped; or why there is none."""
    answer = _newest_answer(task)
    if not answer.choices and answer.at == -math.inf and not any(_answers(task)):
        return "was skipped, or nobody labelled it"
    chosen = answer.choices.get(assumed["label_column"], [])
    digits = {digit_of(text) for text in chosen}
    if len(digits) > 1:
        return f"has several choices ticked ({listed([printable(text) for text in chosen])})"
    (digit,) = digits or {None}
    if digit is None:
        shown = f" but {printable(chosen[0])!r}" if chosen else ""
        return f"has no digit chosen for it{shown}"
    return digit


def _newest_answer(task: Mapping[str, Any]) -> _Answer:
    """The newest annotation; of equally old ones, the last."""
    newest = _Answer(-math.inf, {})
    for answer in _answers(task):
        if answer.at >= newest.at:
            newest = answer
    return newest


def _is_picture(text: str) -> bool:
    return text.startswith((DATA_URI, *BASE64_HEADS)) and not _is_link(text)


def _is_link(text: str) -> bool:
    return text.startswith(("http:", "https:", "s3:", "gs:", "/data/", "file:", "azure-blob:"))


def _decoded(image: Any) -> bytes | None:
    """The bytes of a picture in base64, in lines or in one, with either alphabet."""
    if not isinstance(image, str) or not _is_picture(image):
        return None
    text = image.partition(",")[2] if image.startswith(DATA_URI) else image
    text = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _tasks(path: Path) -> Iterator[tuple[int, Any]]:
    """The number of each task, from 1, and the task: of a list, or one a line."""
    with opened_text(path, errors="strict") as file:
        start = _more(file).lstrip("\ufeff" + JSON_SPACE)
        if start.startswith("["):
            yield from enumerate(_elements(file, start[1:]), start=1)
        else:
            yield from enumerate(_lines(file, start), start=1)


def _lines(file: TextIO, buffer: str) -> Iterator[Any]:
    """Parse objects that follow each other, each on a line or on several."""
    decoder = json.JSONDecoder()
    buffer = buffer.lstrip(JSON_SPACE)
    while buffer:
        try:
            task, end = decoder.raw_decode(buffer)
        except json.JSONDecodeError as exc:
            more = _more(file, max(CHUNK_CHARS, len(buffer)))
            if not more or len(buffer) > MAX_TASK_CHARS:
                raise _not_a_list() from exc
            buffer += more
            continue
        except RecursionError as exc:
            raise _not_a_list() from exc
        if end == len(buffer) and not buffer.endswith("}"):
            raise _not_a_list()
        yield task
        buffer = buffer[end:].lstrip(JSON_SPACE)
        if not buffer:
            buffer = _more(file).lstrip(JSON_SPACE)


def _elements(file: TextIO, buffer: str) -> Iterator[Any]:
    """Parse the elements of a JSON list one at a time, so that memory is bounded by one task."""
    decoder = json.JSONDecoder()
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


def _more(file: TextIO, n_chars: int = CHUNK_CHARS) -> str:
    try:
        return file.read(n_chars)
    except UnicodeDecodeError as exc:
        raise _not_a_list() from exc


def _not_a_list() -> InvalidInput:
    return InvalidInput(
        "this is not a JSON list of Label Studio's tasks, or it is cut short: export it again as "
        "JSON"
    )


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
    survey=survey,
    read=read,
    export=Export(
        write=write,
        file_name="inkloop.json",
        media_type="application/json",
        bytes_per_drawing=570,
    ),
)
