"""What every page's frame shows: whose privacy centre it is, where one can go, which notice is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from troth import ground
from troth.versions import queries as versions
from troth.versions.values import Version

PUBLIC = (("/notice/", "Privacy notice"), ("/privacy/", "Your data"), ("/forms/", "Forms"))
CONSOLE = (
    ("/console/", "Overview"),
    ("/console/requests/", "Requests"),
    ("/console/people/", "People"),
    ("/console/tasks/", "Tasks"),
    ("/console/reviews/", "Reviews"),
    ("/console/policy/", "Policy"),
    ("/console/checks/", "Checks"),
    ("/console/systems/", "Systems"),
    ("/console/evidence/", "Evidence"),
)


@dataclass(frozen=True)
class Entry:
    """A place in a navigation. `here`: the value of aria-current, empty elsewhere."""

    label: str
    url: str
    here: str


@cache
def exists(path: str) -> bool:
    """True if some room serves this address: a navigation never leads to a page that is not built."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


class Shell:
    """Read only when a template asks, so that a page without a frame costs no statement."""

    def __init__(self, path: str) -> None:
        self._path = path

    @cached_property
    def version(self) -> Version | None:
        return versions.current(ground.clock())

    @property
    def name(self) -> str:
        if self.version is None:
            return ""
        controller = self.version.policy.controller
        return controller.known_as[0] if controller.known_as else controller.name

    @property
    def contact(self) -> str:
        return self.version.policy.controller.contact if self.version else ""

    @property
    def navigation(self) -> list[Entry]:
        return self._entries(PUBLIC)

    @property
    def console(self) -> list[Entry]:
        return self._entries(CONSOLE)

    def _entries(self, places: tuple[tuple[str, str], ...]) -> list[Entry]:
        return [Entry(label, url, self._here(url)) for url, label in places if exists(url)]

    def _here(self, url: str) -> str:
        if self._path == url:
            return "page"
        return "true" if url != "/console/" and self._path.startswith(url) else ""


def context(request: HttpRequest) -> Mapping[str, Shell]:
    """Context processor: `shell`."""
    return {"shell": Shell(request.path)}
