"""What does the live version read? Nothing is stored."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from core.base.errors import NotReady
from core.imaging import Inking, ink_from_strokes, parse_strokes
from core.runs import queries as run_queries
from server import identity
from server.api.predictions.schemas import PredictionOut, StrokesIn
from server.api.shared.json_values import to_base64
from server.contract import contract
from server.roles import ANYBODY
from server.services import services
from server.serving.predictor import LoadedModel

blueprint = Blueprint("predictions", __name__)
REFUSALS = (422, 429, 503)


@blueprint.post("/api/v1/predictions")
@contract(
    "Read strokes", role=ANYBODY, body=StrokesIn, answers={200: PredictionOut}, refusals=REFUSALS
)
def predict(body: StrokesIn) -> ResponseReturnValue:
    """What the live version reads in strokes"""
    checked_ms = ms_since_start()
    model = admit()
    began = time.perf_counter()
    strokes = parse_strokes(body.strokes, body.width, body.height)
    parsed_ms = (time.perf_counter() - began) * 1000
    inking = ink_from_strokes(strokes, body.width, body.height)
    return read(model, inking, {"received": checked_ms, "validated": parsed_ms})


def ms_since_start() -> float:
    """Since the request's headers were read; the body's arrival is in it."""
    return (time.perf_counter() - float(g.started)) * 1000


def admit() -> LoadedModel:
    """Count the request and give it the live version. Raises: TooManyRequests, NotReady."""
    parts = services()
    parts.limits.prediction(identity.contributor(), request.remote_addr)
    model = parts.live.current
    if model is not None:
        return model
    if parts.live.problem is not None:
        raise NotReady(f"no version can be served: {parts.live.problem}")
    with parts.database.read() as session:
        training = run_queries.first_training(session)
    raise NotReady(
        "the first model is still being trained: what you draw and label is kept all the same",
        training=training,
    )


def read(model: LoadedModel, inking: Inking, before_ms: dict[str, float]) -> dict[str, Any]:
    """The answer for some ink, with the time of each step; `before_ms` came before the imaging."""
    began = time.perf_counter()
    reading = model.read(np.ascontiguousarray(inking.ink_HW)[np.newaxis])
    network_ms = (time.perf_counter() - began) * 1000
    is_familiar = bool(reading.familiarity_N[0] >= model.familiarity_threshold)
    is_digit = inking.could_be_digit and is_familiar
    steps = [{"name": name, "ms": round(ms, 3)} for name, ms in before_ms.items()]
    steps += [{"name": step.name, "ms": round(step.ms, 3)} for step in inking.steps]
    answer = {
        "label": int(reading.probabilities_NK[0].argmax()) if is_digit else None,
        "probabilities": [round(p, 6) for p in reading.probabilities_NK[0].tolist()],
        "is_digit": is_digit,
        "reason": inking.reason or (None if is_familiar else "unfamiliar"),
        "model_version": model.version,
        "ink": to_base64(inking.ink_HW.tobytes()),
        "steps": steps,
    }
    answered_ms = (time.perf_counter() - began) * 1000 - network_ms
    steps.append({"name": "network", "ms": round(network_ms, 3)})
    steps.append({"name": "answer", "ms": round(answered_ms, 3)})
    return answer
