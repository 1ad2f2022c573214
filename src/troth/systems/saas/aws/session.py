"""botocore's session: whose keys sign, where its descriptions of services come from, what sends."""

import logging
from functools import cache, partial
from importlib import import_module
from typing import Any

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas.aws.settings import AwsSettings
from troth.systems.saas.aws.wire import Wire

# At DEBUG botocore logs whole requests and replies.
logging.getLogger("botocore").setLevel(logging.WARNING)

Keys = tuple[str, str, str] | None
"""Key id, secret, session token; None for what the environment has."""


def begun(name: str, settings: AwsSettings, keys: Keys) -> Any:
    """A session that sends through our own client. Raises `SystemProblem` (fix settings) without the extra."""
    try:
        session = import_module("botocore.session").Session()
    except ImportError:
        raise SystemProblem(
            f"{name}: the connector of AWS needs boto3; install troth[aws]", consequence="fix settings"
        ) from None
    session.register_component("data_loader", _models())
    if keys:
        session.set_credentials(keys[0], keys[1], keys[2] or None)
    session.register("before-send", Wire(name, settings))
    if settings.role:
        _take_on(session, name, settings)
    return session


def made(session: Any, name: str, settings: AwsSettings, service: str, **keys: str) -> Any:
    """A client of one service."""
    addressed: dict[str, Any] = {"s3": {"addressing_style": "path"}} if settings.url else {}
    config = import_module("botocore.config").Config(retries={"total_max_attempts": 1}, **addressed)
    where = {"region_name": settings.region, "endpoint_url": settings.url or None}
    try:
        return session.create_client(service, config=config, **where, **keys)
    except ValueError:
        raise SystemProblem(f"{name}: the region or address is none; correct it", consequence="fix settings") from None


def _take_on(session: Any, name: str, settings: AwsSettings) -> None:
    """From now on the session signs as the role, whose keys last an hour and are fetched anew in time."""
    source = session.get_credentials()
    if source is None:
        raise SystemProblem(
            f"{name}: there are no keys that could take on the role; set access_key_id and secret_access_key, "
            "or give this machine a role of its own",
            consequence="fix settings",
        )
    kinds = import_module("botocore.credentials")
    more = {"RoleSessionName": "troth", **({"ExternalId": settings.external_id} if settings.external_id else {})}
    client = partial(made, session, name, settings)
    fetcher = kinds.AssumeRoleCredentialFetcher(client, source, settings.role, extra_args=more)
    session._credentials = kinds.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


@cache
def _models() -> Any:
    """AWS's own descriptions of its services: large, so read once a process."""
    return import_module("botocore.loaders").create_loader()
