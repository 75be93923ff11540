"""What `inkloop bench NAME` measures: one module a benchmark, each with a `run(…) -> dict`."""
