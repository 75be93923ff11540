"""The Flask application: predicts with ONNX Runtime, and never imports torch."""
