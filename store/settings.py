"""Every number and address an operator can set, decoded once from the environment."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

_PREFIX = "AIGUILLEUR_"
_LIMIT_PREFIX = "AIGUILLEUR_LIMIT_"
# What hosts call these, without our prefix.
_PLAIN_NAMES = {"DATABASE_URL": "database_url", "REDIS_URL": "redis_url", "PORT": "port"}
_DRIVERS = {
    "postgres://": "postgresql+asyncpg://",
    "postgresql://": "postgresql+asyncpg://",
}


class Limits(Struct, frozen=True, kw_only=True):
    """What one visitor, agent, socket or request may take. Sizes in bytes."""

    frame_bytes: int = 65_536
    queued_events: int = 256
    queued_bytes: int = 1 << 20
    client_messages_per_minute: int = 100
    agent_messages_per_minute: int = 600
    sockets_per_client: int = 3
    sockets_per_agent: int = 5
    sockets_per_address: int = 50
    bad_frames: int = 10
    hello_ms: int = 10_000
    silence_ms: int = 60_000
    resume_events: int = 5_000
    body_bytes: int = 65_536
    text_characters: int = 8_000
    upload_bytes: int = 10 << 20
    files_per_message: int = 5
    sign_in_failures: int = 5
    sign_in_window_ms: int = 900_000
    session_idle_ms: int = 1_800_000
    session_ms: int = 43_200_000
    client_session_ms: int = 30 * 86_400_000
    widget_token_ms: int = 86_400_000
    page_items: int = 100
    drain_ms: int = 30_000


class Settings(Struct, frozen=True, kw_only=True):
    """How this process runs. Empty database_url: SQLite in data_dir; empty redis_url: no Redis.

    trusted_proxies: addresses or networks, with commas, whose X-Forwarded-For is believed.
    """

    data_dir: str = "var"
    database_url: str = ""
    redis_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = "http://127.0.0.1:8080"
    site: str = "site_demo"
    secure_cookies: bool = False
    trusted_proxies: str = ""
    limits: Limits = Limits()

    @property
    def store_url(self) -> str:
        """The URL to open the database with."""
        if not self.database_url:
            return f"sqlite:///{Path(self.data_dir) / 'aiguilleur.db'}"
        for scheme, driver in _DRIVERS.items():
            if self.database_url.startswith(scheme):
                return driver + self.database_url.removeprefix(scheme)
        return self.database_url


def settings_from_environment(environ: Mapping[str, str]) -> Settings:
    """Return the settings that AIGUILLEUR_*, DATABASE_URL, REDIS_URL and PORT give.

    The prefixed name wins. AIGUILLEUR_LIMIT_<NAME> sets a limit. Without a public URL it is made
    of host and port, and cookies are secure when the public URL is https.
    Raises ValueError for a name that is not a setting, or a value of the wrong kind.
    """
    plain = {field: environ[name] for name, field in _PLAIN_NAMES.items() if name in environ}
    limits = _with_prefix(environ, _LIMIT_PREFIX)
    named = {
        field: text
        for field, text in _with_prefix(environ, _PREFIX).items()
        if not field.startswith("limit_")
    }
    texts = {**plain, **named}
    texts.setdefault(
        "public_url", f"http://{texts.get('host', '127.0.0.1')}:{texts.get('port', '8080')}"
    )
    texts.setdefault("secure_cookies", str(texts["public_url"].startswith("https://")).lower())
    _refuse_unknown(limits, Limits.__struct_fields__, _LIMIT_PREFIX)
    one_by_one = [field for field in Settings.__struct_fields__ if field != "limits"]
    _refuse_unknown(texts, one_by_one, _PREFIX)
    try:
        return msgspec.convert({**texts, "limits": limits}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"setting of the wrong kind: {error}") from error


def _with_prefix(environ: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix).lower(): text
        for name, text in environ.items()
        if name.startswith(prefix)
    }


def _refuse_unknown(texts: Mapping[str, str], known: Iterable[str], prefix: str) -> None:
    unknown = sorted(set(texts) - set(known))
    if unknown:
        raise ValueError(f"no such setting: {', '.join(prefix + n.upper() for n in unknown)}")
