"""The notice that people are served says what the policy version in force says."""

from collections.abc import Iterator
from html.parser import HTMLParser

from troth import ground
from troth.net.errors import NetError
from troth.net.http import client
from troth.policy.facts import facts
from troth.verification.rules import Result
from troth.verification.world import World, untold

ID = "notice-current"
EXPECTED = "the served notice is that of the version in force, with every touchpoint, item and recipient"
WHERE = "touchpoints"


class _Text(HTMLParser):
    """The words of a page, and the digest it claims."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.digest = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and given.get("name") == "troth-digest":
            self.digest = given.get("content") or ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def check(world: World) -> Iterator[Result]:
    """Fetches the page as a visitor would, and looks for everything the policy publishes."""
    url = ground.settings().public_url
    try:
        with client(base_url=url, allow=(_own(url),)) as http:
            reply = http.get("/notice/")
    except NetError as problem:
        yield untold(ID, url, EXPECTED, WHERE, f"the notice could not be fetched: {type(problem).__name__}")
        return
    if reply.status_code != 200:
        yield Result(ID, url, "broken", EXPECTED, f"the notice answers {reply.status_code}", WHERE, "see the web log")
        return
    yield _compare(world, url, reply.text)


def _compare(world: World, url: str, page: str) -> Result:
    read = _Text()
    read.feed(page)
    text = " ".join(" ".join(read.words).split())
    missing = [label for label in _published(world) if " ".join(label.split()) not in text]
    details = {"digest": read.digest, "missing": missing[:20]}
    if read.digest != world.version.digest:
        found = f"the page shows digest {read.digest[:12] or 'none'}, in force is {world.version.digest[:12]}"
        return Result(ID, url, "broken", EXPECTED, found, WHERE, "restart the web processes", details)
    if missing:
        found = f"{len(missing)} published labels are not on the page: {', '.join(missing[:3])}"
        return Result(ID, url, "broken", EXPECTED, found, WHERE, "see the notice page", details)
    found = f"version {world.version.number}, digest {read.digest[:12]}, every label found"
    return Result(ID, url, "kept", EXPECTED, found, WHERE)


def _published(world: World) -> Iterator[str]:
    """Every label the notice must show, once."""
    said = facts(world.version.policy)
    labels = dict.fromkeys(recipient["published_as"] or recipient["name"] for recipient in said["recipients"])
    for touchpoint in said["touchpoints"]:
        labels |= dict.fromkeys([touchpoint["title"]])
        for row in touchpoint["rows"]:
            labels |= dict.fromkeys([*row["data"], *(p["label"] for p in row["purposes"])])
    yield from labels


def _own(url: str) -> str:
    """`host:port` of this deployment, which may be a private address."""
    host = url.partition("://")[2].partition("/")[0]
    return host if ":" in host else f"{host}:{443 if url.startswith('https') else 80}"
