"""A visitor with a browser of their own: pages, forms, cookies; and programs that speak JSON."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urljoin

import httpx

from troth.demo.story.page import Form, Letter, Page


class Browser:
    """Knows only what a page shows. Cookies stay in it, so two visitors are two browsers."""

    def __init__(self, address: str) -> None:
        self._address = address
        # not the product's own client: that one sends no form on when it is redirected, as a browser does
        self._http = httpx.Client(base_url=address, timeout=10, follow_redirects=True, trust_env=False)

    def get(self, path: str) -> Page:
        """A page that is there. Raises LookupError if it answers with anything but 200."""
        reply = self._http.get(urljoin(self._address, path))
        if reply.status_code != 200:
            raise LookupError(f"{_place(path)} answers {reply.status_code}")
        return Page(reply.text)

    def download(self, path: str) -> httpx.Response:
        return self._http.get(urljoin(self._address, path))

    def send(
        self, path: str, form: Form, values: Mapping[str, str] = {}, *, tick: Collection[str] = (), button: str = ""
    ) -> httpx.Response:
        """Fill in the form that stood at `path`, tick boxes, press the button (of this value); follows to the end."""
        data = form.fields | {name: form.boxes[name] for name in (*form.ticked, *tick)} | dict(values)
        data |= {name: value for name, value in form.buttons if name and value == button}
        target = urljoin(urljoin(self._address, path), form.action)
        return self._http.post(target, data=data, headers={"referer": target})

    def post_json(self, path: str, body: Any, *, key: str) -> httpx.Response:
        return self._http.post(path, json=body, headers={"idempotency-key": key})

    def post_bytes(self, path: str, body: bytes, *, key: str) -> httpx.Response:
        return self._http.post(path, content=body, headers={"idempotency-key": key, "content-type": "application/json"})

    def letters(self, to: str) -> list[Letter]:
        """Letters to this address in the local mailbox, the newest first."""
        return [letter for letter in self.get("/mailbox/").letters if to in letter.text]


def _place(path: str) -> str:
    """The address without its secrets."""
    return "/".join(part if len(part) < 30 else "…" for part in path.split("/"))
