"""What a fideslang file holds, as values. Keys we do not know are kept in `model_extra`, so that they can be named."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Shape(BaseModel):
    """A piece of the file. Numbers may stand where a name is meant; an explicit null is the same as nothing."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        known = {str(key): inner for key, inner in value.items() if inner is not None}
        older = known.pop("fidesops_meta", None)  # what fides_meta was called before
        return known if older is None else {"fides_meta": older, **known}

    def unknown(self) -> tuple[str, ...]:
        """Keys that are written here and mean nothing to us."""
        return tuple(self.model_extra or ())


class Reference(Shape):
    """The other column, as `collection.field` of a dataset; without a direction the tie holds both ways."""

    dataset: str
    field: str
    direction: Literal["from", "to"] | None = None


class Override(Shape):
    strategy: str
    configuration: dict[str, Any] = Field(default_factory=dict)


class FieldMeta(Shape):
    references: tuple[Reference, ...] = ()
    identity: str | None = None
    primary_key: bool = False
    data_type: str | None = None
    length: int | None = Field(None, gt=0)
    return_all_elements: bool = False
    read_only: bool = False
    redact: Literal["name"] | None = None
    custom_request_field: str | None = None
    masking_strategy_override: Override | None = None


class Classed(Shape):
    """What datasets, collections and fields all may say."""

    description: str | None = None
    data_categories: tuple[str, ...] = ()
    data_qualifier: str | None = None
    data_uses: tuple[str, ...] = ()
    data_purposes: tuple[str, ...] = ()
    data_subjects: tuple[str, ...] = ()
    retention: Any = None

    def of_the_policy(self) -> tuple[str, ...]:
        """Keys with what a policy says here, and no dataset."""
        uses = ("data_uses", "data_purposes", "data_subjects", "data_qualifier", "retention")
        return tuple(name for name in uses if getattr(self, name))


class Named(Classed):
    name: str

    @field_validator("name")
    @classmethod
    def _bare(cls, name: str) -> str:
        """Names may stand in the quotes of their dialect: the same name without them is meant."""
        return bare(name)


class Entry(Named):
    """A field: a column, or a part of a document."""

    fides_meta: FieldMeta = Field(default_factory=lambda: FieldMeta.model_validate({}))
    fields: tuple["Entry", ...] = ()


class CollectionMeta(Shape):
    after: tuple[str, ...] = ()
    erase_after: tuple[str, ...] = ()
    skip_processing: bool = False
    redact: Literal["name"] | None = None
    partitioning: Any = None
    masking_strategy_override: Override | None = None


class Collection(Named):
    fields: tuple[Entry, ...]
    fides_meta: CollectionMeta = Field(default_factory=lambda: CollectionMeta.model_validate({}))


class Namespace(Shape):
    schema_: str | None = Field(None, alias="schema")
    dataset_id: str | None = None


class DatasetMeta(Shape):
    after: tuple[str, ...] = ()
    namespace: Namespace = Field(default_factory=lambda: Namespace.model_validate({}))
    redact: Literal["name"] | None = None
    resource_id: str | None = None


class Source(Classed):
    """A dataset of the file. `organization_fides_key`, `tags` and `meta` are for catalogues, and mean nothing here."""

    fides_key: str
    name: str | None = None
    organization_fides_key: str | None = None
    tags: tuple[str, ...] = ()
    meta: Any = None
    collections: tuple[Collection, ...]
    fides_meta: DatasetMeta = Field(default_factory=lambda: DatasetMeta.model_validate({}))

    @property
    def schema_name(self) -> str | None:
        return self.fides_meta.namespace.schema_ or self.fides_meta.namespace.dataset_id


_QUOTES = {'"': '"', "`": "`", "[": "]"}


def bare(name: str) -> str:
    """The name without the quotes of a SQL dialect around the whole of it."""
    name = name.strip()
    end = _QUOTES.get(name[:1])
    inside = name[1:-1]
    if end and len(name) > 2 and name.endswith(end) and end not in inside.replace(end * 2, ""):
        return inside.replace(end * 2, end)
    return name
