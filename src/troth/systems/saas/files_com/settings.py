"""What the Files.com connector can be told."""

from typing import Annotated

from pydantic import Field, StringConstraints

from troth.systems.kit.settings import ConnectorSettings, SecretText

Template = Annotated[
    str, StringConstraints(pattern=r"^[^/{}][^{}]*/[^{}]*\{(email|phone|account|device)\}[^{}/]*$", max_length=1000)
]


class FilesComSettings(ConnectorSettings):
    """An API key of a site administrator."""

    url: str = Field(
        "https://app.files.com",
        title="Address",
        description="Address of Files.com, or of your site there (https://SITE.files.com).",
        pattern=r"^https?://",
    )
    api_key: SecretText = Field(title="API key", description="Site-wide key, or the key of a site administrator.")
    folders: tuple[Template, ...] = Field(
        ("people/{email}",),
        title="Folders of people",
        description="Where a person's folder is, with {email}, {phone}, {account} or {device} in its name. Everything "
        "in it is theirs. The first is where deliveries go.",
    )
    registrations: bool = Field(
        True,
        title="Registrations",
        description="Whether to look through the people who registered at inboxes and share links. There is no search "
        "for them: the whole list is read.",
    )
    new_owner: int | None = Field(
        None,
        title="New owner",
        description="Id of the user who takes over automations and share links of a user who is erased; without it "
        "they go with the user.",
    )
    poll_seconds: float = Field(
        30, gt=0, title="Poll", description="Seconds until a running deletion is looked at again."
    )
