"""What the entry of a REST system says: how to sign in, and one call a verb."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from troth.systems.kit.settings import ConnectorSettings, SecretText

KINDS = ("email", "phone", "account", "device")
_SLOT = re.compile(r"\{([a-z]+)\}")
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
_SECRET: JsonDict = {"type": "string", "format": "password", "secret": True}


def slots(template: Any) -> Iterator[str]:
    """The names in braces anywhere in a template."""
    if isinstance(template, str):
        yield from _SLOT.findall(template)
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from slots(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from slots(value)


def _path(value: str) -> str:
    if not value.startswith("/") or value.startswith("//"):
        raise ValueError("a path begins with one `/`, below the address")
    if set(slots(value)) - {"id", "key"}:
        raise ValueError("a path may hold {id} or {key}; identifiers of people go into the body")
    return value


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Call(Part):
    """A call. In texts, `{email}` (or another identifier), `{id}`, `{key}` and `{fields}` are filled in.

    Where a call has fields to send and its body has no `{fields}`, they stand beside what it holds.
    """

    method: Method = Field("GET", description="Of the call.")
    path: Annotated[str, AfterValidator(_path)] = Field(description="Below the address.")
    params: dict[str, str] = Field(default_factory=dict, description="The query.")
    body: dict[str, Any] | None = Field(None, description="JSON; `{fields}` alone is the mapping of fields.")
    ok: tuple[int, ...] = Field((200, 201, 202, 204), description="Statuses that are answers.")

    def names(self) -> frozenset[str]:
        return frozenset((*slots(self.path), *slots(self.params), *slots(self.body)))


class Cursor(Part):
    """The next page is named by a cursor."""

    at: str = Field(description="Where the reply has it, such as `paging.next`.")
    param: str = Field(description="What it is called when it is sent: in the body of a POST, else in the query.")


class Listing(Call):
    """A call that answers rows, on one page or several."""

    rows: str = Field("", description="Where the reply has them, such as `data.people`; empty: the reply is the list.")
    id: str = Field("id", description="The field of a row that is its id.")
    next_link: str | None = Field(None, description="Where the link of the next page is; `header` for the Link header.")
    next_cursor: Cursor | None = Field(None, description="The cursor of the next page.")
    page_param: str | None = Field(None, description="Pages are numbered, by this parameter.")
    offset_param: str | None = Field(None, description="Pages begin at a row, by this parameter.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.next_link, self.next_cursor, self.page_param, self.offset_param)) > 1:
            raise ValueError("pages are turned in one way: by link, cursor, number or offset")
        return self


class Erase(Call):
    """A call for each row found. Done when nothing is there any more."""

    method: Method = Field("DELETE", description="Of the call.")
    ok: tuple[int, ...] = Field((200, 202, 204, 404, 410), description="Statuses that are answers.")
    gone: Annotated[str, AfterValidator(_path)] | None = Field(
        None, description="A path with {id} that answers 404 or 410 once the row is gone; else it is searched again."
    )


class Deliver(Call):
    """A call for each record."""

    method: Method = Field("POST", description="Of the call.")
    id: str = Field("id", description="Where the reply has the id of what was made.")
    key_header: str | None = Field(None, description="The header in which the system takes a key and keeps it.")

    @model_validator(mode="after")
    def _once(self) -> Self:
        if not self.key_header and "key" not in self.names():
            raise ValueError("give key_header, or {key} in path or body: how is a repeated delivery known?")
        return self


class Oldest(Listing):
    """A call whose first row is the oldest."""

    time: str = Field(description="The field of a row that says when it was recorded.")


class Test(Call):
    """A small call that needs address and credentials."""

    account: str = Field(description="Where the reply says whose account it is.")


class Instead(Part):
    """Why a verb is not offered."""

    reason: str = Field(min_length=1, description="Why the system cannot do it.")
    source: str = Field(min_length=1, description="Which page of its documentation says so.")
    manual: str = Field(min_length=1, description="What a person does instead.")


KNOWN: Mapping[str, frozenset[str]] = {
    "test": frozenset(),
    "find": frozenset(KINDS),
    "erase": frozenset({"id", "key"}),
    "rectify": frozenset({"id", "key", "fields"}),
    "suppress": frozenset({*KINDS, "id", "key"}),
    "deliver": frozenset({"key", "fields", "marketing"}),
    "oldest": frozenset(),
}
"""Call → what can be filled into it."""


class RestSettings(ConnectorSettings):
    """A system with a simple JSON API. A verb without a call is not offered, and `instead` says why."""

    auth: Literal["bearer", "header", "basic", "none"] = Field(
        "bearer", title="Sign in by", description="A bearer token, a key in a header, user and password, or nothing."
    )
    token: SecretText | None = Field(
        None, title="Credential", description="Token, key or password.", json_schema_extra=_SECRET
    )
    header: str = Field("X-Api-Key", title="Header", description="With `header`: which one takes the key.")
    user: str = Field("", title="User", description="With `basic`.")
    personal_in_urls: bool = Field(
        False,
        title="Identifiers in URLs",
        description="Let identifiers of people stand in the query. URLs end up in logs: only where the API has no "
        "other way.",
    )
    test: Test = Field(title="Test call", description="The call by which the connection is tested.")
    find: Listing | None = Field(None, title="Find", description="Search by an identifier; once for each value.")
    erase: Erase | None = Field(None, title="Erase", description="For each row found.")
    rectify: Call | None = Field(None, title="Correct", description="For each row found, with {fields}.")
    suppress: Call | None = Field(None, title="Stop marketing", description="For each value of an identifier, or row.")
    deliver: Deliver | None = Field(None, title="Take records", description="With {fields} and a key.")
    oldest: Oldest | None = Field(None, title="Oldest", description="The oldest row first.")
    instead: dict[Literal["find", "erase", "rectify", "suppress", "deliver", "oldest"], Instead] = Field(
        default_factory=dict, title="Instead", description="Verb that the system does not offer → why."
    )

    @model_validator(mode="after")
    def _filled(self) -> Self:
        for verb, known in KNOWN.items():
            call = getattr(self, verb)
            unknown = sorted(call.names() - known) if call else []
            if unknown:
                may = ", ".join(f"{{{name}}}" for name in sorted(known)) or "nothing"
                raise ValueError(f"{verb}: {{{unknown[0]}}} means nothing here; what can be filled in: {may}")
        return self

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.auth != "none" and self.token is None:
            raise ValueError("token is needed: the credential")
        calls = {"find": self.find, "rectify": self.rectify, "suppress": self.suppress}
        for verb, call in calls.items():
            if call and not self.personal_in_urls and set(slots(call.params)) & set(KINDS):
                raise ValueError(f"{verb}: an identifier would stand in the URL; send it in a body, or say so")
        if self.find and len(self.find.names() & set(KINDS)) != 1:
            raise ValueError("find: name one of {email}, {phone}, {account}, {device}")
        if (self.erase or self.rectify) and not self.find:
            raise ValueError("erase and rectify need find: what is there?")
        return self
