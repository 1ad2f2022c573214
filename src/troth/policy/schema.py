"""The JSON Schema (2020-12) of one policy file, made from the models; editors complete and check with it.

A file holds some of the sections, so none is needed here; what must be there in the whole is for `check` to tell.
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from troth.policy.fields import models_in
from troth.policy.meanings import MEANINGS
from troth.policy.model import Policy
from troth.policy.model.base import _one_or_many, _period
from troth.policy.model.promises import _none_yet, _ranges

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PERIOD = r"^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$"
NAME = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$", "maxLength": 64}
RANGE = {"type": "string", "pattern": r"^\d+(-\d+)?$"}


def schema() -> dict[str, Any]:
    """The schema as plain data."""
    made = Policy.model_json_schema(mode="validation", schema_generator=_Generator)
    del made["required"]
    head = {
        "$schema": DIALECT,
        "title": "Troth policy file",
        "description": "One file of a privacy policy; the sections may be spread over several files.",
    }
    _describe(made)
    return head | {key: value for key, value in made.items() if key not in head}


class _Generator(GenerateJsonSchema):
    """Knows what the files may write shorter than the models have it."""

    schema_dialect = DIALECT

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        inner = super().function_before_schema(schema)
        function = schema["function"]["function"]
        if function is _one_or_many:
            return {"anyOf": [inner["items"], inner]}
        if function is _none_yet:
            return {"anyOf": [{"const": "not yet"}, NAME, inner]}
        if function is _ranges:
            line = {"anyOf": [{"type": "integer"}, RANGE]}
            return {"anyOf": [*line["anyOf"], inner | {"items": line}]}
        if "$ref" in inner:  # a part that the files may give by its name alone
            return {"anyOf": [NAME, inner]}
        return inner

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        inner = super().function_after_schema(schema)
        return inner | {"pattern": PERIOD} if schema["function"]["function"] is _period else inner


def _describe(made: dict[str, Any]) -> None:
    """Gives every key its meaning, and drops what only says the same in other words."""
    models = {model.__name__: model for model in _models(Policy, set())}
    for name, part in [("Policy", made), *made["$defs"].items()]:
        part.pop("title", None)
        if "description" in part:
            part["description"] = " ".join(part["description"].split("\n\n")[0].split())
        for key, value in part.get("properties", {}).items():
            value.pop("title", None)
            if "description" not in value and name in models:
                value["description"] = _plain(_meaning(models[name], key))


def _meaning(model: type[BaseModel], key: str) -> str:
    return next((MEANINGS[at] for each in model.__mro__ if (at := f"{each.__name__}.{key}") in MEANINGS), "")


def _plain(text: str) -> str:
    """Without the links of the reference page."""
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)


def _models(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    if model not in seen:
        seen.add(model)
        yield model
        for info in model.model_fields.values():
            for inner in models_in(info.annotation):
                yield from _models(inner, seen)
