"""`FilesSystem`: a folder of log files or recordings as one of the systems.

Local folders only; object stores, and finding or erasing one person's lines, are not built yet and say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, overload

from pydantic import ValidationError

from troth import ground
from troth.systems.files import codecs, folder, lines
from troth.systems.files.classes import FileClass, classes
from troth.systems.files.folder import Changed, Entry
from troth.systems.files.sweep import Left, Swept, sweep
from troth.systems.files.times import LineClock, file_time
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, SystemProblem


@dataclass(frozen=True)
class CouldNotTell:
    """Some files do not show how old they are. `oldest`: the oldest among the others."""

    files: tuple[Left, ...]
    oldest: datetime | None = None

    @property
    def reason(self) -> str:
        more = f" and {len(self.files) - 1} more" if len(self.files) > 1 else ""
        return f"{self.files[0].file}: {self.files[0].reason}{more}"


class FilesSystem(System):
    """Files of one folder, in classes of which each has its own period."""

    def __init__(
        self, name: str, *, title: str, folder: Path, classes: Mapping[str, FileClass], recipient: str | None = None
    ) -> None:
        super().__init__(name, title=title, recipient=recipient)
        self.folder = folder
        self.classes = dict(classes)

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> "FilesSystem":
        """From an entry of systems.yaml: `folder` (relative to `base_dir`) and `classes`.

        Raises SystemProblem (`fix settings`) that names what is wrong; a folder that is not there is found when used.
        """
        if not config.get("folder") or not config.get("classes"):
            raise SystemProblem(f"{name}: `folder` and `classes` must be given", consequence="fix settings")
        try:
            found = classes(config["classes"])
        except (ValidationError, AttributeError) as problem:
            said = problem.errors() if isinstance(problem, ValidationError) else []
            details = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'class'}: {e['msg']}" for e in said)
            message = f"{name}: `classes` cannot be used: {details or 'it must map names to settings'}"
            raise SystemProblem(message, consequence="fix settings") from problem
        title = str(config.get("title") or name)
        return cls(
            name, title=title, folder=base_dir / config["folder"], classes=found, recipient=config.get("recipient")
        )

    def sweep(self, name: str, before: datetime, dry_run: bool = False) -> Swept:
        """Erases what class `name` recorded before `before` (aware UTC). Doing it again is harmless.

        Raises KeyError for an unknown class, SystemProblem when the folder cannot be read or written, or another
        sweep is at work there (`retry`).
        """
        spec = self.classes[name]
        try:
            if dry_run:
                return sweep(self.folder, spec, before, now=ground.clock(), dry_run=True)
            with folder.swept_alone(self.folder) as alone:
                if alone:
                    return sweep(self.folder, spec, before, now=ground.clock(), dry_run=False)
        except OSError as problem:
            raise self._problem("sweep", problem) from problem
        raise SystemProblem(
            f"{self.name}: another sweep is at work in the folder; it is tried again", consequence="retry"
        )

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

    def find(self, who: Identifiers) -> NotOffered:
        return self._by_age_only("find")

    def erase(self, who: Identifiers, *, key: str) -> Expires | NotOffered:
        """What is swept by a rule goes by itself; a class without one must be searched by hand."""
        if all(spec.rule for spec in self.classes.values()):
            return Expires(on="the last day of its period", setting=f"retention rules {self._rules}, swept every night")
        return self._by_age_only("erase")

    @property
    def _rules(self) -> str:
        return ", ".join(sorted({spec.rule for spec in self.classes.values() if spec.rule}))

    def _by_age_only(self, verb: str) -> NotOffered:
        rules = self._rules or "no rule"
        return NotOffered(
            reason=f"{self.title} cannot be searched for one person yet; its lines go by age ({rules})",
            source="the files connector of this version has no " + verb,
            manual_steps=f"search the folder of {self.name} for the person's identifiers (zgrep, zstdgrep)",
        )

    def _oldest(self, spec: FileClass, thorough: bool) -> datetime | CouldNotTell | None:
        times: list[datetime] = []
        unsure: list[Left] = []
        try:
            for entry in folder.entries(self.folder, spec.pattern):
                told = _age(entry, spec, thorough) if isinstance(entry, Entry) else Left(*entry)
                if isinstance(told, datetime):
                    times.append(told)
                elif told:
                    unsure.append(told)
        except OSError as problem:
            raise self._problem("look for the oldest", problem) from problem
        oldest = min(times, default=None)
        return CouldNotTell(tuple(unsure), oldest) if unsure else oldest

    def _problem(self, doing: str, problem: OSError) -> SystemProblem:
        why = problem.strerror or type(problem).__name__
        message = f"{self.name}: could not {doing}: {why.lower()}; check the folder, its owner and the space on it"
        return SystemProblem(message, consequence="fix settings")


def _age(entry: Entry, spec: FileClass, thorough: bool) -> datetime | Left | None:
    """A file's oldest time; None when it holds nothing; Left when it does not show it."""
    if spec.by == "day":
        time = file_time(entry.path.name, entry.stat.st_mtime, spec.zone)
        return time or Left(entry.name, "the date in its name is none")
    if entry.stat.st_size == 0:
        return None
    try:
        return _line_age(entry, spec, thorough) or Left(entry.name, "no line shows a time")
    except codecs.Damaged:
        return Left(entry.name, "cut off or corrupt")
    except Changed:
        return Left(entry.name, "it changed while it was read")


def _line_age(entry: Entry, spec: FileClass, thorough: bool) -> datetime | None:
    look = lines.oldest_of_all if thorough else lines.oldest_at_start
    with folder.open_regular(entry) as file:
        return look(codecs.reader(file), LineClock(spec))


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
