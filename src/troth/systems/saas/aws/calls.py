"""Calls to AWS: signed by botocore, sent by our own client, tried again by our own rules."""

import threading
from collections.abc import Sequence
from typing import Any

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.pace import Pace
from troth.systems.kit.persist import persist
from troth.systems.saas.aws import session
from troth.systems.saas.aws.problems import code_of, told
from troth.systems.saas.aws.session import Keys
from troth.systems.saas.aws.settings import AwsSettings


class Aws:
    """The services of one account and region. Every call made through it must be harmless when repeated."""

    def __init__(self, name: str, settings: AwsSettings, pace: Pace) -> None:
        self.name = name
        self._settings = settings
        self.pace = pace
        self._lock = threading.Lock()
        self._keys: Keys = None
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
                if "Body" in reply:  # read here, so that what is wrong with it is a problem too
                    reply["Body"] = reply["Body"].read()
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
                self._session, self._keys, self._clients = session.begun(self.name, self._settings, keys), keys, {}
            if service not in self._clients:
                self._clients[service] = session.made(self._session, self.name, self._settings, service)
            return self._clients[service]

    def _revealed(self) -> Keys:
        given = self._settings
        if given.access_key_id is None or given.secret_access_key is None:
            return None
        token = given.session_token.reveal() if given.session_token else ""
        return given.access_key_id.reveal(), given.secret_access_key.reveal(), token
