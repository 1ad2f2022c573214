"""What the AWS connector is told: an account and a region, and in which of its services people's data lies."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from troth.systems.kit.names import template
from troth.systems.kit.settings import ConnectorSettings, SecretText

Template = Annotated[str, AfterValidator(template)]
Kind = Literal["email", "phone", "account", "device"]
_SECRET: JsonDict = {"type": "string", "format": "password", "secret": True}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Bucket(_Part):
    """A bucket whose objects are a person's by key or by tag."""

    bucket: str = Field(title="Bucket", description="Its name.", min_length=3)
    keys: tuple[Template, ...] = Field(
        (),
        title="Keys",
        description="Keys made of identifiers. `users/{account}/` is everything below, `{email}.png` one object.",
    )
    tags: Mapping[str, Template] = Field(
        default_factory=dict,
        title="Tags",
        description='Tag → value, such as `owner: "{email}"`. One call an object: S3 cannot search by tag.',
    )
    below: str = Field("", title="Below", description="Where objects with such tags lie: the beginning of their keys.")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not (self.keys or self.tags):
            raise ValueError(f"bucket {self.bucket} needs keys or tags: how are a person's objects known?")
        return self


class LogGroup(_Part):
    """A log group of CloudWatch Logs."""

    group: str = Field(title="Log group", description="Its name, such as /app/web.", min_length=1)
    identifiers: tuple[Kind, ...] = Field(
        ("email", "account"), title="Identifiers", description="Which identifiers its lines hold.", min_length=1
    )


class Table(_Part):
    """A DynamoDB table in which a person's items are found by key; name a table twice to look in two ways."""

    table: str = Field(title="Table", description="Its name.", min_length=3)
    index: str | None = Field(None, title="Index", description="The secondary index to look in, if not the table.")
    key: Mapping[str, Template] = Field(
        title="Key",
        description='Partition key and, where it matters, sort key → value, such as `pk: "USER#{account}"`.',
        min_length=1,
        max_length=2,
    )
    fields: Mapping[str, str] = Field(
        default_factory=dict, title="Fields", description="Data item → attribute: what can be corrected."
    )


class AwsSettings(ConnectorSettings):
    """An account and region. Without keys the role of the environment is used."""

    url: str = Field(
        "",
        title="Address",
        description="Only for stand-ins such as a local S3: one address for all services. Else the region's own.",
        pattern=r"^$|^https?://",
    )
    region: str = Field(title="Region", description="Such as eu-central-1.", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    access_key_id: SecretText | None = Field(
        None,
        title="Access key id",
        description="Of a user or role for Troth alone. Leave out to use the role of the environment.",
        json_schema_extra=_SECRET,
    )
    secret_access_key: SecretText | None = Field(
        None, title="Secret access key", description="The secret half of it.", json_schema_extra=_SECRET
    )
    session_token: SecretText | None = Field(
        None, title="Session token", description="With temporary keys only.", json_schema_extra=_SECRET
    )
    role: str = Field(
        "",
        title="Role",
        description="ARN of a role to take on, in this account or another. The keys then only need to take it on.",
        pattern=r"^$|^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$",
    )
    external_id: str = Field("", title="External id", description="That the role asks for, if it does.")
    buckets: tuple[Bucket, ...] = Field((), title="Buckets", description="S3 buckets with people's objects.")
    log_groups: tuple[LogGroup, ...] = Field((), title="Log groups", description="CloudWatch log groups.")
    tables: tuple[Table, ...] = Field((), title="Tables", description="DynamoDB tables with people's items.")
    suppression: bool = Field(
        False,
        title="Suppression list",
        description="Stop marketing by SES's suppression list. It stops all mail SES sends to the address for you.",
    )
    content_bytes: int = Field(
        0,
        ge=0,
        le=10_000_000,
        title="Content",
        description="Objects up to so many bytes are read whole for an access request; others by name and size.",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("access_key_id and secret_access_key belong together: give both or neither")
        if not (self.buckets or self.log_groups or self.tables or self.suppression):
            raise ValueError("name buckets, log_groups or tables, or switch suppression on: there is nothing to do")
        return self
