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
BANK = {
    "BANK_BIN": "970403",
    "BANK_ACCOUNT": "0011012345678",
    "BANK_HOLDER": "BUU DIEN",
    "BANK_HOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
}


def test_a_whole_environment_is_read() -> None:
    """Addresses are brought to the form that the libraries want."""
    settings = Settings.from_env(GOOD)
    assert settings.database_url == "postgresql+psycopg://app@localhost/delivery"
    assert settings.public_url == "https://phat.example.vn"
    assert settings.keys.current == 1
    assert not settings.demo
    assert settings.dask_scheduler is None
    assert Settings.from_env({**GOOD, "DASK_SCHEDULER": "tcp://10.0.0.5:8786"}).dask_scheduler == "tcp://10.0.0.5:8786"


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
        ("DASK_SCHEDULER", "127.0.0.1:8786"),
        ("DASK_SCHEDULER", "tcp://"),
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


def test_a_bank_account_is_optional() -> None:
    """A post that takes only cash starts without one."""
    assert Settings.from_env(GOOD).bank is None
    bank = Settings.from_env({**GOOD, **BANK}).bank
    assert bank is not None
    assert (bank.bin, bank.account, bank.holder) == ("970403", "0011012345678", "BUU DIEN")


@pytest.mark.parametrize("name", BANK)
def test_half_a_bank_account_is_refused(name: str) -> None:
    """People would transfer money that this system never hears of."""
    with pytest.raises(SettingsWrong, match=name):
        Settings.from_env({**GOOD, **{key: value for key, value in BANK.items() if key != name}})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BANK_BIN", "97040"),
        ("BANK_BIN", "VIETIN"),
        ("BANK_ACCOUNT", "0011-0123"),
        ("BANK_ACCOUNT", "1" * 20),
        ("BANK_HOLDER", "X" * 101),
        ("BANK_HOOK_SECRET", "whsec_c2hvcnQ="),
        ("BANK_HOOK_SECRET", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("BANK_HOOK_SECRET", "whsec_không phải base64"),
    ],
)
def test_a_bank_account_that_makes_no_sense_is_named_without_its_value(name: str, value: str) -> None:
    """The secret and the account stay out of what is printed."""
    with pytest.raises(SettingsWrong, match=name) as wrong:
        Settings.from_env({**GOOD, **BANK, name: value})
    assert value not in str(wrong.value)


def test_secrets_are_not_shown_when_settings_are_printed() -> None:
    """A settings object ends up in logs and tracebacks sooner or later."""
    shown = repr(Settings.from_env({**GOOD, **BANK}))
    for secret in ("ab" * 32, "cd" * 32, "s" * 40, "token", BANK["BANK_HOOK_SECRET"]):
        assert secret not in shown


def test_travel_times_come_from_the_straight_line_until_a_road_server_is_named() -> None:
    """An installation without a map plans on its first day."""
    assert Settings.from_env(GOOD).roads is None
    assert Settings.from_env({**GOOD, "ROADS": "great-circle"}).roads is None
    roads = Settings.from_env({**GOOD, "ROADS": "osrm", "ROADS_URL": "http://osrm.internal:5000/"}).roads
    assert roads is not None
    assert (roads.engine, roads.url, roads.walking_url, roads.seconds) == (
        "osrm",
        "http://osrm.internal:5000",
        None,
        10.0,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROADS", "google"),
        ("ROADS_URL", ""),
        ("ROADS_URL", "osrm.internal:5000"),
        ("ROADS_URL", "http://"),
        ("ROADS_URL", "http://osrm:port"),
        ("ROADS_URL", "http://user:word@osrm"),
        ("ROADS_WALKING_URL", "http://osrm/?a=b"),
        ("ROADS_SECONDS", "0"),
        ("ROADS_SECONDS", "soon"),
    ],
)
def test_a_road_server_that_makes_no_sense_is_named(name: str, value: str) -> None:
    """Else every plan would quietly fall back on the straight line."""
    with pytest.raises(SettingsWrong, match=name):
        Settings.from_env({**GOOD, "ROADS": "osrm", "ROADS_URL": "http://osrm:5000", name: value})


def test_addresses_leave_the_house_only_for_a_geocoder_that_is_named_whole() -> None:
    """No public service is assumed: who sets one decides where citizens' addresses go."""
    assert Settings.from_env(GOOD).geocoder is None
    assert Settings.from_env({**GOOD, "GEOCODER": "none", "GEOCODER_URL": "https://x.example"}).geocoder is None
    chosen = Settings.from_env({**GOOD, "GEOCODER": "photon", "GEOCODER_URL": "http://geo.example.vn:2322/"}).geocoder
    assert chosen is not None
    assert (chosen.url, chosen.seconds, chosen.per_second) == ("http://geo.example.vn:2322", 10.0, 1.0)
    for wrong, culprit in (
        ({"GEOCODER": "google"}, "GEOCODER is"),
        ({"GEOCODER": "nominatim"}, "GEOCODER_URL"),
        ({"GEOCODER": "nominatim", "GEOCODER_URL": "geo.example.vn"}, "GEOCODER_URL"),
        ({"GEOCODER": "photon", "GEOCODER_URL": "http://x", "GEOCODER_PER_SECOND": "0"}, "GEOCODER_PER_SECOND"),
    ):
        with pytest.raises(SettingsWrong, match=culprit):
            Settings.from_env({**GOOD, **wrong})
