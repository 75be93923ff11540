"""Label Studio exports as projects have them: corrected, skipped, several controls, other keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.core.transfer.as_people_have_them import read, refusal
from tests.support.datasets import (
    WORDS,
    annotation,
    answer,
    as_json,
    as_lines,
    data_uri,
    digits,
    task,
    tasks,
)
from tests.support.factories import new_id

D = digits()
PAIRS = list(zip(D.images, D.labels, strict=True))
EARLY, LATE = "2026-01-01T08:00:00.5Z", "2026-06-30T23:59:59.123456Z"


def other(label: int) -> list[str]:
    return [str((label + 1) % 10)]


def right(label: int) -> dict[str, Any]:
    return answer([str(label)])


def wrong(label: int) -> dict[str, Any]:
    return answer(other(label))


def wrapped(text: str, width: int = 76) -> str:
    head, _, body = text.partition(",")
    lines = [body[at : at + width] for at in range(0, len(body), width)]
    return head + "," + "\n".join(lines) + "\n"


def minimal(image: Any, label: int, **more: Any) -> dict[str, Any]:
    """A task of JSON-MIN."""
    facts = {"annotator": 1, "annotation_id": 4, "created_at": EARLY, "updated_at": LATE}
    return {"image": data_uri(image), "digit": str(label), **facts, "lead_time": 2.5, **more}


def with_quality(label: int, place: int) -> list[dict[str, Any]]:
    return [answer([str(1 + place % 5)], "quality"), right(label)]


READ: dict[str, bytes] = {
    "one annotation a task": as_json(tasks(D)),
    "one task a line": as_lines(tasks(D)),
    "a newer annotation before an older": as_json(
        [task(x, annotation(right(y), at=LATE), annotation(wrong(y), at=EARLY)) for x, y in PAIRS]
    ),
    "a newer annotation after an older": as_json(
        [task(x, annotation(wrong(y), at=EARLY), annotation(right(y), at=LATE)) for x, y in PAIRS]
    ),
    "annotations without a time": as_json(
        [task(x, {"result": [wrong(y)]}, {"result": [right(y)]}) for x, y in PAIRS]
    ),
    "a newer one that was skipped": as_json(
        [
            task(x, annotation(right(y), at=EARLY),
                 annotation(wrong(y), at=LATE, was_cancelled=True))
            for x, y in PAIRS
        ]
    ),
    "times as seconds, in completions": as_json(
        [
            {"data": {"image": data_uri(x)},
             "completions": [{"created_at": 200, "result": [right(y)]},
                             {"created_at": 100, "result": [wrong(y)]}]}
            for x, y in PAIRS
        ]
    ),
    "a model's guesses beside": as_json(
        [task(x, annotation(right(y)), predictions=[{"result": [wrong(y)]}]) for x, y in PAIRS]
    ),
    "a rating before the digit": as_json(
        [task(x, annotation(*with_quality(y, n))) for n, (x, y) in enumerate(PAIRS)]
    ),
    "a rating, and controls without a name that says it": as_json(
        [
            task(x, annotation(answer([str(1 + n % 5)], "a"), answer([str(y)], "b")))
            for n, (x, y) in enumerate(PAIRS)
        ]
    ),
    "a control of words beside": as_json(
        [task(x, annotation(answer(["clear"], "look"), answer([str(y)], "tag"))) for x, y in PAIRS]
    ),
    "choices as words": as_json([task(x, annotation(answer([WORDS[y]]))) for x, y in PAIRS]),
    "choices with a word before": as_json(
        [task(x, annotation(answer([f"Digit {y}"]))) for x, y in PAIRS]
    ),
    "a number typed in": as_json(
        [
            task(x, annotation({"from_name": "n", "type": "number", "value": {"number": y}}))
            for x, y in PAIRS
        ]
    ),
    "a text typed in": as_json(
        [
            task(x, annotation({"from_name": "t", "type": "textarea", "value": {"text": [f"{y}"]}}))
            for x, y in PAIRS
        ]
    ),
    "another key for the picture": as_json(
        [task(x, annotation(right(y)), key="img") for x, y in PAIRS]
    ),
    "base64 in lines": as_json(
        [{**task(x, annotation(right(y))), "data": {"image": wrapped(data_uri(x))}}
         for x, y in PAIRS]
    ),
    "base64 without a data URI": as_json(
        [{**task(x, annotation(right(y))), "data": {"image": data_uri(x).partition(",")[2]}}
         for x, y in PAIRS]
    ),
    "base64 without padding": as_json(
        [{**task(x, annotation(right(y))), "data": {"image": data_uri(x).rstrip("=")}}
         for x, y in PAIRS]
    ),
    "an address beside the picture": as_json(
        [
            {**task(x, annotation(right(y))),
             "data": {"source": "https://example.org/1.png", "image": data_uri(x)}}
            for x, y in PAIRS
        ]
    ),
    "JSON-MIN": as_json([minimal(x, y) for x, y in PAIRS]),
    "JSON-MIN with objects": as_json(
        [minimal(x, y, digit={"choices": [str(y)]}) for x, y in PAIRS]
    ),
    "JSON-MIN with a rating": as_json(
        [minimal(x, y, quality=str(1 + n % 5)) for n, (x, y) in enumerate(PAIRS)]
    ),
    "indented, with a byte order mark": "\ufeff".encode() + json.dumps(tasks(D), indent=2).encode(),
    "UTF-16, as PowerShell writes it": json.dumps(tasks(D)).encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(READ))
def test_labels_are_read_as_they_are_meant(tmp_path: Path, what: str) -> None:
    records, skipped = read(tmp_path, READ[what])

    assert skipped == []
    assert [one.label for one in records] == D.labels


def test_two_choices_ticked_are_left_out_and_said_so(tmp_path: Path) -> None:
    made = tasks(D)
    for place in (1, 4):
        made[place]["annotations"] = [annotation(answer(["3", "5"]))]

    records, skipped = read(tmp_path, as_json(made))

    assert len(records) == 28
    assert skipped == [
        "task 2 has several choices ticked (3, 5)",
        "task 5 has several choices ticked (3, 5)",
    ]


def test_a_newest_annotation_without_a_digit_leaves_the_task_out(tmp_path: Path) -> None:
    made = tasks(D)
    made[0]["annotations"].append(annotation(answer(["unreadable"]), at=LATE))

    _, skipped = read(tmp_path, as_json(made))

    assert skipped == ["task 1 has no digit chosen for it but 'unreadable'"]


def test_a_skipped_task_is_left_out(tmp_path: Path) -> None:
    made = tasks(D)
    made[2]["annotations"] = [annotation(right(D.labels[2]), was_cancelled=True)]

    _, skipped = read(tmp_path, as_json(made))

    assert skipped == ["task 3 was skipped, or nobody labelled it"]


@pytest.mark.parametrize("has_id", [True, False])
def test_each_task_listed_twice_counts_once(tmp_path: Path, has_id: bool) -> None:
    made = tasks(D)
    for one in made if has_id else []:
        one["data"]["id"] = new_id()

    records, skipped = read(tmp_path, as_json(made + made))

    assert [one.label for one in records] == D.labels
    assert skipped[0] == "task 31 is the same as task 1, which counts"
    assert len(skipped) == 30


def test_of_one_picture_in_several_tasks_the_newest_label_counts(tmp_path: Path) -> None:
    old = [task(x, annotation(wrong(y), at=EARLY)) for x, y in PAIRS]
    new = [task(x, annotation(right(y), at=LATE)) for x, y in PAIRS]

    for both in (old + new, new + old):
        records, _ = read(tmp_path, as_json(both))
        assert [one.label for one in records] == D.labels


def test_labels_that_contradict_each_other_are_left_out(tmp_path: Path) -> None:
    x, y = PAIRS[0]
    both = [task(x, annotation(right(y))), task(x, annotation(wrong(y)))]

    records, skipped = read(tmp_path, as_json(tasks(D)[1:] + both))

    assert len(records) == 29
    assert "decide on one" in skipped[0]


GUESSES = [{"data": {"image": data_uri(x)}, "annotations": [],
            "predictions": [{"result": [right(y)]}]} for x, y in PAIRS]  # fmt: skip
LINKS = [
    {"data": {"image": f"/data/upload/{n}.png"}, "annotations": [annotation(right(y))]}
    for n, (_x, y) in enumerate(PAIRS)
]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (as_json(GUESSES), "a model's predictions only"),
        (as_json([task(x) for x, _y in PAIRS]), "label the tasks with the choices 0 to 9"),
        (as_json(LINKS), "only their addresses (in image)"),
        (as_json([task(x, annotation(answer(["cat"]))) for x, _y in PAIRS]), "only digit"),
        (as_json([{"data": {"text": "7"}, "annotations": []}]), "a data URI of base64"),
        (b'{"images": [], "annotations": [], "categories": []}', "is not a task"),
        (as_lines(tasks(D))[:-40], "cut short"),
    ],
)
def test_a_refusal_says_what_to_do(tmp_path: Path, data: bytes, sentence: str) -> None:
    assert sentence in refusal(tmp_path, data)
