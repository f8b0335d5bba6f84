"""A wrong setting is one sentence that names it, before anything starts."""

import pytest

from delivery.settings import Settings, SettingsWrong

GOOD = {
    "DATABASE_URL": "postgresql://app@localhost/delivery",
    "MASTER_KEYS": "1:" + "ab" * 32,
    "BLIND_INDEX_KEY": "cd" * 32,
    "SECRET_KEY": "s" * 40,
    "PUBLIC_URL": "https://phat.example.vn/",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_SENDER": "BUUDIEN",
}


def test_a_whole_environment_is_read() -> None:
    """Addresses are brought to the form that the libraries want."""
    settings = Settings.from_env(GOOD)
    assert settings.database_url == "postgresql+psycopg://app@localhost/delivery"
    assert settings.public_url == "https://phat.example.vn"
    assert settings.keys.current == 1
    assert not settings.demo


@pytest.mark.parametrize("name", GOOD)
def test_what_is_missing_is_named(name: str) -> None:
    """Whoever deploys reads one line, not a traceback."""
    env = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(SettingsWrong, match=name):
        Settings.from_env(env)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://app@localhost/delivery"),
        ("DATABASE_URL", "postgresql://app@localhost:port/delivery"),
        ("DATABASE_URL", "postgresql://app@localhost"),
        ("MIGRATION_DATABASE_URL", "postgresql://owner@localhost:port/delivery"),
        ("RATE_LIMIT_STORAGE", "a drawer"),
        ("MASTER_KEYS", "²:" + "ab" * 32),
        ("MASTER_KEYS", "1:xyz"),
        ("MASTER_KEYS", "abcdef"),
        ("MASTER_KEYS", "1:abcd"),
        ("BLIND_INDEX_KEY", "cd"),
        ("BLIND_INDEX_KEY", "not hexadecimal"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "phat.example.vn"),
        ("PUBLIC_URL", "https://"),
        ("TICK_SECONDS", "often"),
        ("TICK_SECONDS", "0"),
        ("PLAN_HOUR", "25"),
        ("SENDER_THREADS", "nan"),
    ],
)
def test_what_makes_no_sense_is_named(name: str, value: str) -> None:
    """The setting's name stands in the sentence, the secret's value does not."""
    with pytest.raises(SettingsWrong, match=name) as wrong:
        Settings.from_env({**GOOD, name: value})
    if "KEY" in name:
        assert value not in str(wrong.value)


def test_secrets_are_not_shown_when_settings_are_printed() -> None:
    """A settings object ends up in logs and tracebacks sooner or later."""
    shown = repr(Settings.from_env(GOOD))
    for secret in ("ab" * 32, "cd" * 32, "s" * 40, "token"):
        assert secret not in shown
