"""What the PostHog connector can be told."""

from pydantic import Field

from troth.systems.kit.settings import ConnectorSettings, SecretText


class PostHogSettings(ConnectorSettings):
    """A personal API key with the scopes person:read, person:write, query:read, session_recording:read and :write."""

    project_id: str = Field(title="Project", pattern=r"^\d+$", description="Number of the project, from its settings.")
    token: SecretText = Field(title="Personal API key", description="Begins with phx_; made for Troth.")
    identified: bool = Field(
        False,
        title="Identified",
        description="Also act by e-mail address and account. Leave it off where the policy promises that analytics are "
        "not joined to who somebody is: then only the device's own id is ever used.",
    )
    capture_url: str = Field(
        "",
        title="Capture address",
        pattern=r"^(https?://.*)?$",
        description="Where events are taken, such as https://eu.i.posthog.com; only for deliveries.",
    )
    project_key: str = Field(
        "", title="Project key", description="The project's public key, begins with phc_; only for deliveries."
    )
    device_item: str = Field(
        "",
        title="Device item",
        description="Data item that holds the device's id. A delivery with it is an event of that device, without it "
        "an event of nobody.",
    )
    event: str = Field("record delivered", title="Event", description="Name of the events made by deliveries.")
    poll_seconds: float = Field(
        3600,
        gt=0,
        title="Poll",
        description="Seconds until a running erasure is looked at again. PostHog deletes events outside busy hours, "
        "in its cloud at weekends.",
    )
