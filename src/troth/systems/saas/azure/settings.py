"""What the Azure connector is told: who it is at Entra, a storage account, a Log Analytics workspace."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from troth.systems.kit.names import template
from troth.systems.kit.settings import ConnectorSettings, SecretText

Template = Annotated[str, AfterValidator(template)]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")]
_SECRET: JsonDict = {"type": "string", "format": "password", "secret": True}
_HTTPS = r"^https?://"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Container(_Part):
    """A container whose blobs are a person's by name or by index tag."""

    container: str = Field(title="Container", description="Its name.", min_length=3)
    names: tuple[Template, ...] = Field(
        (),
        title="Names",
        description="Names made of identifiers. `users/{account}/` is everything below, `{email}.png` one blob.",
    )
    tags: Mapping[Word, Template] = Field(
        default_factory=dict, title="Tags", description='Index tag → value, such as `owner: "{account}"`.'
    )

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not (self.names or self.tags):
            raise ValueError(f"container {self.container} needs names or tags: how are a person's blobs known?")
        return self


class LogTable(_Part):
    """A table of Log Analytics in which columns hold identifiers."""

    table: Word = Field(title="Table", description="Its name, such as AppEvents.")
    columns: Mapping[Word, Template] = Field(
        title="Columns", description='Column → identifier, such as `UserId: "{account}"`.', min_length=1
    )


class AzureSettings(ConnectorSettings):
    """An app registration for Troth alone, or, for storage only, a key of the account or a shared access signature."""

    url: str = Field(
        "",
        title="Storage account",
        description="Blob address of the account, such as https://acme.blob.core.windows.net.",
        pattern=r"^$|^https?://",
    )
    tenant_id: str = Field("", title="Tenant id", description="Of the Entra tenant.", pattern=r"^[\w.-]*$")
    client_id: str = Field("", title="Client id", description="Application id of the app registration.")
    client_secret: SecretText | None = Field(
        None, title="Client secret", description="A secret of the app registration.", json_schema_extra=_SECRET
    )
    account_key: SecretText | None = Field(
        None,
        title="Account key",
        description="Instead of the app registration, for storage only. It may do everything: prefer a role.",
        json_schema_extra=_SECRET,
    )
    sas: SecretText | None = Field(
        None,
        title="Shared access signature",
        description="Instead of the app registration, for storage only.",
        json_schema_extra=_SECRET,
    )
    containers: tuple[Container, ...] = Field(
        (), title="Containers", description="Blob containers with people's blobs."
    )
    versions: bool = Field(
        True,
        title="Versions",
        description="Look for older versions too. Off for accounts with a hierarchical namespace: they have none.",
    )
    content_bytes: int = Field(
        0,
        ge=0,
        le=10_000_000,
        title="Content",
        description="Blobs up to so many bytes are read whole for an access request; others by name and size.",
    )
    workspace_id: str = Field(
        "", title="Workspace id", description="Id (GUID) of the workspace, for queries.", pattern=r"^[\w-]*$"
    )
    subscription: str = Field(
        "", title="Subscription", description="Subscription id of the workspace, for purges.", pattern=r"^[\w-]*$"
    )
    resource_group: str = Field(
        "", title="Resource group", description="Resource group of the workspace.", pattern=r"^[\w.()-]*$"
    )
    workspace: str = Field("", title="Workspace", description="Name of the workspace.", pattern=r"^[A-Za-z0-9-]*$")
    log_tables: tuple[LogTable, ...] = Field((), title="Log tables", description="Log Analytics tables.")
    poll_seconds: float = Field(
        3600, gt=0, title="Poll", description="Seconds until a running purge is looked at again. They take days."
    )
    login: str = Field(
        "https://login.microsoftonline.com", title="Sign-in", description="Entra's address.", pattern=_HTTPS
    )
    logs_api: str = Field(
        "https://api.loganalytics.io", title="Query address", description="Of Log Analytics.", pattern=_HTTPS
    )
    management: str = Field(
        "https://management.azure.com", title="Management address", description="Of Azure itself.", pattern=_HTTPS
    )

    @property
    def signed_in(self) -> bool:
        """Whether an app registration is given."""
        return bool(self.tenant_id and self.client_id and self.client_secret)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not (self.containers or self.log_tables):
            raise ValueError("name containers or log_tables: there is nothing to do")
        if self.containers and not self.url:
            raise ValueError("containers need the url of their storage account")
        if self.log_tables and not (self.workspace_id and self.subscription and self.resource_group and self.workspace):
            raise ValueError("log_tables need workspace_id, subscription, resource_group and workspace")
        keyed = bool(self.account_key or self.sas) and not self.log_tables
        if not (self.signed_in or keyed):
            raise ValueError(
                "give tenant_id, client_id and client_secret; for storage alone account_key or sas will do"
            )
        return self
