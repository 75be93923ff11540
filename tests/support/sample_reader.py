"""A live version that reads the hundred digits of `mnist_sample.npz`, made without training.

It compares an ink with each of them (cosine), and takes the labels of the nearest. Turned, inverted
or shifted digits it reads as badly as any model does.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper

from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import ModelVersion
from core.versions.lifecycle import promote
from tests.conftest import NOW

SAMPLE = Path(__file__).with_name("mnist_sample.npz")
SHARPNESS = 60.0


@cache
def sample() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(100, 28, 28) digits of MNIST's training set, and their labels."""
    with np.load(SAMPLE) as arrays:
        return arrays["images"], arrays["labels"].astype(np.int64)


def model_bytes() -> bytes:
    """An ONNX file with the interface of exported ones."""
    images_NHW, labels_N = sample()
    flat_NP = images_NHW.reshape(len(images_NHW), -1).astype(np.float32)
    constants: dict[str, Any] = {
        "known": (flat_NP / np.linalg.norm(flat_NP, axis=1, keepdims=True)).T,
        "votes": np.eye(10, dtype=np.float32)[labels_N],
        "sharpness": np.float32(SHARPNESS),
        "least": np.float32(1e-3),
        "flat": np.array([0, 784], np.int64),
        "axis": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["ink"], ["grey"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["grey", "flat"], ["features"]),
        helper.make_node("ReduceL2", ["features", "axis"], ["norm"], keepdims=1),
        helper.make_node("Add", ["norm", "least"], ["length"]),
        helper.make_node("Div", ["features", "length"], ["unit"]),
        helper.make_node("MatMul", ["unit", "known"], ["alike"]),
        helper.make_node("Mul", ["alike", "sharpness"], ["sharp"]),
        helper.make_node("Softmax", ["sharp"], ["nearest"], axis=1),
        helper.make_node("MatMul", ["nearest", "votes"], ["probabilities"]),
        helper.make_node("ReduceMax", ["alike", "axis"], ["familiarity"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "sample",
        [helper.make_tensor_value_info("ink", TensorProto.UINT8, ["N", 28, 28])],
        [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", 784]),
            helper.make_tensor_value_info("familiarity", TensorProto.FLOAT, ["N"]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    checker.check_model(model)
    return bytes(model.SerializeToString())


def publish_reader(settings: Settings, database: Database, version: int = 1) -> None:
    """Publish the model as a version, and make it live."""
    described = {"version": version, "network": "sample", "familiarity_threshold": 0.1}
    files = {"model.onnx": model_bytes()}
    published = ModelStore(settings.models_dir).publish(version, files, described)
    with database.write() as session:
        session.add(
            ModelVersion(
                version=version,
                network="sample",
                sha256=published.sha256,
                manifest_sha256=published.manifest_sha256,
                created_at=NOW,
                scores={},
                manifest=described,
            )
        )
        session.flush()
        promote(session, version, kind="gate", reason="it passed", by="gate", now=NOW)
