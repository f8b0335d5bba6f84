"""The only reader of os.environ. A wrong setting is one clear sentence that names it."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from delivery.keys import Keys


class SettingsWrong(ValueError):
    """A setting is missing or makes no sense; the message names it and says what to give."""


@dataclass(frozen=True, kw_only=True)
class SmsSettings:
    """The Twilio account that messages leave through. `base_url` replaces Twilio's host (the stand-in)."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    base_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class BankSettings:
    """The post's bank account, which payers transfer to, and the secret that the bank signs its notices with.

    `bin` is the bank's six digits in NAPAS' list, `account` what VietQR carries (1 to 19 digits and capitals),
    `hook_secret` a Standard Webhooks secret: whsec_ and the base64 of 24 to 64 bytes.
    """

    bin: str
    account: str
    holder: str
    hook_secret: str = field(repr=False)


class GeocoderKind(StrEnum):
    """What a geocoder speaks."""

    NOMINATIM = "nominatim"
    PHOTON = "photon"


@dataclass(frozen=True, kw_only=True)
class GeocoderSettings:
    """The geocoder that addresses are sent to: each waits `seconds` at most, and so many are sent `per_second`."""

    kind: GeocoderKind
    url: str
    seconds: float = 10.0
    per_second: float = 1.0


class RoadEngine(StrEnum):
    """What a road server speaks."""

    OSRM = "osrm"
    VALHALLA = "valhalla"


@dataclass(frozen=True, kw_only=True)
class RoadSettings:
    """The road server that travel times are asked from, for at most `seconds` a plan.

    An OSRM server knows one way of moving: `url` is for motorbikes, `walking_url` for walkers.
    """

    engine: RoadEngine
    url: str
    walking_url: str | None = None
    seconds: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that an installation chooses. URLs carry no trailing slash; times are seconds."""

    database_url: str = field(repr=False)
    migration_database_url: str | None = field(repr=False, default=None)
    secret_key: str = field(repr=False)
    keys: Keys = field(repr=False)
    public_url: str
    sms: SmsSettings
    bank: BankSettings | None = None
    roads: RoadSettings | None = None
    geocoder: GeocoderSettings | None = None
    demo: bool = False
    tick_seconds: float = 5.0
    plan_seconds: float = 5.0
    plan_hour: int = 18
    solver_processes: int = 1
    dask_scheduler: str | None = None
    sender_threads: int = 4
    webhooks_to_loopback: bool = False
    rate_limit_storage: str = "memory://"
    requests_per_minute: int = 600

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment. Raises SettingsWrong naming the first culprit."""
        env = os.environ if environ is None else environ
        try:
            keys = Keys(
                masters=_masters(_needed(env, "MASTER_KEYS", "1:<64 hexadecimal digits>")),
                blind=_hex(_needed(env, "BLIND_INDEX_KEY", "64 hexadecimal digits"), "BLIND_INDEX_KEY"),
            )
        except SettingsWrong:
            raise
        except ValueError as wrong:
            raise SettingsWrong(str(wrong)) from None
        return cls(
            database_url=_database(env, "DATABASE_URL"),
            migration_database_url=_database(env, "MIGRATION_DATABASE_URL")
            if env.get("MIGRATION_DATABASE_URL")
            else None,
            secret_key=_long(env, "SECRET_KEY"),
            keys=keys,
            public_url=_url(env, "PUBLIC_URL"),
            sms=SmsSettings(
                account_sid=_needed(env, "TWILIO_ACCOUNT_SID", "the account's AC…"),
                auth_token=_needed(env, "TWILIO_AUTH_TOKEN", "the account's token"),
                sender=_needed(env, "TWILIO_SENDER", "the registered sender"),
                base_url=env.get("TWILIO_BASE_URL") or None,
            ),
            bank=_bank(env),
            roads=_roads(env),
            geocoder=_geocoder(env),
            demo=env.get("DELIVERY_DEMO", "") == "1",
            tick_seconds=_number(env, "TICK_SECONDS", 5.0, 0.05, 600),
            plan_seconds=_number(env, "PLAN_SECONDS", 5.0, 0.05, 600),
            plan_hour=int(_number(env, "PLAN_HOUR", 18, 0, 23)),
            solver_processes=int(_number(env, "SOLVER_PROCESSES", 1, 1, 64)),
            dask_scheduler=_scheduler(env),
            sender_threads=int(_number(env, "SENDER_THREADS", 4, 1, 64)),
            webhooks_to_loopback=env.get("WEBHOOKS_TO_LOOPBACK", "") == "1",
            rate_limit_storage=_storage(env, "RATE_LIMIT_STORAGE"),
            requests_per_minute=int(_number(env, "REQUESTS_PER_MINUTE", 600, 1, 10_000_000)),
        )


