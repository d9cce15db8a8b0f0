"""Settings from the environment: what was set, what follows from it, and what is refused."""

import pytest

from store.settings import Settings, settings_from_environment


def test_nothing_set_gives_the_defaults() -> None:
    settings = settings_from_environment({"PATH": "/bin", "HOME": "/"})
    assert settings == Settings()
    assert settings.store_url == "sqlite:///var/aiguilleur.db"
    assert settings.limits.upload_bytes == 10 << 20


def test_names_of_ours_win_over_plain_ones() -> None:
    settings = settings_from_environment(
        {"PORT": "9000", "AIGUILLEUR_PORT": "9001", "REDIS_URL": "redis://127.0.0.1"}
    )
    assert settings.port == 9001
    assert settings.redis_url == "redis://127.0.0.1"
    assert settings.public_url == "http://127.0.0.1:9001"


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("postgres://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("sqlite:///a.db", "sqlite:///a.db"),
    ],
)
def test_the_database_is_opened_with_the_driver_we_ship(given: str, opened: str) -> None:
    assert settings_from_environment({"DATABASE_URL": given}).store_url == opened


def test_cookies_are_secure_behind_https() -> None:
    public = {"AIGUILLEUR_PUBLIC_URL": "https://desk.example"}
    assert settings_from_environment(public).secure_cookies
    assert not settings_from_environment(
        {**public, "AIGUILLEUR_SECURE_COOKIES": "false"}
    ).secure_cookies


def test_a_limit_is_set_by_its_name() -> None:
    settings = settings_from_environment({"AIGUILLEUR_LIMIT_SOCKETS_PER_AGENT": "9"})
    assert settings.limits.sockets_per_agent == 9


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"AIGUILLEUR_PROT": "1"}, "AIGUILLEUR_PROT"),
        ({"AIGUILLEUR_LIMITS": "1"}, "AIGUILLEUR_LIMITS"),
        ({"AIGUILLEUR_LIMIT_SOKETS": "1"}, "AIGUILLEUR_LIMIT_SOKETS"),
        ({"PORT": "many"}, "port"),
        ({"AIGUILLEUR_LIMIT_BODY_BYTES": "x"}, "body_bytes"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(
    environ: dict[str, str], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        settings_from_environment(environ)
