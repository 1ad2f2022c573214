"""Which keys a part of the policy knows, read from the models."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from troth.policy.model import Policy


def fields_at(path: str) -> Mapping[str, FieldInfo]:
    """The keys of the part at a dotted path; empty where the part is no mapping with fixed keys."""
    here: Any = Policy
    for step in path.split(".") if path else ():
        here = _model(here)
        if isinstance(here, type) and issubclass(here, BaseModel):
            info = here.model_fields.get(step)
            here = info.annotation if info else None
        else:
            here = _inside(here)
    here = _model(here)
    return here.model_fields if isinstance(here, type) and issubclass(here, BaseModel) else {}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models an annotation holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def _model(annotation: Any) -> Any:
    """Strips `Annotated`, and takes the part of a union that is a model or a collection."""
    if get_origin(annotation) is Annotated:
        return _model(get_args(annotation)[0])
    if get_origin(annotation) in (dict, tuple) or isinstance(annotation, type):
        return annotation
    return next((m for m in map(_model, get_args(annotation)) if m is not type(None) and m is not None), None)


def _inside(annotation: Any) -> Any:
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return arguments[1]
    return arguments[0] if get_origin(annotation) is tuple else None
