"""Data items of the policy to fields of a system, and back. Nothing is dropped on the way."""

from collections.abc import Mapping

from troth.systems.kit.outcomes import SystemProblem


def to_fields(system: str, mapping: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Item id → value as field → value. Raises `SystemProblem` when an item has no field, or two share one."""
    homeless = sorted(item for item in values if item not in mapping)
    if homeless:
        raise SystemProblem(
            f"{system} has no field for {', '.join(homeless)}; add `fields: {{{homeless[0]}: …}}` to its settings "
            "or do not name it for this recipient in the policy",
            consequence="fix settings",
        )
    fields: dict[str, str] = {}
    for item, value in values.items():
        if mapping[item] in fields:
            raise SystemProblem(
                f"two items would share the field {mapping[item]} of {system} ({item} is one); "
                "give one of them a field of its own under `fields`",
                consequence="fix settings",
            )
        fields[mapping[item]] = value
    return fields


def items_of(mapping: Mapping[str, str], fields: Mapping[str, object]) -> dict[str, str]:
    """Field → item id, for the fields present that are an item of the policy; the first mapping of a field wins."""
    back: dict[str, str] = {}
    for item, field in mapping.items():
        if field in fields:
            back.setdefault(field, item)
    return back
