"""Calls to Blob storage through Azure's own kit, tried again by our own rules."""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from troth import ground
from troth.net import Blocked, NetError, TooLarge
from troth.systems.kit.auth import Auth
from troth.systems.kit.outcomes import Consequence, SystemProblem
from troth.systems.kit.pace import Pace, retry_after
from troth.systems.kit.persist import persist
from troth.systems.saas.azure.line import transport
from troth.systems.saas.azure.settings import AzureSettings

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient

# At INFO the kit logs paths, which hold names of blobs.
logging.getLogger("azure").setLevel(logging.WARNING)
logging.getLogger("urllib3").setLevel(logging.WARNING)

_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9]{2,60}$")
_SETTINGS = frozenset({"ContainerNotFound", "ResourceNotFound", "AccountIsDisabled", "FeatureVersionMismatch"})
SOON = timedelta(seconds=1)
T = TypeVar("T")


class Storage:
    """One storage account. Every call made through it must be harmless when repeated."""

    def __init__(self, name: str, settings: AzureSettings, auth: Auth, pace: Pace) -> None:
        self.name = name
        self._settings = settings
        self._auth = auth
        self._pace = pace
        self._lock = threading.Lock()
        self._made: BlobServiceClient | None = None
        self._key: str | None = None

    def call(self, act: str, do: "Callable[[BlobServiceClient], T]", *, gone: Sequence[str] = ()) -> T | None:
        """What `do` gives. gone: codes by which Azure says that the thing is not there (any more): None then.

        Raises `SystemProblem`.
        """
        what = f"{self.name}: {act}"

        def once() -> T | None:
            try:
                return do(self._client())
            except Exception as error:
                if _code(error) in gone:
                    return None
                problem = told(what, error)
                if problem is None:
                    raise
                raise problem from None  # the exception's own text can quote names of blobs

        return persist(once, self._pace, self._settings.patience, what)

    def tried(self, act: str, do: "Callable[[BlobServiceClient], object]", *, codes: Sequence[str]) -> str:
        """The code, of these, by which Azure refuses; empty when it is done. Raises `SystemProblem`."""

        def code(service: "BlobServiceClient") -> str:
            try:
                do(service)
            except Exception as error:
                if _code(error) not in codes:
                    raise
                return _code(error)
            return ""

        return self.call(act, code) or ""

    def listed(self, act: str, start: "Callable[[BlobServiceClient], Any]") -> Iterator[Any]:
        """Everything in a list of the kit, page by page; each page is tried again by itself."""
        pages: Any = self.call(act, lambda service: start(service).by_page())
        while True:
            page = self.call(act, lambda _: next(pages, None))
            if page is None:
                return
            yield from page

    def _client(self) -> "BlobServiceClient":
        with self._lock:
            key = self._revealed()
            if self._made is None or key != self._key:  # a rotated key needs no restart
                self._made, self._key = self._begun(key), key
            return self._made

    def _revealed(self) -> str | None:
        given = self._settings.account_key or self._settings.sas
        return given.reveal() if given else None

    def _begun(self, key: str | None) -> "BlobServiceClient":
        try:
            from azure.storage.blob import BlobServiceClient

            line = transport(self.name, self._settings, self._auth)
        except ImportError:
            raise SystemProblem(
                f"{self.name}: the connector of Azure needs its storage kit; install troth[azure]",
                consequence="fix settings",
            ) from None
        return BlobServiceClient(self._settings.url, credential=key, transport=line, retry_total=0)


def told(what: str, error: Exception) -> SystemProblem | None:
    """The problem an exception of the kit or of the line is; None when it is neither."""
    if isinstance(error, NetError):
        return SystemProblem(f"{what}: {error}", consequence=_of_the_line(error))
    from azure.core import exceptions as kinds

    if isinstance(error, kinds.HttpResponseError) and error.status_code is not None:
        return _refused(what, error.status_code, _code(error), error)
    if isinstance(error, kinds.ClientAuthenticationError):
        return SystemProblem(f"{what}: the account key is none; correct it", consequence="fix settings")
    if isinstance(error, kinds.AzureError):
        return SystemProblem(f"{what}: the reply cannot be read; try again later", consequence="retry")
    return None


def _of_the_line(error: NetError) -> Consequence:
    if isinstance(error, Blocked):
        return "fix settings"
    return "stop" if isinstance(error, TooLarge) else "retry"


def _refused(what: str, status: int, code: str, error: Any) -> SystemProblem:
    why = f"{what}: it answered {status}" + (f" {code}" if code else "")
    after = error.response.headers.get("retry-after") if error.response is not None else None
    if status == 429 or code == "ServerBusy" or (status == 503 and after):
        wait = retry_after(after, ground.clock()) if after else SOON
        return SystemProblem(why, consequence="wait", retry_after=wait)
    if status >= 500 or status == 408 or status < 300:
        return SystemProblem(why, consequence="retry")
    if status in (401, 403) or code in _SETTINGS:
        return SystemProblem(
            f"{why}; check credentials, names and the role assignments of the docs", consequence="fix settings"
        )
    return SystemProblem(why, consequence="stop")


def _code(error: Exception) -> str:
    code = str(getattr(getattr(error, "error_code", ""), "value", getattr(error, "error_code", "")) or "")
    return code if _CODE.match(code) else ""
