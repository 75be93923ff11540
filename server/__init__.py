"""The web server: a Flask application that predicts with ONNX Runtime and never imports torch."""
