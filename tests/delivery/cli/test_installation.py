"""The commands of an installation: each says in one sentence what it did or what is missing."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import Result
from flask import Flask

import tracking
from delivery import dispatch
from delivery.app import create_app
from delivery.settings import Settings
from delivery.store.routes import Plan, PlanState
from delivery.wiring import Wiring
from demo.postgres import APPLICATION, OWNER, ROOT, Server
from tests.conftest import SECRETS, HandClock, settings_for
from tests.delivery.made_items import made_items
from tests.factories import CLIENT_SECRET, Town, make_town

NOWHERE = "postgresql+psycopg://delivery_app:very-secret@127.0.0.1:9/nothing"


def _call(app: Flask, *words: str, given: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=list(words), input=given)


@pytest.fixture
def bare(server: Server, bare_template: str, clock: HandClock) -> Iterator[Flask]:
    """An application on a migrated database without communes."""
    name = f"t_{uuid4().hex[:12]}"
    server.make_database(name, template=bare_template)
    settings = replace(settings_for(server.url(APPLICATION, name)), migration_database_url=server.url(OWNER, name))
    made = create_app(settings, guests=[tracking.init_app], clock=clock)
    yield made
    made.extensions["wiring"].engine.dispose()
    server.drop_database(name)


@pytest.fixture
def lost(settings: Settings) -> Iterator[Flask]:
    """An application whose database cannot be reached."""
    made = create_app(replace(settings, database_url=NOWHERE))
    yield made
    made.extensions["wiring"].engine.dispose()


def test_an_installation_is_set_up_by_commands_that_may_be_repeated(bare: Flask) -> None:
    """A set-up script that was interrupted is simply run again."""
    assert "3321 communes are loaded" in _call(bare, "communes", "load").output
    assert "3321 communes are loaded" in _call(bare, "communes", "load").output
    assert "3321 offices were opened" in _call(bare, "offices", "open").output
    assert "0 offices were opened" in _call(bare, "offices", "open").output
    assert "in force" in _call(bare, "policies", "load").output
    assert "nothing was changed" in _call(bare, "policies", "load").output
    checked = _call(bare, "communes", "check")
    assert checked.exit_code == 0
    assert "3321 communes with a post office, 0 differences" in checked.output


def test_the_communes_of_a_province_are_listed_for_programs(bare: Flask) -> None:
    """The demo and an agency's import read them: one JSON object a line, Vietnamese as it is written."""
    _call(bare, "communes", "load")
    _call(bare, "offices", "open")
    rows = [json.loads(line) for line in _call(bare, "communes", "list", "--province", "79").output.splitlines()]
    assert len(rows) == 168
    centre = next(row for row in rows if row["name"] == "Phường Sài Gòn")
    assert centre["office"] == f"BC{centre['id']}"
    assert 10 < centre["lat"] < 11.5


def test_parties_are_read_from_a_pipe_and_a_mistake_is_named_by_its_place(app: Flask, town: Town) -> None:
    """Whoever writes the document sees which line of thought is wrong, and nothing is half loaded."""
    commune = town.communes["sai_gon"]
    point = {"code": "P9", "name": "Một cửa", "address": "1 Lê Duẩn", "commune": commune, "lat": 10.7, "lon": 106.7}
    good = {"agencies": [{"code": "H99", "name": "Sở Xây dựng", "points": [point]}]}
    loaded = _call(app, "parties", "load", "-", given=json.dumps(good))
    assert (loaded.exit_code, loaded.output) == (0, "1 agencies and 0 people are loaded.\n")
    point["lat"] = 1000
    wrong = _call(app, "parties", "load", "-", given=json.dumps(good))
    assert wrong.exit_code == 1
    assert "/agencies/0/points/0/lat" in wrong.output
    point |= {"lat": 10.7, "commune": 1}
    unknown = _call(app, "parties", "load", "-", given=json.dumps(good))
    assert unknown.exit_code == 1
    assert "commune 1 has no post office" in unknown.output


def test_a_document_in_another_encoding_is_one_sentence(app: Flask, tmp_path: Path) -> None:
    """Old editors save in encodings of their own."""
    file = tmp_path / "parties.json"
    file.write_bytes("{}".encode("utf-16"))
    told = _call(app, "parties", "load", str(file))
    assert told.exit_code == 1
    assert "is not in UTF-8" in told.output
    assert len(told.output.splitlines()) == 1


def test_a_mistake_in_the_document_never_shows_a_secret(app: Flask) -> None:
    """The output of set-up scripts lands in logs."""
    agency = {"code": "H99", "name": "S", "points": [], "webhooks": [{"url": "http://x", "secret": CLIENT_SECRET}]}
    wrong = _call(app, "parties", "load", "-", given=json.dumps({"agencies": [agency]}))
    assert wrong.exit_code == 1
    assert CLIENT_SECRET not in wrong.output


