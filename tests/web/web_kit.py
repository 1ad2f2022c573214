"""What the tests of the pages share: the reference policy published, and clients signed in or not."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.contrib.auth.models import User
from django.test import Client

from troth.policy.load import Loaded, load
from troth.policy.model import Policy
from troth.versions import services as versions
from troth.versions.values import Version
from troth.web import staff

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BACKEND = "sesame.backends.ModelBackend"
QUALI = Path(__file__).parents[2] / "policies" / "quali"


@cache
def loaded() -> Loaded:
    return load(QUALI)


def quali() -> Policy:
    policy = loaded().policy
    assert policy is not None
    return policy


def publish(policy: Policy | None = None, now: datetime = NOW) -> Version:
    return versions.publish(policy or quali(), loaded().places, now=now)


def changed(**fields: object) -> Policy:
    """The reference policy with top-level fields replaced."""
    return Policy.model_validate({**quali().model_dump(mode="json"), **fields})


def staff_client(email: str = "dpo@example.com") -> Client:
    client = Client()
    client.force_login(staff.add(email), backend=BACKEND)
    return client


def stranger() -> User:
    return User.objects.create_user("visitor@example.com", password="correct horse battery")
