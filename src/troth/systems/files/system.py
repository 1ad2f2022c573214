"""`FilesSystem`: log files or recordings, in a folder or an object store, as one of the systems."""

import errno
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar, overload

from troth import ground
from troth.systems.files import answers, patterns, settings
from troth.systems.files.ages import CouldNotTell, age
from troth.systems.files.classes import FileClass, classes
from troth.systems.files.local import LocalStore
from troth.systems.files.looked import Looked
from troth.systems.files.person import ClassSearch
from troth.systems.files.store import Item, Left, Progress, Store
from troth.systems.files.sweep import Swept, sweep
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered, SystemProblem

Ref = TypeVar("Ref")
T = TypeVar("T")
People = Sequence[tuple[Ref, Identifiers]]
_AWAY = (errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ESTALE)
_SOURCE = "files of the past tell what happened: nothing in them is kept up to date, or read by anybody who sends"


class FilesSystem(System):
    """Files of one folder or bucket, in classes of which each has its own period."""

    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "rectify": NotOffered(
            "lines of a log and recordings are not corrected", _SOURCE, "correct the system that wrote them"
        ),
        "suppress": NotOffered("files send nobody anything", _SOURCE, "nothing is to be done here"),
        "deliver": NotOffered(
            "files are written by whoever logs or records", _SOURCE, "deliver to the system that writes them"
        ),
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "Classes that declare what they hold; identifiers packed another way (base64) are not seen.",
        "erase": "Classes that declare what they hold, in files that are closed; others go by age.",
        "oldest": "The start of each file, since logs grow at their end; verification reads all of it.",
    }

    def __init__(
        self,
        name: str,
        *,
        title: str,
        classes: Mapping[str, FileClass],
        folder: Path | None = None,
        store: Store | None = None,
        recipient: str | None = None,
    ) -> None:
        super().__init__(name, title=title, recipient=recipient)
        self.store: Store = store or LocalStore(folder or Path())
        self.classes = dict(classes)

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> "FilesSystem":
        """From an entry of systems.yaml: `folder` (relative to `base_dir`, or `s3://…`), `store` and `classes`.

        Raises SystemProblem (`fix settings`) that names what is wrong; a folder that is not there is found when used.
        """
        if not config.get("folder") or not config.get("classes"):
            raise SystemProblem(f"{name}: `folder` and `classes` must be given", consequence="fix settings")
        found = settings.read(name, "classes", lambda: classes(config["classes"]))
        store = settings.read(
            name, "store", lambda: settings.opened(name, str(config["folder"]), config.get("store"), base_dir)
        )
        title = str(config.get("title") or name)
        return cls(name, title=title, store=store, classes=found, recipient=config.get("recipient"))

    def instead(self) -> Mapping[str, NotOffered | Expires]:
        """Where no class says what it holds, nobody can be found: what is there goes by age, or by hand."""
        nothing = self._unsought
        if nothing is None:
            return self.INSTEAD
        every = all(spec.rule for spec in self.classes.values())
        return {**self.INSTEAD, "find": nothing, "erase": answers.by_age(self._rules) if every else nothing}

    def test(self) -> Done:
        """Lists the files. Raises SystemProblem."""
        counts = self._asked("list the files", lambda: {each: self._count(spec) for each, spec in self.classes.items()})
        return Done({"account": self.store.where, "files": counts})

    def _count(self, spec: FileClass) -> int:
        return sum(isinstance(one, Item) for one in self.store.items(patterns.glob(spec.pattern)))

    # by age

    def sweep(self, name: str, before: datetime, dry_run: bool = False, progress: Progress | None = None) -> Swept:
        """Erases what class `name` recorded before `before` (aware UTC). Doing it again is harmless.

        Raises KeyError for an unknown class, SystemProblem when the store cannot be read or written, or another
        sweep is at work there (`retry`).
        """
        spec, now = self.classes[name], ground.clock()

        def act() -> Swept:
            return sweep(self.store, spec, before, now=now, dry_run=dry_run, progress=progress)

        return self._asked("sweep", act) if dry_run else self._alone("sweep", act)

    @overload
    def oldest(self) -> Done: ...
    @overload
    def oldest(self, name: str, *, thorough: bool = False) -> datetime | CouldNotTell | None: ...
    def oldest(self, name: str | None = None, *, thorough: bool = False) -> Done | datetime | CouldNotTell | None:
        """How old a class is: its oldest time (aware UTC), None when it holds nothing, or CouldNotTell.

        Reads the start of each file only, since logs grow at their end; `thorough` reads every line. Without a name:
        `Done` over all classes, as every system answers. Raises KeyError, SystemProblem.
        """
        if name is not None:
            return self._oldest(self.classes[name], thorough)
        told = {each: self._oldest(spec, thorough) for each, spec in self.classes.items()}
        known = [one.oldest if isinstance(one, CouldNotTell) else one for one in told.values()]
        ages = {each: _iso(one.oldest if isinstance(one, CouldNotTell) else one) for each, one in told.items()}
        unsure = {each: len(one.files) for each, one in told.items() if isinstance(one, CouldNotTell)}
        oldest = min((one for one in known if one), default=None)
        return Done(evidence={"oldest": _iso(oldest), "classes": ages, "could_not_tell": unsure})

    def _oldest(self, spec: FileClass, thorough: bool) -> datetime | CouldNotTell | None:
        def look() -> list[datetime | Left | None]:
            items = self.store.items(patterns.glob(spec.pattern))
            return [one if isinstance(one, Left) else age(self.store, one, spec, thorough) for one in items]

        told = self._asked("look for the oldest", look)
        oldest = min((one for one in told if isinstance(one, datetime)), default=None)
        unsure = tuple(one for one in told if isinstance(one, Left))
        return CouldNotTell(unsure, oldest) if unsure else oldest

    # by person

    def find(self, who: Identifiers) -> Found | NotOffered:
        return self.find_many([(0, who)])[0]

    def find_many(self, people: People[Ref], *, progress: Progress | None = None) -> dict[Ref, Found | NotOffered]:
        """What is held about each, by the caller's reference; every file is read once for all of them.

        An empty `Found` whose `remains` is empty means that nothing is held: every file was read.
        Raises SystemProblem when the store cannot be read.
        """
        nothing = self._unsought
        if nothing:
            return dict.fromkeys((ref for ref, _ in people), nothing)
        findings: list[list[Finding]] = [[] for _ in people]

        def look() -> dict[str, Looked]:
            return {
                each: search.find(lambda person, one: findings[person].append(one))
                for each, search in self._searches(people, progress)
            }

        looked = self._asked("look for people", look)
        told = (answers.found(self.title, self.classes, looked, each) for each in findings)
        return {ref: one for (ref, _), one in zip(people, told, strict=True)}

    def erase(self, who: Identifiers, *, key: str) -> Done | Expires | NotOffered:
        """A class without `holds` goes by its rule, if it has one. Doing it again is harmless."""
        return self.erase_many([(key, who)])[key]

    def erase_many(
        self, people: People[Ref], *, dry_run: bool = False, progress: Progress | None = None
    ) -> dict[Ref, Done | Expires | NotOffered]:
        """Erases everyone's lines and files, each file written anew once for all of them.

        Raises SystemProblem: `wait` when files that hold somebody are still written to (all others are done then),
        `retry` when another sweep or erasure is at work, else when the store cannot be read or written.
        """
        nothing = self.instead().get("erase")
        if nothing:
            return dict.fromkeys((ref for ref, _ in people), nothing)
        now = ground.clock()

        def act() -> dict[str, Looked]:
            return {each: search.erase(now, dry_run=dry_run) for each, search in self._searches(people, progress)}

        looked = self._asked("erase people", act) if dry_run else self._alone("erase people", act)
        if not dry_run:
            self._closed(looked)
        told = (answers.erased(self.title, self.classes, looked, number) for number in range(len(people)))
        return {ref: one for (ref, _), one in zip(people, told, strict=True)}

    def _searches(self, people: People[Ref], progress: Progress | None) -> list[tuple[str, ClassSearch]]:
        whom = [who for _, who in people]
        return [
            (name, ClassSearch(self.store, name, spec, whom, progress))
            for name, spec in self.classes.items()
            if spec.sought
        ]

    def _closed(self, looked: Mapping[str, Looked]) -> None:
        """Raises SystemProblem while files that hold somebody are written to."""
        busy = [name for name, one in looked.items() if one.busy]
        if busy:
            number = sum(len(looked[name].busy) for name in busy)
            raise SystemProblem(
                f"{self.name}: {number} of the {', '.join(busy)} files with lines to erase are still written to; "
                "they are done once they have been quiet, so rotate them",
                consequence="wait",
                retry_after=timedelta(seconds=max(self.classes[name].quiet for name in busy)),
            )

    @property
    def _unsought(self) -> NotOffered | None:
        """Why nobody can be found, where no class says what it holds."""
        if any(spec.sought for spec in self.classes.values()):
            return None
        rules = self._rules or "no rule"
        return NotOffered(
            reason=f"{self.title} cannot be searched for one person; its lines go by age ({rules})",
            source="its classes declare neither `holds` nor a person in their `pattern`",
            manual_steps=f"search the files of {self.name} for the person's identifiers (zgrep, zstdgrep)",
        )

    @property
    def _rules(self) -> str:
        return ", ".join(sorted({spec.rule for spec in self.classes.values() if spec.rule}))

    # asking the store

    def _alone(self, doing: str, act: Callable[[], T]) -> T:
        def locked() -> T:
            with self.store.alone() as alone:
                if alone:
                    return act()
            raise SystemProblem(
                f"{self.name}: another sweep is at work in the folder; it is tried again", consequence="retry"
            )

        return self._asked(doing, locked)

    def _asked(self, doing: str, act: Callable[[], T]) -> T:
        """Raises SystemProblem for what the store refuses."""
        try:
            return act()
        except OSError as problem:
            why = problem.strerror or type(problem).__name__
            what = "the folder, its owner and the space on it" if self.store.appended else "its settings and rights"
            message = f"{self.name}: could not {doing}: {why[:1].lower()}{why[1:]}; check {what}"
            raise SystemProblem(message, consequence="retry" if problem.errno in _AWAY else "fix settings") from problem


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
