"""The one place that wires settings, secrets, database and clock. Imports nothing of the rooms."""

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

DATABASE = "troth"


@dataclass(frozen=True)
class Settings:
    """A deployment's settings, from the environment; every default works on a developer's machine."""

    home: Path
    database_url: str | None
    public_url: str
    keys_dir: Path
    register_dir: Path
    evidence_key_file: Path
    systems_file: Path
    smtp_url: str | None
    mail_from: str
    allow_private_hosts: tuple[str, ...]
    debug: bool
    plan_limit: int
    record_http: Path | None = None
    connectors: Path | None = None


@cache
def settings() -> Settings:
    """Settings of this process: `TROTH_*` variables, read once. Starts nothing."""
    env = os.environ.get
    home = Path(env("TROTH_HOME") or "troth-data").resolve()
    systems = Path(env("TROTH_SYSTEMS") or home / "systems.yaml")
    return Settings(
        home=home,
        database_url=env("TROTH_DATABASE_URL"),
        public_url=(env("TROTH_PUBLIC_URL") or "http://127.0.0.1:8800").rstrip("/"),
        keys_dir=Path(env("TROTH_KEYS_DIR") or home / "keys"),
        register_dir=Path(env("TROTH_REGISTER_DIR") or home / "erasure-register"),
        evidence_key_file=home / "secrets" / "evidence-ed25519",
        systems_file=systems,
        smtp_url=env("TROTH_SMTP_URL"),
        mail_from=env("TROTH_MAIL_FROM") or "privacy@localhost",
        allow_private_hosts=tuple(filter(None, (env("TROTH_ALLOW_HOSTS") or "").split(","))),
        debug=env("TROTH_DEBUG") == "1",
        plan_limit=_number("TROTH_PLAN_LIMIT", env("TROTH_PLAN_LIMIT"), 1_000),
        record_http=_path(env("TROTH_RECORD_HTTP")),
        connectors=_path(env("TROTH_CONNECTORS")) or systems.parent / "connectors",
    )


def _path(given: str | None) -> Path | None:
    return Path(given).resolve() if given else None


def _number(name: str, given: str | None, default: int) -> int:
    """The variable `name` as a whole number. Raises RuntimeError if it is none."""
    if given and not given.isdecimal():
        raise RuntimeError(f"{name} is not a whole number, such as {default}")
    return int(given) if given else default


def clock() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def secret(name: str) -> bytes:
    """32 random bytes kept in `home/secrets/<name>`, made once, readable by the owner alone.

    Raises RuntimeError where the whole folder of secrets is gone and the keys are not.
    """
    path = settings().home / "secrets" / name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return _make_secret(path)


def _make_secret(path: Path) -> bytes:
    if not path.parent.exists() and _holds_keys(settings().keys_dir):
        # new secrets would find nobody any more, and call that absence
        raise RuntimeError(
            f"{path.parent} is missing, but the key store {settings().keys_dir} is there: the secrets that belong to "
            "it are gone; is their volume mounted? Restore them from a backup"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(fresh, "xb", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # atomic: of two processes one wins, both read the winner's
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()


def _holds_keys(folder: Path) -> bool:
    """Whether the key store was used: one that is new holds no folder yet, at most its mark."""
    return folder.is_dir() and any(inside.is_dir() for inside in folder.iterdir())


def secret_key() -> str:
    """Django's signing key: `TROTH_SECRET_KEY`, else one made for this home."""
    return os.environ.get("TROTH_SECRET_KEY") or secret("django").hex()


@cache
def database_url() -> str:
    """URL of Troth's own database; starts the embedded server when none is configured."""
    configured = settings().database_url
    if configured:
        return configured
    from troth import postgres

    return postgres.database(settings().home, DATABASE)


def setup() -> None:
    """Bring up the database and Django, once a process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.web.settings")
    import django

    django.setup()


def forget() -> None:
    """Forget what was read from the environment: for tests and for the demo, which change it."""
    settings.cache_clear()
    database_url.cache_clear()