@pytest.mark.parametrize(
    "command",
    [
        ("communes", "load"),
        ("communes", "check"),
        ("communes", "list"),
        ("offices", "open"),
        ("policies", "load"),
        ("custody", "verify"),
        ("worker",),
        ("worker", "--once"),
        ("serve", "--port", "8017"),
    ],
)
def test_a_missing_database_is_one_sentence_without_its_password(lost: Flask, command: tuple[str, ...]) -> None:
    """The commonest mistake of all; a traceback would hide what to do."""
    answer = _call(lost, *command)
    assert answer.exit_code == 1
    assert "cannot be reached: start it or correct DATABASE_URL" in answer.output
    assert len(answer.output.strip().splitlines()) == 1
    assert "very-secret" not in answer.output


def test_a_database_without_tables_says_which_command_makes_them(server: Server, settings: Settings) -> None:
    """First start: the tables come before everything."""
    name = f"t_{uuid4().hex[:12]}"
    server.make_database(name)
    url = server.url(APPLICATION, name)
    made = create_app(replace(settings, database_url=url, migration_database_url=server.url(OWNER, name)))
    answer = _call(made, "worker", "--once")
    assert answer.exit_code == 1
    assert "run flask db upgrade" in answer.output
    assert "at this version" in _call(made, "db", "upgrade").output
    assert "at this version" in _call(made, "db", "upgrade").output
    assert _call(made, "worker", "--once").exit_code == 0
    made.extensions["wiring"].engine.dispose()
    server.drop_database(name)


def test_the_owners_address_is_asked_for_where_it_is_needed(app: Flask) -> None:
    """The application's role must not be able to change the log's tables."""
    for command in (("db", "upgrade"), ("custody", "partitions")):
        answer = _call(app, *command)
        assert answer.exit_code == 1
        assert "MIGRATION_DATABASE_URL is not set" in answer.output


def test_custody_is_verified_and_months_are_made_from_the_command_line(bare: Flask) -> None:
    """A nightly script watches the first and a yearly one runs the second."""
    _call(bare, "communes", "load")
    wiring = bare.extensions["wiring"]
    town = make_town(wiring)
    with wiring.work("staff:clerk") as unit:
        made_items(unit, town, 2)
    assert _call(bare, "custody", "verify").output == "2 events of 2 items, 0 faults.\n"
    made = _call(bare, "custody", "partitions", "--months", "16")
    assert "2 partitions were made: events_2028_02, events_2028_03." in made.output
    assert "0 partitions were made." in _call(bare, "custody", "partitions", "--months", "16").output


def test_one_round_of_the_worker_names_every_job(app: Flask, town: Town) -> None:
    """What an operator runs by hand to see whether all is well."""
    assert town
    answer = _call(app, "worker", "--once")
    assert answer.exit_code == 0
    assert {"solve_plans: 0", "returns: 0", "send_messages: 0"} <= set(answer.output.splitlines())


def _environment(url: str) -> dict[str, str]:
    return {
        **os.environ,
        **SECRETS,
        "FLASK_APP": "wsgi",
        "DATABASE_URL": url,
        "PUBLIC_URL": "http://localhost",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "token-of-the-tests",
        "TWILIO_SENDER": "BUUDIEN",
        "TWILIO_BASE_URL": "http://127.0.0.1:9",
        "TICK_SECONDS": "0.2",
        "PYTHONUNBUFFERED": "1",
    }


def test_a_worker_runs_until_it_is_told_to_end_and_finishes_what_it_has_begun(
    server: Server, database: str, wiring: Wiring, town: Town
) -> None:
    """SIGTERM is how every supervisor stops a process: exit code 0, and no plan left half-way."""
    with wiring.work("staff:dispatcher") as unit:
        made_items(unit, town, 3)
        plan_id = dispatch.request_plan(unit, office_id=town.sai_gon, day=unit.today).id
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "worker"],
        cwd=ROOT,
        env=_environment(server.url(APPLICATION, database)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert "The worker runs" in first, first + rest
    assert "finishes what it has begun" in rest
    assert process.returncode == 0
    assert "Traceback" not in rest
    with wiring.work("staff:dispatcher") as unit:
        assert unit.session.get_one(Plan, plan_id).state in (PlanState.REQUESTED, PlanState.READY)


def test_a_port_in_use_is_one_sentence(app: Flask) -> None:
    """Two servers on one machine, or yesterday's that still runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = _call(app, "serve", "--port", str(port))
    assert answer.exit_code == 1
    assert f"127.0.0.1:{port} cannot be served on" in answer.output
