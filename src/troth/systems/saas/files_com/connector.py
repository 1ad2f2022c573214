"""Files.com: folders of people with everything in them, users, and what both leave behind.

Paths and the filter of users stand in URLs there, so an address that names a folder, or is looked for, does too.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

from troth.systems.kit.api import Api, Reply
from troth.systems.kit.auth import Auth, HeaderKey
from troth.systems.kit.base import Outgoing
from troth.systems.kit.fields import items_of
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered, Outcome, Pending, SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.files_com import records
from troth.systems.saas.files_com.paths import fixed, folders
from troth.systems.saas.files_com.people import People, plain
from troth.systems.saas.files_com.settings import FilesComSettings
from troth.systems.saas.files_com.store import NO_KEY, REST, Row, Store, elsewhere

HISTORY = Expires("the day the plan's history retention ends", "the history retention of the Files.com plan")
REGISTERED = NotOffered(
    reason="registrations at inboxes and share links cannot be deleted one by one through the API",
    source="the Files.com API lists inbox_registrations and bundle_registrations and has no DELETE for them",
    manual_steps="delete the inbox or share link in Files.com, or ask Files.com support to delete the registration",
)
OLD_NAME = NotOffered(
    reason="the folder is named by the old identifier and keeps that name",
    source="folder names follow the setting `folders`",
    manual_steps="rename the person's folder in Files.com to the new one",
)
_ENDED = {"completed", "failed", "cancelled"}


class FilesCom(SaasSystem):
    """Found by the folders the settings name, and by e-mail address among users and registrations."""

    Settings = FilesComSettings
    TITLE: ClassVar[str] = "Files.com"
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "files are listed by name, size and time; what is in them is shown for delivered records only",
        "erase": "copies of deleted files stay for the days the site says, history as the plan says; registrations at "
        "inboxes and share links stay",
        "rectify": "files that Troth did not deliver, and the names of folders",
        "suppress": "takes users off the newsletter of Files.com; it sends no marketing of yours",
        "oldest": "looks below the folders that hold people's folders, by the time of the last change",
    }
    FIELDS: ClassVar[Mapping[str, str]] = {
        "email": "email",
        "full-name": "name",
        "company": "company",
        "username": "username",
    }
    settings: FilesComSettings

    def __init__(self, name: str, settings: FilesComSettings) -> None:
        super().__init__(name, settings)
        self._people = People(name, self.api, registrations=settings.registrations)
        self._store = Store(name, self.api, elsewhere(self._at))

    def auth(self) -> Auth:
        return HeaderKey("x-filesapi-key", self.settings.api_key)

    def find(self, who: Identifiers) -> Outcome:
        """Files in the person's folders, users with their history, registrations."""
        files = [self._file(row) for row in self._files(who)]
        users = self._people.users(who.addresses)
        told = [finding for user in users for finding in self._user(user)]
        registered = [Finding(kind, one, plain(row)) for kind, one, row in self._people.registered(who.addresses)]
        counts = {"files": len(files), "users": len(users), "registrations": len(registered)}
        return Found(counts, (*files, *told, *registered))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Delete the person's folders and users; large folders are deleted by a job, which `check` follows.

        Looks first, so that `key` is not needed.
        """
        there = [path for path in folders(self.settings.folders, who) if self._store.exists(path)]
        jobs = [job for job in map(self._store.delete, there) if job is not None]
        users = [user["id"] for user in self._people.users(who.addresses)]
        for user in users:
            self._people.delete(user, self.settings.new_owner)
        registered = len(self._people.registered(who.addresses))
        told = {"jobs": jobs, "folders": len(there), "users": users, "registered": registered}
        if not jobs and any(map(self._store.exists, there)):
            raise SystemProblem(f"{self.name}: delete a folder: it is still there", consequence="retry")
        return self.check(json.dumps(told))

    def check(self, token: str) -> Outcome:
        """Done when every job of the deletion is completed. Raises `SystemProblem` when one failed."""
        try:
            told = json.loads(token)
            jobs, count, users, registered = (told[key] for key in ("jobs", "folders", "users", "registered"))
        except (ValueError, TypeError, LookupError):
            raise SystemProblem(
                f"{self.name}: this token is not from a Files.com erasure; start the erasure again", consequence="stop"
            ) from None
        states = {job: str(self._store.job(int(job))["status"]) for job in jobs}
        failed = [job for job, state in states.items() if state in _ENDED - {"completed"}]
        if failed:
            raise SystemProblem(
                f"{self.name}: delete a folder: job {failed[0]} {states[failed[0]]}; start the erasure again, or "
                "delete the folder in Files.com",
                consequence="stop",
            )
        if set(states.values()) - {"completed"}:
            return Pending(token, timedelta(seconds=self.settings.poll_seconds))
        evidence = {"folders": count, "users": users, "jobs": jobs, "registrations": registered}
        return Done(evidence, remains=tuple(self._remains(bool(count), bool(users), bool(registered))))

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Write the right values into the person's users and delivered records."""
        fields = self.to_fields(changes)
        files = list(self._files(who))
        users = self._people.users(who.addresses)
        written = list(records.corrected(self.name, self._store, files, changes))
        for user in users if fields else ():
            self._people.update("rectify a user", user["id"], fields)
        renamed = bool(files) and any(f"{{{item}}}" in "".join(self.settings.folders) for item in changes)
        evidence = {"users": len(users), "records": len(written)}
        return Done(evidence, remains=(OLD_NAME,) if renamed else ())

    def suppress(self, who: Identifiers, *, key: str) -> Outcome:
        """Take the person's users off the newsletter."""
        users = self._people.users(who.addresses)
        for user in users:
            self._people.update("suppress a user", user["id"], {"subscribe_to_newsletter": False})
        return Done({"users": len(users)})

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """A file named by the key. One already there is left alone: it may have been corrected since."""
        path = records.place(self.name, self.settings.folders[0], outgoing, key)
        evidence = {"id": path.rpartition("/")[2]}
        if self._store.exists(path):
            return Done({**evidence, "created": False})
        self._store.write(path, records.document(outgoing))
        return Done({**evidence, "created": True, "fields": sorted(outgoing.values)})

    def oldest(self) -> Outcome:
        """The file that was changed last the longest ago, in the folders that hold people's folders."""
        times = [self._store.oldest(root) for root in dict.fromkeys(map(fixed, self.settings.folders))]
        return Done({"oldest": min((time for time in times if time), default=None)})

    def test(self) -> Done:
        """Reads the name of the site."""
        return Done({"account": self._site().need("name", str)})

    def _at(self, address: str) -> Api:
        return Api(self.name, self.settings.model_copy(update={"url": address}), NO_KEY)

    def _site(self) -> Reply:
        return self.api.call("read the site", "GET", f"{REST}/site")

    def _files(self, who: Identifiers) -> Iterator[Row]:
        for path in folders(self.settings.folders, who):
            yield from self._store.files(path)

    def _file(self, row: Row) -> Finding:
        path = str(row["path"])
        if not records.is_record(path):
            return Finding("file", path, plain(row))
        values = records.read(self.name, self._store, path)["values"]
        return Finding("delivered record", path, values, {item: item for item in values})

    def _user(self, user: Row) -> Iterator[Finding]:
        values = plain(user)
        yield Finding("user", str(user["id"]), values, items_of(self.mapping, values))
        for row in self._people.history(user["id"]):
            yield Finding("history", str(row["id"]), plain(row))

    def _remains(self, files: bool, users: bool, registered: bool) -> Sequence[Expires | NotOffered]:
        days = self._site().need("days_to_retain_backups", int) if files else 0
        setting = f"days_to_retain_backups of the site, now {days}: how long it keeps deleted files"
        backups = Expires(f"day {days} after the deletion", setting)
        return [*([backups] if days else []), *([HISTORY] if users else []), *([REGISTERED] if registered else [])]
