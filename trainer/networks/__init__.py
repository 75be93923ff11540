"""The networks: ours and those of the seed systems, all under one contract.

A network takes (B, 1, 28, 28) float in [0, 1], 1 = ink, and returns `(logits_BK, features_BF)`:
K = 10 digits, F the width of what its last layer reads. Normalisation is inside. `registry.py`
names them all; nothing else needs to know their classes.
"""
