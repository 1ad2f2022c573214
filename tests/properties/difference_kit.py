"""Every way in which one field of a policy can change, found by walking the models."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from troth.policy.model import Policy

BASE_FILE = Path(__file__).parent.parent / "cases" / "difference" / "base.yaml"
Field = tuple[type[BaseModel], str]
Steps = tuple[str | int, ...]


def base() -> Policy:
    """A fresh policy that uses every field of the language."""
    return Policy.model_validate(yaml.load(BASE_FILE.read_text(), yaml.CSafeLoader))


def reachable() -> set[Field]:
    """Every field of every model inside a policy."""
    found: set[Field] = set()
    todo: list[Any] = [Policy]
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {(kind, name) for name in kind.model_fields}
            if not fields <= found:
                found |= fields
                todo += [info.annotation for info in kind.model_fields.values()]
        else:
            todo += get_args(kind)
    return found


@dataclass(frozen=True)
class Mutation:
    """One field with another value. `steps`: the way to it."""

    field: Field
    steps: Steps
    value: Any

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.steps))} = {self.value!r}"

    def apply(self, policy: Policy) -> Policy | None:
        """The policy with the other value, None where the language does not allow it there."""
        data = policy.model_dump(mode="python")
        inside: Any = data
        for number, step in enumerate(self.steps[:-1]):
            if isinstance(inside[step], tuple):
                inside[step] = list(inside[step])
            inside = inside[step]
            if inside is None:
                raise AssertionError(self.steps[: number + 1])
        inside[self.steps[-1]] = self.value
        try:
            changed = Policy.model_validate(data)
        except ValidationError:
            return None
        return None if changed == policy else changed


def mutations(policy: Policy) -> list[Mutation]:
    """All of them, in the order of the policy."""
    return list(_part(policy, ()))


def applied(policy: Policy, *, most: int) -> Iterator[tuple[Mutation, Policy]]:
    """Those that the language allows, with the policy that has them; so many of a field that tests stay fast."""
    seen: Counter[Field] = Counter()
    for mutation in mutations(policy):
        if seen[mutation.field] < most and (new := mutation.apply(policy)) is not None:
            seen[mutation.field] += 1
            yield mutation, new


def _part(part: BaseModel, at: Steps) -> Iterator[Mutation]:
    for name, info in type(part).model_fields.items():
        value, steps = getattr(part, name), (*at, name)
        for other in _others(value, info.annotation):
            yield Mutation((type(part), name), steps, other)
        yield from _inside(value, steps)


def _inside(value: Any, at: Steps) -> Iterator[Mutation]:
    if isinstance(value, BaseModel):
        yield from _part(value, at)
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _inside(entry, (*at, name))
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            yield from _inside(entry, (*at, place))


def _others(value: Any, annotation: Any) -> Iterator[Any]:
    """Other values a field may have; whether the language allows them is seen later."""
    if _optional(annotation) and value is not None:
        yield None
    yield from (x for x in _literals(annotation) if x != value)
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, date):
        yield value + timedelta(days=1)
    elif isinstance(value, str):
        yield from (f"{value} otherwise", "other-name", "P2D", "PT5H", "JP", "IL", "T-0999")
    elif isinstance(value, tuple):
        yield from _lists(value)
    elif isinstance(value, dict):
        yield from ({k: v for k, v in value.items() if k != name} for name in value)
        entries = list(value.values())
        yield from ({**value, "other": entry} for entry in entries[:1])
        yield from ({**value, name: other} for name in value for other in entries[-1:] if other != value[name])
        yield from ({**value, name: f"{entry} otherwise"} for name, entry in value.items() if isinstance(entry, str))
    elif value is None:
        yield from ("something", "P3D", "recorded", date(2026, 5, 5), True, "name")


MORE = ("more", "JP", "legal claims", "social", "fr", "intra-group", "swiss-us-dpf", "requests", "caloppa", "email")
"""Further members of lists, of every kind there is."""


def _lists(value: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if len(value) > 1:
        yield value[::-1]
    yield from (value[:n] + value[n + 1 :] for n in range(len(value)))
    if all(isinstance(x, str) for x in value):
        yield from ((*value, more) for more in MORE if more not in value)
        yield from ((f"{value[0]} otherwise", *value[1:]),) if value else ()
    elif all(isinstance(x, int) for x in value):
        yield (*value, 99)


def _optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType) and type(None) in get_args(annotation)


def _literals(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return [x for arg in get_args(annotation) for x in _literals(arg)]
    return []
