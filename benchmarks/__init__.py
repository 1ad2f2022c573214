"""Each number we claim, and how it is measured: `python -m benchmarks [--only NAME] [--quick] [--json]`.

Every module here whose name does not begin with `_` has a `run(size) -> Iterator[Figure]`.
"""
