"""The pages under `docs/reference`, written from the code: `python -m tools.reference`."""
