"""Each number we claim, and how it is measured: `python -m benchmarks [NAME …] [--json]`."""
