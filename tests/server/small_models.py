"""Small real ONNX models with the interface of exported ones, made without torch."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, checker, helper, numpy_helper
from sqlalchemy.orm import Session

from core.storage.model_store import ModelStore
from core.storage.tables import ModelVersion
from core.versions.lifecycle import promote
from tests.conftest import NOW

SIDE_PX = 28
OPSET = 20
IR_VERSION = 10


def model_bytes(says: int) -> bytes:
    """Return a linear model that reads nearly all inks as `says`.

    Its familiarity is the ink's mean, 0 to 1, so that only empty paper is unfamiliar.
    """
    weights = np.random.default_rng(says).normal(0, 0.01, (SIDE_PX * SIDE_PX, 10))
    bias = np.zeros(10)
    bias[says] = 6.0
    constants = {
        "weights": weights.astype(np.float32),
        "bias": bias.astype(np.float32),
        "white": np.float32(255),
        "flat": np.array([0, SIDE_PX * SIDE_PX], np.int64),
        "axis": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["ink"], ["grey"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["grey", "white"], ["scaled"]),
        helper.make_node("Reshape", ["scaled", "flat"], ["features"]),
        helper.make_node("MatMul", ["features", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ReduceMean", ["features", "axis"], ["familiarity"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("ink", TensorProto.UINT8, ["N", SIDE_PX, SIDE_PX])],
        [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", 784]),
            helper.make_tensor_value_info("familiarity", TensorProto.FLOAT, ["N"]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    checker.check_model(model)
    return model.SerializeToString()


def manifest(version: int, data: bytes) -> dict[str, Any]:
    """Return the manifest that a trainer writes for these bytes."""
    inks_NHW = np.random.default_rng(0).integers(0, 256, (4, SIDE_PX, SIDE_PX), np.uint8)
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    (probabilities_NK,) = session.run(["probabilities"], {"ink": inks_NHW})
    return {
        "version": version,
        "network": "small",
        "familiarity_threshold": 0.001,
        "base_version": None,
        "golden": {
            "inks": base64.b64encode(inks_NHW.tobytes()).decode(),
            "labels": probabilities_NK.argmax(axis=1).tolist(),
            "probabilities": probabilities_NK.tolist(),
        },
    }


def publish(
    store: ModelStore,
    session: Session,
    version: int,
    *,
    says: int,
    is_live: bool = True,
    **changed: Any,
) -> None:
    """Publish a model's files and row, and promote it; `changed` overrides its manifest."""
    data = model_bytes(says)
    described = manifest(version, data) | changed
    published = store.publish(version, {"model.onnx": data}, described)
    session.add(
        ModelVersion(
            version=version,
            network="small",
            sha256=published.sha256,
            manifest_sha256=published.manifest_sha256,
            created_at=NOW,
            scores={"mnist_test": {"accuracy": 0.995, "n_correct": 9950, "n": 10_000}},
            manifest=described,
        )
    )
    session.flush()
    if is_live:
        promote(session, version, kind="gate", reason="it passed", by="gate", now=NOW)
