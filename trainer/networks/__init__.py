"""The networks: Inkloop's own and those of the seed systems, all with the same interface.

A network takes (B, 1, 28, 28) float in [0, 1], 1 = ink, and returns `(logits_BK, features_BF)`:
K symbols, F features that its last layer reads. Normalisation is inside. Other packages get
networks by name from `registry.py` and do not depend on their classes.
"""
