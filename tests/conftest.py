"""What every test gets: a real PostgreSQL with a fresh copy of a migrated database, a clock that the test moves."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import tracking
from delivery.app import create_app
from delivery.settings import Settings
from delivery.store.communes import load_gazetteer
from delivery.store.communes_data import read_gazetteer
from delivery.wiring import Wiring
from demo.postgres import APPLICATION, OWNER, ROOT, Server, new_secrets, running
from tests.arrangements import Arrangements, Builder
from tests.clocks import MONDAY as MONDAY
from tests.clocks import HandClock as HandClock
from tests.factories import Town, make_town
from tests.sharing import TEMPLATES, share

share()

SECRETS = new_secrets()
BANK_HOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""The Standard Webhooks vector's secret: the tests' bank signs with it."""


def migrate(server: Server, database: str) -> None:
    """Bring a database to the head, as its owner."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["owner_url"] = server.url(OWNER, database)
    config.attributes["app_url"] = server.url(APPLICATION, database)
    command.upgrade(config, "head")


def settings_for(url: str) -> Settings:
    """A whole configuration; SMS go nowhere unless a test brings a stand-in."""
    return Settings.from_env(
        {
            **SECRETS,
            "DATABASE_URL": url,
            "PUBLIC_URL": "http://localhost",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "token-of-the-tests",
            "TWILIO_SENDER": "BUUDIEN",
            "TWILIO_BASE_URL": os.environ.get("TEST_TWILIO_URL", "http://127.0.0.1:9"),
            "BANK_BIN": "970403",
            "BANK_ACCOUNT": "0011012345678",
            "BANK_HOLDER": "BUU DIEN THU NGHIEM",
            "BANK_HOOK_SECRET": BANK_HOOK_SECRET,
            "DELIVERY_DEMO": "1",
            "WEBHOOKS_TO_LOOPBACK": "1",
            "REQUESTS_PER_MINUTE": "1000000",
        }
    )


@pytest.fixture(scope="session")
def server(worker_name: str) -> Iterator[Server]:
    """One server a test process, its data thrown away afterwards."""
    folder = _throwaway() / f"result-delivery-tests-{worker_name}-{os.getpid()}"
    try:
        with running(folder) as started:
            if "DATABASE_URL" not in os.environ:
                started.tune_for_throwaway_data()
            yield started
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _throwaway() -> Path:
    """Memory where there is plenty: copying a database's 700 small files is ten times dearer on a busy disk."""
    memory = Path("/dev/shm")  # noqa: S108 - every folder made in it has a name of its own
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30:
        return memory
    return ROOT / ".data"


@pytest.fixture(scope="session")
def worker_name() -> str:
    """The test process's name under pytest-xdist, "main" without."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def bare_template(server: Server, worker_name: str) -> str:
    """A migrated database without communes."""
    name = f"bare_{worker_name}"
    server.make_database(name)
    migrate(server, name)
    return name


@pytest.fixture(scope="session")
def template(server: Server, bare_template: str, worker_name: str) -> str:
    """A migrated database with all communes; tests get copies of it."""
    name = f"template_{worker_name}"
    server.make_database(name, template=bare_template)
    engine = create_engine(server.url(APPLICATION, name))
    with Session(engine) as session, session.begin():
        load_gazetteer(session, read_gazetteer())
    engine.dispose()
    with psycopg.connect(server.url(OWNER, name).replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("ANALYZE")
    return name


def _copy(server: Server, template: str) -> Iterator[str]:
    name = f"t_{uuid4().hex[:12]}"
    server.make_database(name, template=template)
    yield name
    server.drop_database(name)


@dataclass(frozen=True)
class Settled:
    """A database in which the town is loaded, to be copied, and the town."""

    database: str
    town: Town


@pytest.fixture(scope="session")
def settled(server: Server, template: str, worker_name: str) -> Settled:
    """The town, loaded once: loading takes three times as long as copying."""
    name = f"town_{worker_name}"
    server.make_database(name, template=template)
    made = create_app(settings_for(server.url(APPLICATION, name)), guests=[tracking.init_app], clock=HandClock())
    wiring = made.extensions["wiring"]
    try:
        return Settled(name, make_town(wiring))
    finally:
        wiring.engine.dispose()


@pytest.fixture(scope="session")
def arrangements(server: Server, settled: Settled, worker_name: str) -> Arrangements:
    """What builders arranged on the town, each played once."""
    return Arrangements(server, settings_for, database=settled.database, town=settled.town, name=worker_name)


@pytest.fixture
def arrangement() -> Builder | None:
    """What plays before the test, on the town. Modules and folders name theirs; it must not depend on the test."""
    return None


@pytest.fixture
def database(
    request: pytest.FixtureRequest, server: Server, template: str, arrangement: Builder | None
) -> Iterator[str]:
    """The name of this test's own database, with all communes, and with the town and an arrangement where it asks."""
    if arrangement is not None:
        template = request.getfixturevalue("arrangements").of(arrangement).database
    elif "town" in request.fixturenames:
        template = request.getfixturevalue("settled").database
    yield from _copy(server, template)


@pytest.fixture
def arranged(arrangements: Arrangements, arrangement: Builder | None, wiring: Wiring, clock: HandClock) -> Any:
    """What the arrangement returned; the test's clock stands where it ended."""
    assert arrangement is not None, "This test asks for what was arranged, and nothing is."
    return arrangements.of(arrangement).handed_to(wiring, clock)


@pytest.fixture
def clock() -> HandClock:
    """Monday 30 November 2026, 08:00 in Vietnam, until moved."""
    return HandClock()


@pytest.fixture
def settings(server: Server, database: str) -> Settings:
    """The application's configuration on this test's database."""
    return settings_for(server.url(APPLICATION, database))


@pytest.fixture
def app(settings: Settings, clock: HandClock) -> Iterator[Flask]:
    """The whole application, tracking included."""
    made = create_app(settings, guests=[tracking.init_app], clock=clock)
    made.jinja_env.bytecode_cache = TEMPLATES
    yield made
    made.extensions["wiring"].engine.dispose()


@pytest.fixture
def wiring(app: Flask) -> Wiring:
    """The application's collaborators."""
    found = app.extensions["wiring"]
    assert isinstance(found, Wiring)
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies yet."""
    return app.test_client()


@pytest.fixture
def town(settled: Settled, database: str) -> Town:
    """Two offices of Ho Chi Minh City with staff and couriers, and two agencies: see `tests.factories`."""
    return settled.town
