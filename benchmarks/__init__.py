"""Benches of Inkloop: `model/` needs PyTorch, `system/` runs the whole product. Not installed."""
