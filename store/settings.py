"""Every setting and every limit, in one place, with its default."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """What one person, socket or request may use. Servers' own defaults are far wider."""

    frame_bytes: int = 64 * 1024
    queued_events: int = 256
    queued_bytes: int = 1024 * 1024
    client_messages_per_minute: int = 100
    agent_messages_per_minute: int = 600
    sockets_per_client: int = 3
    sockets_per_agent: int = 5
    sockets_per_address: int = 50
    bad_frames: int = 10
    hello_ms: int = 10_000
    silence_ms: int = 60_000
    resume_events: int = 5_000
    body_bytes: int = 64 * 1024
    upload_bytes: int = 10 * 1024 * 1024
    sign_in_failures: int = 5
    sign_in_window_ms: int = 15 * 60_000
    session_idle_ms: int = 30 * 60_000
    session_ms: int = 12 * 3_600_000
    client_session_ms: int = 30 * 86_400_000
    client_token_ms: int = 24 * 3_600_000
    drain_seconds: int = 30


class Settings(Struct, frozen=True, kw_only=True):
    """How one process runs. public_url: what browsers call it, without a slash at the end."""

    data_dir: str = "var"
    database_url: str = ""
    redis_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = "http://127.0.0.1:8080"
    site: str = "site_demo"
    secure_cookies: bool = False
    limits: Limits = Limits()

    def database(self) -> str:
        """Return the database's URL: the one given, else SQLite in the data folder."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{Path(self.data_dir) / 'aiguilleur.db'}"
        _, _, rest = self.database_url.partition("://")
        if self.database_url.startswith(("postgres://", "postgresql://")):
            return f"postgresql+asyncpg://{rest}"
        return self.database_url


def settings_from_environment(environ: Mapping[str, str]) -> Settings:
    """Read DATABASE_URL, REDIS_URL, PORT and AIGUILLEUR_<NAME> for each other setting.

    Raises msgspec.ValidationError naming the setting that is wrong.
    """
    names = {
        "database_url": "DATABASE_URL",
        "redis_url": "REDIS_URL",
        "port": "PORT",
    }
    given = {
        field.name: environ[variable]
        for field in msgspec.structs.fields(Settings)
        if (variable := names.get(field.name, f"AIGUILLEUR_{field.name.upper()}")) in environ
        and field.name != "limits"
    }
    limits = {
        field.name: environ[variable]
        for field in msgspec.structs.fields(Limits)
        if (variable := f"AIGUILLEUR_LIMIT_{field.name.upper()}") in environ
    }
    if "port" in given and "public_url" not in given:
        given["public_url"] = f"http://127.0.0.1:{given['port']}"
    return msgspec.convert({**given, "limits": limits}, Settings, strict=False)
