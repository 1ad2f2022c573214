"""Which files of a folder belong together, and how their age is told."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from troth.systems.files import patterns

Kind = Literal["email", "phone", "account", "device"]
Format = Literal["json lines", "csv", "common log", "text", "parquet"]
FIELDS: Mapping[str, tuple[str, ...]] = {
    "common log": ("host", "ident", "user", "time", "request", "status", "size", "referer", "agent", "more"),
    "text": ("line",),
}
"""What the parts of a line are called where the format itself does not say."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _pattern(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("a pattern stays inside the folder: no leading `/`, no `..`")
    if re.search(r"[{}]", patterns.glob(value)):
        raise ValueError(f"in braces stands one of {', '.join(patterns.KINDS)}")
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

    lines: Format | None = Field(None, description="how a line is written, where people are to be found in it")
    holds: Mapping[Kind, tuple[Text, ...]] = Field(
        default_factory=dict,
        description="identifier (`email`, `phone`, `account`, `device`) → fields that hold it; `*` is every field",
    )
    items: Mapping[Text, Text] = Field(
        default_factory=dict, description="field → data item of the policy; these fields too go where a line is masked"
    )
    on_erase: Literal["delete line", "mask", "delete file"] = Field(
        "delete line", description="what becomes of a person's lines"
    )
    columns: tuple[Text, ...] = Field((), description="of a CSV file without a first line that names them")
    delimiter: str = Field(",", min_length=1, max_length=1, description="of a CSV file")
    sidecar: Annotated[str, StringConstraints(pattern=r"^\.[^/]+$")] | None = Field(
        None, description="ending of the JSON file beside each file that says, in the fields `holds` names, whose it is"
    )

    @property
    def sought(self) -> bool:
        """Whether one person's lines or files can be found."""
        return bool(self.holds) or patterns.names_person(self.pattern)

    @model_validator(mode="after")
    def _readable(self) -> "FileClass":
        if self.by == "line" and not self.time:
            raise ValueError("`by: line` needs `time`: a regular expression whose first group is the line's time")
        if self.by == "line" and self.lines == "parquet":
            raise ValueError("parquet files go whole by age: `by: day`")
        return self

    @model_validator(mode="after")
    def _findable(self) -> "FileClass":
        if self.lines and self.sidecar:
            raise ValueError("`lines` reads the files themselves, `sidecar` what lies beside them: one of the two")
        if bool(self.holds) != bool(self.lines or self.sidecar):
            raise ValueError("`holds` says what to look for, `lines` or `sidecar` where: both are needed")
        known = FIELDS.get(self.lines or "", ())
        unknown = sorted({one for kind in self.holds.values() for one in kind} - {*known, "*"}) if known else []
        if unknown:
            raise ValueError(f"{self.lines} has no field {', '.join(unknown)}; it has {', '.join(known)}")
        return self


def classes(config: Mapping[str, Any]) -> dict[str, FileClass]:
    """Classes by name, from the `classes` of a systems.yaml entry. Raises pydantic.ValidationError."""
    return {name: FileClass.model_validate(one) for name, one in config.items()}
