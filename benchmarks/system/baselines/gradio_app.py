"""A Gradio application that predicts the same strokes with the same ONNX file.

Run in its own environment: `python gradio_app.py MODEL PORT`. Imports nothing of Inkloop.
"""

from __future__ import annotations

import sys
from typing import Any

import gradio
import numpy as np
import onnxruntime
from PIL import Image, ImageDraw

INK_PX, BOX_PX, SAMPLES, PEN = 28, 20, 4, 10


def main(model: str, port: int) -> None:
    """Serve until a signal."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def predict(drawn: dict[str, Any]) -> dict[str, Any]:
        ink_HW = rasterise(drawn["strokes"])
        (probabilities_NK,) = session.run(["probabilities"], {"ink": ink_HW[np.newaxis]})
        label = int(probabilities_NK[0].argmax())
        return {"label": label, "probabilities": probabilities_NK[0].tolist()}

    # Without the queue, a prediction is one request. With the queue, the default, it is two
    # requests and an event stream, which is slower.
    interface = gradio.Interface(
        predict, gradio.JSON(), gradio.JSON(), api_name="predict", flagging_mode="never"
    )
    for function in interface.fns.values():
        function.queue = False
    interface.launch(server_name="127.0.0.1", server_port=port, quiet=True)


def rasterise(strokes: list[list[list[float]]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Draw strokes as 28×28 ink like MNIST: scaled into 20 px, drawn, centred by mass."""
    points = np.array([point[:2] for stroke in strokes for point in stroke], np.float64)
    low = points.min(axis=0)
    side = BOX_PX * SAMPLES - PEN
    scale = side / max(float((points.max(axis=0) - low).max()), 1e-9)
    picture = Image.new("L", (INK_PX * SAMPLES, INK_PX * SAMPLES))
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        path = ((np.array(stroke)[:, :2] - low) * scale + PEN / 2).tolist()
        pen.line([(x, y) for x, y in path], 255, PEN, joint="curve")
        for x, y in (path[0], path[-1]):
            pen.ellipse((x - PEN / 2, y - PEN / 2, x + PEN / 2, y + PEN / 2), 255)
    small_HW = np.asarray(picture.resize((INK_PX, INK_PX), Image.Resampling.BOX))
    rows, columns = np.indices(small_HW.shape)
    total = max(int(small_HW.sum()), 1)
    down = round(INK_PX / 2 - float((rows * small_HW).sum()) / total)
    right = round(INK_PX / 2 - float((columns * small_HW).sum()) / total)
    return np.roll(small_HW, (down, right), axis=(0, 1))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
