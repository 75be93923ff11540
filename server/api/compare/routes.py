"""Routes that compare two versions digit by digit, and show a version's confusion matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from flask import Blueprint
from flask.typing import ResponseReturnValue
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.arrays import Inks, Labels
from core.base.errors import NotFound
from core.storage.tables import Contributor, Drawing, ModelVersion
from core.symbols import digits
from core.symbols.reference_set import ReferenceSet
from server.api.compare import comparison
from server.api.compare.comparison import Difference, Flip
from server.api.compare.schemas import CellOut, CompareOut, ConfusionOut
from server.api.shared.json_values import Json, to_base64
from server.contract import contract
from server.roles import ADMIN, REVIEWER
from server.services import services

blueprint = Blueprint("compare", __name__)
MAX_SHOWN = 200  # pictures of each kind; together 200 kB


@blueprint.get("/api/v1/compare/<int:a>/<int:b>")
@contract("Compare two versions", role=REVIEWER, answers={200: CompareOut}, refusals=(404,))
def compare(a: int, b: int) -> ResponseReturnValue:
    """Return what version b reads better and worse than version a, digit by digit"""
    labels = _reference().exam_labels()
    with services().database.read() as session:
        for version in (a, b):
            _check_exists(session, version)
        on_mnist = None if labels is None else comparison.on_mnist(session, a, b, labels)
        on_drawings = comparison.on_drawings(session, a, b)
        drawn = _drawings(session, on_drawings)
        numbers = _numbers(session, drawn)
    images = _reference().exam_images() if on_mnist is not None else None
    shown = {
        kind: _mnist_flips(on_mnist, images, kind) + _drawn_flips(on_drawings, drawn, kind)
        for kind in ("better", "worse")
    }
    return {
        "a": a,
        "b": b,
        "mnist_test": None if on_mnist is None else _difference_json(on_mnist),
        "drawings": _difference_json(on_drawings),
        "better": shown["better"][:MAX_SHOWN],
        "worse": shown["worse"][:MAX_SHOWN],
        "contributors": _by_contributor(on_drawings, drawn, numbers),
    }


@blueprint.get("/api/v1/models/<int:version>/confusion")
@contract("A version's confusion matrix", role=ADMIN, answers={200: ConfusionOut}, refusals=(404,))
def confusion(version: int) -> ResponseReturnValue:
    """Return a version's confusion matrix on the MNIST test set, from its recorded evaluation"""
    labels_N, predicted_N = _test_predictions(version)
    rows = comparison.confusion(labels_N, predicted_N, digits.DIGITS)
    right, of_label, of_reading = rows.diagonal(), rows.sum(axis=1), rows.sum(axis=0)
    return {
        "version": version,
        "n": len(labels_N),
        "rows": rows.tolist(),
        "precision": _shares(right, of_reading),
        "recall": _shares(right, of_label),
        "f1": _shares(2 * right, of_label + of_reading),
    }


@blueprint.get("/api/v1/models/<int:version>/confusion/<int:label>/<int:read_as>")
@contract("A cell's digits", role=ADMIN, answers={200: CellOut}, refusals=(404,))
def cell(version: int, label: int, read_as: int) -> ResponseReturnValue:
    """Return the test images of one label that the version read as one digit"""
    labels_N, predicted_N = _test_predictions(version)
    places = np.flatnonzero((labels_N == label) & (predicted_N == read_as))
    images = _reference().exam_images()
    if images is None or label not in digits.DIGITS.ids or read_as not in digits.DIGITS.ids:
        raise NotFound("cell", f"{label}/{read_as}")
    items = [{"place": int(i), "ink": to_base64(images[i].tobytes())} for i in places[:MAX_SHOWN]]
    return {"label": label, "read_as": read_as, "n": len(places), "items": items}


def _check_exists(session: Session, version: int) -> None:
    if session.get(ModelVersion, version) is None:
        raise NotFound("version", version)


def _reference() -> ReferenceSet:
    return digits.load(services().settings)


def _test_predictions(version: int) -> tuple[Labels, Labels]:
    """Return the MNIST test labels and a version's recorded predictions. Raises: NotFound."""
    labels_N = _reference().exam_labels()
    with services().database.read() as session:
        _check_exists(session, version)
        predicted_N = comparison.mnist_predictions(session, version)
    if labels_N is None or predicted_N is None or len(labels_N) != len(predicted_N):
        raise NotFound("record", f"of what version {version} read in MNIST's test set")
    return labels_N, predicted_N


def _shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> list[float | None]:
    return [int(p) / int(w) if w else None for p, w in zip(part, whole, strict=True)]


def _difference_json(found: Difference) -> Json:
    return {
        "n": found.n,
        "n_right_a": found.n_right_a,
        "n_right_b": found.n_right_b,
        "n_better": len(found.better),
        "n_worse": len(found.worse),
        "p": found.p,
    }


def _flip_json(flip: Flip, source: str, ink: bytes, drawing: Drawing | None) -> Json:
    return {
        "source": source,
        "place": flip.place,
        "drawing_id": None if drawing is None else drawing.id,
        "contributor": None if drawing is None else drawing.contributor_id,
        "label": flip.label,
        "a": flip.a,
        "b": flip.b,
        "ink": to_base64(ink),
    }


def _mnist_flips(found: Difference | None, images: Inks | None, kind: str) -> list[Json]:
    if found is None or images is None:
        return []
    flips: Sequence[Flip] = getattr(found, kind)
    chosen = flips[:MAX_SHOWN]
    return [_flip_json(flip, "mnist", images[flip.place].tobytes(), None) for flip in chosen]


def _drawings(session: Session, found: Difference) -> dict[int, Drawing]:
    numbers = [flip.place for flip in (*found.better, *found.worse)]
    drawings: dict[int, Drawing] = {}
    for start in range(0, len(numbers), comparison.CHUNK):
        chosen = Drawing.number.in_(numbers[start : start + comparison.CHUNK])
        for drawing in session.scalars(select(Drawing).where(chosen)):
            drawings[drawing.number] = drawing
    return drawings


def _drawn_flips(found: Difference, drawn: dict[int, Drawing], kind: str) -> list[Json]:
    flips: Sequence[Flip] = getattr(found, kind)
    pairs = [(flip, drawn[flip.place]) for flip in flips[:MAX_SHOWN]]
    return [_flip_json(flip, "drawing", drawing.ink, drawing) for flip, drawing in pairs]


def _by_contributor(
    found: Difference, drawn: dict[int, Drawing], numbers: dict[str, int]
) -> list[Json]:
    """Count the changes of each contributor's drawings, most worsened first."""
    better = Counter(numbers[drawn[flip.place].contributor_id] for flip in found.better)
    worse = Counter(numbers[drawn[flip.place].contributor_id] for flip in found.worse)
    rows = [
        {"contributor": one, "n_better": better[one], "n_worse": worse[one]}
        for one in better.keys() | worse.keys()
    ]
    return sorted(rows, key=lambda row: (-int(row["n_worse"]), row["contributor"]))


def _numbers(session: Session, drawn: dict[int, Drawing]) -> dict[str, int]:
    """Return the number of each drawing's contributor, by contributor id."""
    ids = sorted({drawing.contributor_id for drawing in drawn.values()})
    numbers: dict[str, int] = {}
    for start in range(0, len(ids), comparison.CHUNK):
        chosen = Contributor.id.in_(ids[start : start + comparison.CHUNK])
        for one in session.scalars(select(Contributor).where(chosen)):
            numbers[one.id] = one.number
    return numbers