def _needed(env: Mapping[str, str], name: str, what: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise SettingsWrong(f"{name} is not set: give {what}.")
    return value


def _bank(env: Mapping[str, str]) -> BankSettings | None:
    """All of the bank's settings or none of them: half an account would collect money that nobody is told of."""
    if not any(env.get(name, "").strip() for name in ("BANK_BIN", "BANK_ACCOUNT", "BANK_HOLDER", "BANK_HOOK_SECRET")):
        return None
    return BankSettings(
        bin=_shaped(env, "BANK_BIN", r"[0-9]{6}", "the six digits of the bank in NAPAS' list"),
        account=_shaped(env, "BANK_ACCOUNT", r"[0-9A-Z]{1,19}", "the account's number, 1 to 19 digits or capitals"),
        holder=_shaped(env, "BANK_HOLDER", r"[^\x00-\x1f]{1,100}", "the account holder's name, up to 100 characters"),
        hook_secret=_signing_secret(env, "BANK_HOOK_SECRET"),
    )


def _geocoder(env: Mapping[str, str]) -> GeocoderSettings | None:
    """None unless one is named. No address is assumed: whoever sets it decides where citizens' addresses go."""
    chosen = env.get("GEOCODER", "").strip() or "none"
    if chosen == "none":
        return None
    if chosen not in list(GeocoderKind):
        raise SettingsWrong(f"GEOCODER is {chosen!r}: give none, nominatim or photon.")
    url = _needed(env, "GEOCODER_URL", "the geocoder's address, such as https://nominatim.example.vn")
    if not url.startswith(("http://", "https://")) or not url.partition("://")[2].strip("/"):
        raise SettingsWrong("GEOCODER_URL must begin with https:// or http:// and name a host.")
    return GeocoderSettings(
        kind=GeocoderKind(chosen),
        url=url.rstrip("/"),
        seconds=_number(env, "GEOCODER_SECONDS", 10.0, 0.1, 120),
        per_second=_number(env, "GEOCODER_PER_SECOND", 1.0, 0.01, 1_000),
    )


def _roads(env: Mapping[str, str]) -> RoadSettings | None:
    """The road server; None where times are reckoned from the straight line."""
    chosen = env.get("ROADS", "").strip() or "great-circle"
    if chosen == "great-circle":
        return None
    if chosen not in list(RoadEngine):
        raise SettingsWrong(f"ROADS is {chosen!r}: give great-circle, osrm or valhalla.")
    return RoadSettings(
        engine=RoadEngine(chosen),
        url=_road_server(env, "ROADS_URL"),
        walking_url=_road_server(env, "ROADS_WALKING_URL") if env.get("ROADS_WALKING_URL", "").strip() else None,
        seconds=_number(env, "ROADS_SECONDS", 10.0, 0.1, 120),
    )


def _road_server(env: Mapping[str, str], name: str) -> str:
    what = "the road server's address, such as http://osrm.internal:5000"
    value = _needed(env, name, what)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment:
        raise SettingsWrong(f"{name} cannot be right: give {what}, without a password or a question mark.")
    return value.rstrip("/")


def _shaped(env: Mapping[str, str], name: str, shape: str, what: str) -> str:
    value = _needed(env, name, what)
    if not re.fullmatch(shape, value):
        raise SettingsWrong(f"{name} cannot be right: give {what}.")
    return value


def _signing_secret(env: Mapping[str, str], name: str) -> str:
    value = _needed(env, name, "whsec_ and the base64 of 24 to 64 bytes")
    try:
        key = base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not value.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise SettingsWrong(f"{name} cannot be right: give whsec_ and the base64 of 24 to 64 bytes.")
    return value


def _database(env: Mapping[str, str], name: str) -> str:
    value = _needed(env, name, "postgresql+psycopg://user:password@host/database")
    for prefix in ("postgresql://", "postgres://"):
        if value.startswith(prefix):
            value = "postgresql+psycopg://" + value.removeprefix(prefix)
    if not value.startswith("postgresql+psycopg://"):
        raise SettingsWrong(f"{name} must be a PostgreSQL address that begins with postgresql+psycopg://.")
    try:
        named = make_url(value).database
    except (ArgumentError, ValueError):
        named = None
    if not named:
        raise SettingsWrong(f"{name} cannot be read: give postgresql+psycopg://user:password@host:port/database.")
    return value


def _storage(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip() or "memory://"
    try:
        storage_from_string(value)
    except ConfigurationError:
        raise SettingsWrong(
            f"{name} is a storage that cannot be used here: give memory://, or another whose driver is installed."
        ) from None
    return value


def _scheduler(env: Mapping[str, str]) -> str | None:
    if not env.get("DASK_SCHEDULER", "").strip():
        return None
    return _shaped(env, "DASK_SCHEDULER", r"(tcp|tls)://[^\s/:]+:[0-9]{1,5}", "tcp://host:port or tls://host:port")


def _long(env: Mapping[str, str], name: str) -> str:
    value = _needed(env, name, "at least 32 random characters")
    if len(value) < 32:
        raise SettingsWrong(f"{name} has {len(value)} characters: give at least 32 random ones.")
    return value


def _url(env: Mapping[str, str], name: str) -> str:
    value = _needed(env, name, "the address that citizens see, such as https://example.vn")
    if not value.startswith(("http://", "https://")) or not value.partition("://")[2].strip("/"):
        raise SettingsWrong(f"{name} must begin with https:// (or http:// on this machine) and name a host.")
    return value.rstrip("/")


def _number(env: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = env.get(name, "").strip()
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise SettingsWrong(f"{name} is {text!r}: give a number from {least:g} to {most:g}.") from None
    if not least <= value <= most:
        raise SettingsWrong(f"{name} is {text}: give a number from {least:g} to {most:g}.")
    return value


def _hex(text: str, name: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise SettingsWrong(f"{name} must be hexadecimal digits.") from None


def _masters(text: str) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for part in text.split(","):
        version, colon, digits = part.strip().partition(":")
        if not colon or not (version.isascii() and version.isdigit()):
            raise SettingsWrong("MASTER_KEYS must read 1:<64 hexadecimal digits>[,2:…].")
        keys[int(version)] = _hex(digits, f"MASTER_KEYS, key {version},")
    return keys
