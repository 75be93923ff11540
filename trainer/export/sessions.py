"""Open model files with ONNX Runtime as the server does. Needs no torch."""

from __future__ import annotations

import onnxruntime


def one_thread_session(data: bytes) -> onnxruntime.InferenceSession:
    """Open a model file with one thread, which does not spin while idle."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
