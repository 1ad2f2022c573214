"""The policy's own texts in other languages."""

from pydantic import Field

from troth.policy.model.base import Part, Text


class Translation(Part):
    """A text of the policy, word for word as its files have it, and what it is in another language.

    By the text and not by its place: a text that changes loses its translation and is reported as missing, and one
    that stands in many places is translated once.
    """

    text: Text = Field(description="the text as the policy has it")
    says: Text | None = Field(None, description="what it is in the other language; left empty: not translated yet")
