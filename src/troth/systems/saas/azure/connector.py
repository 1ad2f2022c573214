"""Azure: blobs in a storage account, rows in a Log Analytics workspace.

What people's data is in is named in the settings; nothing else is touched.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from troth.systems.kit.api import Api
from troth.systems.kit.auth import Auth, NoAuth, client_credentials
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Found, NotOffered, Outcome, Pending, SystemProblem
from troth.systems.kit.rates import Rate
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.azure import tokens
from troth.systems.saas.azure.blobs import Blobs
from troth.systems.saas.azure.settings import AzureSettings
from troth.systems.saas.azure.storage import Storage
from troth.systems.saas.azure.tokens import Erasure
from troth.systems.saas.azure.workspace import PURGES, Workspace

STORAGE_SCOPE = "https://storage.azure.com/.default"
LOOKS = 48  # at rows of completed purges: what a query shows lags behind


class Azure(SaasSystem):
    """Found by names, tags and columns that the settings make of the person's identifiers."""

    Settings = AzureSettings
    TITLE: ClassVar[str] = "Azure"
    FIELDS: ClassVar[Mapping[str, str]] = {}
    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "rectify": NotOffered(
            reason="blobs and log rows cannot be corrected in place",
            source="Azure Blob storage replaces whole blobs only; Log Analytics changes no row",
            manual_steps="let the application that wrote the blob write it anew; log rows say what was true then",
        ),
        "suppress": NotOffered(
            reason="Azure storage and Log Analytics send nothing to anybody",
            source="neither Blob storage nor Log Analytics has a mailing function",
            manual_steps="suppress the person in the system that sends",
        ),
        "deliver": NotOffered(
            reason="stores have no form of their own for a record that somebody hands over",
            source="Blob storage takes any blob; which one your applications expect, only they know",
            manual_steps="let the application that reads the store fetch the record from Troth, and store it itself",
        ),
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "what the named names, tags and columns do not reach, and blobs that only soft delete still keeps",
        "erase": "what soft delete or a hold keeps, exports and copies elsewhere, tables that Azure does not purge",
        "oldest": "blobs that only soft delete still keeps",
    }
    RATES: ClassVar[Mapping[str, Rate]] = {PURGES: Rate(50, 3600, burst=25)}
    settings: AzureSettings

    def __init__(self, name: str, settings: AzureSettings) -> None:
        super().__init__(name, settings)
        self._login = Api(name, _at(settings, settings.login), NoAuth(), self.pace)
        storage = Storage(name, settings, self._storage_auth(), self.pace)
        self.blobs = Blobs(
            storage, settings.containers, versions=settings.versions, content_bytes=settings.content_bytes
        )
        query, management = self._api_at(settings.logs_api), self._api_at(settings.management)
        self.workspace = Workspace(name, settings, self.mapping, query, management)

    def auth(self) -> Auth:
        return self._signed_in(STORAGE_SCOPE)

    def test(self) -> Done:
        """Asks both services something that needs the credentials."""
        parts = {}
        if self.settings.containers:
            self.blobs.soft_delete()
            parts["account"] = self.blobs.account
        if self.settings.log_tables:
            self.workspace.test()
            parts["workspace"] = self.settings.workspace
        return Done(parts)

    def find(self, who: Identifiers) -> Outcome:
        """Every blob, snapshot and version, every row."""
        blobs, deleted = self.blobs.find(who)
        rows = self.workspace.find(who)
        return Found({"blobs": len(blobs), "rows": len(rows), "soft-deleted blobs": deleted}, (*blobs, *rows))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Deletes blobs with snapshots and versions, then asks for purges and follows them.

        What is gone is not found again, so `key` is not needed.
        """
        gone, remains = self.blobs.erase(who)
        purges, rows = self.workspace.purge(who, key)
        erasure = Erasure(purges, rows, gone.get("blobs", 0), remains)
        return self._stands(erasure) if purges else self._done(erasure)

    def check(self, token: str) -> Outcome:
        """Done only when every purge is completed and a query shows none of its rows any more."""
        return self._stands(tokens.read(token))

    def oldest(self) -> Outcome:
        """The oldest blob and the oldest row."""
        parts = {**self.blobs.oldest(), **self.workspace.oldest()}
        return Done({"oldest": min((time for time in parts.values() if time), default=None), "by_part": parts})

    def _stands(self, erasure: Erasure) -> Outcome:
        running = self.workspace.running(erasure.purges)
        if not running and not self.workspace.left(erasure.rows):
            return self._done(erasure)
        if erasure.looks >= LOOKS:
            raise SystemProblem(
                f"{self.name}: purges are completed, but a query still shows rows; give Azure's support the ids "
                f"{', '.join(sorted(id for _, id in erasure.purges))}",
                consequence="stop",
            )
        later = replace(erasure, looks=erasure.looks + (0 if running else 1))
        return Pending(later.text(), timedelta(seconds=self.settings.poll_seconds))

    def _done(self, erasure: Erasure) -> Done:
        ids = sorted(id for _, id in erasure.purges)
        return Done({"blobs": erasure.blobs, "purges": ids}, remains=tuple(erasure.remains))

    def _storage_auth(self) -> Auth:
        keyed = self.settings.account_key or self.settings.sas
        return NoAuth() if keyed else self.auth()  # the kit signs with a key by itself

    def _signed_in(self, scope: str) -> Auth:
        it = self.settings
        if it.client_secret is None:
            return NoAuth()
        path = f"/{it.tenant_id}/oauth2/v2.0/token"
        return client_credentials(lambda: self._login, path, client=it.client_id, secret=it.client_secret, scope=scope)

    def _api_at(self, url: str) -> Api:
        return Api(self.name, _at(self.settings, url), self._signed_in(f"{url.rstrip('/')}/.default"), self.pace)


def _at(settings: AzureSettings, url: str) -> AzureSettings:
    return settings.model_copy(update={"url": url})
