"""Which files of a folder belong together, and how their age is told."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _pattern(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("a pattern stays inside the folder: no leading `/`, no `..`")
    return value


def _regex(value: str) -> str:
    try:
        re.compile(value.encode())
    except re.error as problem:
        raise ValueError(f"not a regular expression: {problem}") from problem
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise ValueError(f"no time zone of this name: {value}") from problem
    return value


class FileClass(BaseModel):
    """One class of files.

    `by: day`: a whole file goes at once; its day stands in its name, else its last change counts. It counts from the
    *start* of its day, so that nothing in it outlives the limit. `by: line`: each line has its own time, the first
    group of `time` read by `format` (a strptime format, `iso`, `epoch` or `epoch-ms`); lines go one by one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: Annotated[Text, AfterValidator(_pattern)]
    touchpoint: Text | None = None
    rule: Text | None = Field(None, description="the retention rule of the policy")
    by: Literal["day", "line"] = "day"
    time: Annotated[str, AfterValidator(_regex)] | None = None
    format: Text = "iso"
    zone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="of days and of times that name no zone")
    quiet: int = Field(
        900,
        ge=0,
        description="seconds without a change before a file counts as closed; only then is it swept",
    )

    @model_validator(mode="after")
    def _readable(self) -> "FileClass":
        if self.by == "line" and not self.time:
            raise ValueError("`by: line` needs `time`: a regular expression whose first group is the line's time")
        return self


def classes(config: Mapping[str, Any]) -> dict[str, FileClass]:
    """Classes by name, from the `classes` of a systems.yaml entry. Raises pydantic.ValidationError."""
    return {name: FileClass.model_validate(one) for name, one in config.items()}
