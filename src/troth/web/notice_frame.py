"""What stands around the notice: the page's words in its language, other languages and forms, other versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from troth.notice import languages
from troth.policy.languages import Words, words
from troth.versions.values import Version
from troth.web.notice_forms import FORMS
from troth.web.shell import Entry, Shell

_NAMES = {"/notice/": "notice.page", "/privacy/": "notice.page.your_data", "/forms/": "notice.page.fill_in"}


@dataclass(frozen=True, slots=True)
class Other:
    """A link to the same notice in another language or form. `here`: it is the one shown."""

    label: str
    url: str
    language: str = ""
    kind: str = ""
    here: bool = False


class Frame:
    """For the templates. `place`: the name of the address the page is one of, for its other languages."""

    def __init__(self, shell: Shell, version: Version, every: Sequence[Version], language: str, place: str) -> None:
        self.language, self._shell, self._version, self._every, self._place = language, shell, version, every, place
        self._words: Words = words(language, version.policy)
        self.direction = self._words.direction

    def __getitem__(self, name: str) -> str:
        """`{{ frame.skip }}`: a text of the page in its language."""
        found = self._words.find(f"notice.page.{name}")
        if found is None:
            raise KeyError(name)
        return found

    @property
    def is_in_force(self) -> bool:
        return self._shell.version is not None and self._shell.version.id == self._version.id

    @property
    def state(self) -> str:
        """Why this is not the notice in force; empty where it is."""
        if self.is_in_force or self._shell.version is None:
            return ""
        if self._version.number < self._shell.version.number:
            return self["past"]
        return self._words("notice.page.ahead", day=self._words.day(self._version.effective))

    @property
    def coming(self) -> Other | None:
        """The next version, where one is published ahead of its day and this page is the one in force."""
        later = [each for each in self._every if each.number > self._version.number] if self.is_in_force else []
        if not later:
            return None
        label = self._words("notice.page.next", day=self._words.day(later[0].effective))
        return Other(label, reverse("notice-version-in", args=[later[0].number, self._tongue(later[0])]))

    @property
    def navigation(self) -> list[Entry]:
        return [Entry(self._words(_NAMES[e.url]), e.url, e.here) for e in self._shell.navigation]

    @property
    def languages(self) -> list[Other]:
        """Every language this notice can be read in; empty where there is only one."""
        spoken = languages(self._version.policy)
        own = [Other(self._words.autonym(tag), self._at(tag), tag, here=tag == self.language) for tag in spoken]
        return own if len(own) > 1 else []

    @property
    def canonical(self) -> str:
        return self._at(self.language)

    @property
    def default(self) -> str:
        """The address that chooses the language by what the browser asks for."""
        return reverse("notice") if self.is_in_force and self._place == "notice" else ""

    @property
    def forms(self) -> list[Other]:
        """The files this version comes as, in this language; their addresses name the version and never move."""
        place = [self._version.number, self.language]
        return [
            Other(self[f"form.{kind}"], reverse("notice-file-in", args=[*place, kind]), kind=form.content_type)
            for kind, form in FORMS.items()
            if form.offered()
        ]

    @property
    def changes(self) -> str:
        return reverse("notice-changes-in", args=[self.language])

    def _at(self, language: str) -> str:
        if self._place != "notice":
            return reverse(f"{self._place}-in", args=[language])
        if self.is_in_force:
            return reverse("notice-in", args=[language])
        return reverse("notice-version-in", args=[self._version.number, language])

    def _tongue(self, version: Version) -> str:
        spoken = languages(version.policy)
        return self.language if self.language in spoken else spoken[0]
