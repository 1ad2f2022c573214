"""`troth schema`: what editors need to complete and check policy files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from troth.cli.output import Exit, fail, say


def run(
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output if not given.")] = None,
) -> None:
    """Print the JSON Schema (2020-12) of policy files, for editors.

    Editors with the YAML language server use it for files that begin with
    `# yaml-language-server: $schema=PATH-OF-THE-SCHEMA`.
    """
    from troth.policy.schema import schema

    text = json.dumps(schema(), indent=2, ensure_ascii=False)
    if out is None:
        say(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"cannot write `{out}`: {error.strerror}", Exit.UNKNOWN)
