"""The page of the policy language."""

from typing import get_args

from pydantic import BaseModel

from tools.reference.examples import example
from tools.reference.models import reached, says, table
from troth.policy.meanings import MEANINGS
from troth.policy.model import Policy
from troth.policy.model.base import Basis
from troth.policy.words import SINGULAR

INTRO = """\
# The policy language

A policy is a folder of YAML files. Their names and number are up to you: Troth reads every `*.yaml` in the folder and
the folders in it, except those called `datasets`. Sections that map names to entries may be spread over several
files; any other section stands in one.

Values follow YAML 1.2: `NO` is Norway and `yes` is a word. Names are lower case letters, digits and hyphens. Keys that
stand in no table here are refused. [Diagnostics](diagnostics.md) lists what else is checked.

The legal bases: {bases}.
"""
TITLES = {
    "Policy": "Sections",
    "SharingGround": "Sharing ground",
    "ThirdPartyService": "Third-party service",
    "RowItem": "Item of a row",
    "RowPurpose": "Purpose of a row",
    "RowRecipient": "Recipient of a row",
    "RowRetention": "Retention of a row",
    "Never": "Negative promise",
    "GroupCompany": "Company of the group",
}


def _title(model: type[BaseModel]) -> str:
    name = model.__name__
    return TITLES.get(name) or "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip().capitalize()


def page() -> str:
    """Every model of the policy as a section with a table of its keys."""
    models = reached(Policy)
    links = {m.__name__: f"[{_title(m).lower()}](#{_title(m).lower().replace(' ', '-')})" for m in models}
    parts = [INTRO.format(bases=", ".join(f"`{basis}`" for basis in get_args(Basis)))]
    for model in models:
        text = says(model).replace(" (semantics §1)", "") if model is not Policy else _sections()
        parts += [f"## {_title(model)}", *([text] if text else []), table(model, links, MEANINGS)]
        shown = example(model)
        parts += [f"```yaml\n{shown}```"] if shown else []
    return "\n\n".join(part.strip() for part in parts)


def _sections() -> str:
    lists = [name for name, one in Policy.model_fields.items() if name in SINGULAR and "tuple" in str(one.annotation)]
    return (
        f"The keys at the top of the files. All are mappings or single values but for {_and(lists)}, which are lists."
    )


def _and(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"
