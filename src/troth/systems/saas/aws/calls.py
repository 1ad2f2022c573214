"""Calls to AWS: signed by botocore, sent by our own client, tried again by our own rules."""

import logging
import threading
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.pace import Pace
from troth.systems.kit.persist import persist
from troth.systems.saas.aws.problems import code_of, told
from troth.systems.saas.aws.settings import AwsSettings
from troth.systems.saas.aws.wire import Wire

# At DEBUG botocore logs whole requests and replies.
logging.getLogger("botocore").setLevel(logging.WARNING)

_Keys = tuple[str, str, str] | None


@cache
def _models() -> Any:
    """AWS's own descriptions of its services: large, so read once a process."""
    return import_module("botocore.loaders").create_loader()


class Aws:
    """The services of one account and region. Every call made through it must be harmless when repeated."""

    def __init__(self, name: str, settings: AwsSettings, pace: Pace) -> None:
        self.name = name
        self._settings = settings
        self.pace = pace
        self._lock = threading.Lock()
        self._keys: _Keys = None
        self._session: Any = None
        self._clients: dict[str, Any] = {}

    def call(
        self,
        act: str,
        service: str,
        operation: str,
        *,
        need: Sequence[str] = (),
        gone: Sequence[str] = (),
        **given: Any,
    ) -> dict[str, Any]:
        """The parsed reply of one operation, such as ("s3", "list_object_versions").

        act: names it in messages ("list objects"). need: members the vendor always sends; without them the reply is
        no reply. gone: codes by which AWS says that the thing is not there (any more); the answer is then empty.
        Raises `SystemProblem`.
        """
        what = f"{self.name}: {act}"

        def once() -> dict[str, Any]:
            try:
                reply: dict[str, Any] = getattr(self._client(service), operation)(**given)
            except Exception as error:
                if code_of(error) in gone:
                    return {}
                problem = told(what, error)
                if problem is None:
                    raise
                raise problem from None  # the exception's own text can quote what was sent
            if any(member not in reply for member in need):
                raise SystemProblem(f"{what}: the reply cannot be read; try again later", consequence="retry")
            return reply

        return persist(once, self.pace, self._settings.patience, what)

    def _client(self, service: str) -> Any:
        with self._lock:
            keys = self._revealed()
            if self._session is None or keys != self._keys:  # rotated keys need no restart
                self._session, self._keys, self._clients = self._begun(keys), keys, {}
            if service not in self._clients:
                self._clients[service] = self._made(service)
            return self._clients[service]

    def _revealed(self) -> _Keys:
        given = self._settings
        if given.access_key_id is None or given.secret_access_key is None:
            return None
        token = given.session_token.reveal() if given.session_token else ""
        return given.access_key_id.reveal(), given.secret_access_key.reveal(), token

    def _begun(self, keys: _Keys) -> Any:
        try:
            session = import_module("botocore.session").Session()
        except ImportError:
            raise SystemProblem(
                f"{self.name}: the connector of AWS needs boto3; install troth[aws]", consequence="fix settings"
            ) from None
        session.register_component("data_loader", _models())
        if keys:
            session.set_credentials(keys[0], keys[1], keys[2] or None)
        session.register("before-send", Wire(self.name, self._settings))
        return session

    def _made(self, service: str) -> Any:
        addressed: dict[str, Any] = {"s3": {"addressing_style": "path"}} if self._settings.url else {}
        config = import_module("botocore.config").Config(retries={"total_max_attempts": 1}, **addressed)
        try:
            return self._session.create_client(
                service, region_name=self._settings.region, endpoint_url=self._settings.url or None, config=config
            )
        except ValueError:
            raise SystemProblem(
                f"{self.name}: the region or address is none; correct it", consequence="fix settings"
            ) from None
