"""The notice of a version made ready once a process: its document, its text, its files."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import version as release
from importlib.util import find_spec
from typing import TypeVar

from django.core.cache import cache

from troth import ground
from troth.notice import Document, Edition, Places, as_data, as_html, as_markdown, as_pdf, document
from troth.notice.history import editions
from troth.notice.history import history as told
from troth.policy.languages import words
from troth.policy.localise import localised
from troth.versions.values import Version
from troth.web.shell import exists

_RELEASE = release("troth")
_DPV = "troth.exports.dpv"
Kept = TypeVar("Kept", str, bytes)


@dataclass(frozen=True, slots=True)
class Form:
    """A file the notice comes as; `offered()`: whether it can be made here."""

    content_type: str
    offered: Callable[[], bool] = lambda: True


FORMS = {
    "md": Form("text/markdown; charset=utf-8"),
    "pdf": Form("application/pdf", as_pdf.available),
    "json": Form("application/json"),
    "jsonld": Form("application/ld+json", lambda: find_spec(_DPV) is not None),
}


class Shown:
    """A version in a language. What is made of it is kept: a published version never changes."""

    def __init__(self, version: Version, before: Sequence[Version], language: str) -> None:
        self.version, self.language, self._before = version, language, before
        line = f"{_RELEASE} {ground.settings().public_url} {language}"
        known = [f"{each.number} {each.digest} {each.effective}" for each in (*before, version)]
        self.key = hashlib.sha256("\n".join([line, *known]).encode()).hexdigest()[:24]

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        published = ((each.number, each.effective, each.policy) for each in (*self._before, self.version))
        return editions(published, self.language)

    @cached_property
    def document(self) -> Document:
        """With links inside this site."""
        return self._document("")

    def body(self) -> str:
        return self._kept("body", lambda: as_html.body(self.document))

    def history(self) -> str:
        """The list of versions, for a page of its own."""
        w = words(self.language, self.version.policy)
        return self._kept("history", lambda: as_html.section(told(self.editions, w, _places("", self.language))))

    def form(self, kind: str) -> bytes:
        """The bytes of a file (a key of `FORMS`); its links lead here from anywhere."""
        makers = {"md": self._md, "pdf": self._pdf, "json": self._json, "jsonld": self._jsonld}
        return self._kept(kind, makers[kind])

    def _document(self, base: str) -> Document:
        return document(
            self.version.policy,
            self.language,
            number=self.version.number,
            history=self.editions,
            places=_places(base, self.language),
            fingerprint=self.version.digest,
        )

    def _md(self) -> bytes:
        return as_markdown.markdown(self._document(ground.settings().public_url)).encode()

    def _pdf(self) -> bytes:
        return as_pdf.pdf(self._document(ground.settings().public_url))

    def _json(self) -> bytes:
        version = self.version
        said = as_data.data(
            version.policy,
            self.language,
            number=version.number,
            fingerprint=version.digest,
            effective=version.effective,
        )
        return json.dumps(said, ensure_ascii=False).encode()

    def _jsonld(self) -> bytes:
        """Its names are below the address of the notice in force: the same in every version and language."""
        base = f"{ground.settings().public_url}/notice.jsonld"
        policy = localised(self.version.policy, self.language)
        said = import_module(_DPV).document(policy, base=base, language=self.language, fingerprint=self.version.digest)
        return json.dumps(said, ensure_ascii=False).encode()

    def _kept(self, part: str, make: Callable[[], Kept]) -> Kept:
        name = f"notice:{self.key}:{part}"
        found: Kept | None = cache.get(name)
        if found is None:
            found = make()
            cache.set(name, found, timeout=None)
        return found


def shown(every: Sequence[Version], version: Version, language: str) -> Shown:
    """A version as it is shown: what came before it is its history, what came after is not its business."""
    return Shown(version, [each for each in every if each.number < version.number], language)


def _places(base: str, language: str) -> Places:
    return Places(
        centre=f"{base}/",
        choices=f"{base}/privacy/choices/" if exists("/privacy/choices/") else "",
        form=f"{base}/forms/{{id}}/" if exists("/forms/any/") else "",
        edition=f"{base}/notice/{{number}}/{language}/",
    )
